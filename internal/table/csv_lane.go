package table

import (
	"context"
	"math"
	"slices"
	"sort"
	"unsafe"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// spooled is a column of CSV files whose values are in a spool.
type spooled struct {
	field   Field
	builder *builder
	spool   *csvSpool
	at      int // among the columns of the spool
}

// lane returns what reads n rows from row first on, where a segment begins.
func (c *spooled) lane(first, n int) lane {
	k := sort.Search(len(c.spool.segments), func(k int) bool { return c.spool.segments[k].first >= first })
	l := spooledRows{spooled: c, next: k, left: n}
	switch f := c.field; f.Type {
	case Int64:
		return newSpoolLane(l, (*stored).int64s)
	case Uint64:
		return newSpoolLane(l, (*stored).uint64s)
	case Int32:
		return newSpoolLane(l, (*stored).days)
	case Bool:
		return newSpoolLane(l, (*stored).bools)
	case String:
		return newSpoolLane(l, (*stored).codes)
	case Decimal:
		return newSpoolLane(l, (*stored).decimals)
	default:
		return newSpoolLane(l, (*stored).floats)
	}
}

// spooledRows are rows of a column that are read from a spool.
type spooledRows struct {
	*spooled
	next int // segment
	left int // rows
}

// spoolLane turns values of a spool into those of a column.
type spoolLane[T npy.Value] struct {
	spooledRows
	collector[T]
	convert func(c *stored, dst []T, of *spooled)
}

func newSpoolLane[T npy.Value](rows spooledRows, convert func(c *stored, dst []T, of *spooled)) lane {
	return &spoolLane[T]{rows, collector[T]{field: rows.spooled.field}, convert}
}

func (l *spoolLane[T]) fill(ctx context.Context, n int) (int, error) {
	for len(l.data) < n && l.left > 0 {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		c, err := l.spool.read(l.at, l.next)
		if err != nil {
			return 0, err
		}
		l.next++
		l.left -= c.rows
		start := len(l.data)
		l.data = slices.Grow(l.data, c.rows)[:start+c.rows]
		l.convert(c, l.data[start:], l.spooled)
		for i := range c.rows {
			if c.missing(i) && !l.spooled.field.Type.Float() {
				l.gaps.set(start + i)
			}
		}
		if len(l.builder.gone) > 0 {
			l.drop(start)
		}
	}
	return len(l.data), nil
}

// drop takes the texts from row start on for missing that turned out to be.
func (l *spoolLane[T]) drop(start int) {
	for i, code := range l.data[start:] {
		if l.builder.gone[uint32(code)] {
			l.gaps.set(start + i)
		}
	}
}

func (l *spoolLane[T]) take(n int) []Column { return []Column{l.collector.take(n)} }
func (l *spoolLane[T]) close() error        { return nil }

// missing tells whether a row has no value.
func (c *stored) missing(i int) bool { return c.gaps.has(i) || c.kind == unknown }

// view returns bytes as values.
func view[T npy.Value](b []byte) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(*new(T))))
}

func (c *stored) int64s(dst []int64, of *spooled) {
	if c.kind == unknown {
		return
	}
	copy(dst, view[int64](c.values))
	if final := of.field.Temporal.Unit; c.kind == timed && c.unit != final {
		for i := range dst {
			dst[i] *= int64(c.unit / final)
		}
	}
}

func (c *stored) uint64s(dst []uint64, _ *spooled) { copy(dst, view[uint64](c.values)) }
func (c *stored) bools(dst []uint8, _ *spooled)    { copy(dst, c.values) }
func (c *stored) codes(dst []uint32, _ *spooled)   { copy(dst, view[uint32](c.values)) }

func (c *stored) days(dst []int32, _ *spooled) {
	for i, v := range view[int64](c.values) {
		dst[i] = int32(v)
	}
}

func (c *stored) decimals(dst []int64, of *spooled) {
	if c.kind != precise {
		return
	}
	x := fractions{counts: view[int64](c.values)[:c.rows], places: c.values[16*c.rows:]}
	x.decimals(dst[:0], of.field.Places)
}

// floats returns numbers, whatever they were taken for before.
func (c *stored) floats(dst []float64, of *spooled) {
	switch c.kind {
	case floating:
		copy(dst, view[float64](c.values))
	case precise:
		copy(dst, view[float64](c.values[8*c.rows:])[:c.rows])
	default:
		ints := view[int64](c.values)
		for i := range dst {
			switch {
			case c.missing(i):
				dst[i] = math.NaN()
			case of.builder.beyond:
				dst[i] = float64(uint64(ints[i]))
			default:
				dst[i] = float64(ints[i])
			}
		}
	}
}
