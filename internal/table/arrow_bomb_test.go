package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// overlapping returns views of which each shows nearly all of one text, each from
// another place on.
func overlapping(views, size int) arrow.Array {
	text, r := make([]byte, views+size), rand.New(rand.NewPCG(1, 2))
	for i := range text {
		text[i] = 'a' + byte(r.IntN(26))
	}
	headers := make([]arrow.ViewHeader, views)
	for i := range headers {
		headers[i].SetBytes(text[i : i+size])
		headers[i].SetIndexOffset(0, int32(i))
	}
	data := array.NewData(arrow.BinaryTypes.StringView, views, []*memory.Buffer{nil, memory.NewBufferBytes(arrow.ViewHeaderTraits.CastToBytes(headers)), memory.NewBufferBytes(text)}, nil, 0, 0)
	return array.MakeFromData(data)
}

// TestArrowBombs: a few bytes that stand for many rows, or claim to. What is taken
// follows from the file's size.
func TestArrowBombs(t *testing.T) {
	const n = 1000
	zeros := array.NewInt64Builder(memory.DefaultAllocator)
	zeros.AppendValues(make([]int64, n), nil)
	numbers := zeros.NewArray()
	one := fromJSON(t, arrow.PrimitiveTypes.Int8, `[1]`)
	runs := array.NewRunEndEncodedArray(fromJSON(t, arrow.PrimitiveTypes.Int64, fmt.Sprint("[", 1<<30, "]")), one, 1<<30, 0)
	claim := func(codec ipc.Option, size int64) []byte {
		packed := ipcBytes(t, true, []arrow.RecordBatch{record(numbers)}, codec)
		said := binary.LittleEndian.AppendUint64(nil, 8*n)
		if bytes.Count(packed, said) != 1 {
			t.Fatalf("%d places that may say the size", bytes.Count(packed, said))
		}
		return bytes.Replace(packed, said, binary.LittleEndian.AppendUint64(nil, uint64(size)), 1)
	}
	for name, content := range map[string][]byte{
		"missing values":     ipcBytes(t, false, []arrow.RecordBatch{record(array.NewNull(1 << 30))}),
		"runs":               ipcBytes(t, true, []arrow.RecordBatch{record(runs)}),
		"views":              ipcBytes(t, true, []arrow.RecordBatch{record(overlapping(2500, 100_000))}),
		"Zstandard, a TB":    claim(ipc.WithZstd(), 1<<30),
		"Zstandard, 60 MB":   claim(ipc.WithZstd(), 60<<20),
		"Zstandard, too few": claim(ipc.WithZstd(), 8*n-8),
		"Zstandard, none":    claim(ipc.WithZstd(), 0),
		"Zstandard, -2":      claim(ipc.WithZstd(), -2),
		"LZ4, a TB":          claim(ipc.WithLZ4(), 1<<30),
		"LZ4, 60 MB":         claim(ipc.WithLZ4(), 60<<20),
		"LZ4, too few":       claim(ipc.WithLZ4(), 8*n-8),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "t.arrow")
			checkRead(t, path, content, ReadOptions{}, uint64(100<<20+1100*len(content)))
			if _, err := Read(t.Context(), path, ReadOptions{}); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%d bytes of a file: %v", len(content), err)
			}
		})
	}
}
