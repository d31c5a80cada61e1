package eval

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
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

// record returns r as the fields of a line.
func (r Row) record() []string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	seconds := func(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }
	return []string{r.Dataset, r.Group, r.Detector, r.Method, number(r.Labeled), number(r.Multiplier),
		strconv.FormatUint(r.Seed, 10), number(r.AUROC), number(r.AP), strconv.Itoa(r.Unlabeled),
		strconv.Itoa(r.LabeledRows), strconv.Itoa(r.Dim), seconds(r.SecondsGenerate), seconds(r.SecondsFit),
		number(r.NoiseStd), number(r.Balance), strconv.Itoa(r.Generated)}
}

// line returns r as a line of CSV.
func (r Row) line() (string, error) { return csvLine(r.record()) }

func csvLine(record []string) (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	err := w.Write(record)
	w.Flush()
	return b.String(), errors.Join(err, w.Error())
}

// parseRow is the inverse of record.
func parseRow(f []string) (r Row, err error) {
	if len(f) != len(resultColumns) {
		return r, fmt.Errorf("%d fields, want %d", len(f), len(resultColumns))
	}
	number := func(i int) (v float64) {
		v, e := strconv.ParseFloat(f[i], 64)
		err = errors.Join(err, e)
		return v
	}
	whole := func(i int) (v int) {
		v, e := strconv.Atoi(f[i])
		err = errors.Join(err, e)
		return v
	}
	r.Cell = Cell{Dataset: f[0], Group: f[1], Detector: f[2], Method: f[3], Labeled: number(4),
		Multiplier: number(5), Balance: number(15), NoiseStd: number(14), Seed: uint64(whole(6))}
	r.AUROC, r.AP, r.Unlabeled, r.LabeledRows, r.Dim = number(7), number(8), whole(9), whole(10), whole(11)
	r.SecondsGenerate, r.SecondsFit, r.Generated = number(12), number(13), whole(16)
	return r, err
}

// ReadResults returns the rows of a results.csv. A last line that is cut short, as a
// killed study may leave it, is ignored.
func ReadResults(path string) ([]Row, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	text := string(raw)
	text = text[:strings.LastIndexByte(text, '\n')+1]
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord = -1
	var rows []Row
	for line := 1; ; line++ {
		f, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		var r Row
		if err == nil && line == 1 {
			if strings.Join(f, ",") != strings.Join(resultColumns, ",") {
				err = fmt.Errorf("columns are %q, want %q", f, resultColumns)
			}
		} else if err == nil {
			r, err = parseRow(f)
			rows = append(rows, r)
		}
		if err != nil {
			return nil, fmt.Errorf("eval: %s: line %d: %w", path, line, err)
		}
	}
}
