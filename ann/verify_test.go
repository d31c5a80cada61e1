package ann

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/exact"
)

// sealAll makes all checksums right of a file whose sections are where the header
// says, as far as that can be.
func sealAll(data []byte) []byte {
	le := binary.LittleEndian
	seal := func(at int) {
		offset, length := le.Uint64(data[at:]), le.Uint64(data[at+8:])
		if size := uint64(len(data)); offset <= size && length <= size-offset {
			le.PutUint32(data[at+16:], crc32.Checksum(data[offset:offset+length], castagnoli))
		}
	}
	seal(56)
	for i := range min(int(le.Uint32(data[52:])), maxSegments) {
		for j := range segmentSections {
			seal(fixedBytes + i*segmentBytes + 48 + j*24)
		}
	}
	le.PutUint32(data[headerBytes-4:], crc32.Checksum(data[:headerBytes-4], castagnoli))
	return data
}

// smallFiles returns a small file of each kind.
func smallFiles(tb testing.TB) map[string][]byte {
	tb.Helper()
	files := map[string][]byte{}
	for _, metric := range metrics {
		files[metric.String()] = fileOf(tb, changed(tb, metric))
	}
	files["codes"] = fileOf(tb, buildWith(tb, clustered(300, 3, 1), 3, exact.L2Squared, QuantizeOn))
	whole := clustered(400, 3, 1)
	for i := range whole {
		whole[i] = float32(math.Round(float64(whole[i]*4)) + 100)
	}
	lossless := buildWith(tb, whole, 3, exact.L2Squared, QuantizeOn)
	if !lossless.Stats().Lossless {
		tb.Fatal("the codes are not lossless")
	}
	files["lossless"] = fileOf(tb, lossless)
	files["nominal"] = fileOf(tb, buildNominal(tb, mixed(300, 1, []int{3, 100}, 1), 3, 2, nil))
	empty := mustBuild(tb, clustered(10, 2, 1), 2, exact.L2Squared, small)
	empty.Delete(sequence(0, 10)...)
	if err := empty.Compact(tb.Context(), ChangeOptions{}); err != nil {
		tb.Fatal(err)
	}
	files["empty"] = fileOf(tb, empty)
	files["with keys"] = fileOf(tb, changedKeys(tb))
	for name, data := range files {
		if err := verifyCopy(data); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
	}
	return files
}

// changedKeys returns an index with keys, several segments, copies and deleted rows.
func changedKeys(tb testing.TB) *Index {
	tb.Helper()
	const dim, n = 3, 250
	keys := make([]uint64, n)
	for i := range keys {
		keys[i] = uint64(i) << 40
	}
	x := must(build(tb.Context(), keys, clustered(n, dim, 1), dim, Options{Keyed: true}, small))
	for round := range uint64(2) {
		if err := x.Upsert(tb.Context(), append([]uint64{1, 2}, keys[50*round:][:20]...), clustered(22, dim, round), ChangeOptions{}); err != nil {
			tb.Fatal(err)
		}
	}
	x.DeleteKeys(keys[200:210]...)
	return x
}

