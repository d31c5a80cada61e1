package graph

import (
	"context"
	"slices"

	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// Tuning holds what tests change and users do not.
type Tuning struct {
	Level        simd.Level
	partitions   int     // how many times the rows of a layer are partitioned
	Leaf         int     // rows in a part, at most
	Width        int     // nearest rows kept for each row
	slack        float32 // see selector.choose
	LayerRows    int     // the smallest layer has more rows
	EntryRows    int     // rows at which searches may enter: no more than this,
	EntryColumns int     // or than have so many columns together

	outposts       int // no more than this,
	outpostColumns int // nor than have so many columns together
}

// DefaultTuning holds the constants that were best in measurements.
var DefaultTuning = Tuning{
	Level: simd.Active(), partitions: 4, Leaf: 256, Width: 32, slack: 1.25,
	LayerRows: 256, EntryRows: 256, EntryColumns: 16 << 10, outposts: 128, outpostColumns: 16 << 10,
}

// Options say how a graph is made; ann.Options has more on them.
type Options struct {
	M              int    // half the most links of a row
	EfConstruction int    // width of the searches that links are chosen from
	Seed           uint64 // of the partitions
	Threads        int    // goroutines; 0 means GOMAXPROCS
	Progress       func(done, total int)
}

// Builder makes a graph.
type Builder struct {
	*Graph
	opt     Options
	tune    Tuning
	Threads int
	workers []worker
	Steps   *steps
}

// worker is what one goroutine needs for building.
type worker struct {
	ef         int // of refine
	selector   selector
	search     [GroupSize]Searcher
	group      []*Searcher
	union      []uint32
	candidates []key
}

func NewBuilder(g *Graph, opt Options, tune Tuning) *Builder {
	b := &Builder{Graph: g, opt: opt, tune: tune, Threads: parallel.Threads(opt.Threads)}
	b.workers = make([]worker, b.Threads)
	for i := range b.workers {
		b.workers[i].ef = opt.EfConstruction
		b.workers[i].selector = selector{g: g, slack: b.tune.slack}
	}
	return b
}

// Order puts ids, rows of the graph, into an order in which neighbors are close
// to each other: that of the parts of a fine partition.
func (b *Builder) Order(ctx context.Context, ids []uint32) error {
	b.Steps = newSteps(b.opt.Progress, b.stages(len(ids)), connectWork*float64(len(ids)))
	s := splitter{g: b.Graph, leaf: orderLeaf, seed: b.opt.Seed, threads: b.Threads, steps: b.Steps}
	_, err := s.split(ctx, ids)
	return err
}

// orderLeaf is the number of rows whose order among each other does not matter.
const orderLeaf = 8

// Build chooses the entries and makes the links. The links of a row come from
// several graphs: one over all rows, one over every eighth row, one over every
// eighth of these, and so on. The latter, which have the long links, are what the
// upper layers of the paper are. They do not guide the way to an entry point here
// but add their links to those of layer 0.
func (b *Builder) Build(ctx context.Context) error {
	b.takeEntries(b.entryLimit())
	if b.Entries.Size == b.N {
		return nil
	}
	above := Layer{}
	for shift := b.topShift(b.N); ; shift -= layerShift {
		b.Layer = nested(b.N, shift, 2*b.opt.M)
		if err := b.link(ctx, &b.Layer); err != nil {
			return err
		}
		b.Layer.inherit(&above)
		if shift == 0 {
			break
		}
		above = b.Layer
	}
	_, err := b.connect(ctx)
	return err
}

// entryLimit returns the greatest number of entries. A table of fewer rows has no
// graph.
func (b *Builder) entryLimit() int {
	limit := max(b.tune.EntryRows, b.tune.EntryColumns/b.Stride)
	if b.N > limit {
		limit = max(limit, min(b.tune.EntryColumns/b.Columns, b.N/entryShare))
	}
	return limit
}

// entryShare is how many rows there are at least for an entry.
const entryShare = 8

const layerShift = 3 // each layer has an eighth of the rows of the one below

// topShift returns the shift of the top layer over n rows.
func (b *Builder) topShift(n int) (shift uint) {
	for n>>(shift+layerShift) > b.tune.LayerRows {
		shift += layerShift
	}
	return shift
}

// inherit adds the links of the rows of above to their lists where there is room.
func (l *Layer) inherit(above *Layer) {
	for i := range above.Size {
		id := above.id(i)
		list := l.list(id)
		links := trimList(list)
		for _, to := range above.linked(id) {
			if n := len(links); n < len(list) && !slices.Contains(links, to) {
				list[n] = to
				links = list[:n+1]
			}
		}
	}
}

// link makes the links of l: it compares all pairs of rows inside the parts of a
// few partitions, links each row to some of the nearest and back, and improves
// the links by a search for each row.
func (b *Builder) link(ctx context.Context, l *Layer) error {
	lists := newNearLists(l, b.tune.Width)
	for p := range b.tune.partitions {
		s := splitter{g: b.Graph, leaf: b.tune.Leaf, seed: b.opt.Seed + uint64(1+p)<<32 + uint64(l.Shift)<<48, threads: b.Threads, steps: b.Steps}
		ids := l.ids()
		parts, err := s.split(ctx, ids)
		if err != nil {
			return err
		}
		if err := s.compareAll(ctx, ids, parts, lists); err != nil {
			return err
		}
	}
	l.Links = memory.Uint32s(l.Size * l.Degree)
	err := b.eachRow(ctx, l, func(w *worker, id uint32) {
		list := lists.of(id)
		n, _ := slices.BinarySearch(list, Farthest)
		setList(l.list(id), w.selector.choose(w.measured(id, list[:n]), l.Degree))
	})
	if err != nil {
		return err
	}
	if l.Shift == 0 {
		b.takeOutposts(lists, min(b.tune.outposts, b.tune.outpostColumns/b.Stride))
		b.copyEntries(b.Entries.Shift)
	}
	lists.keys = nil // a quarter of the memory of a build, not needed any more
	if err := b.addReverse(ctx, l); err != nil {
		return err
	}
	return b.refine(ctx, l)
}

// measured returns candidates of row, which lists hold with distances between
// vectors, as the selector wants them.
func (w *worker) measured(row uint32, candidates []key) []key {
	if w.selector.g.Codes == nil {
		return candidates
	}
	w.union = w.union[:0]
	for _, k := range candidates {
		w.union = append(w.union, k.Node())
	}
	w.candidates = w.selector.measure(w.candidates, row, w.union)
	return w.candidates
}

// refine chooses the links of all rows of l anew, from the rows that a search for
// each finds.
func (b *Builder) refine(ctx context.Context, l *Layer) error {
	next := *l
	next.Links = memory.Uint32s(len(l.Links))
	err := b.eachChunk(ctx, l, func(w *worker, from, to int) {
		for ; from < to; from += GroupSize {
			w.better(l, &next, from, min(from+GroupSize, to))
		}
	})
	if err != nil {
		return err
	}
	if err := b.addReverse(ctx, &next); err != nil {
		return err
	}
	l.Links = next.Links
	return nil
}

// better puts links for the rows of l from number from to before to into next. They
// are chosen from those a row has and from what a search of width EfConstruction
// that starts at them finds.
func (w *worker) better(l, next *Layer, from, to int) {
	g := w.selector.g
	w.group = w.group[:0]
	for i := from; i < to; i++ {
		row, s := l.id(i), &w.search[i-from]
		s.Q = g.target(row)
		s.Pool.Reset(w.ef, w.ef)
		g.begin(s, l.list(row))
		s.visited.add(row)
		w.group = append(w.group, s)
	}
	g.walk(l, w.group)
	for i, s := range w.group {
		row := l.id(from + i)
		w.candidates = w.selector.measure(w.candidates, row, l.linked(row))
		for _, k := range s.Pool.Found() {
			w.candidates = append(w.candidates, k&^expanded)
		}
		slices.Sort(w.candidates)
		w.candidates = slices.Compact(w.candidates)
		setList(next.list(row), w.selector.choose(w.candidates, l.Degree))
	}
}
