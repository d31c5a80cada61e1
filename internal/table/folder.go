package table

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/nngmix/nngmix/internal/atomicfile"
)

// DefaultRowsPerFile is how many rows a file of a folder has, but for the last one.
const DefaultRowsPerFile = 1_000_000

// maxFiles is how many files a folder may have: their names have five digits.
const maxFiles = 100_000

// folderWriter writes a table as files of so many rows: part-00000.parquet and so on.
type folderWriter struct {
	path   string
	dir    *atomicfile.Dir
	format Format
	fields []Field
	opt    WriteOptions
	part   *Writer // the last file
	inPart int64   // its rows so far
	parts  int
	rows   int64 // of all files
}

// IsFolder tells whether Create makes a folder called path: it ends in a separator,
// or is the name of one.
func IsFolder(path string) bool {
	if path == "-" || path == "" {
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
	var replace atomicfile.Replace
	if opt.Force {
		replace = isOutput
	}
	var err error
	if f.dir, err = atomicfile.CreateDir(path, replace); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := f.next(); err != nil {
		f.abort()
		return nil, err
	}
	return f, nil
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
	opt.Format, opt.Force = f.format, false
	if opt.Rows >= 0 {
		opt.Rows = min(f.opt.RowsPerFile, max(0, f.opt.Rows-f.rows))
	}
	name := fmt.Sprintf("part-%05d.%s", f.parts, f.format)
	part, err := createFile(filepath.Join(f.dir.Name(), name), filepath.Join(f.path, name), f.fields, opt)
	if err != nil {
		return err
	}
	f.part, f.inPart = part, 0
	f.parts++
	return nil
}

// end ends the file that is written.
func (f *folderWriter) end() error {
	if f.part == nil {
		return nil
	}
	return f.part.Close()
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
		return fmt.Errorf("%s: %w", f.path, err)
	}
	return nil
}

func (f *folderWriter) abort() {
	if f.part != nil {
		f.part.Abort()
	}
	f.dir.Abort()
}
