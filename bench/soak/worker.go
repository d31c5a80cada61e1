package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/nngmix/nngmix/ann"
)

// worker is one of the goroutines. It changes the keys that leave the remainder number
// when divided by workers, and reads all.
type worker struct {
	*soak
	number int
	r      *rand.Rand
	twins  [2]uint64 // two keys that are always replaced together, in a place of their own
	stamp  float32
}

func newWorker(s *soak, number int, seed uint64) *worker {
	n := uint64(number)
	return &worker{soak: s, number: number, r: rand.New(rand.NewPCG(seed, n)), twins: [2]uint64{n, n + workers}}
}

// work makes calls at random until ctx ends.
func (w *worker) work(ctx context.Context) {
	w.fill()
	for ctx.Err() == nil {
		switch n := w.r.IntN(1000); {
		case n < 600:
			w.search()
		case n < 700:
			w.read()
		case n < 820:
			w.upsert()
		case n < 840:
			w.upsertTwins()
		case n < 870:
			w.add()
		case n < 960:
			w.remove()
		case n < 970:
			w.compact()
		case n < 990:
			w.save()
		default:
			w.index.SetMeta([]byte(fmt.Sprint(w.r.Uint64())))
		}
	}
}

// context returns a context that one in three times ends soon.
func (w *worker) context() (context.Context, context.CancelFunc) {
	if w.r.IntN(3) > 0 {
		return context.WithCancel(context.Background())
	}
	return context.WithTimeout(context.Background(), time.Duration(w.r.IntN(20_000))*time.Microsecond)
}

// ended tells whether err is that of a context that has ended.
func ended(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() != nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled))
}

// row draws a row near one of a few centers; one in eight is a copy of such a center.
func (w *worker) row() []float32 {
	center := float32(w.r.IntN(9))
	copied := w.r.IntN(8) == 0
	row := make([]float32, dim)
	for i := range row {
		if row[i] = center * float32(i%3); !copied {
			row[i] += float32(w.r.NormFloat64())
		}
	}
	return row
}

