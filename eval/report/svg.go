package report

import (
	_ "embed"
	"fmt"
	"html"
	"strings"
)

// Figure is a drawing.
type Figure struct {
	ID, Title, Note string
	width, height   float64 // pixels
	drawing
}

// figureStyle is the CSS of figures, on the page and in files of their own. The PNG files
// take their colors from it too.
//
//go:embed figure.css
var figureStyle string

// colors is the number of series that figure.css tells apart; more start again, with
// another shape.
const colors = 7

// seriesClass returns the class of a series.
func seriesClass(series int) string { return fmt.Sprintf("s%d", series%colors) }

// Inline returns f as SVG for a page that has the style of figures. Narrow pages shrink it
// a little, and scroll what does not fit.
func (f Figure) Inline() string {
	return f.svg(fmt.Sprintf(` style="min-width:%spx"`, px(max(min(f.width, widest), 0.85*f.width))), "")
}

// SVG returns f as an SVG file.
func (f Figure) SVG() string {
	return f.svg(` xmlns="http://www.w3.org/2000/svg"`, "<style>\n"+figureStyle+"</style>\n") + "\n"
}

func (f Figure) svg(attributes, style string) string {
	var body strings.Builder
	for _, s := range f.shapes {
		s.svg(&body)
	}
	return fmt.Sprintf(`<svg%s class="figure" viewBox="0 0 %s %s" width="%[2]s" height="%[3]s" role="img" aria-labelledby="%[4]s-title %[4]s-note">`+
		"\n<title id=\"%[4]s-title\">%[5]s</title>\n<desc id=\"%[4]s-note\">%[6]s</desc>\n%[7]s%[8]s</svg>",
		attributes, px(f.width), px(f.height), f.ID, html.EscapeString(f.Title), html.EscapeString(f.Note), style, body.String())
}

// px returns a coordinate to a tenth of a pixel.
func px(v float64) string {
	text := strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	if text == "-0" {
		return "0"
	}
	return text
}

// svg writes the element of s.
func (s shape) svg(b *strings.Builder) {
	x, y := px(s.points[0][0]), px(s.points[0][1])
	switch {
	case s.turned:
		fmt.Fprintf(b, "<text class=\"%s\" transform=\"translate(%s %s) rotate(-90)\">%s</text>\n", s.class, x, y, html.EscapeString(s.text))
		return
	case s.text != "":
		fmt.Fprintf(b, "<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>\n", s.class, x, y, html.EscapeString(s.text))
		return
	}
	fmt.Fprintf(b, "<path class=\"%s\" d=\"M%s %s", s.class, x, y)
	for _, p := range s.points[1:] {
		fmt.Fprintf(b, "L%s %s", px(p[0]), px(p[1]))
	}
	if s.closed {
		b.WriteString("Z")
	}
	b.WriteString("\"")
	if s.tip == "" {
		b.WriteString("/>\n")
		return
	}
	fmt.Fprintf(b, "><title>%s</title></path>\n", html.EscapeString(s.tip))
}
