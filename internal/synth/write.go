package synth

import (
	"context"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/table"
)

// LabelColumn is the name of the column that is 1 in labeled frauds and 0 in all
// other rows.
const LabelColumn = "is_fraud"

// columns are those of the table, each with how it is told from a row.
var columns = []struct {
	field table.Field
	value func(p *Payment) float64
}{
	{table.Field{Name: "amount", Type: table.Float64}, func(p *Payment) float64 { return p.Amount }},
	{table.Field{Name: "usual_amount", Type: table.Float64}, func(p *Payment) float64 { return p.UsualAmount }},
	{table.Field{Name: "minute_of_day", Type: table.Int64}, func(p *Payment) float64 { return float64(p.Minute) }},
	{table.Field{Name: "payments_last_day", Type: table.Int64}, func(p *Payment) float64 { return float64(p.LastDay) }},
	{table.Field{Name: "account_age_days", Type: table.Int64}, func(p *Payment) float64 { return float64(p.AgeDays) }},
	{table.Field{Name: "distance_km", Type: table.Float64}, func(p *Payment) float64 { return p.DistanceKm }},
	{text("merchant", Merchants), func(p *Payment) float64 { return float64(p.Merchant) }},
	{text("country", Countries), func(p *Payment) float64 { return float64(p.Country) }},
	{text("channel", Channels), func(p *Payment) float64 { return float64(p.Channel) }},
	{table.Field{Name: "card_present", Type: table.Bool}, func(p *Payment) float64 { return number(p.CardPresent) }},
	{table.Field{Name: "new_device", Type: table.Bool}, func(p *Payment) float64 { return number(p.NewDevice) }},
	{table.Field{Name: LabelColumn, Type: table.Int64, Role: table.Label}, func(p *Payment) float64 { return number(p.LabeledFraud) }},
}

func text(name string, dictionary []string) table.Field {
	return table.Field{Name: name, Type: table.String, Dictionary: dictionary}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Fields returns the columns of the table, for [table.Create].
func Fields() []table.Field {
	fields := make([]table.Field, len(columns))
	for j, c := range columns {
		fields[j] = c.field
	}
	return fields
}

// Writer takes rows chunk by chunk; it is a *table.Writer made with [Fields].
type Writer interface {
	Write(columns []table.Column, from, to int) error
}

// chunkRows rows are made at once.
const chunkRows = 1 << 15

// Write makes the rows of the table and writes them to w, which it does not
// close. progress, which may be nil, is told how many rows are written.
func Write(ctx context.Context, w Writer, opt Options, progress func(done, total int64)) error {
	if err := opt.Validate(); err != nil {
		return err
	}
	values := make([]float64, min(opt.Rows, chunkRows)*len(columns))
	for from := 0; from < opt.Rows; from += chunkRows {
		n := min(chunkRows, opt.Rows-from)
		if err := fill(ctx, values[:n*len(columns)], opt, from); err != nil {
			return err
		}
		chunk := make([]table.Column, len(columns))
		for j, c := range columns {
			chunk[j] = table.Strided(c.field.Name, values[j:], len(columns), n)
		}
		if err := w.Write(chunk, 0, n); err != nil {
			return err
		}
		if progress != nil {
			progress(int64(from+n), int64(opt.Rows))
		}
	}
	return nil
}

// taskRows rows of a chunk are made by one goroutine at a time.
const taskRows = 1 << 10

// fill writes the rows that begin with row first to values, row-major.
func fill(ctx context.Context, values []float64, opt Options, first int) error {
	rows := len(values) / len(columns)
	tasks := (rows + taskRows - 1) / taskRows
	return parallel.Do(ctx, parallel.Threads(opt.Threads), tasks, func(_, task int) error {
		for i := task * taskRows; i < min((task+1)*taskRows, rows); i++ {
			p := Row(opt, first+i)
			for j, c := range columns {
				values[i*len(columns)+j] = c.value(&p)
			}
		}
		return nil
	})
}
