package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// csvText is the text of a CSV file: decompressed, in UTF-8, without a byte order
// mark.
type csvText struct {
	io.Reader
	close    func() error
	packed   bool   // the file is compressed
	encoding string // that was asked for or found; "": UTF-8
}

// openText opens src from its start. Compression is told by the content.
func openText(src *source, opt ReadOptions) (*csvText, error) {
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	t := &csvText{close: func() error { return nil }}
	if err := t.decompress(src, opt.Format); err != nil {
		return nil, err
	}
	if err := t.decode(opt.Encoding); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

func (t *csvText) decompress(src *source, asked Format) error {
	in := io.Reader(src)
	if src.prints != nil {
		in = src.prints.reader(src)
	}
	r := bufio.NewReaderSize(in, blockSize)
	magic, _ := r.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")) || asked == CSVGzip:
		z, err := gzip.NewReader(r)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		t.Reader, t.close, t.packed = z, z.Close, true
	case isZstd(magic) || asked == CSVZstd:
		narrow, err := narrowWindows(src.file, src.size)
		if err != nil {
			return err
		}
		narrow.r = r
		z, err := zstd.NewReader(narrow, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		t.Reader, t.close, t.packed = z, func() error { z.Close(); return nil }, true
	default:
		t.Reader = r
	}
	t.Reader = damaged{t.Reader}
	return nil
}

// damaged marks what stops a decompressor as ErrCorrupt.
type damaged struct{ io.Reader }

func (d damaged) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	if err != nil && err != io.EOF && !errors.Is(err, ErrCorrupt) && !errors.Is(err, errChanged) {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return n, err
}

// decode turns the text into UTF-8 from the encoding that was asked for, or from
// UTF-16 where a mark or the bytes show it.
func (t *csvText) decode(asked string) error {
	r := bufio.NewReaderSize(t.Reader, 1<<16)
	start, err := r.Peek(64)
	if err != nil && err != io.EOF && len(start) == 0 {
		return err
	}
	t.Reader = r
	name := asked
	if name == "" {
		name = utf16(start)
	}
	if name == "" || strings.EqualFold(name, "utf-8") || strings.EqualFold(name, "utf8") {
		if bytes.HasPrefix(start, []byte("\xef\xbb\xbf")) {
			_, err = r.Discard(3)
			return err
		}
		return nil
	}
	enc, err := htmlindex.Get(strings.TrimSpace(name))
	if err != nil {
		return fmt.Errorf("table: --encoding %q is not known: use a name as in HTML, such as windows-1252, latin1, utf-16le, shift_jis or gb18030", name)
	}
	t.encoding = name
	t.Reader = &decoded{r: transform.NewReader(r, unicode.BOMOverride(enc.NewDecoder())), name: name}
	return nil
}

// utf16 returns the name of the UTF-16 that text is in, "" where it is in none:
// it begins with a mark, or one byte of each two is zero.
func utf16(text []byte) string {
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		return "utf-16le"
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		return "utf-16be"
	}
	var zeros [2]int
	for i, c := range text {
		if c == 0 {
			zeros[i&1]++
		}
	}
	switch half := len(text) / 2; {
	case half == 0:
		return ""
	case zeros[0] == 0 && 2*zeros[1] > half:
		return "utf-16le"
	case zeros[1] == 0 && 2*zeros[0] > half:
		return "utf-16be"
	}
	return ""
}

// decoded is text that was in another encoding than UTF-8. Where the bytes were
// no text in it, a decoder leaves U+FFFD, which is an error here.
type decoded struct {
	r    io.Reader
	name string
	line int
	tail []byte // the end of what was read, where U+FFFD may begin
}

func (d *decoded) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	text := append(d.tail, p[:n]...)
	if at := bytes.Index(text, replacement); at >= 0 {
		line := d.line + bytes.Count(text[:at], []byte{'\n'}) + 1
		return 0, fmt.Errorf("%w: line %d holds bytes that are no text in %s: set --encoding to what it is in", ErrCorrupt, line, d.name)
	}
	keep := min(2, len(text))
	d.line += bytes.Count(text[:len(text)-keep], []byte{'\n'})
	d.tail = append(d.tail[:0], text[len(text)-keep:]...)
	return n, err
}

var replacement = []byte("\ufffd")
