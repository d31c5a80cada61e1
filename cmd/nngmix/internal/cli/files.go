package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"

	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/store"
)

// RefuseExisting returns an error for a file that is there and may not be
// replaced, and for a URL, before any work is done.
func RefuseExisting(path string, force bool) error {
	if _, object := store.Parse(path); object {
		return fmt.Errorf("%s: only tables are written to URLs: name a file", path)
	}
	return RefuseTable(path, force)
}

// RefuseTable is RefuseExisting for tables, which may be objects; package table sees
// whether these exist.
func RefuseTable(path string, force bool) error {
	if _, object := store.Parse(path); object || path == "" || path == "-" || force {
		return nil
	}
	if files, err := os.ReadDir(path); err == nil && len(files) == 0 {
		return nil // an empty folder becomes one of files
	}
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s exists: --force replaces it", path)
	}
	return nil
}

// WriteJSON writes v to path, whole or not at all.
func WriteJSON(path string, v any, force bool) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	f, err := atomicfile.Create(path, force)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(append(text, '\n')); err != nil {
		return err
	}
	return f.Commit()
}

// WriteCSV writes lines to path, whole or not at all.
func WriteCSV(path string, lines [][]string, force bool) error {
	f, err := atomicfile.Create(path, force)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := csv.NewWriter(f).WriteAll(lines); err != nil {
		return err
	}
	return f.Commit()
}

// Megabytes returns bytes in units of a million.
func Megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }
