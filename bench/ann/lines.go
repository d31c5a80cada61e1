package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"github.com/nngmix/nngmix/internal/atomicfile"
)

// line is one measured figure. Tables and curves are made of lines alone.
type line struct {
	Set       string
	Rows, Dim int
	Engine    string
	Measure   string // what Value is, see below; for QPS the kind of queries
	Threads   int
	Ef        int     // efSearch, of QPS
	Recall    float64 // of QPS
	Value     float64 // the median
	Least     float64
	Most      float64
	Runs      int    // how often it was measured
	Commit    string // of the source that measured it
}

// What is measured, beside queries per second for each kind of queries.
const (
	buildTime = "build seconds"
	resident  = "resident bytes"
	fileBytes = "file bytes"
	openTime  = "open seconds"
)

var header = []string{"set", "rows", "columns", "engine", "measure", "threads", "ef", "recall", "value", "least", "most", "runs", "commit"}

// readLines reads a file of lines; none is no error.
func readLines(path string) ([]line, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := decodeLines(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return lines, nil
}

func decodeLines(r io.Reader) ([]line, error) {
	records, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(records) == 0 || !slices.Equal(records[0], header) {
		return nil, fmt.Errorf("the first line is not %q: move the file away", header)
	}
	var lines []line
	for i, record := range records[1:] {
		l := line{Set: record[0], Engine: record[3], Measure: record[4], Commit: record[12]}
		for _, field := range []struct {
			at int
			to any
		}{{1, &l.Rows}, {2, &l.Dim}, {5, &l.Threads}, {6, &l.Ef}, {7, &l.Recall}, {8, &l.Value}, {9, &l.Least}, {10, &l.Most}, {11, &l.Runs}} {
			if err := parseNumber(record[field.at], field.to); err != nil {
				return nil, fmt.Errorf("line %d, %s: %w", i+2, header[field.at], err)
			}
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func parseNumber(text string, to any) (err error) {
	switch to := to.(type) {
	case *int:
		*to, err = strconv.Atoi(text)
	case *float64:
		*to, err = strconv.ParseFloat(text, 64)
	}
	return err
}

func encodeLines(w io.Writer, lines []line) error {
	out := csv.NewWriter(w)
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	records := [][]string{header}
	for _, l := range lines {
		records = append(records, []string{l.Set, strconv.Itoa(l.Rows), strconv.Itoa(l.Dim), l.Engine, l.Measure, strconv.Itoa(l.Threads),
			strconv.Itoa(l.Ef), number(l.Recall), number(l.Value), number(l.Least), number(l.Most), strconv.Itoa(l.Runs), l.Commit})
	}
	return out.WriteAll(records)
}

// writeLines replaces the file path.
func writeLines(path string, lines []line) error {
	f, err := atomicfile.Create(path, true)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := encodeLines(f, lines); err != nil {
		return err
	}
	return f.Commit()
}

// merge returns old with lines in place of those that measure the same: the same set,
// engine and measure on the same number of threads, at any efSearch. Sets stay in
// the order in which they first came.
func merge(old, lines []line) []line {
	type key struct {
		set, engine, measure string
		threads              int
	}
	keyOf := func(l line) key { return key{l.Set, l.Engine, l.Measure, l.Threads} }
	replaced := make(map[key]bool)
	for _, l := range lines {
		replaced[keyOf(l)] = true
	}
	all := slices.DeleteFunc(slices.Clone(old), func(l line) bool { return replaced[keyOf(l)] })
	all = append(all, lines...)
	rank := make(map[string]int)
	for _, l := range slices.Concat(old, lines) {
		if _, ok := rank[l.Set]; !ok {
			rank[l.Set] = len(rank)
		}
	}
	slices.SortStableFunc(all, func(a, b line) int { return rank[a.Set] - rank[b.Set] })
	return all
}
