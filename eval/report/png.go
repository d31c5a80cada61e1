package report

import (
	"fmt"
	"image/color"
	"io"
	"maps"
	"regexp"
	"strconv"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// pngDPI makes PNG files twice as large as the figure's pixels, which are points of 1/72
// inch on the canvas: sharp on dense screens.
const pngDPI = 2 * 72

// PNG writes f, as a light page shows it, as a PNG file.
func (f Figure) PNG(w io.Writer) error {
	raster := vgimg.NewWith(vgimg.UseWH(vg.Length(f.width), vg.Length(f.height)), vgimg.UseDPI(pngDPI))
	c := draw.New(raster)
	for _, s := range f.shapes {
		s.paint(&c, f.height)
	}
	if _, err := (vgimg.PngCanvas{Canvas: raster}).WriteTo(w); err != nil {
		return fmt.Errorf("report: %s: %w", f.ID, err)
	}
	return nil
}

// paint draws s on a canvas of the given height, on which y grows upward.
func (s shape) paint(c *draw.Canvas, height float64) {
	look := lookOf(s)
	points := make([]vg.Point, len(s.points))
	for i, p := range s.points {
		points[i] = vg.Point{X: vg.Length(p[0]), Y: vg.Length(height - p[1])}
	}
	if s.text != "" {
		c.FillText(look.textStyle(s.turned), points[0], s.text)
		return
	}
	if fill := look.color("fill"); fill != nil && s.closed {
		c.FillPolygon(fill, points)
	}
	if stroke := look.color("stroke"); stroke != nil {
		if s.closed {
			points = append(points, points[0])
		}
		style := draw.LineStyle{Color: stroke, Width: vg.Length(look.number("stroke-width", 1))}
		for _, length := range strings.Fields(look["stroke-dasharray"]) {
			style.Dashes = append(style.Dashes, vg.Length(number(length)))
		}
		c.StrokeLines(style, points)
	}
}

// look holds properties of CSS and their values.
type look map[string]string

// looks are the rules of figure.css for light pages, by the last word of their selector:
// an element's name or a class.
var looks = func() map[string]look {
	rules := map[string]look{}
	for _, rule := range regexp.MustCompile(`(?m)^\.(?:figure )?\.?(\w+) \{ (.*) \}$`).FindAllStringSubmatch(figureStyle, -1) {
		rules[rule[1]] = look{}
		for declaration := range strings.SplitSeq(rule[2], ";") {
			if name, value, ok := strings.Cut(declaration, ":"); ok {
				rules[rule[1]][strings.TrimSpace(name)] = strings.TrimSpace(value)
			}
		}
	}
	return rules
}()

// lookOf returns what the rules say of s.
func lookOf(s shape) look {
	l := look{}
	if s.text != "" {
		maps.Copy(l, looks["text"])
	}
	for class := range strings.FieldsSeq(s.class) {
		maps.Copy(l, looks[class])
	}
	return l
}

// color returns the color of a property, with the opacity of l; nil where there is none.
func (l look) color(property string) color.Color {
	value := l[property]
	if value == "currentColor" {
		value = l["color"]
	}
	hex, ok := strings.CutPrefix(value, "#")
	if !ok {
		return nil
	}
	if len(hex) == 3 { // #abc is #aabbcc
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	v, err := strconv.ParseUint(hex, 16, 24)
	if err != nil {
		return nil
	}
	return color.NRGBA{byte(v >> 16), byte(v >> 8), byte(v), byte(255*l.number("opacity", 1) + 0.5)}
}

// number returns the number of a property, without where it is not set.
func (l look) number(property string, without float64) float64 {
	if value, ok := l[property]; ok {
		return number(strings.TrimSuffix(value, "px"))
	}
	return without
}

// textStyle returns the style of a text, with the font that comes with gonum.org/v1/plot.
func (l look) textStyle(turned bool) text.Style {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Length(l.number("font-size", 12))}
	if l["font-weight"] != "" {
		f.Weight = xfont.WeightBold
	}
	style := text.Style{Color: l.color("fill"), Font: f, Handler: plot.DefaultTextHandler}
	switch l["text-anchor"] {
	case "middle":
		style.XAlign = text.XCenter
	case "end":
		style.XAlign = text.XRight
	}
	if turned {
		style.Rotation = 1.5707963267948966 // upward
	}
	return style
}
