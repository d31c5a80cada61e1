package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// clouds returns a figure of three apart groups: dim columns of which the
// first carries nearly all of the variance.
func clouds(dim int) Figure {
	rng := rand.New(rand.NewPCG(1, 2))
	cloud := func(n int, center float64) []float64 {
		out := make([]float64, 0, n*dim)
		for range n {
			out = append(out, 100*(center+0.3*rng.NormFloat64()))
			for range dim - 1 {
				out = append(out, rng.NormFloat64())
			}
		}
		return out
	}
	return Figure{Dim: dim, Unlabeled: cloud(3000, 0), Labeled: cloud(30, 4), Pseudo: cloud(300, 4)}
}

func rendered(t *testing.T, format string, f Figure, opt Options) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := Write(&buf, format, f, opt); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// pixels counts the pixels of img near a color.
func pixels(img image.Image, want color.NRGBA) int {
	count := 0
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			got := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			if near(got.R, want.R) && near(got.G, want.G) && near(got.B, want.B) {
				count++
			}
		}
	}
	return count
}

func near(a, b uint8) bool { return math.Abs(float64(a)-float64(b)) <= 4 }

func TestPNGShowsEveryGroup(t *testing.T) {
	for _, dim := range []int{2, 5} {
		opt := DefaultOptions()
		img, err := png.Decode(bytes.NewReader(rendered(t, "png", clouds(dim), opt)))
		if err != nil {
			t.Fatalf("dim %d: %v", dim, err)
		}
		if got, want := img.Bounds().Size(), image.Pt(8*pngDPI, 6*pngDPI); got != want {
			t.Errorf("dim %d: size %v, want %v", dim, got, want)
		}
		for name, c := range map[string]color.NRGBA{"gray": gray, "vermilion": vermilion, "blue": blue} {
			if got := pixels(img, c); got < 500 {
				t.Errorf("dim %d: %d pixels are %s, want at least 500", dim, got, name)
			}
		}
	}
}

func TestMissingGroupIsNotDrawn(t *testing.T) {
	f := clouds(2)
	f.Pseudo = nil
	img, err := png.Decode(bytes.NewReader(rendered(t, "png", f, DefaultOptions())))
	if err != nil {
		t.Fatal(err)
	}
	if got := pixels(img, blue); got != 0 {
		t.Errorf("%d pixels are blue without pseudo-anomalies, want 0", got)
	}
}

func TestSVGIsWellFormedAndNamesItsParts(t *testing.T) {
	f := clouds(2)
	f.Names = []string{"amount", "hour"}
	opt := DefaultOptions()
	opt.MaxPoints, opt.Title = 1000, "Payments"
	text := rendered(t, "svg", f, opt)
	decoder := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
	for _, want := range []string{"Payments", "amount", "hour", "unlabeled rows (3,000, 1,000 of them drawn)",
		"labeled anomalies (30)", "pseudo-anomalies (300)"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the SVG does not say %q", want)
		}
	}
}

func TestSameBytes(t *testing.T) {
	opt := DefaultOptions()
	opt.MaxPoints = 500
	for _, format := range Formats {
		a, b := rendered(t, format, clouds(6), opt), rendered(t, format, clouds(6), opt)
		if !bytes.Equal(a, b) {
			t.Errorf("%s: two runs differ", format)
		}
		opt2 := opt
		opt2.Seed = 7
		if bytes.Equal(a, rendered(t, format, clouds(6), opt2)) {
			t.Errorf("%s: another seed draws the same points", format)
		}
	}
}

// TestComponents checks the projection of points on a plane in five columns
// against the plane's own axes.
func TestComponents(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const dim = 5
	var rows []float64
	for range 4000 {
		a, b := rng.Float64(), 0.25*rng.Float64()
		rows = append(rows, a, b+0.4*a, 7, a, 1000*a) // the third is constant
	}
	project, titles := components(rows, nil, dim)
	if want := "principal component 1 ("; !strings.HasPrefix(titles[0], want) {
		t.Errorf("title %q, want prefix %q", titles[0], want)
	}
	var residual, total float64
	scale := newScaler(dim, rows)
	buf := make([]float64, dim)
	mean := make([]float64, dim)
	for r := 0; r < len(rows); r += dim {
		scale.apply(buf, rows[r:r+dim])
		for c, v := range buf {
			mean[c] += v / 4000
		}
	}
	origin := dot(mean, mean)
	var meanX, meanY float64
	for r := 0; r < len(rows); r += dim {
		xy := project(rows[r : r+dim])
		meanX += xy.X / 4000
		meanY += xy.Y / 4000
	}
	outside := origin - meanX*meanX - meanY*meanY // of the mean, off the plane
	for r := 0; r < len(rows); r += dim {
		scale.apply(buf, rows[r:r+dim])
		xy := project(rows[r : r+dim])
		total += dot(buf, buf)
		residual += dot(buf, buf) - xy.X*xy.X - xy.Y*xy.Y - outside
	}
	if math.Abs(residual) > 1e-6*total {
		t.Errorf("two components lose %g of %g, want nothing of points on a plane", residual, total)
	}
}

