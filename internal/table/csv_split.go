package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// blockSize is how many bytes of text are cut at once, and maxRecord how many one
// row may have.
const (
	blockSize = 1 << 18
	maxRecord = 1 << 26
)

// span is a field: where it stands in the text of its batch, without the quotes
// it had.
type span struct {
	from, to uint32
	quoted   bool
}

// batch is a block of whole rows, cut into fields.
type batch struct {
	text  []byte
	spans []span // row by row, width of them each
	lines []int  // of each row: the line of the file it starts on
	width int
	first int // number of the first row
	err   error
}

// rows returns the number of rows.
func (b *batch) rows() int { return len(b.lines) }

// splitter cuts CSV text into fields (RFC 4180, with lines that end in \n, \r\n
// or \r, and blanks before a quote that opens a field). Lines that are empty, hold
// blanks alone or begin with the comment sign are passed over.
type splitter struct {
	r         io.Reader
	delimiter []byte // " " is any number of blanks and tabs
	comment   []byte // nil: none
	width     int    // fields of a row; 0: any number
	trailing  bool   // a row may end in a delimiter more

	rest    []byte // text that was read and not cut
	end     bool   // r has no more
	nul     bool   // a NUL byte was met
	line    int    // where rest starts
	inner   int    // line ends in the fields of a row
	doubled []int  // fields of a row that have quotes in them
}

// next cuts the next block into b, which has no rows at the end of the text.
func (s *splitter) next(b *batch) error {
	b.text = append(b.text[:0], s.rest...)
	b.spans, b.lines, b.width = b.spans[:0], b.lines[:0], s.width
	for size := blockSize; ; size *= 2 {
		var err error
		if b.text, err = s.read(b.text, size); err != nil {
			return err
		}
		used, err := s.cut(b, s.end, -1)
		if err != nil {
			return err
		}
		if b.rows() > 0 || s.end {
			s.rest = append(s.rest[:0], b.text[used:]...)
			return nil
		}
		b.text = append(b.text[:0], b.text[used:]...)
		if len(b.text) >= maxRecord {
			return fmt.Errorf("%w: line %d begins a row of more than %d MB: is a quote not closed?", ErrCorrupt, s.line, maxRecord>>20)
		}
	}
}

// read adds to text until it has size bytes or nothing more comes.
func (s *splitter) read(text []byte, size int) ([]byte, error) {
	for len(text) < size && !s.end {
		text = slices.Grow(text, max(size-len(text), 1))
		n, err := s.r.Read(text[len(text):cap(text)])
		s.nul = s.nul || bytes.IndexByte(text[len(text):len(text)+n], 0) >= 0
		text = text[:len(text)+n]
		if err == io.EOF {
			s.end = true
		} else if err != nil {
			return text, err
		}
	}
	return text, nil
}

// cut cuts whole rows of b.text, most of them at most where that is not negative,
// and returns the bytes used. With end the text ends with b.text.
func (s *splitter) cut(b *batch, end bool, most int) (used int, err error) {
	for used < len(b.text) && b.rows() != most {
		next := s.skip(b.text, used, end)
		if next < 0 {
			return used, nil
		}
		if next > used {
			used = next
			s.line++
			continue
		}
		start := len(b.spans)
		s.inner, s.doubled = 0, s.doubled[:0]
		next, err = s.row(b, used, end)
		if err != nil {
			return used, s.locate(b.text, used, err)
		}
		if next < 0 {
			b.spans = b.spans[:start]
			return used, nil
		}
		if err := s.finish(b, start); err != nil {
			return used, err
		}
		b.lines = append(b.lines, s.line)
		s.line += 1 + s.inner
		used = next
	}
	return used, nil
}

