package npy

import (
	"archive/zip"
	"fmt"
	"io"
)

// Writer writes an .npz file whose arrays are stored without compression, as
// numpy.savez does. It is not safe for concurrent use.
type Writer struct {
	zip  *zip.Writer
	name string // the open array
	left int64  // bytes still missing in it
	out  io.Writer
}

// NewWriter returns a Writer of an archive on w.
func NewWriter(w io.Writer) *Writer { return &Writer{zip: zip.NewWriter(w)} }

// Create starts the array called name and returns a Writer that takes the bytes
// of its values in the order and byte order of h, exactly as many as h says.
// The array ends where the next one starts.
func (w *Writer) Create(name string, h Header) (io.Writer, error) {
	if err := w.finish(); err != nil {
		return nil, err
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	out, err := w.zip.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
	if err != nil {
		return nil, err
	}
	if _, err := out.Write(h.append(nil)); err != nil {
		return nil, err
	}
	w.name, w.left, w.out = name, int64(h.Len())*int64(h.Size), out
	return (*entry)(w), nil
}

// entry is the open array of a Writer.
type entry Writer

// Write adds values to the open array.
func (e *entry) Write(p []byte) (int, error) {
	if int64(len(p)) > e.left {
		return 0, fmt.Errorf("npy: array %q gets more values than its header says", e.name)
	}
	n, err := e.out.Write(p)
	e.left -= int64(n)
	return n, err
}

// finish ends the open array.
func (w *Writer) finish() error {
	if w.left != 0 {
		return fmt.Errorf("npy: array %q lacks %d bytes", w.name, w.left)
	}
	return nil
}

// Close writes the archive's directory. It does not close the writer below.
func (w *Writer) Close() error {
	if err := w.finish(); err != nil {
		return err
	}
	return w.zip.Close()
}

// Put writes data as the array called name with the given shape, whose product
// is len(data).
func Put[T Value](w *Writer, name string, data []T, shape ...int) error {
	out, err := w.Create(name, HeaderOf[T](shape...))
	if err != nil {
		return err
	}
	_, err = out.Write(Bytes(data))
	return err
}

// HeaderOf returns the header of a row-major array of T in the machine's byte
// order.
func HeaderOf[T Value](shape ...int) Header {
	h := Header{BigEndian: HostBigEndian, Shape: shape}
	switch any(*new(T)).(type) {
	case int8, int16, int32, int64:
		h.Kind = 'i'
	case uint8, uint16, uint32, uint64:
		h.Kind = 'u'
	default:
		h.Kind = 'f'
	}
	h.Size = len(Bytes(make([]T, 1)))
	return h
}
