package main

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/nngmix/nngmix/internal/atomicfile"
)

// look is how an engine is drawn: colors told apart by readers with any color vision
// (Okabe and Ito), and a shape of its own.
type look struct {
	color color.NRGBA
	shape draw.GlyphDrawer
}

var looks = map[string]look{
	ours:       {color.NRGBA{0xd5, 0x5e, 0x00, 0xff}, draw.CircleGlyph{}},
	hnswlib:    {color.NRGBA{0x00, 0x72, 0xb2, 0xff}, draw.BoxGlyph{}},
	"faiss":    {color.NRGBA{0x00, 0x9e, 0x73, 0xff}, draw.PyramidGlyph{}},
	"usearch":  {color.NRGBA{0xcc, 0x79, 0xa7, 0xff}, draw.RingGlyph{}},
	"weaviate": {color.NRGBA{0x56, 0xb4, 0xe9, 0xff}, draw.PlusGlyph{}},
	coderName:  {color.NRGBA{0x55, 0x55, 0x55, 0xff}, draw.CrossGlyph{}},
}

// drawSet draws the curves of a set on one thread, a panel for each kind of queries.
func drawSet(path string, r results, set string) error {
	var panels []*plot.Plot
	for _, kind := range []string{heldOut, anomalies} {
		if len(r.of(set, "", kind, 1)) > 0 {
			panels = append(panels, panel(r, set, kind))
		}
	}
	if len(panels) == 0 {
		return nil
	}
	shareScale(panels)
	width := vg.Length(2+4.8*float64(len(panels))) * vg.Inch
	canvas := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, 4.2*vg.Inch), vgimg.UseDPI(110))}
	whole := draw.Crop(draw.New(canvas), 8, -12, 8, -8)
	drawKey(whole, r.title(set)+": queries per second on one thread", r.engines(set))
	whole = draw.Crop(whole, 0, 0, 0, -2*rowHeight)
	for i, p := range panels {
		p.Draw(draw.Tiles{Rows: 1, Cols: len(panels), PadX: 16}.At(whole, i, 0))
	}
	f, err := atomicfile.Create(path, true)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := canvas.WriteTo(f); err != nil {
		return err
	}
	return f.Commit()
}

// rowHeight is the height of the title, and of the row with the names of engines.
const rowHeight = 20

var sans = font.Font{Typeface: "Liberation", Variant: "Sans"}

// drawKey draws a title at the top of c and the looks of engines in a row under it,
// which no curve crosses.
func drawKey(c draw.Canvas, title string, engines []string) {
	style := plot.NewLegend().TextStyle
	style.Font = font.From(sans, 12)
	style.YAlign = text.YCenter
	x, y := c.Min.X+10, c.Max.Y-rowHeight/2
	c.FillText(style, vg.Point{X: x, Y: y}, title)
	style.Font = font.From(sans, 11)
	y -= rowHeight
	for _, engine := range engines {
		l := looks[engine]
		c.StrokeLine2(draw.LineStyle{Color: l.color, Width: 1.5}, x, y, x+22, y)
		c.DrawGlyph(draw.GlyphStyle{Color: l.color, Radius: 3.5, Shape: l.shape}, vg.Point{X: x + 11, Y: y})
		c.FillText(style, vg.Point{X: x + 27, Y: y}, engine)
		x += 27 + style.Width(engine) + 16
	}
}

// panel draws queries per second over recall.
func panel(r results, set, kind string) *plot.Plot {
	p := plot.New()
	dress(p)
	p.X.Label.Text = "recall@10, queries: " + queryNames[kind]
	p.X.Tick.Marker, p.Y.Tick.Marker = recallTicks{}, speedTicks{}
	p.Y.Scale = plot.LogScale{}
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{0xdd}, color.Gray{0xdd}
	p.Add(grid)
	for _, engine := range r.engines(set) {
		curve := r.of(set, engine, kind, 1)
		if len(curve) == 0 {
			continue
		}
		var points plotter.XYs
		searched := 0 // those of the graph come first
		for _, l := range curve {
			points = append(points, plotter.XY{X: stretch(l.Recall), Y: l.Value})
			if l.Ef != exactSearch {
				searched++
			}
		}
		style := looks[engine]
		line := &plotter.Line{XYs: points[:searched], LineStyle: draw.LineStyle{Color: style.color, Width: 1.5}}
		marks := &plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{Color: style.color, Radius: 3, Shape: style.shape}}
		p.Add(line, marks)
	}
	return p
}

// queryNames say what queries are.
var queryNames = map[string]string{heldOut: "held-out rows", anomalies: "labeled anomalies"}

// dress gives all text of p one typeface.
func dress(p *plot.Plot) {
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font = font.From(sans, 11)
		axis.Tick.Label.Font = font.From(sans, 10)
	}
}

// shareScale gives panels the same axes.
func shareScale(panels []*plot.Plot) {
	low, high, left := math.Inf(1), 0.0, math.Inf(1)
	for _, p := range panels {
		low, high, left = min(low, p.Y.Min), max(high, p.Y.Max), min(left, p.X.Min)
	}
	for _, p := range panels {
		p.Y.Min, p.Y.Max = low/1.2, high*1.2
		p.X.Min, p.X.Max = left-0.05, stretch(1)+0.05
	}
}

// stretch gives each tenth of what a recall lacks to 1 the same room, down to 0.0001.
func stretch(recall float64) float64 { return -math.Log10(max(1-recall, 1e-4)) }

// recallTicks are the ticks of an axis that was stretched.
type recallTicks struct{}

// Ticks returns the ticks between low and high.
func (recallTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for _, recall := range []float64{0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1} {
		if x := stretch(recall); x >= low && x <= high {
			ticks = append(ticks, plot.Tick{Value: x, Label: strconv.FormatFloat(recall, 'f', -1, 64)})
		}
	}
	return ticks
}

// speedTicks are 1, 2 and 5 times the powers of ten.
type speedTicks struct{}

// Ticks returns the ticks between low and high.
func (speedTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for power := 1.0; power < high; power *= 10 {
		for _, v := range []float64{power, 2 * power, 5 * power} {
			if v >= low && v <= high {
				ticks = append(ticks, plot.Tick{Value: v, Label: shortSpeed(v)})
			}
		}
	}
	return ticks
}

func shortSpeed(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v/1000, 'f', -1, 64) + "k"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
