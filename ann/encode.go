package ann

import (
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"

	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/internal/atomicfile"
)

// Meta returns what SetMeta stored, or what was stored in the file; nothing after
// Close.
func (x *Index) Meta() []byte {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]byte(nil), x.meta...)
}

// SetMeta stores a copy of meta beside the index, in memory and in files: what a
// program needs to know to use the index, such as the names of columns.
func (x *Index) SetMeta(meta []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.meta = append([]byte(nil), meta...)
}

// Save writes x to the file path, replacing a file that is there. The file is
// there whole or, where an error is returned or the program is killed, not at
// all: then the old one is. It holds the state when Save began; searches and
// changes go on. Its bytes depend on rows, keys, options, seed and changes alone. The
// error is ErrClosed, ErrCorrupt, that of the file system, or that of ctx.
func (x *Index) Save(ctx context.Context, path string) error {
	f, err := atomicfile.Create(path, true)
	if err != nil {
		return fmt.Errorf("ann: %w", err)
	}
	defer f.Abort()
	if _, err := x.write(ctx, f); err != nil {
		return fmt.Errorf("ann: write %s: %w", path, err)
	}
	if err := f.Commit(); err != nil {
		return fmt.Errorf("ann: write %s: %w", path, err)
	}
	return nil
}

// WriteTo writes what Save writes to w.
func (x *Index) WriteTo(w io.Writer) (n int64, err error) { return x.write(context.Background(), w) }

func (x *Index) write(ctx context.Context, w io.Writer) (n int64, err error) {
	if bigEndian {
		return 0, errBigEndian
	}
	g, err := x.enter(0)
	if err != nil {
		return 0, err
	}
	defer g.end(&err)
	x.mu.Lock()
	st, meta := x.state.Load(), x.meta
	x.mu.Unlock()
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	h, parts, err := x.arrangeFile(ctx, st, meta)
	if err != nil {
		return 0, err
	}
	out := &counted{ctx: ctx, w: w}
	out.write(h.encode())
	for _, part := range parts {
		length := uint64(0)
		for _, b := range part {
			out.write(b)
			length += uint64(len(b))
		}
		out.write(make([]byte, aligned4096(length)-length))
	}
	return out.n, out.err
}

// counted writes pieces until there is an error or ctx ends.
type counted struct {
	ctx context.Context
	w   io.Writer
	n   int64
	err error
}

// pieceBytes is how much is written, read or summed between looks at a context.
const pieceBytes = 16 << 20

func (c *counted) write(b []byte) {
	for c.err == nil && len(b) > 0 {
		if c.err = c.ctx.Err(); c.err != nil {
			return
		}
		var n int
		n, c.err = c.w.Write(b[:min(len(b), pieceBytes)])
		c.n += int64(n)
		b = b[n:]
	}
}

// checksum returns the CRC-32C of parts one after the other.
func checksum(ctx context.Context, parts ...[]byte) (sum uint32, err error) {
	for _, part := range parts {
		for len(part) > 0 {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			n := min(len(part), pieceBytes)
			sum = crc32.Update(sum, castagnoli, part[:n])
			part = part[n:]
		}
	}
	return sum, nil
}

// arrangeFile returns the header of a file that holds st and meta, and its
// sections in order, each in parts.
func (x *Index) arrangeFile(ctx context.Context, st *state, meta []byte) (h *header, parts [][][]byte, err error) {
	h = &header{opt: x.opt, dim: x.space.dim, next: st.next}
	at := uint64(headerBytes)
	place := func(list ...[]byte) (s section) {
		parts = append(parts, list)
		s.offset = at
		for _, b := range list {
			s.length += uint64(len(b))
		}
		if err == nil {
			s.sum, err = checksum(ctx, list...)
		}
		at = aligned4096(at + s.length)
		return s
	}
	h.meta = place(meta)
	for i := range st.views {
		v := &st.views[i]
		s := segmentHeader{
			nodes: uint64(v.N), values: uint64(v.unique()), rows: uint64(len(v.ids)),
			entryShift: uint32(v.Entries.Shift), lossless: v.Quantizer.Lossless, radius: v.radius, step: v.Quantizer.Step,
		}
		for j, list := range [segmentSections][][]byte{
			{memory.BytesOf(v.nominal.limits)}, {memory.BytesOf(v.Rows)}, {v.CodeSection}, {memory.BytesOf(v.Links)}, {memory.BytesOf(v.Outposts)}, {memory.BytesOf(v.values)}, {memory.BytesOf(v.nodeStarts)}, {memory.BytesOf(v.starts)}, {memory.BytesOf(v.keys), memory.BytesOf(v.ids)}, {memory.BytesOf(v.hidden.bitmap(len(v.ids)))},
		} {
			s.sections[j] = place(list...)
		}
		h.segments = append(h.segments, s)
	}
	h.fileSize = at
	return h, parts, err
}
