package plot

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// ErrFigure marks a figure that cannot be drawn: too few columns, no rows, a
// value that is not finite, names or lengths that do not fit.
var ErrFigure = errors.New("plot: figure cannot be drawn")

// Formats lists the formats that Write knows.
var Formats = []string{"png", "svg"}

// Figure holds the points to draw, each group row-major with Dim columns. The
// unlabeled or labeled rows may be missing, not both; there may be no
// pseudo-anomalies. Categorical columns do not belong here: leave them out.
type Figure struct {
	Dim       int       // columns, at least 2
	Names     []string  // their names, or nil; they name the axes when Dim is 2
	Unlabeled []float64 // rows without a label
	Labeled   []float64 // labeled anomalies
	Pseudo    []float64 // pseudo-anomalies, in the same units
}

// Options say how a figure is drawn.
type Options struct {
	Title     string  // shown above the figure; empty for none
	Width     float64 // in inches, above 0
	Height    float64 // in inches, above 0
	MaxPoints int     // most points drawn of each group; a seeded sample beyond
	Seed      uint64  // of that sample
}

// DefaultOptions returns 8 x 6 inches and at most 20,000 points of a group.
func DefaultOptions() Options {
	return Options{Width: 8, Height: 6, MaxPoints: 20_000}
}

// Validate returns an error that lists every option out of range.
func (o Options) Validate() error {
	var errs []error
	if !(o.Width > 0 && o.Width <= 100) || !(o.Height > 0 && o.Height <= 100) {
		errs = append(errs, fmt.Errorf("plot: size %g x %g inches, want above 0 and at most 100", o.Width, o.Height))
	}
	if o.MaxPoints < 1 {
		errs = append(errs, fmt.Errorf("plot: MaxPoints %d, want at least 1", o.MaxPoints))
	}
	return errors.Join(errs...)
}

// Write draws f to w in a format of Formats. The input is not modified.
func Write(w io.Writer, format string, f Figure, opt Options) error {
	if !slices.Contains(Formats, format) {
		return fmt.Errorf("plot: format %q is unknown, want one of %s", format, strings.Join(Formats, ", "))
	}
	if err := errors.Join(opt.Validate(), f.check()); err != nil {
		return err
	}
	return draw(w, format, layOut(f, opt), opt)
}

// groups returns the points in the order unlabeled, labeled, pseudo-anomalies.
func (f Figure) groups() [3][]float64 {
	return [3][]float64{f.Unlabeled, f.Labeled, f.Pseudo}
}

// groupNames names the groups in the order of Figure.groups.
var groupNames = [3]string{"unlabeled rows", "labeled anomalies", "pseudo-anomalies"}

// check tells what keeps the figure from being drawn.
func (f Figure) check() error {
	if f.Dim < 2 {
		return fmt.Errorf("%w: it has %d numeric columns and needs at least 2", ErrFigure, f.Dim)
	}
	if f.Names != nil && len(f.Names) != f.Dim {
		return fmt.Errorf("%w: %d names for %d columns", ErrFigure, len(f.Names), f.Dim)
	}
	if len(f.Unlabeled)+len(f.Labeled) == 0 {
		return fmt.Errorf("%w: it has neither unlabeled rows nor labeled anomalies", ErrFigure)
	}
	for g, rows := range f.groups() {
		if len(rows)%f.Dim != 0 {
			return fmt.Errorf("%w: %d values of %s are no whole rows of %d columns", ErrFigure, len(rows), groupNames[g], f.Dim)
		}
		for i, v := range rows {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%w: %s, row %d, column %s is %v", ErrFigure, groupNames[g], i/f.Dim, f.name(i%f.Dim), v)
			}
		}
	}
	return nil
}

// name returns the name of column c, or its number.
func (f Figure) name(c int) string {
	if f.Names == nil {
		return fmt.Sprintf("column %d", c)
	}
	return f.Names[c]
}
