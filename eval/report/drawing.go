package report

import (
	"math"
	"unicode/utf8"
)

// drawing collects the shapes of a figure in the order in which they are drawn. [Figure]
// writes them as SVG and as PNG.
type drawing struct{ shapes []shape }

// shape is a text, a line through points, or an area within them. Coordinates are pixels,
// y downward.
type shape struct {
	class  string // says how it looks, by figure.css
	points [][2]float64
	closed bool
	text   string
	turned bool   // the text runs upward
	tip    string // shows under the pointer
}

// text draws s at x, y; class may hold the anchor: "end" or "mid".
func (d *drawing) text(class string, x, y float64, s string) {
	d.shapes = append(d.shapes, shape{class: class, points: [][2]float64{{x, y}}, text: s})
}

// turned draws s upward along x, its middle at y.
func (d *drawing) turned(class string, x, y float64, s string) {
	d.shapes = append(d.shapes, shape{class: class, points: [][2]float64{{x, y}}, text: s, turned: true})
}

func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	d.path(class, [][2]float64{{x1, y1}, {x2, y2}}, false)
}

// path draws a line through points, closed to an area when close is set.
func (d *drawing) path(class string, points [][2]float64, close bool) {
	d.shapes = append(d.shapes, shape{class: class, points: points, closed: close})
}

// marks are the outlines of the marks of series around 0, 0.
var marks = [][][2]float64{
	circle(4.5),
	{{-4, -4}, {4, -4}, {4, 4}, {-4, 4}},
	{{0, -5.5}, {5.5, 0}, {0, 5.5}, {-5.5, 0}},
	{{0, -5}, {5, 4}, {-5, 4}},
	{{0, 5}, {5, -4}, {-5, -4}},
	{{-1.7, -5}, {1.7, -5}, {1.7, -1.7}, {5, -1.7}, {5, 1.7}, {1.7, 1.7}, {1.7, 5}, {-1.7, 5}, {-1.7, 1.7}, {-5, 1.7}, {-5, -1.7}, {-1.7, -1.7}},
	{{-5, -2.5}, {5, -2.5}, {5, 2.5}, {-5, 2.5}},
	{{-2.5, -5}, {2.5, -5}, {2.5, 5}, {-2.5, 5}},
}

// circle returns a polygon that looks like a circle at the size of a mark.
func circle(radius float64) [][2]float64 {
	points := make([][2]float64, 16)
	for i := range points {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(points)))
		points[i] = [2]float64{radius * cos, radius * sin}
	}
	return points
}

// mark draws the mark of a series, with a text that shows under the pointer.
func (d *drawing) mark(series int, x, y float64, tip string) {
	var points [][2]float64
	for _, p := range marks[series%len(marks)] {
		points = append(points, [2]float64{x + p[0], y + p[1]})
	}
	d.shapes = append(d.shapes, shape{class: "mark " + seriesClass(series), points: points, closed: true, tip: tip})
}

// textWidth is about how wide s is drawn.
func textWidth(s string) float64 { return 6.6 * float64(utf8.RuneCountInString(s)) }

// legend draws the names of series, in lines no wider than width, with the middle of the
// first at y, and returns how high it is.
func (d *drawing) legend(names []string, x, y, width float64) float64 {
	at, line := x, y
	for i, name := range names {
		w := 30 + textWidth(name)
		if at+w > x+width && at > x {
			at, line = x, line+20
		}
		d.mark(i, at+7, line, "")
		d.text("key", at+18, line+4, name)
		at += w
	}
	return line - y + 24
}
