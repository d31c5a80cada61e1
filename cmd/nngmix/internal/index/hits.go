package index

import (
	"bufio"
	"context"
	"math"
	"slices"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/table/npy"
	"github.com/nngmix/nngmix/internal/tableindex"
)

// hits are the neighbors of queries as files hold them.
type hits struct {
	queries, k int
	ids        []int64   // queries x k row numbers of the indexed table, -1 where there are fewer
	distances  []float64 // queries x k, +Inf where there are fewer
}

// newHits returns the answers in res; rows tells the row number behind each id.
func newHits(res *exact.Result, rows *tableindex.RowNumbers) *hits {
	n, k := len(res.Counts), res.K
	h := &hits{n, k, slices.Repeat([]int64{-1}, n*k), slices.Repeat([]float64{math.Inf(1)}, n*k)}
	for q := range n {
		ids, distances := res.Of(q)
		copy(h.distances[q*k:], distances)
		for i, id := range ids {
			h.ids[q*k+i] = int64(rows.Of(id))
		}
	}
	return h
}

// write writes h to path: as the arrays ids and distances of an NPZ file, or as
// a table with a row for each neighbor.
func (h *hits) write(ctx context.Context, path string, force bool) error {
	if format, err := table.FormatOf(path); err != nil || format != table.NPZ {
		return h.writeTable(ctx, path, force)
	}
	f, err := atomicfile.Create(path, force)
	if err != nil {
		return err
	}
	defer f.Abort()
	buffer := bufio.NewWriterSize(f, 1<<16)
	w := npy.NewWriter(buffer)
	if err := npy.Put(w, "ids", h.ids, h.queries, h.k); err != nil {
		return err
	}
	if err := npy.Put(w, "distances", h.distances, h.queries, h.k); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := buffer.Flush(); err != nil {
		return err
	}
	return f.Commit()
}

// writeTable writes the neighbors that there are, those of a query together,
// nearest first.
func (h *hits) writeTable(ctx context.Context, path string, force bool) error {
	var query, rank, id []int64
	var distance []float64
	for i, row := range h.ids {
		if row >= 0 {
			query, rank = append(query, int64(i/h.k)), append(rank, int64(i%h.k))
			id, distance = append(id, row), append(distance, h.distances[i])
		}
	}
	columns := []table.Column{table.New("query", query), table.New("rank", rank), table.New("id", id), table.New("distance", distance)}
	var fields []table.Field
	for _, c := range columns {
		fields = append(fields, c.Field())
	}
	w, err := table.Create(path, fields, table.WriteOptions{Rows: int64(len(id)), Force: force, Context: ctx})
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := w.Write(columns, 0, len(id)); err != nil {
		return err
	}
	return w.Close()
}
