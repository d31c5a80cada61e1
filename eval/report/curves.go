package report

import (
	"cmp"
	"math"
	"slices"
)

// point is a point of a curve; lo and hi bound y, or are NaN.
type point struct {
	x, y, lo, hi float64
	series       int  // of its mark
	bare         bool // without a mark
	tip          string
}

// curve is a series of points, drawn by ascending x.
type curve struct {
	series int // of its line
	points []point
}

// curvePanel is a part of a curve chart.
type curvePanel struct {
	title  string
	curves []curve
}

// curveChart is a figure of panels that share both axes.
type curveChart struct {
	id, title, note, x, y string   // x and y name the axes
	series                []string // in the legend
	panels                []curvePanel
	log                   bool // y by its logarithm
	zero                  bool // a line at y = 0
	falls                 bool // x falls to the right
}

// draw draws the chart.
func (c curveChart) draw() Figure {
	var d drawing
	across := min(len(c.panels), 3)
	if len(c.panels) == 4 {
		across = 2
	}
	width := min(figureWidth/float64(across), widest)
	height := min(width*0.75, 420)
	above := panelTop
	if c.panels[0].title == "" {
		above = 10
	}
	y := 14.0
	if len(c.series) > 1 {
		y += d.legend(c.series, 4, y, width*float64(across))
	}
	xs, ys := c.values()
	for i, p := range c.panels {
		left, top := float64(i%across)*width, y+float64(i/across)*height
		from, to := left+64, left+width-18
		if c.falls {
			from, to = to, from
		}
		sx := newScale(xs, from, to, false)
		sy := newScale(ys, top+height-panelBottom, top+above, c.log)
		c.drawPanel(&d, p, sx, sy)
	}
	rows := (len(c.panels) + across - 1) / across
	return Figure{c.id, c.title, c.note, width * float64(across), y + height*float64(rows), d}
}

// values returns what the axes must show.
func (c curveChart) values() (xs, ys []float64) {
	for _, p := range c.panels {
		for _, k := range p.curves {
			for _, q := range k.points {
				xs, ys = append(xs, q.x), append(ys, q.y, q.lo, q.hi)
			}
		}
	}
	if c.zero {
		ys = append(ys, 0)
	}
	return xs, ys
}

// drawPanel draws one panel between the ends of its scales.
func (c curveChart) drawPanel(d *drawing, p curvePanel, x, y scale) {
	left, right := min(x.from, x.to), max(x.from, x.to)
	d.text("head", left, y.to-14, p.title)
	for _, v := range x.ticks(6) {
		d.line("grid", x.at(v), y.from, x.at(v), y.to)
		d.text("small mid", x.at(v), y.from+16, tick(v))
	}
	for _, v := range y.ticks(5) {
		d.line("grid", left, y.at(v), right, y.at(v))
		d.text("small end", left-7, y.at(v)+4, tick(v))
	}
	d.line("axis", left, y.from, right, y.from)
	d.text("small mid", (left+right)/2, y.from+33, c.x)
	d.turned("small mid", left-50, (y.from+y.to)/2, c.y)
	if c.zero {
		d.line("zero", left, y.at(0), right, y.at(0))
	}
	for _, k := range p.curves {
		k.draw(d, x, y)
	}
}

// draw draws the band, the line and the marks of a curve.
func (k curve) draw(d *drawing, x, y scale) {
	points := slices.Clone(k.points)
	slices.SortStableFunc(points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
	var line, upper, lower [][2]float64
	for _, q := range points {
		line = append(line, [2]float64{x.at(q.x), y.at(q.y)})
		if !math.IsNaN(q.lo) && !math.IsNaN(q.hi) {
			upper = append(upper, [2]float64{x.at(q.x), y.at(q.hi)})
			lower = append(lower, [2]float64{x.at(q.x), y.at(q.lo)})
		}
	}
	slices.Reverse(lower)
	color := " " + seriesClass(k.series)
	if len(upper) > 1 {
		d.path("band"+color, append(upper, lower...), true)
	}
	if len(line) > 1 {
		d.path("curve"+color, line, false)
	}
	for i, q := range points {
		if !q.bare {
			d.mark(q.series, line[i][0], line[i][1], q.tip)
		}
	}
}
