package table

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/store"
)

// DefaultRowsPerFile is how many rows a file of a folder has, but for the last one.
const DefaultRowsPerFile = 1_000_000

// maxFiles is how many files a folder may have: their names have five digits.
const maxFiles = 100_000

// folderWriter writes a table as files of so many rows: part-00000.parquet and so on.
type folderWriter struct {
	path   string
	dir    outFolder
	format Format
	fields []Field
	opt    WriteOptions
	part   *Writer // the last file
	name   string  // of it
	inPart int64   // its rows so far
	parts  int
	rows   int64 // of all files
}

// outFolder is a folder that is being written.
type outFolder interface {
	file(name string) string  // path of a file to be written
	named(name string) string // what errors call it
	begin() error             // comes before a file appears
	wrote(name string)
	Commit() error
	Abort()
}

// localFolder is one that appears as a whole.
type localFolder struct {
	*atomicfile.Dir
	path string
}

func (d localFolder) file(name string) string  { return filepath.Join(d.Name(), name) }
func (d localFolder) named(name string) string { return filepath.Join(d.path, name) }
func (d localFolder) begin() error             { return nil }
func (d localFolder) wrote(string)             {}

// IsFolder tells whether Create makes a folder called path: it ends in a separator,
// or is the name of one.
func IsFolder(path string) bool {
	if path == "-" || path == "" {
		return false
	}
	if at, ok := store.Parse(path); ok && at.Scheme != "file" {
		return at.Key == "" || strings.HasSuffix(at.Key, "/")
	}
	path, err := store.Local(path)
	if err != nil {
		return false
	}
	if os.IsPathSeparator(path[len(path)-1]) {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// FolderFormat returns the format of the files in a folder called path, where no
// option names it: what the name stands for, as in table.parquet/, else Parquet.
func FolderFormat(path string) Format {
	path = nameOf(path)
	if format, err := FormatOf(strings.TrimRight(path, `/\`)); err == nil && strings.Trim(path, `/\`) != "-" {
		return format
	}
	return Parquet
}

// createFolder starts the folder and its first file.
func createFolder(path string, fields []Field, opt WriteOptions) (*folderWriter, error) {
	f := &folderWriter{path: path, format: opt.Format, fields: fields, opt: opt}
	if f.format == 0 {
		f.format = FolderFormat(path)
	}
	if f.opt.RowsPerFile == 0 {
		f.opt.RowsPerFile = DefaultRowsPerFile
	}
	switch per := f.opt.RowsPerFile; {
	case per < 0:
		return nil, fmt.Errorf("%s: table: --rows-per-file %d: want 1 or more", path, per)
	case opt.Rows > maxFiles*per:
		return nil, fmt.Errorf("%s: table: %d rows make more than %d files of %d rows: set --rows-per-file higher", path, opt.Rows, maxFiles, per)
	}
	var err error
	if f.dir, err = openFolder(path, opt); err != nil {
		return nil, err
	}
	if err := f.next(); err != nil {
		f.abort()
		return nil, err
	}
	return f, nil
}

// openFolder starts a folder of files or objects.
func openFolder(path string, opt WriteOptions) (outFolder, error) {
	if at, ok := store.Parse(path); ok {
		return createObjects(opt.Context, at, opt.Force)
	}
	var replace atomicfile.Replace
	if opt.Force {
		replace = isOutput
	}
	dir, err := atomicfile.CreateDir(path, replace)
	if err != nil {
		return nil, of(path, err)
	}
	return localFolder{dir, path}, nil
}

// outputName is the name of a file in a folder that this package or Spark wrote:
// parts, their checksums and what says that all are there.
var outputName = regexp.MustCompile(`^(part-[0-9].*|\..*\.crc|_SUCCESS|_(started|committed)_.*|_(common_)?metadata|\.nngmix-.*\.tmp)$`)

// isOutput tells whether an entry of a folder may be lost when the folder is
// replaced.
func isOutput(entry fs.DirEntry) bool {
	return entry.Type().IsRegular() && outputName.MatchString(entry.Name())
}

// next ends the file that is written and starts the next.
func (f *folderWriter) next() error {
	if err := f.end(); err != nil {
		return err
	}
	if f.parts == maxFiles {
		return fmt.Errorf("%s: table: more than %d files of %d rows: set --rows-per-file higher", f.path, maxFiles, f.opt.RowsPerFile)
	}
	opt := f.opt
	opt.Format = f.format
	if opt.Rows >= 0 {
		opt.Rows = min(f.opt.RowsPerFile, max(0, f.opt.Rows-f.rows))
	}
	name := fmt.Sprintf("part-%05d.%s", f.parts, f.format)
	part, err := createFile(f.dir.file(name), f.dir.named(name), f.fields, opt)
	if err != nil {
		return err
	}
	f.part, f.name, f.inPart = part, name, 0
	f.parts++
	return nil
}

// end ends the file that is written. One that could not be ended may be there all the
// same, where it is an object whose store did not answer.
func (f *folderWriter) end() error {
	if f.part == nil {
		return nil
	}
	if err := f.dir.begin(); err != nil {
		return err
	}
	err := f.part.Close()
	if !errors.Is(err, atomicfile.ErrExists) { // else it is that of another program
		f.dir.wrote(f.name)
	}
	return err
}

// write adds rows, in as many files as it takes.
func (f *folderWriter) write(columns []Column, from, to int) error {
	for from < to {
		if f.inPart == f.opt.RowsPerFile {
			if err := f.next(); err != nil {
				return err
			}
		}
		n := int(min(int64(to-from), f.opt.RowsPerFile-f.inPart))
		if err := f.part.Write(columns, from, from+n); err != nil {
			return err
		}
		from += n
		f.inPart += int64(n)
		f.rows += int64(n)
	}
	return nil
}

// close puts the folder in place.
func (f *folderWriter) close() error {
	if err := f.end(); err != nil {
		return err
	}
	if err := f.dir.Commit(); err != nil {
		return of(f.path, err)
	}
	return nil
}

func (f *folderWriter) abort() {
	if f.part != nil {
		f.part.Abort()
	}
	f.dir.Abort()
}
