package ann

import (
	"context"
	"slices"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// tuning holds what tests change and users do not.
type tuning struct {
	level        simd.Level
	partitions   int     // how many times the rows of a layer are partitioned
	leaf         int     // rows in a part, at most
	width        int     // nearest rows kept for each row
	slack        float32 // see selector.choose
	layerRows    int     // the smallest layer has more rows
	entryRows    int     // rows at which searches may enter: no more than this,
	entryColumns int     // or than have so many columns together

	outposts       int // no more than this,
	outpostColumns int // nor than have so many columns together
}

// defaultTuning holds the constants that were best in measurements.
var defaultTuning = tuning{
	level: simd.Active(), partitions: 4, leaf: 256, width: 32, slack: 1.25,
	layerRows: 256, entryRows: 256, entryColumns: 16 << 10, outposts: 128, outpostColumns: 16 << 10,
}

// builder makes a graph.
type builder struct {
	*graph
	opt     Options
	tune    tuning
	threads int
	workers []worker
	steps   *steps
}

// worker is what one goroutine needs for building.
type worker struct {
	ef         int // of refine
	selector   selector
	search     [groupSize]searcher
	group      []*searcher
	union      []uint32
	candidates []key
}

func newBuilder(g *graph, opt Options, tune tuning) *builder {
	b := &builder{graph: g, opt: opt, tune: tune, threads: parallel.Threads(opt.Threads)}
	b.workers = make([]worker, b.threads)
	for i := range b.workers {
		b.workers[i].ef = opt.EfConstruction
		b.workers[i].selector = selector{g: g, slack: b.tune.slack}
	}
	return b
}

// order puts ids, rows of the graph, into an order in which neighbors are close
// to each other: that of the parts of a fine partition.
func (b *builder) order(ctx context.Context, ids []uint32) error {
	b.steps = newSteps(b.opt.Progress, b.stages(len(ids)), connectWork*float64(len(ids)))
	s := splitter{g: b.graph, leaf: orderLeaf, seed: b.opt.Seed, threads: b.threads, steps: b.steps}
	_, err := s.split(ctx, ids)
	return err
}

// orderLeaf is the number of rows whose order among each other does not matter.
const orderLeaf = 8

// build chooses the entries and makes the links. The links of a row come from
// several graphs: one over all rows, one over every eighth row, one over every
// eighth of these, and so on. The latter, which have the long links, are what the
// upper layers of the paper are. They do not guide the way to an entry point here
// but add their links to those of layer 0.
func (b *builder) build(ctx context.Context) error {
	b.takeEntries(b.entryLimit())
	if b.entries.size == b.n {
		return nil
	}
	above := layer{}
	for shift := b.topShift(b.n); ; shift -= layerShift {
		b.layer = nested(b.n, shift, 2*b.opt.M)
		if err := b.link(ctx, &b.layer); err != nil {
			return err
		}
		b.layer.inherit(&above)
		if shift == 0 {
			break
		}
		above = b.layer
	}
	_, err := b.connect(ctx)
	return err
}

// entryLimit returns the greatest number of entries. A table of fewer rows has no
// graph.
func (b *builder) entryLimit() int {
	limit := max(b.tune.entryRows, b.tune.entryColumns/b.stride)
	if b.n > limit {
		limit = max(limit, min(b.tune.entryColumns/b.columns, b.n/entryShare))
	}
	return limit
}

// entryShare is how many rows there are at least for an entry.
const entryShare = 8

const layerShift = 3 // each layer has an eighth of the rows of the one below

// topShift returns the shift of the top layer over n rows.
func (b *builder) topShift(n int) (shift uint) {
	for n>>(shift+layerShift) > b.tune.layerRows {
		shift += layerShift
	}
	return shift
}

// inherit adds the links of the rows of above to their lists where there is room.
func (l *layer) inherit(above *layer) {
	for i := range above.size {
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
func (b *builder) link(ctx context.Context, l *layer) error {
	lists := newNearLists(l, b.tune.width)
	for p := range b.tune.partitions {
		s := splitter{g: b.graph, leaf: b.tune.leaf, seed: b.opt.Seed + uint64(1+p)<<32 + uint64(l.shift)<<48, threads: b.threads, steps: b.steps}
		ids := l.ids()
		parts, err := s.split(ctx, ids)
		if err != nil {
			return err
		}
		if err := s.compareAll(ctx, ids, parts, lists); err != nil {
			return err
		}
	}
	l.links = alignedUint32s(l.size * l.degree)
	err := b.eachRow(ctx, l, func(w *worker, id uint32) {
		list := lists.of(id)
		n, _ := slices.BinarySearch(list, farthest)
		setList(l.list(id), w.selector.choose(w.measured(id, list[:n]), l.degree))
	})
	if err != nil {
		return err
	}
	if l.shift == 0 {
		b.takeOutposts(lists, min(b.tune.outposts, b.tune.outpostColumns/b.stride))
		b.copyEntries(b.entries.shift)
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
	if w.selector.g.codes == nil {
		return candidates
	}
	w.union = w.union[:0]
	for _, k := range candidates {
		w.union = append(w.union, k.node())
	}
	w.candidates = w.selector.measure(w.candidates, row, w.union)
	return w.candidates
}

// refine chooses the links of all rows of l anew, from the rows that a search for
// each finds.
func (b *builder) refine(ctx context.Context, l *layer) error {
	next := *l
	next.links = alignedUint32s(len(l.links))
	err := b.eachChunk(ctx, l, func(w *worker, from, to int) {
		for ; from < to; from += groupSize {
			w.better(l, &next, from, min(from+groupSize, to))
		}
	})
	if err != nil {
		return err
	}
	if err := b.addReverse(ctx, &next); err != nil {
		return err
	}
	l.links = next.links
	return nil
}

// better puts links for the rows of l from number from to before to into next. They
// are chosen from those a row has and from what a search of width EfConstruction
// that starts at them finds.
func (w *worker) better(l, next *layer, from, to int) {
	g := w.selector.g
	w.group = w.group[:0]
	for i := from; i < to; i++ {
		row, s := l.id(i), &w.search[i-from]
		s.q = g.target(row)
		s.pool.reset(w.ef, w.ef)
		g.begin(s, l.list(row))
		s.visited.add(row)
		w.group = append(w.group, s)
	}
	g.walk(l, w.group)
	for i, s := range w.group {
		row := l.id(from + i)
		w.candidates = w.selector.measure(w.candidates, row, l.linked(row))
		for _, k := range s.pool.found() {
			w.candidates = append(w.candidates, k&^expanded)
		}
		slices.Sort(w.candidates)
		w.candidates = slices.Compact(w.candidates)
		setList(next.list(row), w.selector.choose(w.candidates, l.degree))
	}
}
