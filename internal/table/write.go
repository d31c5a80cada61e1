package table

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/store"
)

// WriteOptions say how to write a file. The zero value is not the default: see
// Rows.
type WriteOptions struct {
	Format Format    // 0: by the name
	Rows   int64     // how many rows will come, which NPZ needs beforehand; -1: unknown
	Force  bool      // replace an existing file
	Style  Style     // CSV only
	Stdout io.Writer // what "-" writes to; nil: os.Stdout
	// RowsPerFile is how many rows a file of a folder has, but for the last one; 0:
	// DefaultRowsPerFile.
	RowsPerFile int64
	// Context ends the writing of objects, not that of files; nil: nothing does.
	Context context.Context
}

// Writer writes a table chunk by chunk. The file appears with Close; Abort, and
// any program that ends before, leaves what was there. It is not safe for
// concurrent use.
type Writer struct {
	fields  []Field
	vectors []vector
	encoder encoder
	file    outFile       // nil for standard output
	folder  *folderWriter // nil for a file; other fields but name, rows, want and err are of no use then
	buffer  *bufio.Writer
	path    string
	name    string // for errors
	rows    int64  // written, those that are loaded included
	loaded  int    // rows in vectors
	want    int64  // to be written, or -1
	err     error  // what stopped the writing
}

// outFile is a file or object that appears with Commit or not at all.
type outFile interface {
	io.Writer
	Commit() error
	Abort() // does nothing after Commit
}

// encoder writes n rows of all fields in one format. It may use several
// goroutines, but not after write returns.
type encoder interface {
	write(v []vector, n int) error
	close() error // ends the file, but does not close it
	abort()       // frees what close would
}

// chunkRows is how many rows are converted at once.
const chunkRows = 8192

// Create starts the file path in the format of its name; "-" is CSV on standard
// output. What can be known to fail, fails here: a format that does not hold a
// field, a file that exists (atomicfile.ErrExists), a folder that cannot be
// written to. Float16 fields are written as Float32.
//
// A path that ends in a separator, or is a folder, becomes a folder of files of
// opt.RowsPerFile rows, part-00000.parquet and so on, of the format that opt or the
// name tells ([FolderFormat]). It appears whole with Close or not at all. A folder
// that has something in it is an error (atomicfile.ErrExists); opt.Force replaces one
// that holds nothing but such files, or those that Spark leaves.
//
// A path may be the URL of an object (package store), which appears whole with Close.
// One that ends in a slash becomes a folder of objects there: they appear one by one,
// and at last an empty one called _SUCCESS.
func Create(path string, fields []Field, opt WriteOptions) (*Writer, error) {
	path, err := store.Local(path)
	if err != nil {
		return nil, err
	}
	if opt.Context == nil {
		opt.Context = context.Background()
	}
	if !IsFolder(path) {
		return createFile(path, path, fields, opt)
	}
	f, err := createFolder(path, fields, opt)
	if err != nil {
		return nil, err
	}
	return &Writer{name: path, want: opt.Rows, folder: f}, nil
}

// createFile is Create for a file, which errors call name.
func createFile(path, name string, fields []Field, opt WriteOptions) (*Writer, error) {
	format, err := opt.Format, error(nil)
	if format == 0 {
		if format, err = FormatOf(path); err != nil {
			return nil, err
		}
	}
	w := &Writer{path: path, name: name, want: opt.Rows, fields: make([]Field, len(fields))}
	seen := map[string]bool{}
	for j, f := range fields {
		if seen[f.Name] {
			return nil, fmt.Errorf("%s: table: two columns would be called %q: rename or --drop that of the input", name, f.Name)
		}
		seen[f.Name] = true
		if f.Type == Float16 {
			f.Type = Float32
		}
		w.fields[j] = f
	}
	w.vectors = make([]vector, len(fields))
	for j := range w.vectors {
		w.vectors[j].field = &w.fields[j]
	}
	if err := w.start(format, opt); err != nil {
		w.Abort()
		return nil, of(name, err)
	}
	return w, nil
}

