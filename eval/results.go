package eval

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Row is what a study found for one cell.
type Row struct {
	Cell
	AUROC           float64
	AP              float64
	Unlabeled       int // rows without label in training
	LabeledRows     int // labeled anomalies, without pseudo-anomalies
	Dim             int
	SecondsGenerate float64 // scaling, neighbor search and making rows
	SecondsFit      float64 // training alone
	Generated       int     // pseudo-anomalies
}

// resultColumns name the fields of results.csv. Two rows differ in more than their
// seconds only when their cells differ.
var resultColumns = []string{"dataset", "group", "detector", "method", "labeled", "multiplier", "seed", "auroc", "ap",
	"n_unlabeled", "n_labeled", "dim", "seconds_generate", "seconds_fit", "noise_std", "balance", "n_generated"}

func (r Row) key() Cell { return r.Cell }

// record returns r as the fields of a line.
func (r Row) record() []string {
	seconds := func(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }
	return []string{r.Dataset, r.Group, r.Detector, r.Method, decimal(r.Labeled), decimal(r.Multiplier),
		strconv.FormatUint(r.Seed, 10), decimal(r.AUROC), decimal(r.AP), strconv.Itoa(r.Unlabeled),
		strconv.Itoa(r.LabeledRows), strconv.Itoa(r.Dim), seconds(r.SecondsGenerate), seconds(r.SecondsFit),
		decimal(r.NoiseStd), decimal(r.Balance), strconv.Itoa(r.Generated)}
}

// decimal returns the shortest text that stands for v.
func decimal(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// rounded returns v with so many decimals; what rounds to 0 has no sign.
func rounded(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		return strings.TrimPrefix(text, "-")
	}
	return text
}

// parseRow is the inverse of record.
func parseRow(f []string) (Row, error) {
	p := fields{text: f}
	r := Row{Cell: Cell{Dataset: f[0], Group: f[1], Detector: f[2], Method: f[3], Labeled: p.number(4),
		Multiplier: p.number(5), Balance: p.number(15), NoiseStd: p.number(14), Seed: uint64(p.whole(6))},
		AUROC: p.share(7), AP: p.share(8), Unlabeled: p.whole(9), LabeledRows: p.whole(10), Dim: p.whole(11),
		SecondsGenerate: p.number(12), SecondsFit: p.number(13), Generated: p.whole(16)}
	return r, p.err
}

// fields are the texts of a line of CSV. err joins what was wrong with those asked for.
type fields struct {
	text []string
	err  error
}

// maxNumber is beyond all that a study can measure or be asked for.
const maxNumber = 1e15

func (f *fields) number(i int) float64 {
	v, err := strconv.ParseFloat(f.text[i], 64)
	if err == nil && math.Abs(v) > maxNumber {
		err = fmt.Errorf("%s is too large, want at most %g", f.text[i], maxNumber)
	}
	f.err = errors.Join(f.err, err)
	return v
}

// share is number for what is 0 to 1.
func (f *fields) share(i int) float64 {
	v := f.number(i)
	if v < 0 || v > 1 {
		f.err = errors.Join(f.err, fmt.Errorf("%s is no share, want 0 to 1", f.text[i]))
	}
	return v
}

func (f *fields) whole(i int) int {
	v, err := strconv.Atoi(f.text[i])
	f.err = errors.Join(f.err, err)
	return v
}

// ReadResults returns the rows of a results.csv. A last line that is cut short, as a
// killed study may leave it, is ignored.
func ReadResults(path string) ([]Row, error) { return readEntries(path, resultColumns, parseRow) }
