package table

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/internal/store"
)

// Part is one of several files that make a table.
type Part struct {
	Path string // "-" is standard input
	Keys []Key  // what the folders on the way to the file say of all its rows
}

// Key is a column that has one value in all rows of a part, as Hive and Spark write
// them: a folder called name=value.
type Key struct {
	Name, Value string
	Missing     bool // the folder says that there is no value
}

// PartRows tells which rows of a table came from a file.
type PartRows struct {
	Path  string `json:"path"`
	First int    `json:"first_row"` // number of the first row, from 0
	Rows  int    `json:"rows"`      // may be 0
}

// Expand returns the files that in names: each element is a file, "-", a pattern
// as of filepath.Match, or a folder, which stands for all files below it whose names
// end as those of tables do. Files and folders whose names begin with "." or "_"
// are left out of folders, and of patterns that do not begin so. The parts stand in
// the order of in, those of a folder or pattern by path.
//
// With hive, folders called name=value below a folder of in, or below the part of a
// pattern before its first sign, are keys; name and value may have bytes written as
// %20. All parts must have the same keys.
//
// Elements may be URLs: s3://bucket/folder/ or s3://bucket/day=*/part-?.parquet, see
// package store. Folders are then what slashes in keys make.
//
// A file that is not there or comes twice, a pattern that matches nothing, and a
// folder without tables are errors.
func Expand(ctx context.Context, in []string, hive bool) ([]Part, error) {
	e := expansion{hive: hive, seen: map[string]mention{}}
	for _, given := range in {
		e.given = given
		if err := e.add(ctx); err != nil {
			return nil, err
		}
	}
	return e.parts, sameKeys(e.parts)
}

// expansion is a list of parts that grows.
type expansion struct {
	parts []Part
	hive  bool
	given string             // the element that is expanded
	seen  map[string]mention // by the file itself
}

// mention is how a file came into the list.
type mention struct{ path, given string }

// add adds the files of the given element.
func (e *expansion) add(ctx context.Context) (err error) {
	if e.given == "-" {
		return e.addFile("-", "")
	}
	if e.given, err = store.Local(e.given); err != nil {
		return err
	}
	if at, ok := store.Parse(e.given); ok {
		return e.addObjects(ctx, at)
	}
	info, err := os.Stat(e.given)
	switch {
	case err == nil && info.IsDir():
		files, err := tablesBelow(e.given)
		if err == nil && len(files) == 0 {
			err = e.noTables()
		}
		return e.addFiles(files, e.given, err)
	case err == nil:
		return e.addFile(e.given, "")
	case strings.ContainsAny(e.given, "*?["):
		files, err := matches(e.given)
		if err == nil && len(files) == 0 {
			err = fmt.Errorf("%s: no file matches the pattern", e.given)
		}
		return e.addFiles(files, fixedPrefix(e.given), err)
	case os.IsNotExist(err):
		return fmt.Errorf("%s: no such file", e.given)
	default:
		return err
	}
}

func (e *expansion) noTables() error {
	return fmt.Errorf("%s: %w: no file in the folder or below it has the name of a table (%s); a file with another name can be given by itself", e.given, ErrEmpty, "such as .csv, .parquet or .arrow")
}

// addFiles adds files below root by path, unless there is an error.
func (e *expansion) addFiles(files []string, root string, err error) error {
	if err != nil {
		return err
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Compare(filepath.ToSlash(a), filepath.ToSlash(b)) })
	for _, path := range files {
		if err := e.addFile(path, root); err != nil {
			return err
		}
	}
	return nil
}

// addFile adds one file; keys are taken from the folders below root, if there is
// one.
func (e *expansion) addFile(path, root string) error {
	now := mention{path, e.given}
	if was, ok := e.seen[identity(path)]; ok {
		return fmt.Errorf("%s is read twice, as %s and as %s: name it once", path, was, now)
	}
	e.seen[identity(path)] = now
	part := Part{Path: path}
	if e.hive && root != "" {
		var err error
		if part.Keys, err = keysOf(path, root); err != nil {
			return err
		}
	}
	e.parts = append(e.parts, part)
	return nil
}

func (m mention) String() string {
	if m.path == m.given {
		return m.path
	}
	return fmt.Sprintf("%s (of %s)", m.path, m.given)
}

// identity returns a name of the file that does not hang on how it was reached.
func identity(path string) string {
	if _, object := store.Parse(path); object || path == "-" {
		return path
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return path
}

// hidden tells whether a name says that others than its makers need not look.
func hidden(name string) bool { return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") }

// tablesBelow returns the files below folder that have names of tables. Links are
// followed.
func tablesBelow(folder string) ([]string, error) { return tablesIn(folder, nil) }

// tablesIn is tablesBelow; above are the folders on the way.
func tablesIn(folder string, above []fs.FileInfo) ([]string, error) {
	self, err := os.Stat(folder)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(above, func(f fs.FileInfo) bool { return os.SameFile(f, self) }) {
		return nil, fmt.Errorf("%s: the link leads back to a folder above it", folder)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	above = append(slices.Clip(above), self)
	var files []string
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		if hidden(entry.Name()) {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			below, err := tablesIn(path, above)
			if err != nil {
				return nil, err
			}
			files = append(files, below...)
		} else if _, err := FormatOf(path); err == nil {
			files = append(files, path)
		}
	}
	return files, nil
}

// matches returns the files that pattern matches, and those below folders that it
// does.
func matches(pattern string) ([]string, error) {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return nil, badPattern(pattern)
	}
	var files []string
	for _, path := range paths {
		if passesHidden(path, pattern) {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		below, err := tablesBelow(path)
		if err != nil {
			return nil, err
		}
		files = append(files, below...)
	}
	return files, nil
}

// passesHidden tells whether path goes through a hidden name where pattern asked
// for no such one.
func passesHidden(path, pattern string) bool {
	names, asked := elements(path), elements(pattern)
	for i := range min(len(names), len(asked)) {
		if hidden(names[i]) && !hidden(asked[i]) {
			return true
		}
	}
	return false
}

// elements returns the names that a path consists of.
func elements(path string) []string {
	return strings.Split(filepath.ToSlash(filepath.Clean(path)), "/")
}

// fixedPrefix returns the folder that everything that matches pattern is below.
func fixedPrefix(pattern string) string {
	at := strings.IndexAny(pattern, "*?[")
	return filepath.Dir(pattern[:at] + "x")
}
