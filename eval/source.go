package eval

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Source is a set that a study loads when it needs it.
type Source struct {
	Name, Group string
	Load        func(context.Context) (*Dataset, error)
}

// FindSets returns the sets that paths name: an NPZ file, or a folder whose NPZ files, at
// any depth, are sets, by path. A set's group is the name of the folder that it lies in. It
// is an error when a path holds none.
func FindSets(paths ...string) ([]Source, error) {
	var sets []Source
	for _, path := range paths {
		found, err := setsUnder(path)
		if err != nil {
			return nil, fmt.Errorf("eval: %w", err)
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("eval: no .npz file under %s", path)
		}
		sets = append(sets, found...)
	}
	return sets, nil
}

// setsUnder returns the sets of one path.
func setsUnder(root string) ([]Source, error) {
	root, err := filepath.Abs(root) // so that the folder of a file has a name
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(root); err != nil {
		return nil, err
	} else if info.IsDir() {
		root += string(filepath.Separator) // follows a link
	}
	var sets []Source
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.EqualFold(filepath.Ext(path), ".npz") {
			sets = append(sets, fileSource(path))
		}
		return err
	})
	return sets, err
}

func fileSource(path string) Source {
	load := func(ctx context.Context) (*Dataset, error) { return ReadDataset(ctx, path) }
	return Source{Name: setName(path), Group: filepath.Base(filepath.Dir(path)), Load: load}
}

// shared is a set that several cells use: it is loaded by the first and forgotten after
// the last.
type shared struct {
	source Source

	mu   sync.Mutex
	left int // cells that have not released it
	set  *Dataset
	err  error
}

// acquire returns the set, or why it cannot be studied.
func (s *shared) acquire(ctx context.Context) (*Dataset, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.set == nil && s.err == nil {
		set, err := s.source.Load(ctx)
		if err == nil {
			err = set.Check()
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		s.set, s.err = set, err
	}
	return s.set, s.err
}

// release ends one cell's use.
func (s *shared) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left--; s.left == 0 {
		s.set = nil
	}
}
