package table

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"math/bits"
)

// row adds the fields of the row at pos and returns where the next line begins,
// or -1 where the text ends before the row does.
func (s *splitter) row(b *batch, pos int, end bool) (int, error) {
	text, blanks := b.text, s.delimiter[0] == ' '
	for {
		if blanks {
			pos = skipBlanks(text, pos, true)
		}
		at := pos
		if at < len(text) && (text[at] == ' ' || text[at] == '\t') {
			at = skipBlanks(text, pos, s.delimiter[0] != '\t')
		}
		if at < len(text) && text[at] == '"' {
			next, err := s.quoted(b, at, end)
			if next < 0 || err != nil {
				return next, err
			}
			at = next
		} else {
			at = s.find(text, pos, blanks)
			if at < len(text) && text[at] == '"' {
				return 0, &csv.ParseError{Column: at, Err: csv.ErrBareQuote}
			}
			b.spans = append(b.spans, span{uint32(pos), uint32(at), false})
		}
		if blanks {
			at = skipBlanks(text, at, true)
		}
		if at == len(text) || text[at] == '\n' || text[at] == '\r' {
			return lineEnd(text, at, end), nil
		}
		if !blanks {
			at += len(s.delimiter)
		}
		pos = at
	}
}

// skipBlanks returns the first position from pos on that is no blank, nor a tab
// where tabs are blanks.
func skipBlanks(text []byte, pos int, tabs bool) int {
	for pos < len(text) && (text[pos] == ' ' || tabs && text[pos] == '\t') {
		pos++
	}
	return pos
}

// quoted adds the field whose quote opens at open and returns what follows it,
// or -1 where the text ends before the field does.
func (s *splitter) quoted(b *batch, open int, end bool) (int, error) {
	text, at, doubled := b.text, open+1, false
	for {
		i := bytes.IndexByte(text[at:], '"')
		if i < 0 || !end && at+i+1 == len(text) {
			if end {
				return 0, &csv.ParseError{Line: open, Column: len(text), Err: csv.ErrQuote}
			}
			return -1, nil
		}
		at += i + 1
		if at == len(text) || text[at] != '"' {
			break
		}
		at++
		doubled = true
	}
	if doubled {
		s.doubled = append(s.doubled, len(b.spans))
	}
	s.inner += lineEnds(text[open+1 : at-1])
	b.spans = append(b.spans, span{uint32(open + 1), uint32(at - 1), true})
	next := skipBlanks(text, at, s.delimiter[0] != '\t')
	if next == len(text) && end {
		return next, nil
	}
	if !end && len(text)-next < len(s.delimiter) {
		return -1, nil
	}
	if c := text[next]; c != '\n' && c != '\r' && !bytes.HasPrefix(text[next:], s.delimiter) && (s.delimiter[0] != ' ' || next == at) {
		return 0, &csv.ParseError{Column: at - 1, Err: csv.ErrQuote}
	}
	return next, nil
}

// lineEnds counts the line ends in text.
func lineEnds(text []byte) int {
	return bytes.Count(text, []byte{'\n'}) + bytes.Count(text, []byte{'\r'}) - bytes.Count(text, []byte("\r\n"))
}

// find returns the first position from pos on of a delimiter, a line end or a
// quote, or the end of text.
func (s *splitter) find(text []byte, pos int, blanks bool) int {
	if blanks {
		if at := bytes.IndexAny(text[pos:], " \t\r\n\""); at >= 0 {
			return pos + at
		}
		return len(text)
	}
	for {
		pos = firstOf(text, pos, s.delimiter[0])
		if pos == len(text) || text[pos] != s.delimiter[0] || bytes.HasPrefix(text[pos:], s.delimiter) {
			return pos
		}
		pos++
	}
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// firstOf returns the first position from pos on of delimiter, a line end or a
// quote, or the end of text. It looks at eight bytes at once: x-lows&^x has the
// high bit of the lowest byte of x that is zero.
func firstOf(text []byte, pos int, delimiter byte) int {
	for ; pos+8 <= len(text); pos += 8 {
		w := binary.LittleEndian.Uint64(text[pos:])
		d, n, r, q := w^uint64(delimiter)*lows, w^'\n'*lows, w^'\r'*lows, w^'"'*lows
		if m := ((d-lows)&^d | (n-lows)&^n | (r-lows)&^r | (q-lows)&^q) & highs; m != 0 {
			return pos + bits.TrailingZeros64(m)>>3
		}
	}
	for ; pos < len(text); pos++ {
		if c := text[pos]; c == delimiter || c == '\n' || c == '\r' || c == '"' {
			break
		}
	}
	return pos
}
