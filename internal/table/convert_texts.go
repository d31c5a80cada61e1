package table

import "math"

// texts are those of a column that are read as cells of a CSV column of a kind: each
// of them once.
type texts struct {
	kind    Kind
	missing *askedMissing
	counts  []int    // of each code: rows that have it
	firsts  []int    // and the first of them
	places  []uint32 // of each code: row of values, or noCode
	values  described
}

func newTexts(kind Kind, missing *askedMissing) *texts { return &texts{kind: kind, missing: missing} }

// count counts the rows of c, the first of which is row first of all.
func (t *texts) count(c Column, first int) {
	for len(t.counts) < len(c.Dictionary()) {
		t.counts, t.firsts = append(t.counts, 0), append(t.firsts, 0)
	}
	one := make([]int64, 1)
	for i := range c.Len() {
		if c.Missing(i) {
			continue
		}
		c.Ints(one, i, i+1)
		if t.counts[one[0]]++; t.counts[one[0]] == 1 {
			t.firsts[one[0]] = first + i
		}
	}
}

// parse reads the texts of f, in order of first appearance.
func (t *texts) parse(f Field) error {
	b := &builder{rules: plainRules, name: f.Name, asked: t.kind, missing: t.missing, counts: "row"}
	t.places = make([]uint32, len(t.counts))
	for code, n := range t.counts {
		if t.places[code] = noCode; n == 0 {
			continue
		}
		t.places[code] = uint32(b.n)
		b.line, b.row, b.times = t.firsts[code]+1, t.firsts[code], n
		if b.addCell([]byte(f.Dictionary[code]), true); b.err != nil {
			return b.err.error
		}
		b.n++
	}
	parsed, err := b.column(false)
	if err != nil {
		return err
	}
	t.values = parsed
	g := parsed.describe()
	g.Header, g.Role, g.Array = f.Header, f.Role, f.Array
	if r := f.Reading; r != nil {
		g.Reading.Markers = append(g.Reading.Markers, r.Markers...)
	}
	return nil
}

// look returns rows of text as what they were read as.
func (t *texts) look(c Column) Column {
	codes := make([]int64, c.Len())
	c.Ints(codes, 0, len(codes))
	out := &looked{described: t.values, at: make([]uint32, len(codes))}
	for i, code := range codes {
		if out.at[i] = noCode; !c.Missing(i) {
			out.at[i] = t.places[code]
		}
	}
	return out
}

// looked is a column whose rows are some of another's.
type looked struct {
	described
	at []uint32 // noCode: no value
}

func (c *looked) Len() int           { return len(c.at) }
func (c *looked) Missing(i int) bool { return c.at[i] == noCode || c.described.Missing(int(c.at[i])) }

func (c *looked) CountMissing(from, to int) (n int) {
	for i := from; i < to; i++ {
		n += btoi(c.Missing(i))
	}
	return n
}

func (c *looked) Float(i int) float64 {
	if c.at[i] == noCode {
		return math.NaN()
	}
	return c.described.Float(int(c.at[i]))
}

func (c *looked) Floats(dst []float64, stride, from, to int) {
	for i := from; i < to; i++ {
		dst[(i-from)*stride] = c.Float(i)
	}
}

func (c *looked) Ints(dst []int64, from, to int) {
	for i := from; i < to; i++ {
		if at := c.at[i]; at != noCode {
			c.described.Ints(dst[i-from:], int(at), int(at)+1)
		} else {
			dst[i-from] = 0
		}
	}
}
