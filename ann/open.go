package ann

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"unsafe"
	"weak"

	"github.com/nngmix/nngmix/internal/parallel"
)

// Open opens a file that Save wrote. The file is mapped into memory: that takes
// milliseconds whatever its size, rows are read when a search comes to them, and
// programs that open the same file share them. The file must not be written to
// while it is open; Save replaces files and so is no such writing.
//
// Everything on which the safety of searches depends is checked: lengths, links,
// ids. Checksums are not; see Verify. The error is ErrCorrupt or ErrVersion, or
// that of the file system.
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
	if x.enter(0) != nil {
		return
	}
	defer x.leave(0)
	st := x.state.Load()
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	for i := range st.views {
		v := &st.views[i]
		if v.memory == nil {
			continue
		}
		populate(bytesOf(v.links))
		if v.codes != nil {
			populate(v.codeSection)
		} else {
			populate(bytesOf(v.graph.rows))
		}
	}
}

func open(path string, read fileReader) (x *Index, err error) {
	err = readIndex(path, read, func(data []byte, free func()) error {
		if x, err = decode(data, free); err != nil {
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
	data := aligned(size)
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
	x := newIndex(h.opt, defaultTuning, space{metric: h.opt.Metric, dim: h.dim, nominal: nominal{columns: h.opt.Nominal}}, st)
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

// decodeSegment returns the segment that s describes.
func (h *header) decodeSegment(data []byte, s *segmentHeader) (view, error) {
	x := &segment{space: h.space(s)}
	kernels, err := x.kernelsAt(defaultTuning.level)
	if err != nil {
		return view{}, err
	}
	part := func(i int) []byte { return s.sections[i].of(data) }
	x.graph = graph{kernels: kernels, n: int(s.nodes), columns: x.width(), stride: x.padded(), rows: sliceOf[float32](part(sectionVectors))}
	if s.step > 0 {
		x.takeCodes(part(sectionCodes), s.step, s.lossless)
	}
	x.outposts = sliceOf[uint32](part(sectionOutposts))
	x.values = sliceOf[float32](part(sectionValues))
	x.nodeStarts = sliceOf[uint32](part(sectionNodeStarts))
	x.starts = sliceOf[uint32](part(sectionStarts))
	x.ids = sliceOf[uint32](part(sectionIDs))
	if s.entryShift > 0 {
		x.layer = layer{size: x.n, degree: 2 * h.opt.M, links: sliceOf[uint32](part(sectionLinks))}
		if sampled(x.n, uint(s.entryShift), 0).size < 1 {
			return view{}, corrupt("entry shift %d leaves no entries among %d nodes", s.entryShift, x.n)
		}
	}
	hidden := sliceOf[uint64](part(sectionHidden))
	if err := checkBitmap(hidden, len(x.ids)); err != nil {
		return view{}, err
	}
	v := view{segment: x, hidden: rowSetOf(hidden)}
	v.live = len(x.ids) - v.hidden.count
	if err := v.checkSafe(h.next); err != nil {
		return view{}, err
	}
	x.copyEntries(uint(s.entryShift))
	return v, nil
}

// checkSafe returns an error where a search could leave the memory of v, from all
// threads.
func (v *view) checkSafe(next uint32) error {
	threads := parallel.Threads(0)
	checks := []func() error{
		func() error { return checkStarts("values of nodes", v.nodeStarts, v.unique()) },
		func() error { return checkStarts("rows of values", v.starts, len(v.ids)) },
		func() error { return checkBelow("ids", v.ids, next, false) },
		func() error { return checkBelow("outposts", v.outposts, uint32(v.n), false) },
	}
	const chunk = 1 << 20
	for lo := 0; lo < len(v.links); lo += chunk {
		links := v.links[lo:min(lo+chunk, len(v.links))]
		checks = append(checks, func() error { return checkBelow("links", links, uint32(v.n), true) })
	}
	return parallel.Do(context.Background(), threads, len(checks), func(_, i int) error { return checks[i]() })
}

// checkStarts returns an error unless starts, if there are any, rise from 0 to end.
func checkStarts(what string, starts []uint32, end int) error {
	if starts == nil {
		return nil
	}
	for i := range starts[1:] {
		if starts[i] >= starts[i+1] {
			return corrupt("%s: start %d is %d, the next %d", what, i, starts[i], starts[i+1])
		}
	}
	if starts[0] != 0 || int(starts[len(starts)-1]) != end {
		return corrupt("%s: from %d to %d, want 0 to %d", what, starts[0], starts[len(starts)-1], end)
	}
	return nil
}

// checkBelow returns an error where a number is not below limit, nor none where
// that is allowed.
func checkBelow(what string, numbers []uint32, limit uint32, allowNone bool) error {
	for _, v := range numbers {
		if v >= limit && !(allowNone && v == none) {
			return corrupt("%s: %d is not below %d", what, v, limit)
		}
	}
	return nil
}

// checkBitmap returns an error where words hold rows from n on.
func checkBitmap(words []uint64, n int) error {
	if len(words) > 0 && n%64 != 0 && words[len(words)-1]>>(n%64) != 0 {
		return corrupt("rows are deleted that are not there")
	}
	return nil
}

// sliceOf is the inverse of bytesOf; b is aligned and holds whole numbers.
func sliceOf[T uint32 | uint64 | float32](b []byte) []T {
	if len(b) == 0 {
		return nil
	}
	var t T
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(b)/int(unsafe.Sizeof(t)))
}

// Verify reads the whole file path and returns an error, mostly ErrCorrupt, where
// anything in it is not as Save wrote it: a checksum, a byte between sections, a
// value that is not finite, a list of links that Build would not make.
func Verify(path string) error {
	return readIndex(path, mapFile, func(data []byte, free func()) error {
		defer free()
		return verify(data)
	})
}

func verify(data []byte) error {
	x, err := decode(data, func() {})
	if err != nil {
		return err
	}
	h, err := decodeHeader(data)
	if err != nil {
		return err
	}
	if err := h.checkSums(data); err != nil {
		return err
	}
	st := x.state.Load()
	for i, v := range st.views {
		if err := v.verify(); err != nil {
			return fmt.Errorf("%w: segment %d: %w", ErrCorrupt, i, err)
		}
	}
	return st.checkDistinct()
}

// checkSums compares checksums and looks for bytes between sections.
func (h *header) checkSums(data []byte) error {
	check := func(what string, s section) error {
		if crc32.Checksum(s.of(data), castagnoli) != s.sum {
			return corrupt("the checksum of %s is wrong", what)
		}
		end := s.offset + s.length
		for _, b := range data[end:min(aligned4096(end), h.fileSize)] {
			if b != 0 {
				return corrupt("there are bytes behind %s", what)
			}
		}
		return nil
	}
	if err := check("meta", h.meta); err != nil {
		return err
	}
	for i := range h.segments {
		for j, s := range h.segments[i].sections {
			if err := check(fmt.Sprintf("segment %d, %s", i, sectionNames[j]), s); err != nil {
				return err
			}
		}
	}
	return nil
}

// verify checks what a search does not depend on.
func (v *view) verify() error {
	if err := v.check(); err != nil {
		return err
	}
	for _, values := range [][]float32{v.graph.rows, v.values} {
		if err := checkFinite("value", values, len(values)+1, 1); err != nil {
			return err
		}
	}
	if err := v.checkCodes(); err != nil {
		return err
	}
	return v.checkNominal()
}

// checkDistinct returns an error where an id stands at two rows that are not
// deleted. It takes no more memory than ids do, whatever they are.
func (st *state) checkDistinct() error {
	if uint64(st.next) <= 32*uint64(st.live) {
		seen := make([]uint64, st.next/64+1)
		return st.eachID(func(id uint32) error {
			if seen[id/64]>>(id%64)&1 == 1 {
				return twice(id)
			}
			seen[id/64] |= 1 << (id % 64)
			return nil
		})
	}
	ids := make([]uint32, 0, st.live)
	_ = st.eachID(func(id uint32) error { // without an error
		ids = append(ids, id)
		return nil
	})
	slices.Sort(ids)
	for i, id := range ids[min(1, len(ids)):] {
		if id == ids[i] {
			return twice(id)
		}
	}
	return nil
}

func twice(id uint32) error { return corrupt("id %d stands there twice", id) }

// eachID calls f with the ids of all rows until it returns an error, and returns
// that.
func (st *state) eachID(f func(id uint32) error) error {
	for i := range st.views {
		v := &st.views[i]
		for at, id := range v.ids {
			if v.hidden.has(uint32(at)) {
				continue
			}
			if err := f(id); err != nil {
				return err
			}
		}
	}
	return nil
}
