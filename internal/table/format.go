package table

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/internal/store"
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

var formatNames = [...]string{"unknown", "csv", "csv.gz", "csv.zst", "parquet", "arrow", "npz", "npy"}

// String returns the name of f as ParseFormat takes it.
func (f Format) String() string { return formatNames[f] }

// ParseFormat returns the format called name; "tsv" is CSV, whose delimiter is
// found, and "feather" is Arrow.
func ParseFormat(name string) (Format, error) {
	switch name {
	case "tsv":
		return CSV, nil
	case "feather":
		return Arrow, nil
	}
	if at := slices.Index(formatNames[:], name); at > 0 {
		return Format(at), nil
	}
	return 0, fmt.Errorf("%w %q: want csv, csv.gz, csv.zst, tsv, parquet, arrow, npz or npy", ErrFormat, name)
}

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
// standard input or output, is CSV. path may be a URL. [Read] also looks at the content.
func FormatOf(path string) (Format, error) {
	if path == "-" {
		return CSV, nil
	}
	name := strings.ToLower(filepath.Base(nameOf(path)))
	for _, e := range extensions {
		if strings.HasSuffix(name, e.suffix) {
			return e.format, nil
		}
	}
	return 0, fmt.Errorf("%w of %s: its name must end in .csv, .csv.gz, .csv.zst, .tsv, .parquet, .arrow, .feather, .npz or .npy", ErrFormat, path)
}

// nameOf returns a path, or the path in a URL.
func nameOf(path string) string {
	if at, ok := store.Parse(path); ok {
		return "/" + at.Key
	}
	return path
}

// format returns the format of the file: the one that was asked for, else that of
// the name, where the content may be of it, else that of the content. A text file
// is CSV, packed or not whatever its name says.
func (s *source) format(asked Format) (Format, error) {
	if asked != 0 {
		return asked, nil
	}
	named, err := FormatOf(s.path)
	if err != nil || s.path == "-" {
		named = 0
	}
	found, err := s.sniff()
	switch {
	case err != nil:
		return 0, err
	case named == 0 && found == 0:
		return 0, fmt.Errorf("%w: neither the name nor the first bytes tell it: set --format", ErrFormat)
	case found == 0, named.typed() && found == CSV: // damaged, says the reader
		return named, nil
	case named == 0, named == found, !named.typed() && !found.typed():
		return found, nil
	}
	return 0, fmt.Errorf("%w: the name says %s, the content is %s: rename the file, or set --format %s", ErrFormat, named, found, found)
}