// TestVerifyBelievesNothing forges what checksums do not show.
func TestVerifyBelievesNothing(t *testing.T) {
	sections := func(data []byte) *[segmentSections]section {
		return &must(decodeHeader(data)).segments[0].sections
	}
	u32 := func(data []byte, section int) []uint32 {
		return memory.SliceOf[uint32](sections(data)[section].of(data))
	}
	f32 := func(data []byte, section int) []float32 {
		return memory.SliceOf[float32](sections(data)[section].of(data))
	}
	const dim = 5
	tests := []struct {
		name, file, text string
		forge            func(data []byte)
	}{
		{"ids of equal rows fall", "l2squared", "not above", func(data []byte) {
			ids, starts := u32(data, sectionIDs), u32(data, sectionStarts)
			for v := range starts[1:] {
				slices.Reverse(ids[starts[v]:starts[v+1]])
			}
		}},
		{"vectors of other values", "cosine", "another vector", func(data []byte) {
			values := f32(data, sectionValues)
			for i := 0; i+2*dim <= len(values); i += 2 * dim {
				for j := range dim {
					values[i+j], values[i+dim+j] = values[i+dim+j], values[i+j]
				}
			}
		}},
		{"radius", "innerproduct", "vector", func(data []byte) {
			binary.LittleEndian.PutUint64(data[fixedBytes+32:], math.Float64bits(1e-30))
		}},
		{"radius of no inner product", "l2squared", "radius", func(data []byte) {
			binary.LittleEndian.PutUint64(data[fixedBytes+32:], math.Float64bits(1))
		}},
		{"bent inner product", "innerproduct", "vector", func(data []byte) { f32(data, sectionVectors)[dim] *= 1.5 }},
		{"padding", "l1", "padding", func(data []byte) { f32(data, sectionVectors)[dim] = 1 }},
		{"padding of codes", "codes", "codes", func(data []byte) { sections(data)[sectionCodes].of(data)[graph.CodeStart(16)+20] = 1 }},
		{"two equal rows", "l1", "same vector", func(data []byte) {
			v := f32(data, sectionVectors)
			copy(v[:16], v[16:32])
		}},
		{"an id twice", "l1", "twice", func(data []byte) {
			ids, starts := u32(data, sectionIDs), u32(data, sectionStarts)
			v := slices.IndexFunc(starts[1:], func(s uint32) bool { return s > 40 }) // a value of one row, say
			ids[starts[v]] = ids[0]
		}},
		{"an id that was not given", "l1", "next one", func(data []byte) { u32(data, sectionIDs)[3] = 5000 }},
		{"no links", "l1", "reached", func(data []byte) {
			for i := range u32(data, sectionLinks) {
				u32(data, sectionLinks)[i] = graph.None
			}
		}},
		{"far too long", "l1", "size", func(data []byte) { f32(data, sectionVectors)[0] = 3e38 }},
	}
	files := smallFiles(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := memory.Bytes(len(files[tt.file]))
			copy(data, files[tt.file])
			tt.forge(data)
			if err := verify(t.Context(), sealAll(data)); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %v, want %v with %q", err, ErrCorrupt, tt.text)
			}
		})
	}
}

// TestMutations changes small files at random, with right checksums. They must be
// refused, or answered from without a crash and without much memory; what Verify
// finds no fault with must answer as exact search of its rows does.
func TestMutations(t *testing.T) {
	each := 1250
	if testing.Short() {
		each = 60
	}
	r := rand.New(rand.NewPCG(1, 1))
	sound := 0
	for name, data := range smallFiles(t) {
		for round := range each {
			c := mutate(r, data)
			ok, err := try(c)
			if err != nil {
				t.Fatalf("%s, round %d: %v", name, round, err)
			}
			if ok {
				sound++
			}
		}
	}
	t.Logf("Verify found no fault with %d files", sound)
}

// mutate returns a copy of the file data in which some numbers are others.
func mutate(r *rand.Rand, data []byte) []byte {
	le := binary.LittleEndian
	c := bytes.Clone(data)
	for range 1 + r.IntN(3) {
		end := len(c)
		if r.IntN(2) == 0 {
			end = fixedBytes + 2*segmentBytes // half of them in the header
		}
		at := r.IntN(end-8) &^ 3
		old := le.Uint32(c[at:])
		le.PutUint32(c[at:], []uint32{0, 1, old + 1, old - 1, old << 1, old >> 1, old ^ 1<<r.IntN(32), r.Uint32(), graph.None, 1<<31 - 1, 0x7fc00000, 0x7f800000}[r.IntN(12)])
	}
	if r.IntN(20) > 0 {
		sealAll(c)
	}
	return c
}

