package tableindex

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// IsFolder tells whether path is, or is to be, an index of segments: it ends in a
// separator, or is the name of a folder.
func IsFolder(path string) bool {
	if path == "" {
		return false
	}
	if os.IsPathSeparator(path[len(path)-1]) {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// openFolder opens the index in the folder dir. Segments that are gone since another
// program has put them together, between the moments in which the manifest and they
// are read, are looked for in the manifest of after that.
func openFolder(dir string, read reader) (*Index, error) {
	for tries := 0; ; tries++ {
		m, err := readManifest(dir)
		if err != nil {
			return nil, err
		}
		x, err := m.open(dir, read)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return x, err
		}
		again, other := readManifest(dir)
		if other != nil || tries > 10 || string(again.encode()) == string(m.encode()) {
			return nil, err
		}
	}
}

// open opens the segments of m.
func (m *manifest) open(dir string, read reader) (_ *Index, err error) {
	x := &Index{Schema: m.Table, fileSize: m.bytes()}
	defer func() {
		if err != nil {
			err = errors.Join(err, x.Close())
		}
	}()
	for i := range m.Segments {
		if err := m.Segments[i].checkFile(filepath.Join(dir, m.Segments[i].Name)); err != nil {
			return nil, err
		}
	}
	var gaps *gapList
	if m.Table.Dropped > 0 {
		gaps = newGapList(m.Table.Rows)
	}
	ids := 0
	for i := range m.Segments {
		s := &m.Segments[i]
		path := filepath.Join(dir, s.Name)
		graph, err := read(path)
		if err != nil {
			return nil, err
		}
		x.parts = append(x.parts, part{graph, uint32(ids)})
		meta, err := s.decodeMeta(graph.Meta())
		if err == nil {
			err = x.fits(s)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		gaps.copy(s.First, meta.Gaps)
		ids += s.used()
	}
	if gaps != nil {
		m.Table.Gaps = gaps.bits
	}
	if err := m.Table.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, manifestName), err)
	}
	return x, nil
}

// fits returns an error unless the last part of x is of segment s of the same index.
func (x *Index) fits(s *segment) error {
	p := x.parts[len(x.parts)-1]
	if stats := p.Stats(); stats.Rows != s.used() || stats.Deleted > 0 {
		return fmt.Errorf("it holds %d rows, %d when it was written: %w", stats.Rows, s.used(), errDamaged)
	}
	if err := x.Schema.fitsGraph(p.Index); err != nil {
		return err
	}
	a, b := p.Options(), x.Options()
	if a.Metric != b.Metric || a.Nominal != b.Nominal {
		return fmt.Errorf("it has the metric %v, another segment %v: %w", a.Metric, b.Metric, errDamaged)
	}
	return nil
}

// gapList are the bits of rows that were left out, as Schema.Gaps has them. nil has
// none.
type gapList struct{ bits []byte }

func newGapList(rows int) *gapList { return &gapList{make([]byte, (rows+7)/8)} }

// copy sets the bits of gaps, which count from row first on.
func (g *gapList) copy(first int, gaps []byte) {
	shift := first % 8
	for i, b := range gaps {
		if b == 0 {
			continue
		}
		at := first/8 + i
		g.bits[at] |= b << shift
		if high := b >> (8 - shift); shift > 0 && high > 0 {
			g.bits[at+1] |= high
		}
	}
}
