package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strings"
)

// Errors of this package, for errors.Is.
var (
	ErrCorrupt     = errors.New("npy: damaged or no NumPy file")
	ErrUnsupported = errors.New("npy: kind of array that cannot be read")
)

// Header describes an array.
type Header struct {
	Kind      byte  // 'b' bool, 'i' int, 'u' uint, 'f' float, 'S' bytes, 'U' text
	Size      int   // bytes of one value: 1, 2, 4 or 8; of bytes and text, those of the longest
	BigEndian bool  // byte order of the values in the file
	Fortran   bool  // first index varies fastest
	Shape     []int // lengths of the axes; empty for a single value
}

// maxHeader bounds the text of a header. NumPy's own headers are of 64 to 192
// bytes and its reader stops at 10,000.
const maxHeader = 1 << 16

const magic = "\x93NUMPY"

// ReadHeader reads the header at the start of an .npy file and returns it with
// the number of bytes read.
func ReadHeader(r io.Reader) (Header, int, error) {
	var start [12]byte
	if _, err := io.ReadFull(r, start[:10]); err != nil {
		return Header{}, 0, fmt.Errorf("%w: shorter than a header", ErrCorrupt)
	}
	if string(start[:6]) != magic {
		return Header{}, 0, fmt.Errorf("%w: it does not start with NumPy's magic bytes", ErrCorrupt)
	}
	length, used := int(binary.LittleEndian.Uint16(start[8:])), 10
	switch start[6] {
	case 1:
	case 2, 3:
		if _, err := io.ReadFull(r, start[10:]); err != nil {
			return Header{}, 0, fmt.Errorf("%w: shorter than a header", ErrCorrupt)
		}
		length, used = int(binary.LittleEndian.Uint32(start[8:])), 12
	default:
		return Header{}, 0, fmt.Errorf("%w: format version %d, known are 1 to 3", ErrUnsupported, start[6])
	}
	if length < 0 || length > maxHeader {
		return Header{}, 0, fmt.Errorf("%w: a header of %d bytes", ErrCorrupt, length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return Header{}, 0, fmt.Errorf("%w: the file ends inside the header", ErrCorrupt)
	}
	h, err := parseHeader(string(text))
	return h, used + length, err
}

// Len returns the number of values.
func (h Header) Len() int {
	n := 1
	for _, s := range h.Shape {
		n *= s
	}
	return n
}

// DType returns NumPy's name of the type of the values, such as "float16".
func (h Header) DType() string {
	if h.Kind == 'b' {
		return "bool"
	}
	if h.Text() {
		return fmt.Sprintf("%c%d", h.Kind, h.Size/textUnit[h.Kind])
	}
	return fmt.Sprintf("%s%d", map[byte]string{'i': "int", 'u': "uint", 'f': "float"}[h.Kind], 8*h.Size)
}

// Descr returns the type of the values as a header writes it, such as "<f2".
func (h Header) Descr() string {
	order, size := "<", h.Size
	switch {
	case h.Size == 1 || h.Kind == 'S':
		order = "|"
	case h.BigEndian:
		order = ">"
	}
	if h.Text() {
		size /= textUnit[h.Kind]
	}
	return fmt.Sprintf("%s%c%d", order, h.Kind, size)
}

// Text tells whether the values are text, for [ReadTexts], and not numbers.
func (h Header) Text() bool { return textUnit[h.Kind] > 0 }

// check finds impossible shapes: Len times Size must fit an int.
func (h Header) check() error {
	total := uint64(h.Size)
	for _, s := range h.Shape {
		hi, lo := bits.Mul64(total, uint64(s))
		if s < 0 || hi != 0 || lo > 1<<62 {
			return fmt.Errorf("%w: impossible shape %v", ErrCorrupt, h.Shape)
		}
		total = lo
	}
	if total > uint64(maxInt) {
		return fmt.Errorf("%w: shape %v does not fit this machine's memory", ErrUnsupported, h.Shape)
	}
	return nil
}

// CheckSize returns an error when the values of h do not fill avail bytes.
func (h Header) CheckSize(avail int64) error {
	if need := int64(h.Len()) * int64(h.Size); need != avail {
		return fmt.Errorf("%w: shape %v of %s needs %d bytes, %d are there", ErrCorrupt, h.Shape, h.DType(), need, avail)
	}
	return nil
}

const maxInt = int(^uint(0) >> 1)

// append adds h as a header of version 1 whose values start at a multiple of 64.
func (h Header) append(dst []byte) []byte {
	shape := new(strings.Builder)
	for _, s := range h.Shape {
		fmt.Fprintf(shape, "%d, ", s)
	}
	dims := strings.TrimSuffix(shape.String(), " ")
	if len(h.Shape) > 1 {
		dims = strings.TrimSuffix(dims, ",")
	}
	fortran := "False"
	if h.Fortran {
		fortran = "True"
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", h.Descr(), fortran, dims)
	text += strings.Repeat(" ", 63-(10+len(text))%64) + "\n"
	dst = append(dst, magic+"\x01\x00"...)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(text)))
	return append(dst, text...)
}