// try opens, searches and verifies data and tells whether Verify finds no fault. The
// error is what must not be.
func try(data []byte) (sound bool, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	defer func() {
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; err == nil && got > 64<<20 {
			err = errors.New("more than 64 MB were allocated")
		}
	}()
	refused := func(err error) bool { return errors.Is(err, ErrCorrupt) || errors.Is(err, ErrVersion) }
	fault := verifyCopy(data)
	if fault != nil && !refused(fault) {
		return false, fault
	}
	x, err := decodeCopy(data)
	if err != nil {
		if fault == nil || !refused(err) {
			return false, errors.Join(errors.New("opened otherwise than verified"), err)
		}
		return false, nil
	}
	if x.space.dim > 100 {
		return fault == nil, nil
	}
	query := make([]float32, x.space.dim)
	for i := range query {
		query[i] = float32(i) - 0.5
	}
	const k = 10
	got, err := x.Search(context.Background(), query, k, SearchOptions{EfSearch: 1000})
	if err != nil {
		if fault == nil || !refused(err) {
			return false, err
		}
		return false, nil
	}
	all, err := x.SearchExact(context.Background(), query, k, SearchOptions{Threads: 1})
	if fault != nil {
		x.Stats()
		x.Delete(1, 2, 3)
		x.ID(5)
		_, _ = x.Row(nil, 6)
		_, _ = x.Search(context.Background(), query, k, SearchOptions{EfSearch: 10, Filter: func(id uint32) bool { return id%7 == 0 }})
		return false, nil
	}
	if err != nil {
		return true, err
	}
	want := []Neighbor{}
	ids, distances := all.Of(0)
	for i, id := range ids {
		want = append(want, Neighbor{ID: id, Distance: distances[i]})
		if all.Keys != nil {
			want[i].Key = all.Keys[i]
		}
	}
	if diff := cmp.Diff(want, append([]Neighbor{}, got...)); diff != "" {
		return true, errors.New("sound, but: " + diff)
	}
	return true, nil
}

// FuzzOpen makes files that Save would not write of small ones.
func FuzzOpen(f *testing.F) {
	files := smallFiles(f)
	names := slices.Sorted(maps.Keys(files))
	for i := range names {
		f.Add(byte(i), []byte{0, 0, 0, 1})
		f.Add(byte(i), []byte{0, 16, 0, 200, 0, 52, 0, 2})
		f.Add(byte(i), []byte{0, 32, 4, 5, 0, 84, 0, 3})
	}
	f.Fuzz(func(t *testing.T, kind byte, edits []byte) {
		c := bytes.Clone(files[names[int(kind)%len(names)]])
		for ; len(edits) >= 4; edits = edits[4:] { // three bytes of place, one of value
			at := int(edits[0])<<16 | int(edits[1])<<8 | int(edits[2])
			c[at%len(c)] ^= edits[3]
		}
		if _, err := try(sealAll(c)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestHostileSizes has headers that promise much in files that hold little of it, or
// zeros.
func TestHostileSizes(t *testing.T) {
	le := binary.LittleEndian
	allocated := func(f func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	empty := smallFiles(t)["empty"]
	le.PutUint32(empty[48:], math.MaxUint32)
	if n := allocated(func() { _ = verifyCopy(sealAll(empty)) }); n > 1<<20 {
		t.Errorf("Verify of an empty file whose next id is 2^32-1 allocates %d bytes", n)
	}
	// A graph of many nodes of which every second is an entry.
	const n = 200_000
	h := &header{opt: DefaultOptions(), dim: 3, next: n}
	s := segmentHeader{nodes: n, values: n, rows: n, entryShift: 1, space: space{dim: 3}}
	at := uint64(headerBytes)
	h.meta = section{offset: at}
	for j, length := range h.lengths(&s) {
		if j == sectionHidden || j == sectionOutposts {
			length = 0
		}
		s.sections[j] = section{offset: at, length: length}
		at = aligned4096(at + length)
	}
	h.segments, h.fileSize = []segmentHeader{s}, at
	data := memory.Bytes(int(at))
	copy(data, h.encode())
	var err error
	got := allocated(func() {
		if x, openErr := decode(image{data: data, free: func() {}}); openErr == nil {
			_, err = x.Search(context.Background(), make([]float32, 3), 1, SearchOptions{EfSearch: 1})
		} else {
			err = openErr
		}
	})
	if !errors.Is(err, ErrCorrupt) || got > 1<<20 {
		t.Errorf("every second node an entry: got %v, %d bytes allocated", err, got)
	}
}
