package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/ann/coder"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/parallel"
)

// inside is an engine that this program runs itself, as the process that answers.
type inside interface {
	build(rows []float32, dim, threads int) error
	// search writes the ids of the k rows nearest to each query to found, which holds -1.
	search(queries []float32, ef, threads int, found []int64) error
}

// serve runs the engine called name: it answers the requests of in.
func serve(name string, in io.Reader, out io.Writer) error {
	s := server{engine: new(ourEngine)}
	if name == coderName {
		s.engine = new(coderEngine)
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		seconds, err := s.answer(strings.Fields(lines.Text()))
		if err != nil {
			fmt.Fprintln(out, "error", err)
			continue
		}
		fmt.Fprintln(out, seconds)
	}
	return nil
}

type server struct {
	engine inside
	dim    int
}

// answer does what a request says. Beside those of process there are "save FILE" and
// "open FILE", which our engine knows.
func (s *server) answer(words []string) (seconds float64, err error) {
	ours, ok := s.engine.(*ourEngine)
	switch {
	case len(words) == 4 && words[0] == "build":
		n, err := integers(words[2:])
		if err != nil {
			return 0, err
		}
		s.dim = n[0]
		return s.build(words[1], n[1])
	case len(words) == 6 && words[0] == "search":
		n, err := integers(words[2:5])
		if err != nil {
			return 0, err
		}
		return s.search(words[1], words[5], n[0], n[1], n[2])
	case len(words) == 2 && words[0] == "save" && ok:
		return timed(func() error { return ours.index.Save(context.Background(), words[1]) })
	case len(words) == 2 && words[0] == "open" && ok:
		return timed(func() error { _, err := ann.Open(words[1]); return err })
	}
	return 0, fmt.Errorf("unknown request %q", words)
}

func (s *server) build(file string, threads int) (float64, error) {
	runtime.GOMAXPROCS(threads)
	rows, err := readFloats(file)
	if err != nil {
		return 0, err
	}
	seconds, err := timed(func() error { return s.engine.build(rows, s.dim, threads) })
	rows = nil
	debug.FreeOSMemory() // only the index counts as resident
	return seconds, err
}

func (s *server) search(file, out string, ef, threads, repeats int) (float64, error) {
	runtime.GOMAXPROCS(threads)
	queries, err := readFloats(file)
	if err != nil {
		return 0, err
	}
	found := slices.Repeat([]int64{-1}, len(queries)/s.dim*k)
	seconds, err := timed(func() error {
		for range repeats {
			if err := s.engine.search(queries, ef, threads, found); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || out == "-" {
		return seconds / float64(repeats), err
	}
	var raw bytes.Buffer
	if err := binary.Write(&raw, binary.LittleEndian, found); err != nil {
		return 0, err
	}
	return seconds / float64(repeats), os.WriteFile(out, raw.Bytes(), 0o600)
}

// ourEngine is package ann with its default options.
type ourEngine struct{ index *ann.Index }

func (e *ourEngine) build(rows []float32, dim, threads int) (err error) {
	opt := ann.DefaultOptions()
	opt.Threads = threads
	e.index = nil
	e.index, err = ann.Build(context.Background(), rows, dim, opt)
	return err
}

// search answers all queries as one batch, exactly where ef is exactSearch.
func (e *ourEngine) search(queries []float32, ef, threads int, found []int64) error {
	ctx := context.Background()
	search := func() (*exact.Result, error) {
		if ef == exactSearch {
			return e.index.SearchExact(ctx, queries, k, ann.SearchOptions{Threads: threads})
		}
		return e.index.SearchBatch(ctx, queries, k, ann.SearchOptions{EfSearch: ef, Threads: threads})
	}
	res, err := search()
	if err != nil {
		return err
	}
	for q := range res.Counts {
		ids, _ := res.Of(q)
		for i, id := range ids {
			found[q*k+i] = int64(id)
		}
	}
	return nil
}

// coderEngine is coder/hnsw with its own settings. Its EfSearch cannot change after a
// build.
type coderEngine struct{ index *coder.Index }

func (e *coderEngine) build(rows []float32, dim, _ int) (err error) {
	e.index = nil
	e.index, err = coder.Build(context.Background(), rows, dim, coder.DefaultOptions())
	return err
}

func (e *coderEngine) search(queries []float32, _, threads int, found []int64) error {
	ctx, dim := context.Background(), len(queries)/(len(found)/k)
	return parallel.Do(ctx, threads, len(found)/k, func(_, q int) error {
		neighbors, err := e.index.Search(ctx, queries[q*dim:(q+1)*dim], k)
		for i, n := range neighbors {
			found[q*k+i] = int64(n.ID)
		}
		return err
	})
}

func timed(work func() error) (seconds float64, err error) {
	start := time.Now()
	err = work()
	return time.Since(start).Seconds(), err
}

func integers(words []string) ([]int, error) {
	var n []int
	for _, w := range words {
		i, err := strconv.Atoi(w)
		if err != nil || i < 0 {
			return nil, fmt.Errorf("%q is no number from 0", w)
		}
		n = append(n, i)
	}
	return n, nil
}

func readFloats(path string) ([]float32, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values := make([]float32, len(raw)/4)
	_, err = binary.Decode(raw, binary.LittleEndian, values)
	return values, err
}
