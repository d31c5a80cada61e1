package report

import (
	"bytes"
	"image/color"
	"image/png"
	"regexp"
	"strings"
	"testing"
)

// TestPNG tests that the PNG file shows each mark in its color, at its place, and text.
func TestPNG(t *testing.T) {
	run, err := Open(wholeRun(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range run.figures(run.means()) {
		t.Run(f.ID, func(t *testing.T) {
			var raw bytes.Buffer
			if err := f.PNG(&raw); err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(&raw)
			if err != nil {
				t.Fatal(err)
			}
			if b := img.Bounds(); b.Dx() != int(2*f.width+0.5) || b.Dy() != int(2*f.height+0.5) {
				t.Errorf("%v, want twice %v x %v", b, f.width, f.height)
			}
			at := func(x, y float64) color.NRGBA {
				return color.NRGBAModel.Convert(img.At(int(2*x), int(2*y))).(color.NRGBA)
			}
			marks, inked := 0, 0
			for i, s := range f.shapes {
				if strings.HasPrefix(s.class, "mark") && !covered(f.shapes[i+1:], s) {
					marks++
					x, y := middle(s)
					if want := lookOf(s).color("fill"); at(x, y) != want {
						t.Errorf("at %v, %v: %v, want %v of %s", x, y, at(x, y), want, s.class)
					}
				}
				if s.text != "" && !s.turned {
					p := s.points[0]
					for dx := -60.0; dx < 60; dx += 0.5 {
						if c := at(p[0]+dx, p[1]-4); c.R < 200 {
							inked++
							break
						}
					}
				}
			}
			if marks < 2 || inked < 5 {
				t.Errorf("%d marks and %d texts", marks, inked)
			}
		})
	}
}

// middle returns the mean of the corners of s.
func middle(s shape) (x, y float64) {
	for _, p := range s.points {
		x += p[0] / float64(len(s.points))
		y += p[1] / float64(len(s.points))
	}
	return x, y
}

// covered tells whether one of shapes is a mark that is near s.
func covered(shapes []shape, s shape) bool {
	x, y := middle(s)
	for _, other := range shapes {
		ox, oy := middle(other)
		if strings.HasPrefix(other.class, "mark") && (x-ox)*(x-ox)+(y-oy)*(y-oy) < 100 {
			return true
		}
	}
	return false
}

// TestLooks tests that every class that figures use has a rule that the PNG files read.
func TestLooks(t *testing.T) {
	run, err := Open(wholeRun(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range run.figures(run.means()) {
		for _, s := range f.shapes {
			for class := range strings.FieldsSeq(s.class) {
				if looks[class] == nil && class != "key" {
					t.Errorf("%s: no rule for %s", f.ID, class)
				}
			}
			if l := lookOf(s); l.color("fill") == nil && l.color("stroke") == nil {
				t.Errorf("%s: a shape of class %q is not seen", f.ID, s.class)
			}
		}
	}
	if n := len(regexp.MustCompile(`(?m)^\.`).FindAllString(figureStyle, -1)); len(looks) != n {
		t.Errorf("%d of %d rules are read", len(looks), n)
	}
}
