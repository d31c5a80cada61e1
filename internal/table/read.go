package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync/atomic"

	"github.com/nngmix/nngmix/internal/parallel"
)

// file is what readers need of an open file or object. ReadAt may be called by
// several goroutines at once.
type file interface {
	io.Reader
	io.ReaderAt
	io.Seeker
	io.Closer
}

// source is an open file or object.
type source struct {
	file
	path     string // names the format
	size     int64
	version  version      // nil for a copy of what cannot be read twice
	done     atomic.Int64 // bytes read
	progress func(done, total int64)
	remove   string  // the file that Close removes, a copy; "": none
	prints   *prints // of what a CSV file is read of; nil: none
}

// Read reads the table in the file path, which may be the URL of an object (package
// store); "-" is standard input. A pipe is read to its end first. It stops early with the error of ctx. Errors start with the path.
func Read(ctx context.Context, path string, opt ReadOptions) (*Table, error) {
	src, err := open(ctx, path, opt.Stdin)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	src.progress = opt.Progress
	t, err := src.table(ctx, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// table reads the table in the file.
func (s *source) table(ctx context.Context, opt ReadOptions) (*Table, error) {
	t := new(Table)
	err := guard(func() (err error) {
		if t.Format, err = s.find(opt.Format); err != nil {
			return err
		}
		if t.Format.typed() {
			t.Columns, err = readTyped(ctx, s, t.Format, opt)
		} else {
			t.Columns, t.Style, err = readCSV(ctx, s, opt)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(t.Columns) == 0 {
		return nil, fmt.Errorf("%w: no columns are left to read", ErrEmpty)
	}
	if t.Rows = t.Columns[0].Len(); t.Rows == 0 {
		return nil, ErrEmpty
	}
	return t, nil
}

// find returns the format of the file, of which its name tells from then on.
func (s *source) find(asked Format) (Format, error) {
	format, err := s.format(asked)
	if err != nil {
		return 0, err
	}
	if named, err := FormatOf(s.path); err != nil || named != format {
		s.path += "." + format.String()
	}
	return format, nil
}

// readTyped reads all columns that opt chooses of a format that stores types.
func readTyped(ctx context.Context, src *source, format Format, opt ReadOptions) ([]Column, error) {
	f, err := openTyped(src, format, opt)
	if err != nil {
		return nil, err
	}
	defer f.close()
	chosen, err := opt.choose(f.names())
	if err != nil {
		return nil, err
	}
	lanes, err := f.lanes(ctx, chosen, nil)
	if err != nil {
		return nil, err
	}
	columns, _, err := nextRows(ctx, lanes, math.MaxInt, opt.Threads)
	if err != nil {
		return nil, err
	}
	return opt.convert(columns)
}

// Read is that of the file.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.file.Read(p)
	s.advance(n)
	return n, err
}

// ReadAt is that of the file.
func (s *source) ReadAt(p []byte, at int64) (int, error) {
	n, err := s.file.ReadAt(p, at)
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
	err := s.file.Close()
	if s.remove != "" {
		err = errors.Join(err, os.Remove(s.remove))
	}
	return err
}

// eachColumn calls f for each of n columns, some at a time; threads of 0 is
// GOMAXPROCS. The error is that of the first column that has one, whichever is found
// sooner.
func eachColumn(ctx context.Context, threads, n int, f func(j int) error) error {
	failed := make([]error, n)
	err := parallel.Do(ctx, parallel.Threads(threads), n, func(_, j int) error {
		failed[j] = guard(func() error { return f(j) })
		return failed[j]
	})
	for _, bad := range failed {
		if bad != nil {
			return bad
		}
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
