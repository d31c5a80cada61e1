package eval

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// SplitFile returns the name of the file that holds the split of a set for a seed:
// GROUP__SET__sSEED.csv.gz, where GROUP is the part of the folder's name before the
// first underscore (Classical, CV, NLP).
func SplitFile(group, set string, seed uint64) string {
	return fmt.Sprintf("%s__%s__s%d.csv.gz", ShortGroup(group), set, seed)
}

// ShortGroup returns the part of a group's folder name before the first underscore:
// CV_by_ResNet18 becomes CV.
func ShortGroup(group string) string {
	short, _, _ := strings.Cut(group, "_")
	return short
}

// ReadSplit reads from dir the split of set d for a seed, in the format in which the
// splits of the NNG-Mix reference are published: a gzip-compressed CSV file named by
// [SplitFile] with the columns
//
//	part      train or test
//	row       row number in the set, from 0; a row may occur more than once
//	label     in training 1 for a labeled anomaly, in test 1 for an anomaly
//	pos_rR    in training the position of a labeled anomaly among those kept at
//	          ratio R of them, -1 where it is dropped; any number of such columns
//
// The labeled anomalies are taken to be 10 % of those in training.
func ReadSplit(dir string, d *Dataset, seed uint64) (*Split, error) {
	path := filepath.Join(dir, SplitFile(d.Group, d.Name, seed))
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("eval: no split of set %s for seed %d: %w", d.Name, seed, err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("eval: %s: %w", path, err)
	}
	s := &Split{set: d, seed: seed, share: DefaultProtocol().LabeledShare, kept: map[float64][]int{}}
	if err := s.read(z); err != nil {
		return nil, fmt.Errorf("eval: %s: %w", path, err)
	}
	return s, nil
}

// read fills s from CSV.
func (s *Split) read(in io.Reader) error {
	r := csv.NewReader(in)
	r.ReuseRecord = true
	head, err := r.Read()
	if err != nil {
		return err
	}
	ratios, err := parseHead(head)
	if err != nil {
		return err
	}
	keep := make([][]int, len(ratios)) // keep[i][position] = row+1
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = s.readRow(rec, keep)
		}
		if err != nil {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	return s.setKept(ratios, keep)
}

// parseHead returns the ratios named by the columns after the first three.
func parseHead(head []string) ([]float64, error) {
	if len(head) < 3 || head[0] != "part" || head[1] != "row" || head[2] != "label" {
		return nil, fmt.Errorf("columns are %q, want part, row, label and pos_r columns", head)
	}
	var ratios []float64
	for _, name := range head[3:] {
		ratio, err := strconv.ParseFloat(strings.TrimPrefix(name, "pos_r"), 64)
		if err != nil || !strings.HasPrefix(name, "pos_r") {
			return nil, fmt.Errorf("column %q: want pos_r and a number", name)
		}
		ratios = append(ratios, ratio)
	}
	return ratios, nil
}

// readRow adds one line to s and to keep.
func (s *Split) readRow(rec []string, keep [][]int) error {
	row, err := strconv.Atoi(rec[1])
	if err != nil || row < 0 || row >= len(s.set.Y) {
		return fmt.Errorf("row %q: want 0 to %d", rec[1], len(s.set.Y)-1)
	}
	labeled := rec[2] == "1"
	switch {
	case rec[0] == "test" && labeled == s.set.Y[row]:
		s.test = append(s.test, row)
		return nil
	case rec[0] == "train" && !labeled:
		s.unlabeled = append(s.unlabeled, row)
		return nil
	case rec[0] == "train" && s.set.Y[row]:
		s.labeled = append(s.labeled, row)
	case rec[0] == "train" || rec[0] == "test":
		return fmt.Errorf("label %s of row %d is not that of the set", rec[2], row)
	default:
		return fmt.Errorf("part %q: want train or test", rec[0])
	}
	for i, field := range rec[3:] {
		pos, err := strconv.Atoi(field)
		if err != nil || pos < -1 || pos >= len(s.set.Y) {
			return fmt.Errorf("position %q: want -1 or more", field)
		}
		if pos >= 0 {
			keep[i] = append(keep[i], make([]int, max(0, pos+1-len(keep[i])))...)
			keep[i][pos] = row + 1
		}
	}
	return nil
}

// setKept checks that positions have no gap and stores the rows by ratio.
func (s *Split) setKept(ratios []float64, keep [][]int) error {
	if len(s.unlabeled) == 0 || len(s.labeled) == 0 || len(s.test) == 0 {
		return fmt.Errorf("%d unlabeled, %d labeled and %d test rows: want at least one of each",
			len(s.unlabeled), len(s.labeled), len(s.test))
	}
	for i, rows := range keep {
		if len(rows) == 0 {
			return fmt.Errorf("ratio %v keeps no labeled anomaly", ratios[i])
		}
		for pos := range rows {
			if rows[pos]--; rows[pos] < 0 {
				return fmt.Errorf("ratio %v: position %d is missing", ratios[i], pos)
			}
		}
		s.kept[ratios[i]] = rows
	}
	return nil
}
