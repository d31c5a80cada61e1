package ann

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"math"
	"slices"

	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/exact"
)

// Verify reads the whole file path and returns an error, mostly ErrCorrupt, where
// anything in it is not as Save wrote it: a checksum, a byte between sections, a
// value that is not finite, a vector that is not that of its value, a list of links
// that Build would not make. A file with which it finds no fault answers as the
// index that was saved. While at work it takes up to 16 bytes of memory for each
// distinct row, and 8 for each row where these have keys. ctx is looked at between its
// steps, of which the longest takes as long as reading the file.
func Verify(ctx context.Context, path string) error {
	return readIndex(ctx, path, mapFile, func(m image) error {
		defer m.free()
		return verify(ctx, m.data)
	})
}

func verify(ctx context.Context, data []byte) error {
	return reading(data, func() error {
		x, err := decode(image{data: data, free: func() {}})
		if err != nil {
			return err
		}
		h, err := decodeHeader(data)
		if err != nil {
			return err
		}
		if err := h.checkSums(ctx, data); err != nil {
			return err
		}
		st := x.state.Load()
		for i := range st.views {
			if err := st.views[i].verify(ctx); err != nil {
				if ctx.Err() != nil {
					return err
				}
				return fmt.Errorf("%w: segment %d: %w", ErrCorrupt, i, err)
			}
		}
		if err := st.checkDistinct(); err != nil {
			return err
		}
		return st.checkKeys()
	})
}

// checkSums compares checksums and looks for bytes between sections.
func (h *header) checkSums(ctx context.Context, data []byte) error {
	check := func(what string, s section) error {
		sum, err := checksum(ctx, s.of(data))
		if err != nil {
			return err
		}
		if sum != s.sum {
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

// verify checks what Open does not: all that docs/format.md says of a segment. What
// searches rely on comes first, as the other checks do too.
func (v *view) verify(ctx context.Context) error {
	for _, check := range []func() error{
		v.checkRanges, v.checkNumbers, v.Graph.Check, v.checkEntries, v.CheckCodes, v.checkVectors, v.checkNominal, v.checkDuplicates,
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkRanges returns an error where starts do not rise or ids are not ascending.
func (x *segment) checkRanges() error {
	value := uint32(0)
	for node := range uint32(x.N) {
		from, to := x.nodeValues(node)
		if from != value {
			return fmt.Errorf("the values of node %d begin with %d, want %d", node, from, value)
		}
		value = to
	}
	row := uint32(0)
	for value := range uint32(x.unique()) {
		from, to := x.valueRows(value)
		if from != row {
			return fmt.Errorf("the rows of value %d begin with %d, want %d", value, from, row)
		}
		for row = from; row < to; row++ {
			if id := x.id(row); row > from && id <= x.ids[row-1] {
				return fmt.Errorf("value %d: id %d is not above the one before it", value, id)
			}
		}
	}
	if int(value) != x.unique() || int(row) != len(x.ids) {
		return fmt.Errorf("nodes have %d of %d values, these %d of %d rows", value, x.unique(), row, len(x.ids))
	}
	return nil
}

// checkNumbers returns an error where a number is not finite, or padding not zero.
func (x *segment) checkNumbers() error {
	for _, values := range [][]float32{x.Graph.Rows, x.values} {
		if err := checkFinite("value", values, len(values)+1, 1); err != nil {
			return err
		}
	}
	for i := range len(x.Graph.Rows) / x.Stride {
		if padding := x.Row(uint32(i))[x.Columns:]; slices.ContainsFunc(padding, func(v float32) bool { return math.Float32bits(v) != 0 }) {
			return fmt.Errorf("the padding of node %d is not zero", i)
		}
	}
	return nil
}

// checkEntries returns an error where x has a graph though its nodes are few, or none
// though they are many.
func (x *segment) checkEntries() error {
	if x.Entries.Shift == 0 && x.N > mostEntries(x.Columns) {
		return fmt.Errorf("%d nodes have no links, want at most %d", x.N, mostEntries(x.Columns))
	}
	return nil
}

// checkVectors returns an error where a vector is not the one of its value, or a size
// not what distances allow.
func (x *segment) checkVectors() error {
	longest := 0.0
	got, want := make([]float32, x.Stride), make([]float32, x.Stride)
	room := make([]float32, x.Stride)
	for node := range uint32(x.N) {
		x.PutVector(got, node)
		for value, end := x.nodeValues(node); value < end; value++ {
			row := x.value(room, value)
			clear(want)
			x.putRow(want, row)
			if !slices.Equal(got, want) {
				return fmt.Errorf("node %d has another vector than that of value %d", node, value)
			}
			longest = max(longest, x.size(row))
		}
	}
	switch {
	case x.metric == exact.Cosine:
	case longest > maxSize:
		return fmt.Errorf("a row has size %.3g, want at most %.3g", longest, float64(maxSize))
	case x.metric == exact.InnerProduct && x.radius != math.Sqrt(longest):
		return fmt.Errorf("the radius is %v, want the length of the longest row, %v", x.radius, math.Sqrt(longest))
	}
	return nil
}

// checkDuplicates returns an error where two nodes have equal vectors, or two values
// of one node are equal.
func (x *segment) checkDuplicates() error {
	vector := func(i uint32) []byte { return memory.BytesOf(x.Row(i)) }
	if x.Graph.Rows == nil {
		vector = func(i uint32) []byte { return x.Code(i) }
	}
	if a, b, ok := equalRows(x.N, vector); ok {
		return fmt.Errorf("nodes %d and %d have the same vector", a, b)
	}
	if x.values == nil {
		return nil
	}
	if a, b, ok := equalRows(x.unique(), func(i uint32) []byte { return memory.BytesOf(x.value(nil, i)) }); ok {
		return fmt.Errorf("values %d and %d are equal", a, b)
	}
	return nil
}

// equalRows returns two of n rows that have the same bytes, if there are any.
func equalRows(n int, row func(i uint32) []byte) (a, b uint32, ok bool) {
	type hashed struct {
		hash uint64
		row  uint32
	}
	seed := maphash.MakeSeed()
	rows := make([]hashed, n)
	for i := range rows {
		rows[i] = hashed{maphash.Bytes(seed, row(uint32(i))), uint32(i)}
	}
	slices.SortFunc(rows, func(a, b hashed) int { return cmp.Compare(a.hash, b.hash) })
	for i := range rows[1:] {
		if a, b := rows[i], rows[i+1]; a.hash == b.hash && bytes.Equal(row(a.row), row(b.row)) {
			return a.row, b.row, true
		}
	}
	return 0, 0, false
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

// checkKeys returns an error where a key stands at two rows that are not deleted.
func (st *state) checkKeys() error {
	var keys []uint64
	for i := range st.views {
		v := &st.views[i]
		for at, key := range v.keys {
			if !v.hidden.has(uint32(at)) {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	for i, key := range keys[min(1, len(keys)):] {
		if key == keys[i] {
			return corrupt("key %d stands there twice", key)
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
