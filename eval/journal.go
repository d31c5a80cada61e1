package eval

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"

	"github.com/nngmix/nngmix/internal/atomicfile"
)

// entry is a line of a journal: what was found for a cell.
type entry[C comparable] interface {
	key() C
	record() []string
}

// journal is a CSV file of a run. Each entry is appended by one write when its cell is
// done, in whatever order cells finish; close puts the entries into the order of the grid.
type journal[C comparable, E entry[C]] struct {
	path    string
	columns []string
	mu      sync.Mutex
	file    *os.File
	done    map[C]E
}

// openJournal opens the file path and reads the entries that are there.
func openJournal[C comparable, E entry[C]](path string, columns []string, parse func([]string) (E, error)) (*journal[C, E], error) {
	j := &journal[C, E]{path: path, columns: columns, done: map[C]E{}}
	entries, err := readEntries(path, columns, parse)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		j.done[e.key()] = e
	}
	// Written anew, since the last line may be cut short.
	if err := j.rewrite(entries); err != nil {
		return nil, err
	}
	j.file, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	return j, nil
}

// readEntries returns the entries of a file. A last line that is cut short, as a killed
// study may leave it, is ignored.
func readEntries[E any](path string, columns []string, parse func([]string) (E, error)) ([]E, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	text := string(raw)
	text = text[:strings.LastIndexByte(text, '\n')+1]
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord = -1
	var entries []E
	for line := 1; ; line++ {
		f, err := in.Read()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		switch {
		case err != nil:
		case line == 1 && strings.Join(f, ",") != strings.Join(columns, ","):
			err = fmt.Errorf("columns are %q, want %q", f, columns)
		case line > 1 && len(f) != len(columns):
			err = fmt.Errorf("%d fields, want %d", len(f), len(columns))
		case line > 1:
			var e E
			e, err = parse(f)
			entries = append(entries, e)
		}
		if err != nil {
			return nil, fmt.Errorf("eval: %s: line %d: %w", path, line, err)
		}
	}
}

// add records an entry.
func (j *journal[C, E]) add(e E) error {
	line, err := csvLine(e.record())
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.WriteString(line); err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	j.done[e.key()] = e
	return nil
}

// entries returns the entries of those of cells that are done, in the order of cells.
func (j *journal[C, E]) entries(cells []C) []E {
	j.mu.Lock()
	defer j.mu.Unlock()
	var entries []E
	for _, c := range cells {
		if e, ok := j.done[c]; ok {
			entries = append(entries, e)
		}
	}
	return entries
}

// close closes the file. With cells, the whole grid, it first puts the entries in order.
func (j *journal[C, E]) close(cells []C) error {
	err := j.file.Close()
	if cells != nil {
		err = errors.Join(err, j.rewrite(j.entries(cells)))
	}
	return err
}

// rewrite replaces the file by one that holds entries.
func (j *journal[C, E]) rewrite(entries []E) error {
	lines := [][]string{j.columns}
	for _, e := range entries {
		lines = append(lines, e.record())
	}
	text, err := csvText(lines)
	return errors.Join(err, writeFile(j.path, text))
}

func csvLine(record []string) (string, error) { return csvText([][]string{record}) }

// csvText returns records as lines of CSV.
func csvText(records [][]string) (string, error) {
	var b strings.Builder
	err := csv.NewWriter(&b).WriteAll(records)
	return b.String(), err
}

// writeFile replaces the file path by one with the given text, whole or not at all.
func writeFile(path, text string) error {
	f, err := atomicfile.Create(path, true)
	if err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	if _, err := f.WriteString(text); err != nil {
		f.Abort()
		return fmt.Errorf("eval: %w", err)
	}
	if err := f.Commit(); err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	return nil
}
