package tableindex

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nngmix/nngmix/ann"
)

// Verify reads the index at path whole, a file or a folder, and checks that nothing in
// it is damaged: what Open checks, and each graph as ann.Verify does.
func Verify(ctx context.Context, path string) error {
	if !IsFolder(path) {
		return ann.Verify(ctx, path)
	}
	x, err := Open(path)
	if err != nil {
		return err
	}
	if err := x.Close(); err != nil {
		return err
	}
	m, err := readManifest(path)
	if err != nil {
		return err
	}
	for _, s := range m.Segments {
		if err := ann.Verify(ctx, filepath.Join(path, s.Name)); err != nil {
			return err
		}
	}
	return nil
}

// OpenGraph is Open of a file for those who want to look at it: rows may have been
// added and deleted since it was built, and a program may have made it, of which
// Schema is nil then.
func OpenGraph(path string) (*Index, error) {
	x, err := ann.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, errors.Join(err, x.Close())
	}
	schema, err := Decode(x.Meta())
	if errors.Is(err, ErrNotOfTable) {
		schema, err = nil, nil
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), x.Close())
	}
	return &Index{Schema: schema, parts: []part{{x, 0}}, fileSize: info.Size()}, nil
}