// of returns err with name before it, unless it begins so.
func of(name string, err error) error {
	if strings.HasPrefix(err.Error(), name+": ") {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// start opens the file and writes what comes first in it.
func (w *Writer) start(format Format, opt WriteOptions) (err error) {
	if w.path == "-" {
		out := opt.Stdout
		if out == nil {
			out = os.Stdout
		}
		w.buffer = bufio.NewWriterSize(out, 1<<16)
	} else {
		file, err := createOut(w.path, opt)
		if err != nil {
			return err // file may not be nil
		}
		w.file = file
		w.buffer = bufio.NewWriterSize(w.file, 1<<18)
	}
	switch format {
	case CSV, CSVGzip, CSVZstd:
		style := opt.Style
		style.Delimiter = delimiterOf(nameOf(w.path), style.Delimiter)
		if err = checkDelimiter(style.Delimiter); err == nil {
			w.encoder, err = newCSVEncoder(w.buffer, format, style, w.fields)
		}
	case Parquet:
		w.encoder, err = newParquetEncoder(w.buffer, w.fields)
	case Arrow:
		w.encoder, err = newArrowEncoder(w.buffer, w.fields)
	case NPZ:
		w.encoder, err = newNPZEncoder(w.buffer, beside(w.path), w.fields, opt.Rows)
	default:
		err = fmt.Errorf("%w: it can be read, but not written", ErrFormat)
	}
	return err
}

// createOut starts a file or object.
func createOut(path string, opt WriteOptions) (outFile, error) {
	at, ok := store.Parse(path)
	if !ok {
		return atomicfile.Create(path, opt.Force)
	}
	to, err := store.Of(at)
	if err != nil {
		return nil, err
	}
	return to.Create(opt.Context, at, opt.Force)
}

// beside returns a folder for temporary files that become part of path.
func beside(path string) string {
	if _, object := store.Parse(path); object {
		return os.TempDir()
	}
	return filepath.Dir(path)
}

// Write adds the rows from ≤ i < to of columns, one for each field in order. A
// column may have another type than its field: a number is rounded half to even
// to an integer field and brought into its range; numbers in a String field are
// codes of the field's dictionary. Rows are written some thousand at a time, so an
// error may be one of rows before, or come with Close. After an error the Writer is of
// no use but to Abort.
func (w *Writer) Write(columns []Column, from, to int) error {
	switch {
	case w.err != nil:
	case w.folder != nil:
		w.err = w.folder.write(columns, from, to)
		w.rows = w.folder.rows
	default:
		w.err = w.writeAll(columns, from, to)
	}
	return w.err
}

// writeAll hands rows to the encoder chunkRows at a time, however many come at once:
// so the bytes of the file do not depend on that.
func (w *Writer) writeAll(columns []Column, from, to int) error {
	if len(columns) != len(w.fields) {
		return fmt.Errorf("%s: table: %d columns for %d fields", w.name, len(columns), len(w.fields))
	}
	for from < to {
		n := min(to-from, chunkRows-w.loaded)
		for j, c := range columns {
			if err := w.vectors[j].append(c, from, from+n); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
		}
		w.rows += int64(n)
		w.loaded += n
		from += n
		if w.loaded == chunkRows {
			if err := w.encode(); err != nil {
				return err
			}
		}
	}
	return nil
}

// encode writes the rows that are loaded.
func (w *Writer) encode() error {
	if w.loaded == 0 {
		return nil
	}
	if err := w.encoder.write(w.vectors, w.loaded); err != nil {
		return of(w.name, err)
	}
	for j := range w.vectors {
		w.vectors[j].reset()
	}
	w.loaded = 0
	return nil
}

// Close ends the file and puts it in place. After an error, here or in Write,
// what was there before is left.
func (w *Writer) Close() error {
	defer w.Abort()
	if w.err != nil {
		return w.err
	}
	if w.want >= 0 && w.rows != w.want {
		return fmt.Errorf("%s: table: %d rows written, %d announced", w.name, w.rows, w.want)
	}
	end := w.end
	if w.folder != nil {
		end = w.folder.close
	}
	if err := end(); err != nil {
		return err
	}
	w.err = errClosed
	return nil
}

// end ends the file and puts it in place.
func (w *Writer) end() error {
	if err := w.encode(); err != nil {
		return err
	}
	err := w.encoder.close()
	w.encoder = nil
	if err == nil {
		err = w.buffer.Flush()
	}
	if err == nil && w.file != nil {
		err = w.file.Commit()
	}
	if err != nil {
		return of(w.name, err)
	}
	return nil
}

var errClosed = errors.New("table: the writer is closed")

// Abort removes what was written. After Close, or again, it does nothing, so
// that it can be deferred.
func (w *Writer) Abort() {
	if w.encoder != nil {
		w.encoder.abort()
		w.encoder = nil
	}
	if w.file != nil {
		w.file.Abort()
	}
	if w.folder != nil {
		w.folder.abort()
	}
	if w.err == nil {
		w.err = errClosed
	}
}
