package ann

import (
	"context"
	"slices"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// tuning holds the constants of the partition builder.
type tuning struct {
	partitions int     // how many times the rows are partitioned
	leaf       int     // rows in a part, at most
	width      int     // nearest rows kept for each row
	slack      float32 // see selector.choose
}

var defaultTuning = tuning{partitions: 4, leaf: 512, width: 32, slack: 1.15}

// builder makes the layers of a graph.
type builder struct {
	graph
	opt     Options
	tune    tuning
	threads int
	workers []worker
}

// worker is what one goroutine needs for building.
type worker struct {
	selector   selector
	search     searcher
	union      []uint32
	candidates []key
}

func newBuilder(kernels *simd.Kernels, opt Options) *builder {
	b := &builder{graph: graph{kernels: kernels}, opt: opt, tune: defaultTuning, threads: parallel.Threads(opt.Threads)}
	b.workers = make([]worker, b.threads)
	for i := range b.workers {
		b.workers[i].selector = selector{g: &b.graph, slack: b.tune.slack}
	}
	return b
}

// order puts ids, rows of l, into an order in which neighbors are close to each
// other: that of the parts of a fine partition.
func (b *builder) order(ctx context.Context, l *layer, ids []uint32) ([]uint32, error) {
	s := splitter{g: &b.graph, l: l, leaf: sampleStep, seed: b.opt.Seed, threads: b.threads}
	_, err := s.split(ctx, ids)
	return ids, err
}

func sequence(n int) []uint32 {
	ids := make([]uint32, n)
	for i := range ids {
		ids[i] = uint32(i)
	}
	return ids
}

// build makes all layers over base, whose rows are in order.
func (b *builder) build(ctx context.Context, base *layer) error {
	b.layers = []*layer{base}
	for l := base; !l.isTop(); {
		l = l.sample()
		b.layers = append(b.layers, l)
	}
	for at := len(b.layers) - 2; at >= 0; at-- {
		if err := b.link(ctx, b.layers[at], uint64(at)); err != nil {
			return err
		}
		if _, err := b.connect(ctx, at); err != nil {
			return err
		}
	}
	return nil
}

// link makes the links of l.
func (b *builder) link(ctx context.Context, l *layer, at uint64) error {
	lists := newNearLists(l.n, b.tune.width)
	for p := range uint64(b.tune.partitions) {
		s := splitter{g: &b.graph, l: l, leaf: b.tune.leaf, seed: b.opt.Seed + (at*1000+p+1)<<32, threads: b.threads}
		ids := sequence(l.n)
		parts, err := s.split(ctx, ids)
		if err != nil {
			return err
		}
		if err := s.compareAll(ctx, ids, parts, lists); err != nil {
			return err
		}
	}
	l.links = alignedUint32s(l.n * l.degree)
	err := b.eachRow(ctx, l, func(w *worker, row uint32) {
		w.selector.l = l
		list := lists.of(row)
		n, _ := slices.BinarySearch(list, farthest)
		setList(l.list(row), w.selector.choose(list[:n], l.degree))
	})
	if err != nil {
		return err
	}
	if err := b.addReverse(ctx, l); err != nil {
		return err
	}
	return b.refine(ctx, l)
}

// refine chooses the links of all rows of l anew, from the rows that a search for
// each finds.
func (b *builder) refine(ctx context.Context, l *layer) error {
	next := *l
	next.links = alignedUint32s(len(l.links))
	err := b.eachRow(ctx, l, func(w *worker, row uint32) {
		setList(next.list(row), w.better(l, row, b.opt.EfConstruction))
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

// better returns links for row, chosen from those it has and from what a search
// of width ef that starts at them finds.
func (w *worker) better(l *layer, row uint32, ef int) []uint32 {
	g, s, q := w.selector.g, &w.search, l.row(row)
	s.begin(l, ef)
	s.visited.add(row)
	g.visit(s, l, q, l.list(row))
	w.union = append(w.union[:0], l.linked(row)...)
	g.walk(s, l, q)
	w.selector.l = l
	w.candidates = w.selector.measure(w.candidates, row, w.union)
	for _, k := range s.pool.found() {
		w.candidates = append(w.candidates, k&^expanded)
	}
	slices.Sort(w.candidates)
	w.candidates = slices.Compact(w.candidates)
	return w.selector.choose(w.candidates, l.degree)
}
