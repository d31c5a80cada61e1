package plot

import (
	"fmt"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// pngDPI is the resolution of PNG files: sharp on a dense screen and in print.
const pngDPI = 160

// The colors of the groups, told apart by readers with any color vision (Okabe
// and Ito), over a gray that stays behind them.
var (
	gray      = color.NRGBA{0xae, 0xae, 0xae, 0xff}
	vermilion = color.NRGBA{0xd5, 0x5e, 0x00, 0xff}
	blue      = color.NRGBA{0x00, 0x72, 0xb2, 0xff}
	ink       = color.NRGBA{0x33, 0x33, 0x33, 0xff}
	faint     = color.NRGBA{0xee, 0xee, 0xee, 0xff}
)

// glyphs holds the look of each group in the order of Figure.groups.
var glyphs = [3]vgdraw.GlyphStyle{
	{Color: gray, Radius: 1, Shape: vgdraw.CircleGlyph{}},
	{Color: vermilion, Radius: 3, Shape: rimmed{}},
	{Color: blue, Radius: 1.6, Shape: vgdraw.CircleGlyph{}},
}

// crowd is the number of points from which a group is drawn smaller.
const crowd = 1000

// drawOrder puts the few labeled anomalies on top and the many unlabeled rows
// at the bottom.
var drawOrder = [3]int{0, 2, 1}

// rimmed is a disc with a white rim, visible on a crowd of its neighbors.
type rimmed struct{}

// DrawGlyph draws the rim, then the disc.
func (rimmed) DrawGlyph(c *vgdraw.Canvas, style vgdraw.GlyphStyle, at vg.Point) {
	c.DrawGlyph(vgdraw.GlyphStyle{Color: color.White, Radius: style.Radius + 0.8, Shape: vgdraw.CircleGlyph{}}, at)
	c.DrawGlyph(vgdraw.GlyphStyle{Color: style.Color, Radius: style.Radius, Shape: vgdraw.CircleGlyph{}}, at)
}

// draw writes the picture to w.
func draw(w io.Writer, format string, pic picture, opt Options) error {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = pic.axes[0], pic.axes[1]
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = faint, faint
	p.Add(grid)
	key := plot.NewLegend()
	dress(p, &key)
	for _, g := range drawOrder {
		if len(pic.points[g]) == 0 {
			continue
		}
		style := glyphs[g]
		if len(pic.points[g]) > crowd {
			style.Radius = max(1, style.Radius*0.6)
		}
		p.Add(&plotter.Scatter{XYs: pic.points[g], GlyphStyle: style})
		thumb := &plotter.Scatter{GlyphStyle: style}
		thumb.Radius = max(thumb.Radius, 2.5)
		key.Add(entry(groupNames[g], pic.counts[g], len(pic.points[g])), thumb)
	}
	width, height := vg.Length(opt.Width)*vg.Inch, vg.Length(opt.Height)*vg.Inch
	canvas := newCanvas(format, width, height)
	compose(vgdraw.New(canvas), opt.Title, p, &key)
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("plot: write %s: %w", format, err)
	}
	return nil
}

// entry returns the legend's line for a group.
func entry(name string, count, drawn int) string {
	if drawn < count {
		return fmt.Sprintf("%s (%s, %s of them drawn)", name, thousands(count), thousands(drawn))
	}
	return fmt.Sprintf("%s (%s)", name, thousands(count))
}

// thousands writes n with a comma before every three digits.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// dress gives the plot and its legend their fonts and margins.
func dress(p *plot.Plot, key *plot.Legend) {
	sans := font.Font{Typeface: "Liberation", Variant: "Sans"}
	key.TextStyle.Font = font.From(sans, 10)
	key.TextStyle.Color = ink
	key.Top, key.Left = true, true
	key.Padding = 3
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font = font.From(sans, 12)
		axis.Label.TextStyle.Color = ink
		axis.Label.Padding = 6
		axis.Tick.Label.Font = font.From(sans, 10)
		axis.Tick.Label.Color = ink
		axis.Color, axis.Tick.Color = ink, ink
		axis.Padding = 4
	}
}

// canvas is what a figure is drawn on and written from.
type canvas interface {
	vg.CanvasSizer
	io.WriterTo
}

func newCanvas(format string, width, height vg.Length) canvas {
	if format == "svg" {
		return vgsvg.NewWith(vgsvg.UseWH(width, height), vgsvg.EmbedFonts(true))
	}
	return vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(pngDPI))}
}

// compose draws the title, under it the legend, which so never hides a point,
// and under both the plot.
func compose(c vgdraw.Canvas, title string, p *plot.Plot, key *plot.Legend) {
	margin, indent := vg.Points(8), vg.Points(36)
	c = vgdraw.Crop(c, margin, -margin, margin, -margin)
	if title != "" {
		style := key.TextStyle
		style.Font.Size = 14
		style.YAlign = text.YTop
		c.FillText(style, vg.Point{X: c.Min.X + indent, Y: c.Max.Y}, title)
		c = vgdraw.Crop(c, 0, 0, 0, -style.Height(title)-margin)
	}
	key.Draw(vgdraw.Crop(c, indent, 0, 0, 0))
	p.Draw(vgdraw.Crop(c, 0, 0, 0, -key.Rectangle(c).Size().Y-margin))
}
