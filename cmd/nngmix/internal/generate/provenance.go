package generate

import (
	"math"
	"slices"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/table"
)

// provenance is what --provenance adds to the output. nil is nothing.
type provenance struct {
	parts []table.PartRows // the files of the input, where they are to be named
	paths []string
}

// provenance returns what the options ask for.
func (o *options) provenance(in *input) *provenance {
	if !o.Provenance {
		return nil
	}
	p := new(provenance)
	if o.Parts {
		p.parts = in.stream.Parts
		for _, part := range p.parts {
			p.paths = append(p.paths, part.Path)
		}
	}
	return p
}

// fields returns the columns that are added.
func (p *provenance) fields() []table.Field {
	if p == nil {
		return nil
	}
	fields := []table.Field{
		extra("nngmix_source_row", table.Int64, "source_row"),
		extra("nngmix_other_row", table.Int64, "other_row"),
		extra("nngmix_other_labeled", table.Bool, "other_labeled"),
		extra("nngmix_lambda", table.Float64, "lambda"),
	}
	for _, parent := range [...]string{"source", "other"} {
		if p.parts != nil {
			path := extra("nngmix_"+parent+"_part", table.String, parent+"_part")
			path.Dictionary = p.paths
			fields = append(fields, path, extra("nngmix_"+parent+"_part_row", table.Int64, parent+"_part_row"))
		}
	}
	return fields
}

// absent returns the columns for rows of the input, which have no parents.
func (p *provenance) absent(rows int) []table.Column {
	if p == nil {
		return nil
	}
	a := p.parents(rows)
	for i := range rows {
		a.set(i, -1, -1, generator.Origin{Lambda: math.NaN()})
	}
	return a.columns()
}

// parents are the columns for some samples.
type parents struct {
	of      *provenance
	rows    [2][]int64 // of the input: of the source and of the other parent, -1 for none
	labeled []uint8
	lambda  []float64
	places  [2][]int64 // parts that these rows are in
	inPart  [2][]int64 // their rows there
	none    [2][]bool
}

// parents returns room for so many samples.
func (p *provenance) parents(n int) *parents {
	if p == nil {
		return nil
	}
	a := &parents{of: p, labeled: make([]uint8, n), lambda: make([]float64, n)}
	for k := range a.rows {
		a.rows[k], a.places[k], a.inPart[k], a.none[k] = make([]int64, n), make([]int64, n), make([]int64, n), make([]bool, n)
	}
	return a
}

// set tells of sample i that its parents are these rows of the input.
func (a *parents) set(i int, source, other int64, o generator.Origin) {
	if a == nil {
		return
	}
	a.lambda[i], a.labeled[i] = o.Lambda, 0
	if o.OtherLabeled {
		a.labeled[i] = 1
	}
	for k, row := range [...]int64{source, other} {
		a.rows[k][i], a.none[k][i] = row, row < 0
		if row >= 0 && a.of.parts != nil {
			at := a.of.part(int(row))
			a.places[k][i], a.inPart[k][i] = int64(at), row-int64(a.of.parts[at].First)
		}
	}
}

// part returns which part a row of the input is in.
func (p *provenance) part(row int) int {
	at, _ := slices.BinarySearchFunc(p.parts, row, func(part table.PartRows, row int) int {
		if part.First+part.Rows <= row {
			return -1
		}
		return 1
	})
	return at
}

// columns returns the columns of fields, which see what is set later.
func (a *parents) columns() []table.Column {
	if a == nil {
		return nil
	}
	columns := []table.Column{table.New("", a.rows[0]), table.New("", a.rows[1]), table.New("", a.labeled), table.New("", a.lambda)}
	if a.of.parts == nil {
		return columns
	}
	fields := a.of.fields()[len(columns):]
	for k := range a.rows {
		columns = append(columns, table.Live(fields[2*k], a.places[k], a.none[k]), table.Live(fields[2*k+1], a.inPart[k], a.none[k]))
	}
	return columns
}
