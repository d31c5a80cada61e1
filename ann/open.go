package ann

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"weak"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/ann/internal/memory"
)

// Open opens a file that Save wrote. The file is mapped into memory: that takes less
// than a millisecond whatever its size, rows are read when a search comes to them,
// and programs that open the same file share them. The file must not be written to
// while it is open; Save replaces files and so is no such writing.
//
// The header is checked, with lengths. Everything else on which the safety of
// searches depends, links and ids, is checked when a search comes to it. Where it
// cannot be, or cannot be read since the file was cut off, that call and all later
// ones have the error ErrCorrupt, and those that return no error find nothing.
// Whether the file is as Save wrote it, Verify tells. The error of Open is ErrCorrupt
// or ErrVersion, or that of the file system.
func Open(path string) (*Index, error) {
	return open(path, mapFile)
}

// Load is Open that reads the file into memory of its own, on huge pages where
// the system has them: searches of large indexes are up to a third faster, and
// what happens to the file later does not matter.
func Load(path string) (*Index, error) {
	return open(path, readFile)
}

// Preload reads those parts of an opened file that searches go through, links and codes
// or rows, at once, where the system has a call for that. It takes some milliseconds
// for a hundred megabytes that the system has in memory anyway, and as long as reading
// them otherwise; hundreds of queries take that together where each page is asked for
// when a search comes to it. It does nothing to an index that is in memory of its own.
func (x *Index) Preload() {
	g, err := x.enter(0)
	if err != nil {
		return
	}
	defer g.end(&err)
	st := x.state.Load()
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	for i := range st.views {
		v := &st.views[i]
		if v.memory == nil {
			continue
		}
		memory.Populate(memory.BytesOf(v.Links))
		if v.Codes != nil {
			memory.Populate(v.CodeSection)
		} else {
			memory.Populate(memory.BytesOf(v.Graph.Rows))
		}
	}
}

func open(path string, read fileReader) (x *Index, err error) {
	err = readIndex(path, read, func(data []byte, free func()) error {
		err := reading(data, func() (err error) {
			x, err = decode(data, free)
			return err
		})
		if err != nil {
			free()
		}
		return err
	})
	return x, err
}

// fileReader returns the bytes of a file and what frees them.
type fileReader func(f *os.File, size int) (data []byte, free func(), err error)

// readIndex reads the file path and calls use with its bytes. Errors name path.
func readIndex(path string, read fileReader, use func(data []byte, free func()) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("ann: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return fmt.Errorf("ann: %w", err)
	case !info.Mode().IsRegular() || info.Size() > math.MaxInt:
		return fmt.Errorf("%s: %w", path, corrupt("it is no regular file that fits into memory"))
	case info.Size() < headerBytes:
		return fmt.Errorf("%s: %w", path, corrupt("it has %d bytes, less than a header", info.Size()))
	}
	data, free, err := read(f, int(info.Size()))
	if err != nil {
		return fmt.Errorf("ann: read %s: %w", path, err)
	}
	if err := use(data, free); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// readFile reads a file into aligned memory.
func readFile(f *os.File, size int) ([]byte, func(), error) {
	data := memory.Bytes(size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, nil, err
	}
	return data, func() {}, nil
}

// decode returns the index in data, which starts at a multiple of 64 bytes. It
// refers to data until free is called, when the index is not used any more.
func decode(data []byte, free func()) (*Index, error) {
	if bigEndian {
		return nil, errBigEndian
	}
	h, err := decodeHeader(data)
	if err != nil {
		return nil, err
	}
	st := &state{next: h.next}
	for i := range h.segments {
		v, err := h.decodeSegment(data, &h.segments[i])
		if err != nil {
			return nil, fmt.Errorf("segment %d: %w", i, err)
		}
		st.views = append(st.views, v)
		st.live += v.live
	}
	x := newIndex(h.opt, graph.DefaultTuning, space{metric: h.opt.Metric, dim: h.dim, nominal: nominal{columns: h.opt.Nominal}}, st)
	x.opened = true
	x.meta = append([]byte(nil), h.meta.of(data)...)
	if len(st.views) == 0 {
		free()
		return x, nil
	}
	m := newMapping(data, free)
	x.file = weak.Make(m)
	for i := range st.views {
		st.views[i].memory = m
	}
	return x, nil
}

// Files are used as they lie in memory, in the byte order of nearly all machines.
var (
	bigEndian    = binary.NativeEndian.Uint16([]byte{1, 0}) != 1
	errBigEndian = errors.New("ann: index files cannot be used on big-endian machines")
)

// of returns s in data.
func (s section) of(data []byte) []byte {
	return data[s.offset : s.offset+s.length : s.offset+s.length]
}

// decodeSegment returns the segment that s describes. Of data it reads nothing but
// which rows were deleted.
func (h *header) decodeSegment(data []byte, s *segmentHeader) (view, error) {
	x := &segment{space: s.space, next: h.next}
	kernels, err := x.kernelsAt(graph.DefaultTuning.Level)
	if err != nil {
		return view{}, err
	}
	products, err := x.productsAt(graph.DefaultTuning.Level)
	if err != nil {
		return view{}, err
	}
	part := func(i int) []byte { return s.sections[i].of(data) }
	x.Products = products
	x.Kernels, x.N, x.Columns, x.Stride, x.Rows = kernels, int(s.nodes), x.width(), x.padded(), memory.SliceOf[float32](part(sectionVectors))
	if s.step > 0 {
		x.TakeCodes(part(sectionCodes), s.step, s.lossless)
	}
	x.Outposts = memory.SliceOf[uint32](part(sectionOutposts))
	x.values = memory.SliceOf[float32](part(sectionValues))
	x.nodeStarts = memory.SliceOf[uint32](part(sectionNodeStarts))
	x.starts = memory.SliceOf[uint32](part(sectionStarts))
	x.ids = memory.SliceOf[uint32](part(sectionIDs))
	if s.entryShift > 0 {
		x.Layer = graph.Layer{Size: x.N, Degree: 2 * h.opt.M, Links: memory.SliceOf[uint32](part(sectionLinks))}
	}
	x.Entries = graph.Sampled(x.N, uint(s.entryShift), 0)
	hidden := memory.SliceOf[uint64](part(sectionHidden))
	if err := checkBitmap(hidden, len(x.ids)); err != nil {
		return view{}, err
	}
	v := view{segment: x, hidden: rowSetOf(hidden)}
	v.live = len(x.ids) - v.hidden.count
	return v, nil
}

// checkBitmap returns an error where words hold rows from n on.
func checkBitmap(words []uint64, n int) error {
	if len(words) > 0 && n%64 != 0 && words[len(words)-1]>>(n%64) != 0 {
		return corrupt("rows are deleted that are not there")
	}
	return nil
}
