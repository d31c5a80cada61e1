package ann

import (
	"context"
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
// and programs that open the same file share them. Save may replace the file, which x
// then keeps as it was; nobody must write to it in place.
//
// The header is checked, with lengths. Everything else on which the safety of
// searches depends, links and ids, is checked when a search comes to it. Where it
// cannot be, or cannot be read since the file was cut off, that call and all later
// ones have the error ErrCorrupt, and those that return no error find nothing. That is
// so too for calls that begin 10 ms or more after the file was written to, on systems
// where files are mapped. Whether the file is as Save wrote it, Verify tells. The error
// of Open is ErrCorrupt or ErrVersion, or that of the file system.
func Open(path string) (*Index, error) {
	return open(context.Background(), path, mapFile)
}

// Load is Open that reads the file into memory of its own, on huge pages where
// the system has them: searches of large indexes are up to a third faster, and
// what happens to the file later does not matter. The error may also be that of ctx.
func Load(ctx context.Context, path string) (*Index, error) {
	return open(ctx, path, readFile)
}

// OpenBytes is Open of what Save or WriteTo wrote in memory: a file that the caller has
// mapped, for example, or that is part of a program. x refers to data, which must not
// change before Close has returned and calls have ended. Data that does not begin at a
// multiple of 64 bytes is copied.
func OpenBytes(data []byte) (x *Index, err error) {
	if len(data) < headerBytes {
		return nil, tooShort(int64(len(data)))
	}
	if !memory.Aligned(data) {
		own := memory.Bytes(len(data))
		copy(own, data)
		data = own
	}
	return openImage(image{data: data, free: func() {}})
}

// OpenReader is Load of the first size bytes of r, which are what Save or WriteTo
// wrote.
func OpenReader(ctx context.Context, r io.ReaderAt, size int64) (*Index, error) {
	switch {
	case size > math.MaxInt:
		return nil, corrupt("it does not fit into memory")
	case size < headerBytes:
		return nil, tooShort(size)
	}
	m, err := readImage(ctx, r, int(size))
	if err != nil {
		return nil, fmt.Errorf("ann: %w", err)
	}
	return openImage(m)
}

// Preload reads those parts of an opened file that searches go through, links and codes
// or rows, at once, where the system has a call for that. It takes some milliseconds
// for a hundred megabytes that the system has in memory anyway, and as long as reading
// them otherwise; hundreds of queries take that together where each page is asked for
// when a search comes to it. It does nothing to an index that is in memory of its own.
// The error is ErrClosed, ErrCorrupt, or that of ctx.
func (x *Index) Preload(ctx context.Context) (err error) {
	g, err := x.enter(0)
	if err != nil {
		return err
	}
	defer g.end(&err)
	st := x.state.Load()
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	for i := range st.views {
		v := &st.views[i]
		if v.memory == nil {
			continue
		}
		walked := v.CodeSection
		if v.Codes == nil {
			walked = memory.BytesOf(v.Rows)
		}
		for _, part := range [][]byte{memory.BytesOf(v.Links), walked} {
			for ; len(part) > 0; part = part[min(len(part), pieceBytes):] {
				if err := ctx.Err(); err != nil {
					return err
				}
				memory.Populate(part[:min(len(part), pieceBytes)])
			}
		}
	}
	return nil
}

// image is a file in memory.
type image struct {
	data  []byte
	free  func()
	watch *watch // where the file can change; else nil
}

func open(ctx context.Context, path string, read fileReader) (x *Index, err error) {
	err = readIndex(ctx, path, read, func(m image) error {
		x, err = openImage(m)
		return err
	})
	return x, err
}

// openImage returns the index in m, which it frees where there is an error.
func openImage(m image) (x *Index, err error) {
	err = reading(m.data, func() (err error) {
		x, err = decode(m)
		return err
	})
	if err != nil {
		m.free()
		return nil, err
	}
	return x, nil
}

// fileReader returns the image of a file.
type fileReader func(ctx context.Context, f *os.File, size int) (image, error)

// readIndex reads the file path and calls use with its image. Errors name path.
func readIndex(ctx context.Context, path string, read fileReader, use func(m image) error) error {
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
		return fmt.Errorf("%s: %w", path, tooShort(info.Size()))
	}
	m, err := read(ctx, f, int(info.Size()))
	if err != nil {
		return fmt.Errorf("ann: read %s: %w", path, err)
	}
	if err := use(m); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func tooShort(size int64) error { return corrupt("it has %d bytes, less than a header", size) }

// readFile reads a file into aligned memory.
func readFile(ctx context.Context, f *os.File, size int) (image, error) {
	return readImage(ctx, f, size)
}

func readImage(ctx context.Context, r io.ReaderAt, size int) (image, error) {
	data := memory.Bytes(size)
	for at := 0; at < size; at += pieceBytes {
		if err := ctx.Err(); err != nil {
			return image{}, err
		}
		piece := data[at:min(at+pieceBytes, size)]
		if n, err := r.ReadAt(piece, int64(at)); n < len(piece) {
			return image{}, err
		}
	}
	return image{data: data, free: func() {}}, nil
}

// decode returns the index in m, whose data starts at a multiple of 64 bytes. It
// refers to m, and frees it when the index is not used any more.
func decode(m image) (*Index, error) {
	data := m.data
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
	x := newIndex(h.opt, graph.DefaultTuning, h.dim, st)
	x.opened = true
	x.meta = append([]byte(nil), h.meta.of(data)...)
	if len(st.views) == 0 {
		m.free()
		return x, nil
	}
	file := newMapping(m)
	x.file = weak.Make(file)
	for i := range st.views {
		st.views[i].memory = file
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
	ids := part(sectionIDs)
	if h.opt.Keyed {
		x.keys = memory.SliceOf[uint64](ids[:8*s.rows])
		ids = ids[8*s.rows:]
	}
	x.ids = memory.SliceOf[uint32](ids)
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
