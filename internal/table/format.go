package table

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Errors of this package, for errors.Is.
var (
	ErrFormat      = errors.New("table: unknown file format")
	ErrCorrupt     = errors.New("table: damaged file")
	ErrColumn      = errors.New("table: no column")
	ErrUnsupported = errors.New("table: kind of column that cannot be used")
	ErrEmpty       = errors.New("table: no rows")
)

// Format is a file format.
type Format uint8

// The formats.
const (
	CSV Format = iota + 1
	CSVGzip
	CSVZstd
	Parquet
	Arrow
	NPZ
	NPY
)

// typed tells whether files of the format say which type a column has.
func (f Format) typed() bool { return f >= Parquet }

// extensions of file names, in lower case.
var extensions = []struct {
	suffix string
	format Format
}{
	{".csv", CSV}, {".tsv", CSV}, {".txt", CSV},
	{".csv.gz", CSVGzip}, {".tsv.gz", CSVGzip}, {".csv.zst", CSVZstd}, {".tsv.zst", CSVZstd},
	{".parquet", Parquet}, {".pq", Parquet},
	{".arrow", Arrow}, {".feather", Arrow}, {".ipc", Arrow}, {".arrows", Arrow},
	{".npz", NPZ}, {".npy", NPY},
}

// FormatOf returns the format that the name of a file stands for; "-", which is
// standard input or output, is CSV.
func FormatOf(path string) (Format, error) {
	if path == "-" {
		return CSV, nil
	}
	name := strings.ToLower(filepath.Base(path))
	for _, e := range extensions {
		if strings.HasSuffix(name, e.suffix) {
			return e.format, nil
		}
	}
	return 0, fmt.Errorf("%w of %s: its name must end in .csv, .csv.gz, .csv.zst, .tsv, .parquet, .arrow, .feather, .npz or .npy", ErrFormat, path)
}

// format returns the format of the file: the one that was asked for, or that of
// the name, or that of the content.
func (s *source) format(asked Format) (Format, error) {
	if asked != 0 {
		return asked, nil
	}
	return FormatOf(s.path)
}
