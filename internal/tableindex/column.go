package tableindex

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// Column describes a column of the search space, and how queries for it are
// read.
type Column struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Places  int      `json:"places,omitempty"`  // of a decimal
	Time    *Clock   `json:"time,omitempty"`    // nil for what is no time
	Markers []string `json:"markers,omitempty"` // texts that the reader took for missing values
	Min     float64  `json:"min"`               // becomes 0
	Max     float64  `json:"max"`               // becomes 1
	Base    string   `json:"base,omitempty"`    // the whole number that Min, Max and Fill are counted from
	Fill    float64  `json:"fill"`
	Sum     string   `json:"sum"` // its fingerprint, see fingerprints

	Nominal bool `json:"nominal,omitempty"` // it holds codes
	Categories
}

// Clock says how a column counts time.
type Clock struct {
	Kind  string  `json:"kind"`       // date, timestamp, time or duration
	Ticks float64 `json:"per_second"` // counts of a second
}

// NewColumn describes feature j of the table of s, its range and its hash apart.
func NewColumn(s *dataset.Summary, j int) Column {
	f := s.Fields[s.FeatureFields()[j]]
	c := Column{
		Name: f.Name, Type: f.Type.String(), Places: f.Places, Time: newClock(f),
		Base: s.Base(j), Nominal: s.Columns[j].Nominal, Categories: newCategories(s.Categories(j)),
	}
	if f.Reading != nil {
		for _, m := range f.Reading.Markers {
			c.Markers = append(c.Markers, m.Text)
		}
	}
	return c
}

func newClock(f table.Field) *Clock {
	if f.Temporal.Kind == table.NotTemporal {
		return nil
	}
	kind, _, _ := strings.Cut(columns.TypeName(f), "[")
	return &Clock{kind, f.PerSecond()}
}

// Kind returns as what queries are read, so that they have the types of the
// index whatever their own values look like.
func (c *Column) Kind() table.Kind {
	switch {
	case c.Time != nil && (c.Time.Kind == "date" || c.Time.Kind == "timestamp"):
		return table.AsTime
	case c.Time != nil:
		return table.KindAuto
	case c.Type == table.String.String():
		return table.AsText
	case c.Type == table.Bool.String():
		return table.AsBool
	default:
		return table.AsNumber
	}
}

// Numbers returns column q of queries in the numbers of the index: infinite
// values as missing ones where those are filled.
func (c *Column) Numbers(q table.Column, filled bool) (table.Column, error) {
	f := q.Field()
	switch here := newClock(f); {
	case f.Type == table.String || f.Type == table.Bool:
		return nil, fmt.Errorf("column %s holds %ss, in the index numbers", q.Name(), strings.TrimSuffix(f.Type.String(), "s"))
	case c.Time == nil && here != nil:
		return nil, fmt.Errorf("column %s holds times (%s), in the index numbers", q.Name(), columns.TypeName(f))
	case c.Time != nil && here == nil:
		return nil, fmt.Errorf("column %s holds %ss, in the index times (%s)", q.Name(), f.Type, c.Time.Kind)
	}
	if c.Base != "" && c.like(f) {
		return dataset.From(q, c.Base)
	}
	steps := c.newSteps(f)
	if steps == nil && !(filled && f.Type.Float()) {
		return q, nil
	}
	values := make([]float64, q.Len())
	q.Floats(values, 1, 0, len(values))
	for i, x := range values {
		switch {
		case x != x:
		case math.IsInf(x, 0):
			if filled {
				values[i] = math.NaN()
			}
		case steps != nil:
			values[i] = steps.value(q, i)
		}
	}
	return table.New(q.Name(), values), nil
}

// like tells whether f is stored and counted as the column of the index.
func (c *Column) like(f table.Field) bool {
	return f.Type.String() == c.Type && f.Places == c.Places && (c.Time == nil || f.PerSecond() == c.Time.Ticks)
}

// steps turn a number into counts of the index from its base.
type steps struct {
	base, factor, divisor *big.Float
	field                 table.Field
	x                     big.Float
}

