package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// columnInfo is what info tells of a column.
type columnInfo struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Missing    int    `json:"missing"`
	Infinite   int    `json:"infinite"`
	Values     int    `json:"distinct"`      // up to maxValues
	MoreValues bool   `json:"distinct_more"` // there are more than that
	// Min and Max are the least and the greatest finite value: a number with all
	// its digits, or the text of a time. Text has none.
	Min  any    `json:"min"`
	Max  any    `json:"max"`
	Role string `json:"role"`           // feature, index, label or left out
	Note string `json:"note,omitempty"` // why it has that role, and what changes it
	columnReading

	index bool // row numbers or names of a data frame
}

// columnReading is what the reader decided of a column and what it met, as run
// reports show it.
type columnReading struct {
	Why     string         `json:"why,omitempty"`     // why the column has its type
	Markers []table.Marker `json:"markers,omitempty"` // texts that were taken for missing values
	Asked   bool           `json:"asked,omitempty"`   // an option named the type
	Odd     bool           `json:"odd,omitempty"`     // the user should hear of it
}

// maxValues is where the counting of a column's distinct values ends.
const maxValues = 1000

// describeColumn looks at all values of c.
func describeColumn(c table.Column) columnInfo {
	x, values := newExactColumn(c), new(cells)
	info := columnInfo{Name: c.Name(), Type: typeName(x.field), Role: "feature", columnReading: readingOf(x.field), index: x.field.Role == table.Index}
	r := valueRange{distinct: map[uint64]struct{}{}}
	for from := 0; from < x.Len(); from += chunkRows {
		n := min(chunkRows, x.Len()-from)
		x.load(values, from, from+n)
		for i, b := range values.bits[:n] {
			if values.gaps[i] {
				info.Missing++
			} else {
				r.add(x, b)
			}
		}
	}
	info.Infinite = r.infinite
	info.Values, info.MoreValues = min(len(r.distinct), maxValues), len(r.distinct) > maxValues
	if r.ordered && x.field.Type != table.String {
		info.Min, info.Max = x.bound(r.low), x.bound(r.high)
	}
	return info
}

// setRole says what part the column has in a search, given which are left out of it.
func (c *columnInfo) setRole(leftOut []dataset.Note) {
	for _, n := range leftOut {
		if n.Column != c.Name {
			continue
		}
		c.Role, c.Note = "left out", "not searched: "+n.Text
		if c.index {
			c.Role = "index"
		}
		if n.Cure != "" {
			c.Note += "; " + n.Cure
		}
	}
}

// valueRange is what is known of the values of a column so far, by their bits.
type valueRange struct {
	distinct  map[uint64]struct{} // up to one more than maxValues
	infinite  int
	low, high uint64 // of finite values
	ordered   bool   // low and high are set
}

// add takes note of a value of x.
func (r *valueRange) add(x *exactColumn, b uint64) {
	if len(r.distinct) <= maxValues {
		r.distinct[b] = struct{}{}
	}
	if x.field.Type.Float() && math.IsInf(math.Float64frombits(b), 0) {
		r.infinite++
		return
	}
	if !r.ordered {
		r.low, r.high, r.ordered = b, b, true
	}
	if x.less(b, r.low) {
		r.low = b
	}
	if x.less(r.high, b) {
		r.high = b
	}
}

// less compares two values by their bits.
func (x *exactColumn) less(a, b uint64) bool {
	switch {
	case x.field.Type.Float():
		return math.Float64frombits(a) < math.Float64frombits(b)
	case x.field.Type == table.Uint64:
		return a < b
	default:
		return int64(a) < int64(b)
	}
}

// bound returns a value for JSON: a number with all digits, or a text.
func (x *exactColumn) bound(b uint64) any {
	if x.field.Temporal.Kind != table.NotTemporal && x.field.Temporal.Kind != table.Duration {
		return x.text(b)
	}
	if x.field.Type == table.Bool {
		return b != 0
	}
	return json.Number(x.text(b))
}

// valuesText returns the count of distinct values as info prints it.
func (c *columnInfo) valuesText() string {
	if c.MoreValues {
		return fmt.Sprintf("> %d", maxValues)
	}
	return strconv.Itoa(c.Values)
}

// typeName returns the type of a field as info and reports show it.
func typeName(f table.Field) string {
	switch t := f.Temporal; t.Kind {
	case table.Date:
		return "date"
	case table.Timestamp:
		if t.Zone != "" {
			return fmt.Sprintf("timestamp[%s, %s]", unitName(t.Unit), t.Zone)
		}
		return fmt.Sprintf("timestamp[%s]", unitName(t.Unit))
	case table.TimeOfDay:
		return fmt.Sprintf("time[%s]", unitName(t.Unit))
	case table.Duration:
		return fmt.Sprintf("duration[%s]", unitName(t.Unit))
	}
	if f.Type == table.Decimal {
		return fmt.Sprintf("decimal(%d,%d)", f.Precision, f.Places)
	}
	return f.Type.String()
}

// unitName returns a unit of time as Arrow writes it.
func unitName(unit time.Duration) string {
	switch unit {
	case time.Second:
		return "s"
	case time.Millisecond:
		return "ms"
	case time.Microsecond:
		return "us"
	default:
		return "ns"
	}
}
