package table

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// csvEncoder writes lines. A chunk is formatted by several goroutines, each a run
// of rows into its own buffer.
type csvEncoder struct {
	w     io.Writer
	end   func() error
	comma string
	texts [][]string // of String fields: the dictionary, quoted as needed
	parts [][]byte
}

func newCSVEncoder(w io.Writer, format Format, comma rune, fields []Field) (encoder, error) {
	e := &csvEncoder{w: w, comma: string(comma), texts: make([][]string, len(fields)), parts: make([][]byte, runtime.GOMAXPROCS(0))}
	e.end = func() error { return nil }
	switch format {
	case CSVGzip:
		z := gzip.NewWriter(w)
		e.w, e.end = z, z.Close
	case CSVZstd:
		z, err := zstd.NewWriter(w)
		if err != nil {
			return nil, err
		}
		e.w, e.end = z, z.Close
	}
	names := make([]string, len(fields))
	for j, f := range fields {
		names[j] = e.quote(f.Name)
		if f.Type == String {
			e.texts[j] = make([]string, len(f.Dictionary))
			for c, s := range f.Dictionary {
				e.texts[j][c] = e.quote(s)
			}
		}
	}
	_, err := io.WriteString(e.w, strings.Join(names, e.comma)+"\n")
	return e, err
}

// quote returns s as a CSV field (RFC 4180). An empty text is quoted, which tells
// it from a missing value.
func (e *csvEncoder) quote(s string) string {
	if s != "" && !strings.ContainsAny(s, "\"\r\n") && !strings.Contains(s, e.comma) && s[0] != ' ' {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

func (e *csvEncoder) write(v []vector, n int) error {
	var wait sync.WaitGroup
	size := (n + len(e.parts) - 1) / len(e.parts)
	for p := range e.parts {
		wait.Go(func() { e.parts[p] = e.appendRows(e.parts[p][:0], v, p*size, min((p+1)*size, n)) })
	}
	wait.Wait()
	for _, part := range e.parts {
		if _, err := e.w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// appendRows adds the lines of the rows from ≤ i < to.
func (e *csvEncoder) appendRows(dst []byte, v []vector, from, to int) []byte {
	for i := from; i < to; i++ {
		for j := range v {
			if j > 0 {
				dst = append(dst, e.comma...)
			}
			if v[j].has(i) {
				dst = e.appendValue(dst, &v[j], i, e.texts[j])
			} else if len(v) == 1 {
				dst = append(dst, `""`...) // an empty line would be no row
			}
		}
		dst = append(dst, '\n')
	}
	return dst
}

func (e *csvEncoder) appendValue(dst []byte, v *vector, i int, texts []string) []byte {
	switch f := v.field; {
	case f.Type == Float64:
		return appendFloat(dst, v.floats[i], 64)
	case f.Type == Float32:
		return appendFloat(dst, v.floats[i], 32)
	case f.Type == String:
		return append(dst, texts[v.ints[i]]...)
	case f.Type == Bool:
		return strconv.AppendBool(dst, v.ints[i] != 0)
	case f.Type == Uint64:
		return strconv.AppendUint(dst, uint64(v.ints[i]), 10)
	case f.Type == Decimal:
		return appendDecimal(dst, v.ints[i], f.Places)
	case f.Temporal.Kind != NotTemporal:
		return f.appendTime(dst, v.ints[i])
	default:
		return strconv.AppendInt(dst, v.ints[i], 10)
	}
}

// appendFloat adds the shortest text that reads back as x, with a point or an
// exponent, so that the column is read back as floating-point.
func appendFloat(dst []byte, x float64, bits int) []byte {
	abs := math.Abs(x)
	switch {
	case math.IsInf(x, 0):
		if x < 0 {
			dst = append(dst, '-')
		}
		return append(dst, "inf"...)
	case abs != 0 && abs < 1e-4 || abs >= 1e16:
		return strconv.AppendFloat(dst, x, 'e', -1, bits)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, x, 'f', -1, bits)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

func (e *csvEncoder) close() error { return e.end() }
func (e *csvEncoder) abort()       { _ = e.end() }

// checkDelimiter refuses what encoding/csv cannot cut at.
func checkDelimiter(d rune) error {
	if d == '"' || d == '\r' || d == '\n' || !utf8.ValidRune(d) || d == utf8.RuneError {
		return fmt.Errorf("table: %q cannot be the delimiter of a CSV file", d)
	}
	return nil
}