// stepBits hold a difference of 64-bit integers in units a billion apart
// exactly.
const stepBits = 160

// newSteps returns what turns values of field f into numbers of the index; nil
// where they are such already.
func (c *Column) newSteps(f table.Field) *steps {
	s := &steps{field: f, base: bigFloat(0), factor: bigFloat(1), divisor: bigFloat(1)}
	s.x.SetPrec(stepBits)
	if c.Base != "" {
		s.base.Parse(c.Base, 10) // Decode has checked it
		if c.Type == table.Decimal.String() {
			s.factor.SetFloat64(math.Pow10(c.Places))
			s.base.Mul(s.base, s.factor)
		}
	}
	if c.Time != nil {
		if here := f.PerSecond(); here != c.Time.Ticks {
			s.factor.SetFloat64(c.Time.Ticks)
			s.divisor.SetFloat64(here)
			if c.Time.Ticks < 1 { // days
				s.divisor.SetFloat64(here * secondsOfDay)
				s.factor.SetFloat64(1)
			} else if here < 1 {
				s.factor.SetFloat64(c.Time.Ticks * secondsOfDay)
				s.divisor.SetFloat64(1)
			}
			return s
		}
	}
	if c.Base == "" {
		return nil
	}
	return s
}

const secondsOfDay = float64(24 * time.Hour / time.Second)

func bigFloat(x float64) *big.Float { return new(big.Float).SetPrec(stepBits).SetFloat64(x) }

// value returns row i of q, which has a finite value, as a number of the index.
func (s *steps) value(q table.Column, i int) float64 {
	var v [1]int64
	switch f := &s.field; {
	case f.Type.Float():
		s.x.SetFloat64(q.Float(i))
	case f.Type == table.Decimal:
		q.Ints(v[:], i, i+1)
		s.x.SetInt64(v[0])
		s.x.Quo(&s.x, bigFloat(math.Pow10(f.Places)))
	case f.Type == table.Uint64:
		q.Ints(v[:], i, i+1)
		s.x.SetUint64(uint64(v[0]))
	default:
		q.Ints(v[:], i, i+1)
		s.x.SetInt64(v[0])
	}
	s.x.Mul(&s.x, s.factor)
	s.x.Quo(&s.x, s.divisor)
	x, _ := s.x.Sub(&s.x, s.base).Float64()
	return x
}

// checkBase returns an error unless Base is empty or a number.
func (c *Column) checkBase() error {
	if c.Base == "" {
		return nil
	}
	if _, _, err := big.ParseFloat(c.Base, 10, stepBits, big.ToNearestEven); err != nil {
		return err
	}
	if c.Places < 0 || c.Places > 38 {
		return errors.New("decimal places")
	}
	return nil
}

// errOldIndex says that an index cannot be told from one with rounded values.
func errOldIndex(column string) error {
	return fmt.Errorf("it was built by an older nngmix, which rounded column %s: build it anew with 'nngmix index build'", column)
}

// upgrade turns a description of version 1 into one of today. There numbers of
// categories were written as float64, and numbers beyond 2^53 were rounded:
// what may have been is an error.
func (m *Schema) upgrade() error {
	const exact = 1 << 53
	for j := range m.Columns {
		c := &m.Columns[j]
		whole := func(x float64) bool { return x == math.Trunc(x) && math.Abs(x) < exact }
		if !c.Nominal && c.Type != table.Float64.String() && math.Max(math.Abs(c.Min), math.Abs(c.Max)) >= exact {
			return errOldIndex(c.Name)
		}
		if !c.Nominal || c.Type == table.String.String() || c.Type == table.Bool.String() {
			continue
		}
		for i, text := range c.Texts {
			x, err := strconv.ParseFloat(text, 64)
			if err != nil || !whole(x) {
				return errOldIndex(c.Name)
			}
			c.Texts[i] = strconv.FormatInt(int64(x), 10)
		}
	}
	return nil
}
