package table

import (
	"context"
)

// joined is a column of several parts.
type joined struct {
	field Field
	same  bool               // the field is that of the only part
	words dictionary         // of texts
	codes map[*part][]uint32 // of the texts of a part
}

// joinFields finds the field of column name over all parts.
func (s *streamer) joinFields(ctx context.Context, name string) (*joined, error) {
	var err error
	pieces := s.remotes(ctx, name, &err)
	if len(pieces) == 1 {
		return &joined{field: pieces[0].column.Field(), same: true}, nil
	}
	field, apart := unify(pieces, s.partsReader.opt.Kinds[name])
	if err != nil || apart != nil {
		return nil, firstOf2(err, apart)
	}
	field.Reading, field.Dictionary = s.reading(pieces), nil
	j := &joined{field: field, codes: map[*part][]uint32{}}
	if field.Type == String {
		for _, p := range s.parts {
			j.number(p, name)
		}
		j.field.Dictionary = j.words.texts
	}
	return j, nil
}

func firstOf2(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// remotes returns the columns called name.
func (s *streamer) remotes(ctx context.Context, name string, err *error) []piece {
	var pieces []piece
	for _, p := range s.parts {
		v := p.changes[name]
		r := &remote{field: v.final}
		r.scan = func(f func(c Column) bool) {
			if e := s.scan(ctx, p, v, f); e != nil && *err == nil {
				*err = p.failed(e)
			}
		}
		pieces = append(pieces, piece{part: p, column: r, n: p.rows})
	}
	return pieces
}

// scan shows a column of a part until f has seen enough.
func (s *streamer) scan(ctx context.Context, p *part, v *conversion, f func(c Column) bool) error {
	return guard(func() error {
		o, err := s.enter(ctx, p, false, func(name string) bool { return name == v.field.Name })
		if err != nil {
			return err
		}
		defer o.leave()
		for row := 0; ; {
			columns, n, err := nextRows(ctx, o.lanes, s.opt.batchRows(1), s.opt.Threads)
			if err != nil || n == 0 {
				return err
			}
			c, err := v.convert(columns[0], row)
			if err != nil || !f(c) {
				return err
			}
			row += n
		}
	})
}

// number gives the texts of a part codes in order of first appearance.
func (j *joined) number(p *part, name string) {
	v := p.changes[name]
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
