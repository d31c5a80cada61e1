package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
)

// Header says whether the first line of a CSV file names the columns.
type Header uint8

// The choices. HeaderAuto takes the first line for names when none of its fields
// is a number, or when a field that is none stands above one that is.
const (
	HeaderAuto Header = iota
	HeaderYes
	HeaderNo // the columns are x0, x1, ...
)

// ReadOptions say how to read a file. The zero value is the default.
type ReadOptions struct {
	Header    Header    // CSV only
	Delimiter rune      // CSV only; 0: a tab for .tsv, else a comma
	X, Y      string    // NPZ only: names of the arrays of features and labels, default X and y
	Keep      []string  // columns to read; nil: all
	Drop      []string  // columns to leave out
	Stdin     io.Reader // what "-" reads; nil: os.Stdin
	Threads   int       // 0: GOMAXPROCS
	// Progress, where it is not nil, is told how many bytes of the file were read.
	// It may be called from several goroutines.
	Progress func(done, total int64)
}

// source is an open file.
type source struct {
	*os.File
	path      string
	size      int64
	done      atomic.Int64 // bytes read
	progress  func(done, total int64)
	temporary bool // a copy of standard input
}

// Read reads the table in the file path; "-" reads CSV from standard input. It
// stops early with the error of ctx. Errors start with the path.
func Read(ctx context.Context, path string, opt ReadOptions) (*Table, error) {
	format, err := FormatOf(path)
	if err != nil {
		return nil, err
	}
	src, err := open(path, opt.Stdin)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	src.progress = opt.Progress
	var columns []Column
	err = guard(func() (err error) {
		columns, err = readers(format)(ctx, src, opt)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("%s: %w: no columns are left to read", path, ErrEmpty)
	}
	if columns[0].Len() == 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrEmpty)
	}
	return &Table{Columns: columns, Rows: columns[0].Len(), Format: format}, nil
}

// reader reads all columns that opt chooses.
type reader func(ctx context.Context, src *source, opt ReadOptions) ([]Column, error)

func readers(f Format) reader {
	switch f {
	case CSV, CSVGzip, CSVZstd:
		return readCSV
	case Parquet:
		return readParquet
	case Arrow:
		return readArrow
	case NPZ:
		return readNPZ
	default:
		return readNPY
	}
}

// open opens path for reading. Standard input is copied to a file, since a CSV
// file is sometimes read twice.
func open(path string, stdin io.Reader) (*source, error) {
	if path == "-" {
		return spool(stdin)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file", path)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s: it is a folder, not a file", path)
	}
	if err == nil && info.Size() == 0 {
		err = fmt.Errorf("%s: %w: the file is empty", path, ErrEmpty)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &source{File: f, path: path, size: info.Size()}, nil
}

// spool copies standard input to a temporary file, which is gone when closed.
func spool(stdin io.Reader) (*source, error) {
	if stdin == nil {
		stdin = os.Stdin
	}
	f, err := os.CreateTemp("", "nngmix-stdin-")
	if err != nil {
		return nil, err
	}
	size, err := io.Copy(f, stdin)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil && size == 0 {
		err = fmt.Errorf("standard input: %w", ErrEmpty)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return &source{File: f, path: "-", size: size, temporary: true}, nil
}

// Read is that of the file.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.File.Read(p)
	s.advance(n)
	return n, err
}

// ReadAt is that of the file.
func (s *source) ReadAt(p []byte, at int64) (int, error) {
	n, err := s.File.ReadAt(p, at)
	s.advance(n)
	return n, err
}

func (s *source) advance(n int) {
	if s.progress != nil {
		s.progress(min(s.done.Add(int64(n)), s.size), s.size)
	}
}

// Close closes the file and removes it where it was only a copy.
func (s *source) Close() error {
	err := s.File.Close()
	if s.temporary {
		err = errors.Join(err, os.Remove(s.Name()))
	}
	return err
}

// guard runs f and turns a panic of a library over a damaged file into an error.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrCorrupt, r)
		}
	}()
	return f()
}

// choose tells for each of names whether it is to be read. Unknown names in Keep
// or Drop, and names that stand twice in the file, are errors.
func (o ReadOptions) choose(names []string) ([]bool, error) {
	at := make(map[string]int, len(names))
	for j, n := range names {
		if first, twice := at[n]; twice {
			return nil, fmt.Errorf("table: columns %d and %d are both called %q: rename one", first+1, j+1, n)
		}
		at[n] = j
	}
	chosen := make([]bool, len(names))
	for j := range chosen {
		chosen[j] = o.Keep == nil
	}
	for i, name := range append(append([]string{}, o.Keep...), o.Drop...) {
		j, ok := at[name]
		if !ok {
			return nil, unknownColumn(name, names)
		}
		chosen[j] = i < len(o.Keep)
	}
	return chosen, nil
}

// pick returns the chosen ones among columns.
func (o ReadOptions) pick(columns []Column) ([]Column, error) {
	names := (&Table{Columns: columns}).Names()
	chosen, err := o.choose(names)
	if err != nil {
		return nil, err
	}
	var picked []Column
	for j, c := range columns {
		if chosen[j] {
			picked = append(picked, c)
		}
	}
	return picked, nil
}
