package table

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// TestEncodings: text comes out as UTF-8, names included, whatever the file had.
func TestEncodings(t *testing.T) {
	const text = "größe,Dienst\n1,München – XSS\n2,x\n"
	const want = "größe int64: 1 2\nDienst string: \"München – XSS\" \"x\"\n"
	little, big := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	encode := func(s string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	le, be := encode(little.NewEncoder().String(text)), encode(big.NewEncoder().String(text))
	windows := encode(charmap.Windows1252.NewEncoder().String(text))
	for _, tc := range []struct{ name, text, encoding string }{
		{"UTF-8", text, ""}, {"UTF-8 with a mark", "\xef\xbb\xbf" + text, ""}, {"UTF-8 asked for", "\xef\xbb\xbf" + text, "utf-8"},
		{"little endian with a mark", "\xff\xfe" + le, ""}, {"big endian with a mark", "\xfe\xff" + be, ""},
		{"little endian", le, ""}, {"big endian", be, ""}, {"asked for", le, "utf-16le"}, {"asked for with a mark", "\xfe\xff" + be, "utf-16"},
		{"windows-1252", windows, "windows-1252"}, {"latin1", windows, "latin1"}, {"in capitals", windows, "CP1252"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tab, err := readText(t, "t.csv", tc.text, ReadOptions{Encoding: tc.encoding})
			if err != nil {
				t.Fatal(err)
			}
			if got := show(tab); got != want {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestCompression: what a file is shows in its bytes, and it may have several
// members.
func TestCompression(t *testing.T) {
	text := "a,b\n" + strings.Repeat("1,x\n2,y\n", 5000)
	half := len(text)/2 + 3
	var zip, zst bytes.Buffer
	for _, part := range []string{text[:half], text[half:]} {
		z := gzip.NewWriter(&zip)
		_, _ = z.Write([]byte(part))
		_ = z.Close()
		w, err := zstd.NewWriter(&zst)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(part))
		_ = w.Close()
		zst.WriteString("\x50\x2a\x4d\x18\x03\x00\x00\x00abc") // a frame to be passed over
	}
	for _, tc := range []struct{ name, data string }{
		{"t.csv.gz", zip.String()}, {"t.csv", zip.String()}, {"t.csv.zst", zst.String()}, {"t.csv", zst.String()},
	} {
		tab, err := readText(t, tc.name, tc.data, ReadOptions{})
		if err != nil || tab.Rows != 10000 {
			t.Errorf("%s: %v", tc.name, err)
		}
		if _, err := readText(t, tc.name, tc.data[:2*len(tc.data)/3], ReadOptions{}); err == nil {
			t.Errorf("%s without its last third is read", tc.name)
		}
	}
}

// frame returns a Zstandard frame with a window of 2^log bytes and blocks of one
// byte, repeated.
func frame(log int, blocks ...uint32) []byte {
	b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, byte(log-10) << 3}
	for i, size := range blocks {
		h := size<<3 | 1<<1
		if i == len(blocks)-1 {
			h |= 1
		}
		b = append(binary.LittleEndian.AppendUint32(b, h)[:len(b)+3], '\n')
	}
	return b
}

// TestZstdWindows: a window is taken as large as the frame can fill it, and
// refused where the file is too small for what it would take.
func TestZstdWindows(t *testing.T) {
	dir := t.TempDir()
	read := func(data []byte) error {
		path := filepath.Join(dir, "t.csv.zst")
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := Read(context.Background(), path, ReadOptions{})
		return err
	}
	raw := func(log int, text string) []byte {
		b := frame(log)
		h := uint32(len(text))<<3 | 1
		return append(binary.LittleEndian.AppendUint32(b, h)[:len(b)+3], text...)
	}
	for _, log := range []int{10, 23, 27, 28, 31, 41} {
		small := append(raw(log, "a,b\n1,2\n"), raw(log, "3,4\n")...)
		used := allocated(func() {
			if err := read(small); err != nil {
				t.Errorf("a window of 2^%d over 12 bytes: %v", log, err)
			}
		})
		if used > 1<<25 {
			t.Errorf("a window of 2^%d over 12 bytes takes %d bytes", log, used)
		}
	}
	blocks := make([]uint32, 20000)
	for i := range blocks {
		blocks[i] = 1 << 17
	}
	bomb := frame(31, blocks...)
	if err := read(bomb); err == nil || !strings.Contains(err.Error(), "zstd -d --long=31") {
		t.Errorf("2.6 GB in %d bytes: %v", len(bomb), err)
	}
}
