package generator

// window draws the columns [low, high) that cutout and cutmix cut: its width is
// about 10 to 30 % of the columns, halved rounding down on either side of a
// uniform center and cut off at the ends, as in the reference. With 6 columns or
// fewer it is always empty.
func (g *Generator) window(s *draws) (low, high int) {
	width := max(1, int((0.1+float64(0.2*s.Uniform()))*float64(g.dim)))
	center := s.IntN(g.dim)
	return max(0, center-width/2), min(g.dim, center+width/2)
}

// cutout copies any row and sets the numeric columns of a window to their minimum;
// what is missing stays so.
func (g *Generator) cutout(dst []float64, s *draws) (o Origin) {
	if row := s.IntN(g.parents()); row < g.na {
		o = g.copyOf(dst, row)
	} else {
		o = Origin{Source: -1, Other: row - g.na}
		g.unlabeled.Row(dst, o.Other)
	}
	low, high := g.window(s)
	for j := low; j < high; j++ {
		if c := &g.space.columns[j]; !c.Nominal && !c.lacks(dst[j]) {
			dst[j] = c.Min
		}
	}
	return o
}

// cutMix pastes a window of any other row into a labeled anomaly, at a place of
// its own: uniform such that the window fits, but never in the last column, as in
// the reference. Where the window is empty or there is no other row, the sample
// is a copy.
func (g *Generator) cutMix(dst []float64, s *draws) Origin {
	source := s.IntN(g.na)
	low, high := g.window(s)
	o := g.anyOther(source, s)
	if low == high || o.Other < 0 {
		return g.copyOf(dst, source)
	}
	width := high - low
	at := s.IntN(g.dim - width)
	g.readOther(dst, o)
	g.space.move(dst, at, low, width)
	row := g.labeled.row(source)
	copy(dst[:at], row)
	copy(dst[at+width:], row[at+width:])
	o.Lambda = 1 - float64(width)/float64(g.dim)
	return o
}

// move copies width columns of x from place low to place at. The places may
// overlap.
func (s *space) move(x []float64, at, low, width int) {
	for t := range width {
		if at > low {
			t = width - 1 - t // from the end, so that nothing is overwritten before it is read
		}
		x[at+t] = s.moved(x, at+t, low+t)
	}
}

// moved returns the value of column from of x in the units of column to: the one
// that is the same in search space. A code means nothing in another column, and
// neither does a missing value, and what is missing stays so: there it is the value
// that column to has already.
func (s *space) moved(x []float64, to, from int) float64 {
	a, b := &s.columns[from], &s.columns[to]
	if from == to || a.Nominal || b.Nominal || a.lacks(x[from]) || b.lacks(x[to]) {
		return x[to]
	}
	return b.Min + float64(a.scaled(x[from])*b.width())
}
