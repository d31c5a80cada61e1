package table

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// piece is some rows of a column of a part: from ≤ i < from+n.
type piece struct {
	part    *part // the first one
	column  Column
	from, n int
}

// remote is a column of a part that is not in memory. It has a field, and rows that
// are shown one batch after another.
type remote struct {
	Column
	field Field
	scan  func(p *piece, f func(c Column) bool)
}

func (r *remote) Field() Field { return r.field }
func (r *remote) Name() string { return r.field.Name }
func (r *remote) Type() Type   { return r.field.Type }

// scan shows all rows, some at a time, until f has seen enough.
func (p *piece) scan(f func(c Column, from, to int) bool) {
	if r, ok := p.column.(*remote); ok {
		r.scan(p, func(c Column) bool { return f(c, 0, c.Len()) })
		return
	}
	f(p.column, p.from, p.from+p.n)
}

// void tells whether no row has a value.
func (p *piece) void() bool {
	none := true
	p.scan(func(c Column, from, to int) bool {
		none = c.CountMissing(from, to) == to-from
		return none
	})
	return none
}

// alikePieces tells whether all pieces have one type, so that nothing hangs on the values.
func alikePieces(pieces []piece) bool {
	f := pieces[0].column.Field()
	return !slices.ContainsFunc(pieces, func(p piece) bool {
		g := p.column.Field()
		return g.Type != f.Type || g.Temporal != f.Temporal || g.Places != f.Places || g.Precision != f.Precision
	})
}

// unify returns the field of a column that holds the values of all pieces as they
// are. Kind is what an option calls it: numbers may be rounded where it says so.
func unify(pieces []piece, kind Kind) (Field, error) {
	valued := pieces[:1]
	if !alikePieces(pieces) {
		valued = slices.DeleteFunc(slices.Clone(pieces), func(p piece) bool { return p.void() })
	}
	if len(valued) == 0 {
		valued = pieces[:1]
	}
	u := unifier{pieces: valued, kind: kind, field: valued[0].column.Field()}
	u.field.Header, u.field.Role, u.field.Array = besides(pieces)
	f := &u.field
	for i := range valued {
		if g := valued[i].column.Field(); family(&g) != family(f) {
			return Field{}, u.apart(&valued[i], "")
		}
	}
	switch family(f) {
	case ofTimes:
		return u.field, u.joinTimes()
	case ofNumbers:
		return u.field, u.joinNumbers()
	}
	return u.field, nil
}

// besides returns what the pieces say of a column beside its type: the first that
// says something counts.
func besides(pieces []piece) (header string, role Role, array string) {
	for _, p := range pieces {
		f := p.column.Field()
		if header == "" {
			header = f.Header
		}
		if role == Feature {
			role, array = f.Role, f.Array
		}
	}
	return header, role, array
}

// families of types that agree with each other.
type families uint8

const (
	ofNumbers families = iota
	ofTimes
	ofTruths
	ofTexts
)

func family(f *Field) families {
	switch {
	case f.Type == String:
		return ofTexts
	case f.Type == Bool:
		return ofTruths
	case f.Temporal.Kind != NotTemporal:
		return ofTimes
	}
	return ofNumbers
}

// unifier finds the type for pieces that all have a value.
type unifier struct {
	pieces []piece
	kind   Kind
	field  Field // so far
}

// apart says that p does not agree with the first piece of another type; why, where
// it is not the types alone.
func (u *unifier) apart(p *piece, why string) error {
	g := p.column.Field()
	first := u.pieces[max(0, slices.IndexFunc(u.pieces, func(o piece) bool {
		f := o.column.Field()
		return f.typeName() != g.typeName()
	}))]
	f := first.column.Field()
	cure := fmt.Sprintf("--type %s=text takes it as text in all parts", f.Name)
	if family(&f) != ofTimes && family(&g) != ofTimes && u.kind != AsNumber {
		cure += fmt.Sprintf(", --type %s=number as numbers", f.Name)
		if family(&f) == ofNumbers && family(&g) == ofNumbers {
			cure += " that may be rounded"
		}
	}
	return p.part.failed(fmt.Errorf("table: column %q holds %s here and %s in %s%s: %s, or leave it out with --drop %s", f.Name, g.typeName(), f.typeName(), first.part.Path, why, cure, f.Name))
}

