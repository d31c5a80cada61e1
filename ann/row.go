package ann

import (
	"fmt"
	"runtime"

	"github.com/nngmix/nngmix/ann/internal/graph"
)

// Len returns the number of rows that searches find; 0 after Close.
func (x *Index) Len() int { return x.state.Load().live }

// Dim returns the number of columns of rows and queries.
func (x *Index) Dim() int { return x.space.dim }

// Contains tells whether searches can find a row with the given id. What Delete says
// of a first deletion is so here.
func (x *Index) Contains(id uint32) bool {
	g, err := x.enter(0)
	if err != nil {
		return false
	}
	defer g.end(&err)
	st := x.state.Load()
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	v, _ := st.find(id)
	return v != nil
}

// Row appends the values of the row with the given id to dst, bit for bit as they were
// given but for the sign of zeros. What Delete says of a first deletion is so here. The
// error is ErrID where searches cannot find such a row, ErrClosed, or ErrCorrupt.
func (x *Index) Row(dst []float32, id uint32) (row []float32, err error) {
	g, err := x.enter(0)
	if err != nil {
		return dst, err
	}
	defer g.end(&err)
	st := x.state.Load()
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	v, at := st.find(id)
	if v == nil {
		return dst, fmt.Errorf("%w: %d", ErrID, id)
	}
	var room []float32
	if v.Rows == nil {
		room = make([]float32, v.Stride)
	}
	row = append(dst, v.value(room, v.valueAt(at))...)
	if notFinite(row[len(dst):]) >= 0 {
		graph.Damaged("row %d has a value that is not finite", id)
	}
	return row, nil
}

// find returns the view that shows the row with the given id, and its position; nil
// where none does.
func (st *state) find(id uint32) (v *view, at uint32) {
	for i := range st.views {
		v := &st.views[i]
		if at, ok := v.position(id); ok && !v.hidden.has(at) {
			return v, at
		}
	}
	return nil, 0
}
