package npy

import (
	"context"
	"fmt"
	"io"
	"math/bits"
	"unsafe"
)

// Value is a type in which arrays are held. float16 is held as its bits in
// uint16, bool as uint8.
type Value interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64
}

// piece is how many bytes are read between two looks at the context.
const piece = 1 << 20

// Read reads the values of the array that h describes from r, which stands
// behind the header and holds avail more bytes, and returns them row-major in
// the machine's byte order. T must have h.Size bytes. It needs h.Len()*h.Size
// bytes and, for Fortran order, a small buffer.
func Read[T Value](ctx context.Context, r io.Reader, h Header, avail int64) ([]T, error) {
	var zero T
	if int(unsafe.Sizeof(zero)) != h.Size {
		panic(fmt.Sprintf("npy: values of %d bytes read as %T", h.Size, zero))
	}
	v, err := NewValues[T](r, h, avail)
	if err != nil {
		return nil, err
	}
	return v.All(ctx)
}

// Values reads the values of an array in the order of the file, some at a time.
type Values[T Value] struct {
	r    io.Reader
	h    Header
	left int // values
}

// NewValues returns a reader of what [Read] reads, which is row-major unless h is in
// Fortran order.
func NewValues[T Value](r io.Reader, h Header, avail int64) (*Values[T], error) {
	return &Values[T]{r, h, h.Len()}, h.CheckSize(avail)
}

// Next fills dst with the next values, of which there must be as many. Behind the
// last one it looks for the end of r.
func (v *Values[T]) Next(ctx context.Context, dst []T) error {
	if err := readFull(ctx, v.r, Bytes(dst)); err != nil {
		return err
	}
	Order(v.h, dst)
	if v.left -= len(dst); v.left > 0 {
		return nil
	}
	return readEnd(v.r)
}

// All returns all values row-major, of which none was read yet.
func (v *Values[T]) All(ctx context.Context) ([]T, error) {
	data := make([]T, v.h.Len())
	if !v.h.Fortran || len(v.h.Shape) < 2 {
		return data, v.Next(ctx, data)
	}
	if err := readColumns(ctx, v.r, v.h, data); err != nil {
		return nil, err
	}
	return data, readEnd(v.r)
}

// Copy copies the values that [Read] reads to w as they stand in the file.
func Copy(ctx context.Context, w io.Writer, r io.Reader, h Header, avail int64) error {
	if err := h.CheckSize(avail); err != nil {
		return err
	}
	buf := make([]byte, min(avail, piece))
	for left := avail; left > 0; {
		some := buf[:min(left, piece)]
		if err := readFull(ctx, r, some); err != nil {
			return err
		}
		if _, err := w.Write(some); err != nil {
			return err
		}
		left -= int64(len(some))
	}
	return readEnd(r)
}

// Order turns values as they stand in a file into those of the machine.
func Order[T Value](h Header, data []T) {
	if h.BigEndian != HostBigEndian {
		swap(data)
	}
}

// readEnd looks for the end of r: an archive compares its checksum there only.
func readEnd(r io.Reader) error {
	if _, err := io.ReadFull(r, make([]byte, 1)); err != io.EOF {
		return fmt.Errorf("%w: bytes behind the values: %v", ErrCorrupt, err)
	}
	return nil
}

// readColumns reads a matrix in Fortran order, a run of one column at a time.
func readColumns[T Value](ctx context.Context, r io.Reader, h Header, data []T) error {
	if len(h.Shape) != 2 {
		return fmt.Errorf("%w: %d axes in Fortran order", ErrUnsupported, len(h.Shape))
	}
	rows, cols := h.Shape[0], h.Shape[1]
	buf := make([]T, min(rows, 16<<10))
	for j := range cols {
		for from := 0; from < rows; from += len(buf) {
			run := buf[:min(len(buf), rows-from)]
			if err := readFull(ctx, r, Bytes(run)); err != nil {
				return err
			}
			Order(h, run)
			dst := data[from*cols+j:]
			for i, v := range run {
				dst[i*cols] = v
			}
		}
	}
	return nil
}

// readFull fills b, stopping early when ctx is done.
func readFull(ctx context.Context, r io.Reader, b []byte) error {
	for len(b) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(b), piece)
		if _, err := io.ReadFull(r, b[:n]); err != nil {
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		b = b[n:]
	}
	return nil
}

// HostBigEndian tells whether this machine stores the high byte first.
var HostBigEndian = func() bool {
	one := uint16(1)
	return *(*byte)(unsafe.Pointer(&one)) == 0
}()

// Bytes returns the memory of data: values in the machine's byte order.
func Bytes[T Value](data []T) []byte {
	if len(data) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&data[0])), len(data)*int(unsafe.Sizeof(data[0])))
}

// swap reverses the bytes of each value.
func swap[T Value](data []T) {
	switch unsafe.Sizeof(*new(T)) {
	case 2:
		reverse(view[uint16](data), bits.ReverseBytes16)
	case 4:
		reverse(view[uint32](data), bits.ReverseBytes32)
	case 8:
		reverse(view[uint64](data), bits.ReverseBytes64)
	}
}

// view returns data as values of another type of the same size.
func view[U, T Value](data []T) []U {
	return unsafe.Slice((*U)(unsafe.Pointer(unsafe.SliceData(data))), len(data))
}

func reverse[U Value](data []U, bytes func(U) U) {
	for i, v := range data {
		data[i] = bytes(v)
	}
}
