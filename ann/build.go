package ann

import (
	"context"
	"slices"

	"github.com/nngmix/nngmix/internal/parallel"
)

// Constants of the builder, measured.
var defaultTuning = tuning{partitions: 4, leaf: 512, width: 32, slack: 1.25}

type tuning struct {
	partitions int     // how many times the rows are partitioned
	leaf       int     // rows in a part, at most
	width      int     // nearest rows kept for each row
	slack      float32 // see selector.choose
}

// builder makes a graph.
type builder struct {
	*graph
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

func newBuilder(g *graph, opt Options) *builder {
	b := &builder{graph: g, opt: opt, tune: defaultTuning, threads: parallel.Threads(opt.Threads)}
	b.workers = make([]worker, b.threads)
	for i := range b.workers {
		b.workers[i].selector = selector{g: g, slack: b.tune.slack}
	}
	return b
}

// order puts ids, rows of the graph, into an order in which neighbors are close
// to each other: that of the parts of a fine partition.
func (b *builder) order(ctx context.Context, ids []uint32) error {
	s := splitter{g: b.graph, leaf: 1 << sampleShift, seed: b.opt.Seed, threads: b.threads}
	_, err := s.split(ctx, ids)
	return err
}

// build makes all layers.
func (b *builder) build(ctx context.Context) error {
	b.layers = layersOf(b.n, b.stride, 2*b.opt.M)
	b.takeTop()
	for at := len(b.layers) - 2; at >= 0; at-- {
		if err := b.link(ctx, at); err != nil {
			return err
		}
		if _, err := b.connect(ctx, at); err != nil {
			return err
		}
	}
	return nil
}

// link makes the links of layer at: it compares all pairs of rows inside the
// parts of a few partitions, links each row to some of the nearest and back, and
// improves the links by a search for each row.
func (b *builder) link(ctx context.Context, at int) error {
	l := &b.layers[at]
	lists := newNearLists(l, b.tune.width)
	for p := range b.tune.partitions {
		s := splitter{g: b.graph, leaf: b.tune.leaf, seed: b.opt.Seed + uint64(1+p+at*b.tune.partitions)<<32, threads: b.threads}
		ids := l.ids()
		parts, err := s.split(ctx, ids)
		if err != nil {
			return err
		}
		if err := s.compareAll(ctx, ids, parts, lists); err != nil {
			return err
		}
	}
	l.links = alignedUint32s(l.n * l.degree)
	err := b.eachRow(ctx, l, func(w *worker, id uint32) {
		list := lists.of(id)
		n, _ := slices.BinarySearch(list, farthest)
		setList(l.list(id), w.selector.choose(list[:n], l.degree))
	})
	if err != nil {
		return err
	}
	lists.keys = nil // a quarter of the memory of a build, not needed any more
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
	err := b.eachRow(ctx, l, func(w *worker, id uint32) {
		setList(next.list(id), w.better(l, id, b.opt.EfConstruction))
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
	g, s, q := w.selector.g, &w.search, w.selector.g.row(row)
	g.begin(s, ef, nil)
	s.visited.add(row)
	g.visit(s, q, l.list(row))
	g.walk(s, l, q)
	w.candidates = w.selector.measure(w.candidates, row, l.linked(row))
	for _, k := range s.pool.found() {
		w.candidates = append(w.candidates, k&^expanded)
	}
	slices.Sort(w.candidates)
	w.candidates = slices.Compact(w.candidates)
	return w.selector.choose(w.candidates, l.degree)
}
