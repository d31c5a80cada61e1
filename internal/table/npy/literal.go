package npy

import (
	"fmt"
	"strconv"
	"strings"
)

// parseHeader reads the Python literal that a header is, for instance
//
//	{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
func parseHeader(text string) (h Header, err error) {
	s := &scanner{text: text}
	seen := map[string]bool{}
	s.expect("{")
	for s.err == nil && !s.accept("}") {
		key := s.quoted()
		s.expect(":")
		switch key {
		case "descr":
			h.setDescr(s)
		case "fortran_order":
			h.Fortran = s.boolean()
		case "shape":
			h.Shape = s.tuple()
		default:
			s.fail("key %q", key)
		}
		seen[key] = true
		if !s.accept(",") {
			s.expect("}")
			break
		}
	}
	if s.err == nil && len(seen) != 3 {
		s.fail("descr, fortran_order or shape is missing")
	}
	if s.err != nil {
		return Header{}, s.err
	}
	return h, h.check()
}

// setDescr reads the type of the values: byte order, kind and size.
func (h *Header) setDescr(s *scanner) {
	if s.accept("[") {
		s.unsupported("records (a structured dtype): save one plain numeric array instead, for instance numpy.lib.recfunctions.structured_to_unstructured(X)")
		return
	}
	d := s.quoted()
	if s.err != nil {
		return
	}
	if strings.HasSuffix(d, "O") {
		s.unsupported("an object array, a Python pickle, which could run any code when loaded: save it again with a numeric dtype, for instance X.astype(float), or text with astype(str)")
		return
	}
	if len(d) < 3 || !strings.Contains("<>|=", d[:1]) {
		s.fail("dtype %q", d)
		return
	}
	size, err := strconv.Atoi(d[2:])
	ok := false
	switch d[1] {
	case 'b':
		ok = size == 1
	case 'i', 'u':
		ok = size == 1 || size == 2 || size == 4 || size == 8
	case 'f':
		ok = size == 2 || size == 4 || size == 8
	case 'S', 'U':
		if size *= textUnit[d[1]]; size > 0 && size <= maxText {
			ok = true
		}
	}
	if err != nil || !ok {
		s.unsupported(fmt.Sprintf("values of dtype %q%s: known are bool, int8 to int64, uint8 to uint64, float16, float32 and float64", d, cures[d[1]]))
		return
	}
	h.Kind, h.Size, h.BigEndian = d[1], size, d[0] == '>'
}

// textUnit is how many bytes the number behind a kind of text counts.
var textUnit = map[byte]int{'S': 1, 'U': 4}

// maxText bounds the bytes of one text.
const maxText = 1 << 24

// cures say what to do about kinds of values that are not read.
var cures = map[byte]string{
	'c': " (complex numbers; save real and imaginary parts as columns of their own)",
	'f': " (longer than a double; save it again with astype('float64'))",
	'M': " (dates; save them again with astype('int64') or as columns of numbers)",
	'm': " (durations; save them again with astype('int64'))",
	'V': " (bytes; save one plain numeric array instead)",
}

// scanner walks over a header and keeps the first error.
type scanner struct {
	text string
	err  error
}

func (s *scanner) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf("%w: header: "+format, append([]any{ErrCorrupt}, args...)...)
	}
}

func (s *scanner) unsupported(what string) {
	if s.err == nil {
		s.err = fmt.Errorf("%w: it holds %s", ErrUnsupported, what)
	}
}

// accept skips blanks, then takes token if it comes next.
func (s *scanner) accept(token string) bool {
	s.text = strings.TrimLeft(s.text, " \t\r\n")
	if s.err != nil || !strings.HasPrefix(s.text, token) {
		return false
	}
	s.text = s.text[len(token):]
	return true
}

func (s *scanner) expect(token string) {
	if !s.accept(token) {
		s.fail("%q expected", token)
	}
}

func (s *scanner) quoted() string {
	quote := "'"
	if s.accept(`"`) {
		quote = `"`
	} else {
		s.expect("'")
	}
	word, rest, ok := strings.Cut(s.text, quote)
	if !ok {
		s.fail("a quote is open")
		return ""
	}
	s.text = rest
	return word
}

func (s *scanner) boolean() bool {
	if s.accept("True") {
		return true
	}
	s.expect("False")
	return false
}

// tuple reads the lengths of the axes. Python 2 wrote some of them as 3L.
func (s *scanner) tuple() []int {
	shape := []int{}
	s.expect("(")
	for s.err == nil && !s.accept(")") {
		s.accept("")
		digits := len(s.text) - len(strings.TrimLeft(s.text, "0123456789"))
		n, err := strconv.Atoi(s.text[:digits])
		if err != nil || len(shape) == 32 {
			s.fail("shape")
			return nil
		}
		s.text = s.text[digits:]
		s.accept("L")
		shape = append(shape, n)
		if !s.accept(",") {
			s.expect(")")
			break
		}
	}
	return shape
}
