package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// lane returns what reads the chosen ones of columns called name(0), name(1), ...
func (m *matrix) lane(ctx context.Context, chosen []bool, memory *fileMemory, name func(int) string) (lane, error) {
	if m.header.Text() {
		return nil, fmt.Errorf("%w: array %q holds text of dtype %q, which only labels may be: save the features as numbers", npy.ErrUnsupported, m.name, m.header.Descr())
	}
	switch m.header.DType() {
	case "bool":
		return newMatrixLane(ctx, m, chosen, memory, name, truths)
	case "int8":
		return newMatrixLane(ctx, m, chosen, memory, name, plain[int8])
	case "int16":
		return newMatrixLane(ctx, m, chosen, memory, name, plain[int16])
	case "int32":
		return newMatrixLane(ctx, m, chosen, memory, name, plain[int32])
	case "int64":
		return newMatrixLane(ctx, m, chosen, memory, name, plain[int64])
	case "uint8":
		return newMatrixLane(ctx, m, chosen, memory, name, plain[uint8])
	case "uint16":
		return newMatrixLane(ctx, m, chosen, memory, name, plain[uint16])
	case "uint32":
		return newMatrixLane(ctx, m, chosen, memory, name, plain[uint32])
	case "uint64":
		return newMatrixLane(ctx, m, chosen, memory, name, plain[uint64])
	case "float16":
		return newMatrixLane(ctx, m, chosen, memory, name, halves)
	case "float32":
		return newMatrixLane(ctx, m, chosen, memory, name, plain[float32])
	default:
		return newMatrixLane(ctx, m, chosen, memory, name, plain[float64])
	}
}

func plain[T npy.Value](c *dense[T]) Column { return c }

func halves(c *dense[uint16]) Column {
	c.field.Type = Float16
	return &half{*c}
}

// truths makes every nonzero byte 1, as NumPy reads them.
func truths(c *dense[uint8]) Column {
	c.field.Type = Bool
	for i := range c.n {
		c.data[i*c.stride] = min(c.data[i*c.stride], 1)
	}
	return c
}

// matrixLane reads the rows of a matrix. The columns of a batch share its memory.
type matrixLane[T npy.Value] struct {
	m      *matrix
	chosen []bool
	name   func(int) string
	shape  func(*dense[T]) Column
	values *npy.Values[T]
	spool  *scratch // the values, where they stand column by column
	data   []T
	taken  int
}

func newMatrixLane[T npy.Value](ctx context.Context, m *matrix, chosen []bool, memory *fileMemory, name func(int) string, shape func(*dense[T]) Column) (lane, error) {
	l := &matrixLane[T]{m: m, chosen: chosen, name: name, shape: shape}
	var err error
	if memory != nil && m.transposed() {
		l.spool, err = m.spooled(ctx, memory)
	} else {
		p := &memory.column(" " + m.name).prints // no column has that name
		p.restart()
		l.values, err = npy.NewValues[T](p.reader(m.values), m.header, m.avail)
	}
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", m.name, err)
	}
	return l, nil
}

// transposed tells whether the values stand column by column.
func (m *matrix) transposed() bool { return m.header.Fortran && len(m.header.Shape) > 1 && m.cols > 1 }

// spooled returns a copy of the values, which a packed array gives from start to end
// only.
func (m *matrix) spooled(ctx context.Context, memory *fileMemory) (*scratch, error) {
	if s := memory.spools[m.name]; s != nil {
		return s, nil
	}
	s, err := newScratch(memory.folder)
	if err != nil {
		return nil, err
	}
	if err := npy.Copy(ctx, s, m.values, m.header, m.avail); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if memory.spools == nil {
		memory.spools = map[string]*scratch{}
	}
	memory.spools[m.name] = s
	return s, nil
}

// fill reads rows until there are n, or all.
func (l *matrixLane[T]) fill(ctx context.Context, n int) (int, error) {
	have := len(l.data) / l.m.cols
	n = max(min(n, l.m.rows-l.taken), have)
	if n == have {
		return n, nil
	}
	var err error
	switch all := n == l.m.rows; {
	case l.spool != nil:
		err = l.gather(ctx, have, n)
	case all && l.m.header.Fortran:
		l.data, err = l.values.All(ctx)
	default:
		data := make([]T, n*l.m.cols)
		copy(data, l.data)
		err = l.values.Next(ctx, data[len(l.data):])
		l.data = data
	}
	if err != nil {
		return 0, fmt.Errorf("array %q: %w", l.m.name, err)
	}
	return n, nil
}

// gather reads rows have to n, those not taken counted, of each column.
func (l *matrixLane[T]) gather(ctx context.Context, have, n int) error {
	data := make([]T, n*l.m.cols)
	copy(data, l.data)
	run := make([]T, n-have)
	for j := range l.m.cols {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := j*l.m.rows + l.taken + have
		if _, err := l.spool.ReadAt(npy.Bytes(run), int64(at)*int64(l.m.header.Size)); err != nil {
			return err
		}
		npy.Order(l.m.header, run)
		for i, v := range run {
			data[(have+i)*l.m.cols+j] = v
		}
	}
	l.data = data
	return nil
}

func (l *matrixLane[T]) take(n int) []Column {
	var columns []Column
	for j, chosen := range l.chosen {
		if !chosen {
			continue
		}
		c := &dense[T]{field: Field{Name: l.name(j), Type: typeOf[T]()}, stride: l.m.cols, n: n}
		if n > 0 {
			c.data = l.data[j : (n-1)*l.m.cols+j+1]
		}
		columns = append(columns, l.shape(c))
	}
	l.data, l.taken = l.data[n*l.m.cols:], l.taken+n
	return columns
}

func (l *matrixLane[T]) close() error { return nil }
