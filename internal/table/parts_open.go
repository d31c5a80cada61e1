package table

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
)

// part is a part that is read.
type part struct {
	Part
	all       *progress
	format    Format
	names     []string // of all columns
	delimiter rune     // of a CSV file
	comma     bool     // a CSV file that has decimal commas for certain
	header    bool     // a CSV file whose first line is one of names
	like      *part    // the first CSV file, where this one has its delimiter and header for certain

	size    int64
	guess   int     // of its rows
	version version // nil where kept
	src     *source // open now
	kept    bool    // src is a copy of what cannot be read twice
	told    bool    // src is read for its values

	row     int                    // of a CSV file: its first one among those of all of them
	memory  fileMemory             // of a stream
	changes map[string]*conversion // of its columns

	columns []Column // of a file that says which types it has
	first   int      // its first row
	rows    int
}

// progress adds up what is read of all parts.
type progress struct {
	done, total int64
	report      func(done, total int64)
}

// partError is an error that says which part it is of.
type partError struct {
	path string
	error
}

func (e *partError) Error() string { return e.path + ": " + e.error.Error() }
func (e *partError) Unwrap() error { return e.error }

// InFile returns err with path before it, unless it says already which file it is of.
func InFile(path string, err error) error { return (&part{Part: Part{Path: path}}).failed(err) }

// failed returns err with the path of p before it, unless it is there already.
func (p *part) failed(err error) error {
	var named *partError
	if err == nil || errors.As(err, &named) {
		return err
	}
	return &partError{p.Path, err}
}

// open opens the part and finds out about its format and columns.
func (p *part) open(ctx context.Context, opt ReadOptions) error {
	src, err := open(ctx, p.Path, opt.Stdin)
	if err != nil {
		return err
	}
	p.src, p.size, p.version, p.kept = src, src.size, src.version, src.version == nil
	defer p.leave()
	return p.failed(guard(func() (err error) {
		if p.format, err = src.find(opt.Format); err != nil {
			return err
		}
		if p.format.typed() {
			return p.peek(opt)
		}
		return p.peekCSV(opt)
	}))
}

// peek reads the names of the columns.
func (p *part) peek(opt ReadOptions) error {
	f, err := openTyped(p.src, p.format, opt)
	if err != nil {
		return err
	}
	p.names = f.names()
	if p.guess = f.rows(); p.guess < 0 {
		p.guess = int(p.size) / (8 * max(len(p.names), 1))
	}
	_ = f.close() // nothing was written, and what is damaged shows when values are read
	return nil
}

func (p *part) peekCSV(opt ReadOptions) error {
	f, err := openCSV(p.src, opt)
	if err != nil {
		return err
	}
	p.names, p.delimiter, p.comma, p.header = f.names, firstRune(f.splitter.delimiter), f.guessed, f.header
	if p.guess = bytes.Count(f.rest, []byte("\n")) + 1; !f.end {
		p.guess = int(float64(p.size) / float64(len(f.rest)) * float64(p.guess))
		if f.text.packed {
			p.guess *= usualRatio
		}
	}
	return f.text.close()
}

// usualRatio is how much larger the text of a compressed CSV file is, by experience.
const usualRatio = 5

// resemble looks at a CSV file once more, whose columns are not those of the first
// one: few rows may not tell the delimiter or the header. Where the file has those
// columns with what the first one has, that it is.
func (p *part) resemble(ctx context.Context, first *part, opt ReadOptions) error {
	if first == nil || first == p || slices.Equal(sorted(p.names), sorted(first.names)) {
		return nil
	}
	src, err := p.reopen(ctx, opt.Stdin, false)
	if err != nil {
		return p.failed(err)
	}
	defer p.leave()
	f, err := openCSV(src, first.lend(opt))
	if err != nil {
		return nil // as it was found, then
	}
	if slices.Equal(sorted(f.names), sorted(first.names)) {
		p.names, p.delimiter, p.comma, p.header, p.like = f.names, first.delimiter, f.guessed, f.header, first
	}
	return p.failed(f.text.close())
}

// lend returns opt with the delimiter of p, and its header if it has one.
func (p *part) lend(opt ReadOptions) ReadOptions {
	opt.Delimiter = p.delimiter
	if p.header && opt.Header == HeaderAuto {
		opt.Header = HeaderYes
	}
	return opt
}

// reopen opens the part once more, from its start. Values says that this is when
// its values are read for the first time.
func (p *part) reopen(ctx context.Context, stdin io.Reader, values bool) (*source, error) {
	if !p.kept {
		src, err := open(ctx, p.Path, stdin)
		if err != nil {
			return nil, p.lost(err)
		}
		if src.version == nil || !src.version.same(p.version) {
			return nil, errors.Join(errChanged, src.Close())
		}
		if _, err := src.find(p.format); err != nil {
			return nil, errors.Join(err, src.Close())
		}
		p.src = src
	} else if _, err := p.src.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if p.told = values && p.all.report != nil; p.told {
		before := p.all.done
		p.src.progress = func(done, _ int64) { p.all.report(before+done, p.all.total) }
	}
	return p.src, nil
}

// lost is the error of opening once more what could be opened before.
func (p *part) lost(err error) error {
	if _, object := p.version.(objectVersion); object && !errors.Is(err, fs.ErrNotExist) {
		return &partError{p.Path, err}
	}
	return &partError{p.Path, errors.New("the file was there, and is gone: " + err.Error())}
}

// unchanged looks for the part where its values are not read from it.
func (p *part) unchanged(ctx context.Context, stdin io.Reader) error {
	if p.kept {
		return nil
	}
	_, err := p.reopen(ctx, stdin, false)
	p.leave()
	return err
}

// leave closes the file, but not a copy that may be needed again.
func (p *part) leave() {
	if p.src == nil {
		return
	}
	if p.told {
		p.all.done += p.size
		p.src.progress, p.told = nil, false
	}
	if !p.kept {
		p.close()
	}
}

// close closes what is open.
func (p *part) close() {
	if p.src != nil {
		_ = p.src.Close() // nothing was written
		p.src = nil
	}
}
