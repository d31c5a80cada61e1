package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
)

// Zstandard files say how large a window of what was written a decoder must keep,
// up to terabytes. maxWindow is what is kept whatever the size of the file; beyond,
// a window may be windowRatio times as large as the file.
const (
	maxWindow   = 1 << 31
	plainWindow = 1 << 27
	windowRatio = 64
)

func isZstd(magic []byte) bool {
	return len(magic) == 4 && (binary.LittleEndian.Uint32(magic) == 0xfd2fb528 || skippable(magic))
}

func skippable(magic []byte) bool { return binary.LittleEndian.Uint32(magic)&^0xf == 0x184d2a50 }

// narrowed is a Zstandard file in which some bytes, those that tell the window,
// are others.
type narrowed struct {
	r    io.Reader
	at   int64
	swap map[int64]byte // in place of the byte there
}

func (n *narrowed) Read(p []byte) (int, error) {
	got, err := n.r.Read(p)
	for at, c := range n.swap {
		if i := at - n.at; i >= 0 && i < int64(got) {
			p[i] = c
		}
	}
	n.at += int64(got)
	return got, err
}

// narrowWindows walks over the headers of frames and blocks of file, of size bytes, and returns it with each
// window cut down to what its frame can hold at most, so that zstd --long of a
// small file takes little memory. It is an error if that is still too much. What
// is damaged is left to the decoder.
func narrowWindows(file io.ReaderAt, size int64) (*narrowed, error) {
	n := &narrowed{swap: map[int64]byte{}}
	for at := int64(0); at >= 0 && at < size; {
		var f zstdFrame
		next := f.walk(file, at)
		if f.window > 1<<23 && f.descriptor > 0 && f.content < f.window {
			f.window = 1 << max(10, bits.Len64(uint64(max(f.content, 1)-1)))
			n.swap[f.descriptor] = byte(bits.Len64(uint64(f.window))-1-10) << 3
		}
		if most := min(maxWindow, max(plainWindow, windowRatio*size)); f.window > most {
			return nil, fmt.Errorf("%w: the file was packed with a window of %d MB, more than the %d MB that a file of its size warrants: unpack it beforehand (zstd -d --long=31), or pack it again with a smaller --long",
				ErrUnsupported, f.window>>20, most>>20)
		}
		at = next
	}
	return n, nil
}

// zstdFrame is what the headers of a frame tell (RFC 8878, section 3.1).
type zstdFrame struct {
	window     int64 // 0: unknown
	descriptor int64 // where the window stands in the file; 0: nowhere
	content    int64 // the most that the blocks can hold
}

// walk reads the frame at position at and returns where the next one begins, or
// -1.
func (f *zstdFrame) walk(file io.ReaderAt, at int64) int64 {
	var head [18]byte
	n, err := file.ReadAt(head[:], at)
	if n < 8 || err != nil && !errors.Is(err, io.EOF) {
		return -1
	}
	if skippable(head[:4]) {
		return at + 8 + int64(binary.LittleEndian.Uint32(head[4:]))
	}
	if !bytes.Equal(head[:4], []byte("\x28\xb5\x2f\xfd")) {
		return -1
	}
	flags, used := head[4], 5
	single := flags&0x20 != 0
	if !single {
		exponent, mantissa := head[5]>>3, int64(head[5]&7)
		f.window = 1<<(10+exponent) + 1<<(7+exponent)*mantissa
		f.descriptor = at + 5
		used++
	}
	used += [4]int{0, 1, 2, 4}[flags&3]
	sizes := [4]int{0, 2, 4, 8}
	if single {
		sizes[0] = 1
	}
	stated := sizes[flags>>6]
	if single && used+stated <= n {
		var full [8]byte
		copy(full[:], head[used:used+stated])
		f.window = int64(binary.LittleEndian.Uint64(full[:]))
		if stated == 2 {
			f.window += 256
		}
	}
	return f.blocks(file, at+int64(used+stated), flags&4 != 0)
}

// blocks adds up what the blocks from at on can hold, and returns where the next
// frame begins, or -1.
func (f *zstdFrame) blocks(file io.ReaderAt, at int64, checksum bool) int64 {
	var head [4]byte
	for {
		if _, err := file.ReadAt(head[:3], at); err != nil {
			return -1
		}
		h := binary.LittleEndian.Uint32(head[:])
		size := int64(h >> 3)
		at += 3
		switch h >> 1 & 3 {
		case 0: // raw
			f.content += size
			at += size
		case 1: // one byte, repeated
			f.content += size
			at++
		default:
			f.content += 1 << 17
			at += size
		}
		if h&1 == 1 {
			if checksum {
				at += 4
			}
			return at
		}
	}
}