// typeName describes the type for an error.
func (f *Field) typeName() string {
	switch t := f.Temporal; {
	case f.Type == Decimal:
		return fmt.Sprintf("decimal(%d, %d)", f.Precision, f.Places)
	case f.Type == String:
		return "text"
	case t.Kind == Date:
		return "dates"
	case t.Kind == Timestamp && t.Zone == "":
		return "timestamps without a zone"
	case t.Kind == Timestamp:
		return "timestamps in zone " + t.Zone
	case t.Kind == TimeOfDay:
		return "times of day"
	case t.Kind == Duration:
		return "durations"
	}
	return f.Type.String()
}

// joinTimes brings counts of time to the finest unit.
func (u *unifier) joinTimes() error {
	f := &u.field
	for i := range u.pieces {
		p := &u.pieces[i]
		g := p.column.Field()
		a, b := &f.Temporal, g.Temporal
		if a.Kind != b.Kind || (a.Zone == "") != (b.Zone == "") {
			return u.apart(p, "")
		}
		if a.Layout != b.Layout || a.Zone != b.Zone {
			a.Layout = ""
		}
		if a.Zone != b.Zone {
			a.Zone = "UTC"
		}
		if f.Type == Int32 && g.Type == Int64 {
			f.Type = Int64
		}
		if unit := b.Unit; unit > 0 && (a.Unit == 0 || unit < a.Unit) {
			a.Unit = unit
		}
	}
	for i := range u.pieces {
		if p := &u.pieces[i]; !p.fits(f) {
			return u.apart(p, fmt.Sprintf(" in counts of %v, which do not reach as far", f.Temporal.Unit))
		}
	}
	return nil
}

// countUnit returns the time that one count is.
func (f *Field) countUnit() time.Duration {
	if f.Temporal.Kind == Date && f.Type == Int32 {
		return 24 * time.Hour
	}
	return f.Temporal.Unit
}

// factor returns how many counts of f are one of g: time in a coarser unit, a
// decimal of fewer places, or an integer in a decimal. 0 says that int64 does not
// hold it.
func (f *Field) factor(g *Field) int64 {
	switch {
	case f.Temporal.Kind != NotTemporal:
		return int64(g.countUnit() / max(f.countUnit(), 1))
	case f.Type == Decimal:
		if f.Places-g.Places > 18 {
			return 0
		}
		return int64(math.Pow10(f.Places - g.Places))
	}
	return 1
}

// fits tells whether f, which counts what the integers or decimals of p do, holds
// all of them.
func (p *piece) fits(f *Field) bool {
	g := p.column.Field()
	factor := f.factor(&g)
	unsigned := g.Type == Uint64
	if factor == 1 && !unsigned {
		return true
	}
	return p.all(func(v int64) bool {
		switch {
		case factor == 0:
			return v == 0
		case unsigned && v < 0:
			return false
		}
		return v <= math.MaxInt64/factor && v >= -math.MaxInt64/factor
	})
}

// all tells whether test holds for the counts of all rows that have a value.
func (p *piece) all(test func(v int64) bool) bool {
	ok := true
	p.scan(func(c Column, from, to int) bool {
		ok = allCounts(c, from, to, test)
		return ok
	})
	return ok
}

func allCounts(c Column, from, end int, test func(v int64) bool) bool {
	buffer := make([]int64, chunkRows)
	for ; from < end; from += chunkRows {
		to := min(from+chunkRows, end)
		c.Ints(buffer, from, to)
		gaps := c.CountMissing(from, to) > 0
		for i, v := range buffer[:to-from] {
			if !(gaps && c.Missing(from+i)) && !test(v) {
				return false
			}
		}
	}
	return true
}
