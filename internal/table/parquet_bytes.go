package table

import (
	"encoding/binary"
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// byteReader reads values of a variable or fixed number of bytes.
type byteReader struct {
	width   int    // 0: every value has a length of its own
	spend   ledger // of what values take that repeat the one before
	lengths []uint32
	value   []byte
}

// each calls visit with the n values of a page, one after the other. The bytes
// are only lent.
func (r *byteReader) each(n int, encoding format.Encoding, src []byte, visit func(i int, value []byte) error) error {
	switch {
	case encoding == format.Plain && r.width > 0:
		return r.fixed(n, src, visit)
	case encoding == format.Plain:
		return eachPlain(n, src, visit)
	case encoding == format.DeltaLengthByteArray && r.width == 0:
		return r.deltaLength(n, src, visit)
	case encoding == format.DeltaByteArray:
		return r.delta(n, src, visit)
	case encoding == format.ByteStreamSplit && r.width > 0:
		return r.split(n, src, visit)
	default:
		return errEncoding(encoding)
	}
}

func (r *byteReader) fixed(n int, src []byte, visit func(int, []byte) error) error {
	if len(src)/r.width < n {
		return errValues
	}
	for i := range n {
		if err := visit(i, src[i*r.width:][:r.width]); err != nil {
			return err
		}
	}
	return nil
}

// eachPlain reads lengths of 4 bytes, each followed by its value.
func eachPlain(n int, src []byte, visit func(int, []byte) error) error {
	for i := range n {
		if len(src) < 4 || uint64(binary.LittleEndian.Uint32(src)) > uint64(len(src)-4) {
			return errValues
		}
		end := 4 + int(binary.LittleEndian.Uint32(src))
		if err := visit(i, src[4:end]); err != nil {
			return err
		}
		src = src[end:]
	}
	return nil
}

// split reads BYTE_STREAM_SPLIT.
func (r *byteReader) split(n int, src []byte, visit func(int, []byte) error) error {
	all := len(src) / r.width
	if all < n {
		return errValues
	}
	value := make([]byte, r.width)
	for i := range n {
		for k := range value {
			value[k] = src[k*all+i]
		}
		if err := visit(i, value); err != nil {
			return err
		}
	}
	return nil
}

// readLengths reads n lengths and returns them and the bytes behind them.
func readLengths(dst []uint32, src []byte, n int) ([]uint32, []byte, error) {
	if cap(dst) < n {
		dst = make([]uint32, n)
	}
	if count, err := deltaCount(src); err != nil || count != uint64(n) {
		return dst, nil, errValues
	}
	rest, err := deltaWords(dst[:n], src)
	return dst[:n], rest, err
}

// deltaCount returns how many values DELTA_BINARY_PACKED bytes tell of.
func deltaCount(src []byte) (count uint64, err error) {
	for range 3 {
		v, n := binary.Uvarint(src)
		if n <= 0 {
			return 0, errValues
		}
		count, src = v, src[n:]
	}
	return count, nil
}

// deltaLength reads DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
func (r *byteReader) deltaLength(n int, src []byte, visit func(int, []byte) error) (err error) {
	if r.lengths, src, err = readLengths(r.lengths, src, n); err != nil {
		return err
	}
	for i, length := range r.lengths {
		if uint64(length) > uint64(len(src)) {
			return errValues
		}
		if err := visit(i, src[:length]); err != nil {
			return err
		}
		src = src[length:]
	}
	return nil
}

// delta reads DELTA_BYTE_ARRAY: how much each value shares with the one before,
// then what follows in DELTA_LENGTH_BYTE_ARRAY.
func (r *byteReader) delta(n int, src []byte, visit func(int, []byte) error) error {
	shared, src, err := readLengths(nil, src, n)
	if err != nil {
		return err
	}
	r.value = r.value[:0]
	return r.deltaLength(n, src, func(i int, suffix []byte) error {
		if uint64(shared[i]) > uint64(len(r.value)) {
			return fmt.Errorf("a value shares %d bytes with one of %d", shared[i], len(r.value))
		}
		r.value = append(r.value[:shared[i]], suffix...)
		if r.width > 0 && len(r.value) != r.width {
			return fmt.Errorf("a value of %d bytes, not %d", len(r.value), r.width)
		}
		if err := r.spend(int64(len(r.value))); err != nil {
			return err
		}
		return visit(i, r.value)
	})
}
