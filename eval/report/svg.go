package report

import (
	_ "embed"
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// Figure is a drawing.
type Figure struct {
	ID, Title, Note string
	width, height   float64
	body            string // SVG without the outer element
}

// figureStyle is the CSS of figures, on the page and in files of their own.
//
//go:embed figure.css
var figureStyle string

// Inline returns f as SVG for a page that has the style of figures.
func (f Figure) Inline() string { return f.svg("", "") }

// File returns f as an SVG file.
func (f Figure) File() string {
	return f.svg(` xmlns="http://www.w3.org/2000/svg"`, "<style>\n"+figureStyle+"</style>\n") + "\n"
}

func (f Figure) svg(namespace, style string) string {
	return fmt.Sprintf(`<svg%s class="figure" viewBox="0 0 %s %s" width="%[2]s" height="%[3]s" role="img" aria-labelledby="%[4]s-title %[4]s-note">`+
		"\n<title id=\"%[4]s-title\">%[5]s</title>\n<desc id=\"%[4]s-note\">%[6]s</desc>\n%[7]s%[8]s</svg>",
		namespace, px(f.width), px(f.height), f.ID, html.EscapeString(f.Title), html.EscapeString(f.Note), style, f.body)
}

// colors is the number of series that figure.css tells apart; more start again, with
// another shape.
const colors = 7

// drawing collects the elements of a figure.
type drawing struct{ strings.Builder }

// px returns a coordinate to a tenth of a pixel.
func px(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}

// text draws s at x, y; class may hold the anchor: "end" or "mid".
func (d *drawing) text(class string, x, y float64, s string) {
	fmt.Fprintf(d, "<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>\n", class, px(x), px(y), html.EscapeString(s))
}

// turned draws s upward along x, its middle at y.
func (d *drawing) turned(class string, x, y float64, s string) {
	fmt.Fprintf(d, "<text class=\"%s\" transform=\"translate(%s %s) rotate(-90)\">%s</text>\n", class, px(x), px(y), html.EscapeString(s))
}

func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(d, "<path class=\"%s\" d=\"M%s %sL%s %s\"/>\n", class, px(x1), px(y1), px(x2), px(y2))
}

// path draws a line through points, closed to an area when close is set.
func (d *drawing) path(class string, points [][2]float64, close bool) {
	fmt.Fprintf(d, "<path class=\"%s\" d=\"", class)
	for i, p := range points {
		d.WriteString([]string{"L", "M"}[b2i(i == 0)] + px(p[0]) + " " + px(p[1]))
	}
	if close {
		d.WriteString("Z")
	}
	d.WriteString("\"/>\n")
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// shapes are the marks of series around 0, 0.
var shapes = []string{
	"M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z", "M-4 -4H4V4H-4Z", "M0 -5.5L5.5 0L0 5.5L-5.5 0Z",
	"M0 -5L5 4H-5Z", "M0 5L5 -4H-5Z", "M-1.7 -5H1.7V-1.7H5V1.7H1.7V5H-1.7V1.7H-5V-1.7H-1.7Z", "M-5 -2.5H5V2.5H-5Z", "M-2.5 -5H2.5V5H-2.5Z",
}

// mark draws the mark of a series, with a text that shows under the pointer.
func (d *drawing) mark(series int, x, y float64, tip string) {
	fmt.Fprintf(d, "<path class=\"mark s%d\" transform=\"translate(%s %s)\" d=\"%s\">", series%colors, px(x), px(y), shapes[series%len(shapes)])
	if tip != "" {
		fmt.Fprintf(d, "<title>%s</title>", html.EscapeString(tip))
	}
	d.WriteString("</path>\n")
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
