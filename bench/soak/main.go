// Command soak has eight goroutines use one ann.Index for an hour, each with a model of
// it beside: they search, filter, add, replace, delete, compact, save and open at random,
// with filters that panic or are slow and contexts that end at random.
//
//	go run -race ./bench/soak [--for 1h] [--seed 1] [--keys 12000]
//
// It fails on the first answer that cannot be right, on a read that takes longer than a
// second, and, in the end, where memory has grown or where goroutines, mappings or open
// files are left. It says how many calls of each kind there were and how long reads
// took. What cannot be right is in check.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nngmix/nngmix/ann"
)

const (
	workers = 8
	dim     = 12
)

// soak is one run.
type soak struct {
	index  *ann.Index
	model  *model
	folder string
	calls  tally
	reads  latencies
	recall shares

	failed atomic.Pointer[error]
	stop   context.CancelFunc
}

func main() {
	length := flag.Duration("for", time.Hour, "how long")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of all that is random but the order in which goroutines run")
	keys := flag.Int("keys", 12_000, "keys that rows may have")
	flag.Parse()
	fmt.Printf("soak: %v, seed %d, %d keys, %d threads\n", *length, *seed, *keys, runtime.GOMAXPROCS(0))
	if err := run(*length, *seed, *keys); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
	fmt.Println("soak: sound")
}

func run(length time.Duration, seed uint64, keys int) error {
	before := resourcesNow("")
	folder, err := os.MkdirTemp("", "soak")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	index, err := ann.New(dim, ann.Options{Keyed: true, Quantize: ann.QuantizeOff})
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(context.Background(), length)
	defer stop()
	s := &soak{index: index, model: newModel(keys), folder: folder, stop: stop}
	growth, late := watchMemory(ctx, length), watchMachine(ctx)
	var group sync.WaitGroup
	for number := range workers {
		group.Go(func() { newWorker(s, number, seed).work(ctx) })
	}
	group.Wait()
	stop()
	fmt.Print(s.calls.String(), s.reads.String(), s.recall.String())
	if err := s.failed.Load(); err != nil {
		return fmt.Errorf("seed %d: %w", seed, *err)
	}
	if err := index.Close(); err != nil {
		return err
	}
	s.index, s.model = nil, nil
	return errors.Join(s.reads.check(<-late), s.recall.check(), <-growth, before.check(folder))
}

// fail ends the run with an error, the first one.
func (s *soak) fail(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	s.failed.CompareAndSwap(nil, &err)
	s.stop()
}
