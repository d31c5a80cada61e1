package tableindex

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/nngmix/nngmix/ann"
)

// Index is an index of a table's rows, and what is known of the table. It is one
// graph, in a file or in memory, or a folder of segments, each of which is a graph of
// some of the rows. Ids count the rows of the table that are in the index.
type Index struct {
	Schema *Schema

	parts    []part
	fileSize int64 // of all files; 0 for an index in memory
}

// part is the graph of the rows with the ids from first on.
type part struct {
	*ann.Index
	first uint32
}

// Open opens the index at path, a file or a folder, as ann.Open does: it stays in its
// files and is mapped. It is an error where rows were added to a file or deleted from
// it since it was built, and where a folder's files are not those that its manifest
// tells of.
func Open(path string) (*Index, error) { return open(path, ann.Open) }

// Load is Open that reads the index into memory.
func Load(ctx context.Context, path string) (*Index, error) {
	return open(path, func(path string) (*ann.Index, error) { return ann.Load(ctx, path) })
}

// reader opens the graph in a file.
type reader func(path string) (*ann.Index, error)

func open(path string, read reader) (*Index, error) {
	if IsFolder(path) {
		return openFolder(path, read)
	}
	x, err := read(path)
	if err != nil {
		return nil, err
	}
	index, err := ofGraph(x)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), x.Close())
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, errors.Join(err, x.Close())
	}
	index.fileSize = info.Size()
	return index, nil
}

// ofGraph returns the index that is one graph.
func ofGraph(x *ann.Index) (*Index, error) {
	if isSegment(x.Meta()) {
		return nil, errors.New("it is a segment of an index: name the folder that it is in")
	}
	schema, err := Decode(x.Meta())
	if err != nil {
		return nil, err
	}
	s := x.Stats()
	if err := schema.fitsGraph(x); err != nil {
		return nil, err
	}
	if s.Rows != schema.used() || s.Deleted > 0 {
		return nil, fmt.Errorf("it holds %d rows, %d when it was built: rows were added or deleted since; build it anew with 'nngmix index build'", s.Rows, schema.used())
	}
	return &Index{Schema: schema, parts: []part{{x, 0}}}, nil
}

// fitsGraph returns an error unless the rows of x have the columns of m.
func (m *Schema) fitsGraph(x *ann.Index) error {
	if x.Dim() != len(m.Columns) {
		return fmt.Errorf("its rows have %d columns, its description %d: build it anew with 'nngmix index build'", x.Dim(), len(m.Columns))
	}
	if x.Options().Nominal != m.Nominal() {
		return fmt.Errorf("%d columns of its rows are categories, %d in its description: build it anew with 'nngmix index build'", x.Options().Nominal, m.Nominal())
	}
	return nil
}

// maxRows is how many rows an index may have: ids are of 32 bits.
const maxRows int64 = math.MaxUint32

// Graph returns the graph of an index that is one, else nil.
func (x *Index) Graph() *ann.Index {
	if len(x.parts) != 1 {
		return nil
	}
	return x.parts[0].Index
}

// Segments returns how many graphs a search goes through.
func (x *Index) Segments() int { return len(x.parts) }

// FileBytes returns the size of the index's files, 0 for one in memory.
func (x *Index) FileBytes() int64 { return x.fileSize }

// WriteTo writes an index of one graph as a file.
func (x *Index) WriteTo(w io.Writer) (int64, error) {
	if x.Graph() == nil {
		return 0, fmt.Errorf("tableindex: an index of %d segments is no file", len(x.parts))
	}
	return x.Graph().WriteTo(w)
}

// Options returns how the index was built.
func (x *Index) Options() ann.Options { return x.parts[0].Options() }

// Stats describes the graphs of the index together.
func (x *Index) Stats() (all ann.Stats) {
	all.Lossless = true
	for _, p := range x.parts {
		addStats(&all, p.Stats())
	}
	return all
}

// addStats adds s to all.
func addStats(all *ann.Stats, s ann.Stats) {
	all.Dim = s.Dim
	all.Rows += s.Rows
	all.Deleted += s.Deleted
	all.Unique += s.Unique
	all.Segments += s.Segments
	all.Links += s.Links
	all.Bytes += s.Bytes
	all.CodeBytes += s.CodeBytes
	all.Lossless = all.Lossless && s.Lossless
	all.BuildSeconds += s.BuildSeconds
}

// Preload is that of ann.Index.
func (x *Index) Preload(ctx context.Context) error {
	return x.every(func(p part) error { return p.Index.Preload(ctx) })
}

// CountLinks is that of ann.Index.
func (x *Index) CountLinks(ctx context.Context) error {
	return x.every(func(p part) error { return p.Index.CountLinks(ctx) })
}

// Delete has searches pass over the rows with these ids, in memory and not in the
// files.
func (x *Index) Delete(ids ...uint32) {
	of := make([][]uint32, len(x.parts))
	for _, id := range ids {
		at := len(x.parts) - 1
		for x.parts[at].first > id {
			at--
		}
		of[at] = append(of[at], id-x.parts[at].first)
	}
	for i, list := range of {
		if list != nil {
			x.parts[i].Index.Delete(list...)
		}
	}
}

// Close ends the use of the index.
func (x *Index) Close() error {
	var err error
	for _, p := range x.parts {
		err = errors.Join(err, p.Index.Close())
	}
	return err
}

// every calls f for each part until it fails.
func (x *Index) every(f func(p part) error) error {
	for _, p := range x.parts {
		if err := f(p); err != nil {
			return err
		}
	}
	return nil
}
