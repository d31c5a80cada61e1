package report

import (
	"fmt"
	"math"
)

// dotPanel is a part of a dot chart: one line for each name, on it a mark for each series.
type dotPanel struct {
	title  string
	names  []string
	values [][]float64 // by name, then series; NaN is not drawn
}

// dotChart is a figure of panels that share an axis of values.
type dotChart struct {
	id, title, note, axis string
	series                []string
	panels                []dotPanel
	across                int  // panels beside each other
	zero                  bool // a line at 0
}

const (
	figureWidth = 1080.0
	widest      = 720.0 // panel
	lineHeight  = 22.0
	panelTop    = 34.0 // title of a panel
	panelBottom = 44.0 // axis of a panel
)

// draw draws the chart.
func (c dotChart) draw() Figure {
	var d drawing
	y := 14.0
	if len(c.series) > 1 {
		y += d.legend(c.series, 4, y, figureWidth)
	}
	var values []float64
	for _, p := range c.panels {
		for _, v := range p.values {
			values = append(values, v...)
		}
	}
	if c.zero {
		values = append(values, 0)
	}
	across := min(c.across, len(c.panels))
	width := min(figureWidth/float64(across), widest)
	var height float64
	for i, p := range c.panels {
		if i > 0 && i%across == 0 {
			y, height = y+height, 0
		}
		x := float64(i%across) * width
		gutter := p.gutter(width)
		s := newScale(values, x+gutter, x+width-28, false)
		h := float64(len(p.names))*lineHeight + panelTop + panelBottom
		height = max(height, h)
		c.drawPanel(&d, p, s, x, y)
	}
	return Figure{c.id, c.title, c.note, width * float64(across), y + height, d}
}

// gutter is the width that the names take.
func (p dotPanel) gutter(width float64) float64 {
	var w float64
	for _, name := range p.names {
		w = max(w, textWidth(name))
	}
	return min(w+22, width/2)
}

// drawPanel draws one panel with its upper left corner at x, y.
func (c dotChart) drawPanel(d *drawing, p dotPanel, s scale, x, y float64) {
	d.text("head", x+4, y+18, p.title)
	top, bottom := y+panelTop, y+panelTop+float64(len(p.names))*lineHeight
	for _, v := range s.ticks(6) {
		d.line("grid", s.at(v), top, s.at(v), bottom)
		d.text("small mid", s.at(v), bottom+16, tick(v))
	}
	if c.zero {
		d.line("zero", s.at(0), top, s.at(0), bottom)
	}
	d.line("axis", s.from, bottom, s.to, bottom)
	d.text("small mid", (s.from+s.to)/2, bottom+33, c.axis)
	for i, name := range p.names {
		middle := top + (float64(i)+0.5)*lineHeight
		d.text("end", s.from-10, middle+4, name)
		c.drawMarks(d, p.values[i], s, middle, name)
	}
}

// drawMarks draws the marks of one line, joined by a thin one.
func (c dotChart) drawMarks(d *drawing, values []float64, s scale, y float64, name string) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if hi > lo {
		d.line("link", s.at(lo), y, s.at(hi), y)
	}
	for i, v := range values {
		if !math.IsNaN(v) {
			d.mark(i, s.at(v), y, fmt.Sprintf("%s, %s: %.3f", name, c.series[i], v))
		}
	}
}
