package tabletest

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Entry is a file of a matrix and what is right to make of it.
type Entry struct {
	File    string   `json:"file"`
	Oracle  string   `json:"oracle"`  // the file of its columns; "" where it is only to be refused
	Refused string   `json:"refused"` // a part of the message that reading the whole file ends with
	Bad     bool     `json:"bad"`     // it is damaged: any error that names it will do
	Either  bool     `json:"either"`  // it is damaged so that not everybody sees it: an error will do, or the right values
	Drop    []string `json:"drop"`    // columns to leave out so that the rest is read
	// Optional are columns that may be refused in words instead of read right:
	// bytes that no type calls text, decimals beyond 64 bits.
	Optional []string `json:"optional"`
	Index    string   `json:"index"` // a column that is an index, not a feature
	Folder   string   `json:"-"`
}

// Path returns the path of the file.
func (e Entry) Path() string { return filepath.Join(e.Folder, "files", e.File) }

// OraclePath returns the path of its columns.
func (e Entry) OraclePath() string { return filepath.Join(e.Folder, "oracle", e.Oracle) }

// Manifest returns the entries of the matrix in folder.
func Manifest(tb testing.TB, folder string) []Entry {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var m struct{ Entries []Entry }
	if err := json.Unmarshal(text, &m); err != nil {
		tb.Fatal(err)
	}
	if len(m.Entries) == 0 {
		tb.Fatalf("%s: no entries", folder)
	}
	for i := range m.Entries {
		m.Entries[i].Folder = folder
	}
	return m.Entries
}

// Columns returns the columns that the file of e holds.
func (e Entry) Columns(tb testing.TB) []Column {
	tb.Helper()
	f, err := os.Open(e.OraclePath())
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var text io.Reader = f
	if strings.HasSuffix(e.Oracle, ".gz") {
		if text, err = gzip.NewReader(f); err != nil {
			tb.Fatal(err)
		}
	}
	var columns []Column
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var c Column
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			tb.Fatalf("%s: %v", e.Oracle, err)
		}
		columns = append(columns, c)
	}
	if err := lines.Err(); err != nil {
		tb.Fatal(err)
	}
	return columns
}