// TestPrincipalAxes compares with gonum's eigendecomposition.
func TestPrincipalAxes(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const n, d = 500, 8
	rows := mat.NewDense(n, d, nil)
	rows.Apply(func(_, c int, _ float64) float64 { return float64(c) * rng.NormFloat64() }, rows)
	var cov mat.SymDense
	stat.CovarianceMatrix(&cov, rows, nil)
	var eigen mat.EigenSym
	if !eigen.Factorize(&cov, true) {
		t.Fatal("no eigendecomposition")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	axes, shares := principalAxes(rows)
	for a, axis := range axes {
		if cos := math.Abs(mat.Dot(axis, vectors.ColView(d-1-a))); cos < 1-1e-6 {
			t.Errorf("axis %d: |cosine| %v to the eigenvector, want 1", a, cos)
		}
		want := eigen.Values(nil)[d-1-a] / mat.Trace(&cov)
		if math.Abs(shares[a]-want) > 1e-6 {
			t.Errorf("axis %d: share %v, want %v", a, shares[a], want)
		}
	}
}

func TestThinKeepsOrderAndSize(t *testing.T) {
	rows := make([]float64, 2*1000)
	for i := range rows {
		rows[i] = float64(i)
	}
	got := thin(rows, 2, 100, 5)
	if len(got) != 200 {
		t.Fatalf("%d values, want 200", len(got))
	}
	for i := 0; i < len(got); i += 2 {
		if got[i+1] != got[i]+1 || i > 0 && got[i] <= got[i-2] {
			t.Fatalf("row %d is (%g, %g) after %v: no row of the input in its order", i/2, got[i], got[i+1], got[:i])
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tc := range []struct {
		name, want string
		fig        Figure
		format     string
	}{
		{"one column", "1 numeric columns", Figure{Dim: 1, Unlabeled: []float64{1}}, "png"},
		{"no rows", "neither unlabeled", Figure{Dim: 2, Pseudo: []float64{1, 2}}, "png"},
		{"half a row", "3 values of unlabeled rows", Figure{Dim: 2, Unlabeled: []float64{1, 2, 3}}, "png"},
		{"not finite", "labeled anomalies, row 1, column b is NaN",
			Figure{Dim: 2, Names: []string{"a", "b"}, Labeled: []float64{1, 2, 3, math.NaN()}}, "png"},
		{"names", "1 names for 2 columns", Figure{Dim: 2, Names: []string{"a"}, Labeled: []float64{1, 2}}, "png"},
		{"format", `format "gif" is unknown`, Figure{Dim: 2, Labeled: []float64{1, 2}}, "gif"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := Write(io.Discard, tc.format, tc.fig, DefaultOptions())
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got error %v, want one with %q", err, tc.want)
			}
		})
	}
	opt := Options{Width: -1, Height: 5, MaxPoints: 0}
	err := Write(io.Discard, "png", clouds(2), opt)
	if err == nil || !strings.Contains(err.Error(), "inches") || !strings.Contains(err.Error(), "MaxPoints") {
		t.Errorf("got error %v, want both violations", err)
	}
}

// TestFewPoints draws what has no variance at all.
func TestFewPoints(t *testing.T) {
	for name, f := range map[string]Figure{
		"one row":   {Dim: 3, Labeled: []float64{1, 2, 3}},
		"one value": {Dim: 3, Unlabeled: []float64{1, 1, 1, 1, 1, 1}},
	} {
		if len(rendered(t, "png", f, DefaultOptions())) == 0 {
			t.Errorf("%s: nothing was drawn", name)
		}
	}
}

// TestKeepForLooking writes the figures to NNGMIX_KEEP for a human reader.
func TestKeepForLooking(t *testing.T) {
	dir := os.Getenv("NNGMIX_KEEP")
	if dir == "" {
		t.Skip("set NNGMIX_KEEP to a folder to keep the figures")
	}
	for _, format := range Formats {
		file := filepath.Join(dir, "clouds."+format)
		if err := os.WriteFile(file, rendered(t, format, clouds(6), DefaultOptions()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
