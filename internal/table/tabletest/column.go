// Package tabletest compares tables cell by cell with what the software that
// wrote them reads, for tests. The texts of cells are described in
// ../testdata/conformance/cells.py, which writes them.
package tabletest

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/nngmix/nngmix/internal/table"
)

// Column is a column as exact texts.
type Column struct {
	Name  string    `json:"name"`
	Kind  string    `json:"kind"`
	Cells []*string `json:"cells"` // nil: missing
}

// Of returns c as exact texts.
func Of(c table.Column) Column {
	f := c.Field()
	out := Column{Name: f.Name, Kind: kindOf(f), Cells: make([]*string, c.Len())}
	one := make([]int64, 1)
	for i := range out.Cells {
		if c.Missing(i) {
			continue
		}
		c.Ints(one, i, i+1)
		text := cell(f, one[0], c.Float(i))
		out.Cells[i] = &text
	}
	return out
}

func kindOf(f table.Field) string {
	switch t := f.Type; {
	case f.Temporal.Kind == table.Date:
		return "date"
	case f.Temporal.Kind == table.TimeOfDay:
		return "time"
	case f.Temporal.Kind == table.Duration:
		return "duration"
	case f.Temporal.Kind == table.Timestamp && f.Temporal.Zone != "":
		return "timestamptz"
	case f.Temporal.Kind == table.Timestamp:
		return "timestamp"
	case t == table.String:
		return "text"
	case t == table.Bool, t == table.Decimal, t.Float():
		return t.String()
	default:
		return "int"
	}
}

// cell returns the text of a value: whole is what Ints gives, x what Float gives.
func cell(f table.Field, whole int64, x float64) string {
	switch t := f.Type; {
	case t == table.String:
		return f.Dictionary[whole]
	case t == table.Bool:
		return strconv.FormatBool(whole != 0)
	case t.Float():
		return floatText(x)
	case t == table.Decimal:
		return new(big.Rat).SetFrac(big.NewInt(whole), pow10(f.Places)).FloatString(f.Places)
	case f.Temporal.Kind == table.Date:
		return fmt.Sprint(days(f, whole))
	case f.Temporal.Kind != table.NotTemporal:
		return new(big.Int).Mul(big.NewInt(whole), big.NewInt(int64(f.Temporal.Unit))).String()
	case t == table.Uint64:
		return strconv.FormatUint(uint64(whole), 10)
	default:
		return strconv.FormatInt(whole, 10)
	}
}

func floatText(x float64) string { return strconv.FormatFloat(x, 'x', -1, 64) }

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// days returns the days since 1970 that count v of a date stands for.
func days(f table.Field, v int64) int64 {
	if f.Type == table.Int32 {
		return v
	}
	perDay := int64(24 * time.Hour / f.Temporal.Unit)
	return int64(math.Floor(float64(v) / float64(perDay)))
}

// csvText returns count v of a time as a CSV file shows it.
func csvText(f table.Field, v int64) string {
	t := f.Temporal
	if t.Layout == "" {
		return cell(f, v, 0)
	}
	nanos := new(big.Int).Mul(big.NewInt(v), big.NewInt(int64(t.Unit)))
	if t.Kind == table.Date && f.Type == table.Int32 {
		nanos.Mul(big.NewInt(v), big.NewInt(int64(24*time.Hour)))
	}
	seconds, rest := new(big.Int).DivMod(nanos, big.NewInt(int64(time.Second)), new(big.Int))
	at := time.Unix(seconds.Int64(), rest.Int64()).UTC()
	if zone, err := time.Parse("-07:00", t.Zone); err == nil {
		at = at.In(zone.Location())
	}
	return at.Format(t.Layout)
}
