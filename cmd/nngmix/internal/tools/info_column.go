package tools

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/nngmix/nngmix/internal/columns"
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
	// Min and Max are the least and the greatest finite value: a number with
	// all its digits, or the text of a time. Text has none.
	Min  any    `json:"min"`
	Max  any    `json:"max"`
	Role string `json:"role"`           // feature, index, label or left out
	Note string `json:"note,omitempty"` // why it has that role, and what changes it
	columnReading

	index bool // row numbers or names of a data frame
}

// maxValues is where the counting of a column's distinct values ends.
const maxValues = 1000

// columnScan looks at the values of a column, batch by batch.
type columnScan struct {
	exact   *columns.Exact
	missing int
	valueRange
	values columns.Chunk
}

func newColumnScan(f table.Field) *columnScan {
	return &columnScan{exact: columns.NewExact(f), valueRange: valueRange{distinct: map[uint64]struct{}{}}}
}

// add looks at a batch.
func (s *columnScan) add(c table.Column) {
	s.exact.Column = c
	for from := 0; from < c.Len(); from += columns.ChunkRows {
		n := min(columns.ChunkRows, c.Len()-from)
		s.exact.Load(&s.values, from, from+n)
		for i, b := range s.values.Bits[:n] {
			if s.values.Gaps[i] {
				s.missing++
			} else {
				s.valueRange.add(s.exact, b)
			}
		}
	}
}

// info returns what was seen.
func (s *columnScan) info() columnInfo {
	f := s.exact.Desc
	info := columnInfo{Name: f.Name, Type: columns.TypeName(f), Role: "feature", columnReading: readingOf(f), index: f.Role == table.Index, Missing: s.missing, Infinite: s.infinite}
	info.Values, info.MoreValues = min(len(s.distinct), maxValues), len(s.distinct) > maxValues
	if s.ordered && f.Type != table.String {
		info.Min, info.Max = bound(s.exact, s.low), bound(s.exact, s.high)
	}
	return info
}

// setRole says what part the column has in a search, given which are left out
// of it.
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
func (r *valueRange) add(x *columns.Exact, b uint64) {
	if len(r.distinct) <= maxValues {
		r.distinct[b] = struct{}{}
	}
	if x.Desc.Type.Float() && math.IsInf(math.Float64frombits(b), 0) {
		r.infinite++
		return
	}
	if !r.ordered {
		r.low, r.high, r.ordered = b, b, true
	}
	if x.Less(b, r.low) {
		r.low = b
	}
	if x.Less(r.high, b) {
		r.high = b
	}
}

// bound returns a value for JSON: a number with all digits, or a text.
func bound(x *columns.Exact, b uint64) any {
	if x.Desc.Temporal.Kind != table.NotTemporal && x.Desc.Temporal.Kind != table.Duration {
		return x.Text(b)
	}
	if x.Desc.Type == table.Bool {
		return b != 0
	}
	return json.Number(x.Text(b))
}

// valuesText returns the count of distinct values as info prints it.
func (c *columnInfo) valuesText() string {
	if c.MoreValues {
		return fmt.Sprintf("> %d", maxValues)
	}
	return strconv.Itoa(c.Values)
}
