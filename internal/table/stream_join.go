package table

import (
	"cmp"
	"context"
)

// joined is a column of several parts.
type joined struct {
	field  Field
	same   bool               // the field is that of the only part
	shared bool               // texts have their codes already
	words  dictionary         // of texts
	codes  map[*part][]uint32 // of the texts of a part
}

// joinFields finds the field of column name over all parts: nil where it is no column,
// but a delimiter at the end of the lines of CSV files.
func (s *streamer) joinFields(ctx context.Context, name string) (*joined, error) {
	var failed error
	pieces := s.remotes(ctx, name, &failed)
	switch {
	case len(pieces) == 0:
		return nil, nil
	case len(pieces) == 1 && pieces[0].n == s.rows:
		return &joined{field: pieces[0].column.Field(), same: true}, nil
	}
	field, err := unify(pieces, s.partsReader.opt.Kinds[name])
	if err = cmp.Or(failed, err); err != nil {
		return nil, err
	}
	field.Reading, field.Dictionary = s.reading(pieces), nil
	j := &joined{field: field, codes: map[*part][]uint32{}}
	if field.Type == String {
		s.number(j, name)
	}
	return j, nil
}

// remotes returns the columns called name. Those of CSV files that follow each other
// are one piece.
func (s *streamer) remotes(ctx context.Context, name string, failed *error) (pieces []piece) {
	var sheet *remote
	if s.sheets != nil && s.sheets.columns[name] != nil {
		sheet = &remote{field: s.sheets.columns[name].field}
		sheet.scan = func(p *piece, f func(c Column) bool) {
			*failed = cmp.Or(*failed, scanRows(ctx, s.sheets.columns[name].lane(p.from, p.n), f))
		}
	}
	for _, p := range s.parts {
		switch {
		case p.format.typed():
			v := p.changes[name]
			r := &remote{field: v.final}
			r.scan = func(_ *piece, f func(c Column) bool) {
				*failed = cmp.Or(*failed, p.failed(s.scan(ctx, p, v, f)))
			}
			pieces = append(pieces, piece{part: p, column: r, n: p.rows})
		case sheet == nil:
		case len(pieces) > 0 && pieces[len(pieces)-1].column == sheet:
			pieces[len(pieces)-1].n += p.rows
		default:
			pieces = append(pieces, piece{part: p, column: sheet, from: p.row, n: p.rows})
		}
	}
	return pieces
}

// scan shows a column of a typed part until f has seen enough.
func (s *streamer) scan(ctx context.Context, p *part, v *conversion, f func(c Column) bool) error {
	return guard(func() error {
		o, err := s.enter(ctx, p, false, func(name string) bool { return name == v.field.Name })
		if err != nil {
			return err
		}
		defer o.leave()
		row := 0
		return scanLanes(ctx, o.lanes, func(c Column) (bool, error) {
			c, err := v.convert(c, row)
			row += c.Len()
			return err == nil && f(c), err
		})
	})
}

// scanRows shows a column until f has seen enough.
func scanRows(ctx context.Context, l lane, f func(c Column) bool) error {
	return scanLanes(ctx, []lane{l}, func(c Column) (bool, error) { return f(c), nil })
}

// scanLanes shows the only column of lanes until f has seen enough.
func scanLanes(ctx context.Context, lanes []lane, f func(c Column) (more bool, err error)) error {
	for {
		columns, n, err := nextRows(ctx, lanes, batchValues, 1)
		if err != nil || n == 0 {
			return err
		}
		if more, err := f(columns[0]); err != nil || !more {
			return err
		}
	}
}

// number gives the texts of all parts codes in order of first appearance.
func (s *streamer) number(j *joined, name string) {
	if shared := s.shared[name]; shared != nil {
		j.shared, j.field.Dictionary = true, shared.texts
		return
	}
	var sheet []uint32 // of CSV files
	files := 0
	for _, p := range s.parts {
		if p.format.typed() {
			j.number(p, p.changes[name])
			continue
		}
		c := s.sheets.columns[name]
		if c == nil {
			continue
		}
		if sheet == nil {
			sheet = make([]uint32, len(c.builder.texts.texts))
		}
		from := 0
		if files > 0 {
			from = c.builder.textEnds[files-1]
		}
		for i := from; i < c.builder.textEnds[files]; i++ {
			if !c.builder.gone[uint32(i)] {
				sheet[i] = j.words.encode(c.builder.texts.texts[i])
			}
		}
		files++
		j.codes[p] = sheet
	}
	j.field.Dictionary = j.words.texts
}

// number gives the texts of a part codes in order of first appearance.
func (j *joined) number(p *part, v *conversion) {
	codes := make([]uint32, len(v.final.Dictionary))
	for i, text := range v.final.Dictionary {
		if v.what == asItIs && len(v.markers) > 0 && v.missing.texts[text] {
			continue // no row has it
		}
		codes[i] = j.words.encode(text)
	}
	j.codes[p] = codes
}

// shape returns rows of a part as the field has them.
func (j *joined) shape(p *part, c Column) Column {
	if j.same {
		return c
	}
	f := c.Field()
	switch {
	case j.field.Type == String && f.Type == String && j.shared:
		return &masked{Column: c, field: j.field}
	case j.field.Type == String:
		return j.recode(c, j.codes[p])
	case f.Type == j.field.Type && j.field.factor(&f) == 1:
		return &masked{Column: c, field: j.field}
	}
	return gather(j.field, []piece{{part: p, column: c, n: c.Len()}})
}

// recode returns texts by their codes in the table.
func (j *joined) recode(c Column, codes []uint32) Column {
	n := c.Len()
	data, values := make([]uint32, n), make([]int64, n)
	var gaps bitmap
	if !markGaps(&gaps, c, 0, n, 0) {
		return columnOf(j.field, data, gaps)
	}
	c.Ints(values, 0, n)
	for i, v := range values {
		if !gaps.has(i) {
			data[i] = codes[v]
		}
	}
	return columnOf(j.field, data, gaps)
}