// skip returns where the line after the one at pos begins, if that is to be
// passed over, pos if not, and -1 where the text is too short to tell.
func (s *splitter) skip(text []byte, pos int, end bool) int {
	switch c := text[pos]; {
	case c == '\n' || c == '\r':
		return lineEnd(text, pos, end)
	case c == ' ' || c == '\t' && s.delimiter[0] != '\t':
		at := pos
		for at < len(text) && (text[at] == ' ' || text[at] == '\t' && s.delimiter[0] != '\t') {
			at++
		}
		if at == len(text) && !end {
			return -1
		}
		if at == len(text) || text[at] == '\n' || text[at] == '\r' {
			return lineEnd(text, at, end)
		}
	case s.comment != nil && c == s.comment[0]:
		if bytes.HasPrefix(text[pos:], s.comment) {
			at := bytes.IndexAny(text[pos:], "\r\n")
			if at < 0 {
				at = len(text) - pos
			}
			return lineEnd(text, pos+at, end)
		}
		if !end && len(text)-pos < len(s.comment) {
			return -1
		}
	}
	return pos
}

// lineEnd returns where the line after the line end at pos begins, or -1 where
// the text is too short to tell.
func lineEnd(text []byte, pos int, end bool) int {
	switch {
	case pos == len(text):
		if end {
			return pos
		}
		return -1
	case text[pos] == '\n':
		return pos + 1
	case pos+1 < len(text) && text[pos+1] == '\n':
		return pos + 2
	case pos+1 == len(text) && !end:
		return -1
	default:
		return pos + 1
	}
}

// finish checks the number of fields of a row, which begin at spans[start], and
// mends those that have quotes in them.
func (s *splitter) finish(b *batch, start int) error {
	for _, j := range s.doubled {
		f := &b.spans[j]
		f.to = f.from + uint32(halveQuotes(b.text[f.from:f.to]))
	}
	if s.nul {
		for _, f := range b.spans[start:] {
			if !f.quoted && bytes.IndexByte(b.text[f.from:f.to], 0) >= 0 {
				return fmt.Errorf("%w: line %d holds a NUL byte, which no text has: mend the line, or set --encoding if the text is in another encoding, such as utf-16le", ErrCorrupt, s.line)
			}
		}
	}
	n := len(b.spans) - start
	if n > maxColumns {
		return fmt.Errorf("%w: line %d has more than %d fields: is --delimiter %q right?", ErrUnsupported, s.line, maxColumns, firstRune(s.delimiter))
	}
	if last := b.spans[len(b.spans)-1]; s.trailing && n == s.width+1 && last.from == last.to && !last.quoted {
		b.spans = b.spans[:len(b.spans)-1]
		n--
	}
	if s.width > 0 && n != s.width {
		return s.ragged(s.line, n)
	}
	return nil
}

func (s *splitter) ragged(line, n int) error {
	return fmt.Errorf("%w: line %d has %d fields, the lines before have %d: mend the line, or set --delimiter if it is not %q",
		ErrCorrupt, line, n, s.width, firstRune(s.delimiter))
}

func firstRune(b []byte) rune {
	r, _ := utf8.DecodeRune(b)
	return r
}

// halveQuotes makes one quote of each two in text, in place, and returns the
// bytes left.
func halveQuotes(text []byte) int {
	to := 0
	for from := 0; from < len(text); from++ {
		text[to] = text[from]
		to++
		if text[from] == '"' {
			from++
		}
	}
	return to
}

// locate says where err, in the row that begins at start, is.
func (s *splitter) locate(text []byte, start int, err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return err
	}
	line, column := s.place(text[start:p.Column], p.Line > 0)
	opened := ""
	if p.Line > 0 {
		l, c := s.place(text[start:p.Line], false)
		opened = fmt.Sprintf(" (the quote at line %d, byte %d is not closed)", l, c)
	}
	return fmt.Errorf("%w: line %d, byte %d: %w%s: a field with a quote must be quoted, and quotes in it doubled", ErrCorrupt, line, column, p.Err, opened)
}

// place returns the line and the byte in it, both from 1, that follow text, which
// begins the row at s.line. At the end of the file the last line end counts as a
// byte of its line.
func (s *splitter) place(text []byte, end bool) (line, column int) {
	at := len(text)
	if end && at > 0 && text[at-1] == '\n' {
		at--
	}
	at = bytes.LastIndexAny(text[:at], "\r\n") + 1
	return s.line + lineEnds(text[:at]), len(text) - at + 1
}
