package main

import (
	"context"
	"path/filepath"
	"time"

	"github.com/nngmix/nngmix/bench/internal/side"
	"github.com/nngmix/nngmix/exact"
)

// engine is one way to find the neighbors of all queries.
type engine struct {
	name      string
	peer      bool
	run       func(e *engine) (seconds float64, err error) // sets ids
	note      string                                       // what the engine says about itself
	times     side.Times
	estimated bool    // the time is an estimate from few queries; there are no ids
	ids       []int64 // neighbors of all queries, row-major

	right  float64 // share of queries whose k-th distance is the least of all engines'
	excess float64 // largest relative excess of a k-th distance over that, +Inf where that is 0
}

// ourEngines returns package exact with each of its methods.
func ourEngines(rows, queries []float32, dim int, o options) []*engine {
	var engines []*engine
	for _, method := range []exact.Method{exact.Auto, exact.Brute, exact.KDTree} {
		engines = append(engines, &engine{name: "nngmix " + method.String(), run: func(e *engine) (float64, error) {
			ctx := context.Background()
			opt := exact.DefaultOptions()
			opt.Method, opt.Threads = method, o.threads
			start := time.Now()
			found, stats, err := exact.Search(ctx, rows, dim, queries, o.k, opt)
			if err != nil {
				return 0, err
			}
			seconds := time.Since(start).Seconds()
			e.note = stats.Method.String()
			e.ids = make([]int64, len(found.IDs))
			for i, id := range found.IDs {
				e.ids[i] = int64(id)
			}
			return seconds, nil
		}})
	}
	return engines
}

// peerEngines returns the engines of the Python process.
func peerEngines(d *side.Driver, folder string, o options) []*engine {
	var engines []*engine
	for _, name := range []string{"ckdtree", "sklearn", "faiss"} {
		out := filepath.Join(folder, name+".npy")
		engines = append(engines, &engine{name: peerNames[name], peer: true, run: func(e *engine) (float64, error) {
			var reply struct {
				Seconds   float64
				Estimated bool
			}
			request := map[string]any{"do": "search", "engine": name, "k": o.k, "limit": o.limit, "out": out}
			if err := d.Call(request, &reply); err != nil {
				return 0, err
			}
			var err error
			if e.estimated = reply.Estimated; !e.estimated {
				e.ids, err = side.ReadArray[int64](out)
			}
			return reply.Seconds, err
		}})
	}
	return engines
}

const faissFlat = "faiss IndexFlatL2"

var peerNames = map[string]string{
	"ckdtree": "scipy cKDTree", "sklearn": "scikit-learn auto", "faiss": faissFlat,
}
