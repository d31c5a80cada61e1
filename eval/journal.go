package eval

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/nngmix/nngmix/internal/atomicfile"
)

// journal is the results.csv of a run. Each row is appended by one write when its cell is
// done, in whatever order cells finish; close puts the rows into the order of the grid.
type journal struct {
	path string
	mu   sync.Mutex
	file *os.File
	done map[Cell]Row
}

// openJournal opens the results.csv in dir and reads the rows that are there.
func openJournal(dir string) (*journal, error) {
	j := &journal{path: filepath.Join(dir, "results.csv"), done: map[Cell]Row{}}
	rows, err := ReadResults(j.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, r := range rows {
		j.done[r.Cell] = r
	}
	// Written anew, since the last line may be cut short.
	if err := j.rewrite(rows); err != nil {
		return nil, err
	}
	j.file, err = os.OpenFile(j.path, os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	return j, nil
}

// add records the row of a cell that is done.
func (j *journal) add(r Row) error {
	line, err := r.line()
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.WriteString(line); err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	j.done[r.Cell] = r
	return nil
}

// rows returns the rows of those of cells that are done, in the order of cells.
func (j *journal) rows(cells []Cell) []Row {
	j.mu.Lock()
	defer j.mu.Unlock()
	var rows []Row
	for _, c := range cells {
		if r, ok := j.done[c]; ok {
			rows = append(rows, r)
		}
	}
	return rows
}

// close closes the file. With cells, the whole grid, it first puts the rows in order.
func (j *journal) close(cells []Cell) error {
	err := j.file.Close()
	if cells != nil {
		err = errors.Join(err, j.rewrite(j.rows(cells)))
	}
	return err
}

// rewrite replaces the file by one that holds rows.
func (j *journal) rewrite(rows []Row) error {
	var text strings.Builder
	line, err := csvLine(resultColumns)
	text.WriteString(line)
	for _, r := range rows {
		line, e := r.line()
		err = errors.Join(err, e)
		text.WriteString(line)
	}
	if err != nil {
		return err
	}
	return writeFile(j.path, text.String())
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