// draw returns up to n keys of this worker, the twins left out, that fit.
func (w *worker) draw(n int, fits func(key uint64) bool) (keys []uint64) {
	all := (len(w.model.keys) - w.number + workers - 1) / workers
	for _, i := range w.r.Perm(all) {
		key := uint64(i*workers + w.number)
		if len(keys) < n && i > 1 && fits(key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// change tells the model of a change of keys to rows, nil for none, and carries it out.
func (w *worker) change(name string, keys []uint64, rows [][]float32, call func() (done bool, err error)) {
	begin := w.model.begin(w.number)
	for i, key := range keys {
		w.model.change(key, rows[i], begin)
	}
	done, err := call()
	end := w.model.end()
	for _, key := range keys {
		w.model.changed(key, end, done)
	}
	w.model.forget(w.number)
	w.calls.add(name)
	if err != nil {
		w.fail("%s: %w", name, err)
	}
}

// put is change by a call that takes a context and rows.
func (w *worker) put(name string, keys []uint64, rows [][]float32, call func(ctx context.Context, keys []uint64, rows []float32, opt ann.ChangeOptions) error) {
	if len(keys) == 0 {
		return
	}
	ctx, cancel := w.context()
	defer cancel()
	var flat []float32
	for _, row := range rows {
		flat = append(flat, row...)
	}
	w.change(name, keys, rows, func() (bool, error) {
		err := call(ctx, keys, flat, ann.ChangeOptions{Threads: 1 + w.r.IntN(2)})
		if ended(ctx, err) {
			return false, nil
		}
		return err == nil, err
	})
}

func (w *worker) rowsFor(keys []uint64) (rows [][]float32) {
	for range keys {
		rows = append(rows, w.row())
	}
	return rows
}

func (w *worker) upsert() {
	keys := w.draw(1+w.r.IntN(30), func(uint64) bool { return true })
	w.put("Upsert", keys, w.rowsFor(keys), w.index.Upsert)
}

// fill adds rows for half of the keys.
func (w *worker) fill() {
	keys := w.draw(len(w.model.keys)/workers/2, func(uint64) bool { return true })
	w.put("fill", keys, w.rowsFor(keys), w.index.Upsert)
}

func (w *worker) add() {
	keys := w.draw(1+w.r.IntN(30), func(key uint64) bool { return w.model.last(key) == nil })
	w.put("AddKeyed", keys, w.rowsFor(keys), w.index.AddKeyed)
}

// place is where the twins of this worker are, far from all other rows.
func (w *worker) place() []float32 {
	place := make([]float32, dim)
	place[0], place[1] = 500, float32(100*w.number)
	return place
}

func (w *worker) upsertTwins() {
	w.stamp++
	row := w.place()
	row[2] = float32(int(w.stamp) % 40)
	w.put("Upsert of two", w.twins[:], [][]float32{row, row}, w.index.Upsert)
}

func (w *worker) remove() {
	keys := w.draw(1+w.r.IntN(30), func(key uint64) bool { return w.model.last(key) != nil })
	w.change("DeleteKeys", keys, make([][]float32, len(keys)), func() (bool, error) {
		if n := w.index.DeleteKeys(keys...); n != len(keys) {
			return true, fmt.Errorf("%d rows are deleted, want %d", n, len(keys))
		}
		return true, nil
	})
}

func (w *worker) compact() {
	ctx, cancel := w.context()
	defer cancel()
	if err := w.index.Compact(ctx, ann.ChangeOptions{Threads: 1}); err != nil && !ended(ctx, err) {
		w.fail("Compact: %w", err)
	}
	w.calls.add("Compact")
}

// save writes the index, reads it again in one of the ways and searches it. Then it may
// damage the file, with the index still open.
func (w *worker) save() {
	ctx, cancel := w.context()
	defer cancel()
	path := filepath.Join(w.folder, fmt.Sprintf("%d-%d.nngx", w.number, w.r.IntN(3)))
	begin := w.model.begin(w.number)
	defer w.model.forget(w.number)
	err := w.index.Save(ctx, path)
	end := w.model.end()
	w.calls.add("Save")
	if err != nil {
		if !ended(ctx, err) {
			w.fail("Save: %w", err)
		}
		return
	}
	if w.r.IntN(4) == 0 {
		if err := ann.Verify(context.Background(), path); err != nil {
			w.fail("Verify: %w", err)
		}
		w.calls.add("Verify")
	}
	x, err := w.open(path)
	if err != nil {
		w.fail("Open: %w", err)
		return
	}
	for range 3 {
		a := &answer{what: "a search of a file", query: w.row(), k: 1 + w.r.IntN(20), radius: math.Inf(1), begin: begin, end: end}
		if a.found, err = x.Search(context.Background(), a.query, a.k, ann.SearchOptions{}); err == nil {
			err = w.check(a)
		}
		if err != nil {
			w.fail("of a file: %w", err)
		}
	}
	w.damage(path, x)
	if w.r.IntN(3) > 0 { // others are left to the collector
		if err := x.Close(); err != nil {
			w.fail("Close: %w", err)
		}
	}
}

// open opens a file in one of the ways.
func (w *worker) open(path string) (*ann.Index, error) {
	w.calls.add("Open")
	switch w.r.IntN(6) {
	case 0:
		return ann.Load(context.Background(), path)
	case 1, 2:
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if w.r.IntN(2) == 0 {
			return ann.OpenBytes(data)
		}
		return ann.OpenReader(context.Background(), bytes.NewReader(data), int64(len(data)))
	}
	return ann.Open(path)
}

// damage may truncate the file of x or write into it. Then searches of x have to end,
// with whatever they find, or ErrCorrupt.
func (w *worker) damage(path string, x *ann.Index) {
	switch w.r.IntN(6) {
	case 0:
		if err := os.Truncate(path, int64(4096*w.r.IntN(8))); err != nil {
			w.fail("truncate: %w", err)
		}
	case 1:
		junk := make([]byte, 1+w.r.IntN(1<<16))
		for i := range junk {
			junk[i] = byte(w.r.Uint32())
		}
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteAt(junk, int64(4096*w.r.IntN(16)))
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			w.fail("overwrite: %w", err)
		}
	default:
		return
	}
	w.calls.add("damage")
	for range 3 {
		if _, err := x.Search(context.Background(), w.row(), 10, ann.SearchOptions{}); err != nil && !errors.Is(err, ann.ErrCorrupt) {
			w.fail("after damage: %w", err)
		}
		time.Sleep(time.Duration(w.r.IntN(10)) * time.Millisecond)
	}
	_ = os.Remove(path)
}
