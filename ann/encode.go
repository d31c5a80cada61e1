package ann

import (
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
// changes go on. Its bytes depend on rows, options, seed and changes alone.
func (x *Index) Save(path string) error {
	f, err := atomicfile.Create(path, true)
	if err != nil {
		return fmt.Errorf("ann: %w", err)
	}
	defer f.Abort()
	if _, err := x.WriteTo(f); err != nil {
		return fmt.Errorf("ann: write %s: %w", path, err)
	}
	if err := f.Commit(); err != nil {
		return fmt.Errorf("ann: write %s: %w", path, err)
	}
	return nil
}

// WriteTo writes what Save writes to w.
func (x *Index) WriteTo(w io.Writer) (n int64, err error) {
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
	h, parts := x.arrangeFile(st, meta)
	at, err := w.Write(h.encode())
	n = int64(at)
	for _, part := range parts {
		for _, b := range [][]byte{part, make([]byte, aligned4096(uint64(len(part)))-uint64(len(part)))} {
			at, err = writeAll(w, b, err)
			n += int64(at)
		}
	}
	return n, err
}

// writeAll writes b unless there was an error before.
func writeAll(w io.Writer, b []byte, err error) (int, error) {
	if err != nil || len(b) == 0 {
		return 0, err
	}
	return w.Write(b)
}

// arrangeFile returns the header of a file that holds st and meta, and its
// sections in order.
func (x *Index) arrangeFile(st *state, meta []byte) (*header, [][]byte) {
	h := &header{opt: x.opt, dim: x.space.dim, next: st.next}
	at := uint64(headerBytes)
	var parts [][]byte
	place := func(b []byte) section {
		parts = append(parts, b)
		s := section{offset: at, length: uint64(len(b)), sum: crc32.Checksum(b, castagnoli)}
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
		for j, b := range [segmentSections][]byte{
			memory.BytesOf(v.nominal.limits), memory.BytesOf(v.Rows), v.CodeSection, memory.BytesOf(v.Links), memory.BytesOf(v.Outposts), memory.BytesOf(v.values), memory.BytesOf(v.nodeStarts), memory.BytesOf(v.starts), memory.BytesOf(v.ids), memory.BytesOf(v.hidden.bitmap(len(v.ids))),
		} {
			s.sections[j] = place(b)
		}
		h.segments = append(h.segments, s)
	}
	h.fileSize = at
	return h, parts
}
