package table

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// allowance is how many bytes more a file of its size may take, unpacked and as
// columns. It is safe for concurrent use.
type allowance struct {
	left atomic.Int64
	size int64
}

// newAllowance grants what is likely for size bytes. Runs of equal values shrink
// by any factor, hence the first term.
func newAllowance(size int64) *allowance {
	a := &allowance{size: size}
	a.left.Store(64<<20 + 1024*size)
	return a
}

// spend takes n bytes.
func (a *allowance) spend(n int64) error {
	if n < 0 || a.left.Add(-n) < 0 {
		return fmt.Errorf("%w: %d bytes would take more than %d MB unpacked; if the file is sound, write it again without compression", ErrCorrupt, a.size, (64<<20+1024*a.size)>>20)
	}
	return nil
}

// unpacker unpacks the bodies of messages. Arrow says of each buffer how large it
// becomes; no more is allocated, or written.
type unpacker struct {
	left *allowance
	zstd *zstd.Decoder // made when needed
}

// raw is what stands before a buffer in place of its unpacked size when it is not
// packed.
const raw = -1

// unpack returns the body of a batch with no buffer packed, and tells its message
// so.
func (u *unpacker) unpack(b flat, batch int, body []byte) ([]byte, error) {
	at := b.optional(batch, 3)
	if at == 0 {
		return body, nil
	}
	codec, err := u.codec(b.optionalByte(b.follow(at), 0))
	if err != nil {
		return nil, err
	}
	first, n := b.vector(batch, 2, 16)
	size, err := claimed(b, first, n, body)
	if err == nil {
		err = u.left.spend(size)
	}
	if err != nil {
		return nil, err
	}
	out := make([]byte, size)
	end := 0
	for at := first; at < first+16*n; at += 16 {
		from, length := b.long(at), b.long(at+8)
		binary.LittleEndian.PutUint64(b[at:], uint64(end))
		if length == 0 {
			continue
		}
		packed := flat(body[from : from+length])
		size := packed.long(0)
		start := end + 8
		if size == raw {
			size = length - 8
			copy(out[start:], packed[8:])
		} else if err := codec(out[start:start+int(size)], packed[8:]); err != nil {
			return nil, fmt.Errorf("%w: a packed buffer: %w", ErrCorrupt, err)
		}
		binary.LittleEndian.PutUint64(out[end:], ^uint64(0)) // raw
		binary.LittleEndian.PutUint64(b[at+8:], uint64(8+size))
		end = start + int(size+7)&^7
	}
	return out, nil
}

// claimed adds up the sizes that n buffers, listed in b from first on, claim to
// have unpacked, each behind its mark and up to a multiple of 8.
func claimed(b flat, first, n int, body []byte) (total int64, err error) {
	for at := first; at < first+16*n; at += 16 {
		from, length := b.long(at), b.long(at+8)
		if length == 0 {
			continue
		}
		size := flat(body[from : from+length]).long(0)
		if size == raw {
			size = length - 8
		}
		if size < 0 || size > 1<<48 {
			return 0, fmt.Errorf("%w: a buffer of %d bytes", ErrCorrupt, size)
		}
		total += 8 + (size+7)&^7
	}
	return total, nil
}

// codec returns what fills dst from packed bytes, exactly.
func (u *unpacker) codec(number byte) (func(dst, packed []byte) error, error) {
	switch number {
	case 0:
		return unpackFrame, nil
	case 1:
		if u.zstd == nil {
			var err error
			// The window lies in the result and takes no memory of its own.
			u.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxWindow(1<<40))
			if err != nil {
				return nil, err
			}
		}
		return u.unpackZstd, nil
	}
	return nil, fmt.Errorf("%w: it is packed with codec %d of Arrow, known are LZ4 and Zstandard: write it again with one of them", ErrUnsupported, number)
}

func (u *unpacker) unpackZstd(dst, packed []byte) error {
	out, err := u.zstd.DecodeAll(packed, dst[:0:len(dst)])
	if err == nil && len(out) != len(dst) {
		err = fmt.Errorf("it holds %d bytes, %d are claimed", len(out), len(dst))
	}
	return err
}

func unpackFrame(dst, packed []byte) error {
	r := lz4.NewReader(bytes.NewReader(packed))
	if _, err := io.ReadFull(r, dst); err != nil {
		return err
	}
	if n, err := r.Read(make([]byte, 1)); n > 0 || err != io.EOF {
		return fmt.Errorf("it holds more than the %d bytes that are claimed: %v", len(dst), err)
	}
	return nil
}
