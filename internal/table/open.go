package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/nngmix/nngmix/internal/store"
)

// open opens path, or the object of a URL, for reading. What is neither, such as
// standard input or a pipe, is copied to a file, since most formats are not read from
// start to end.
func open(ctx context.Context, path string, stdin io.Reader) (*source, error) {
	path, err := store.Local(path)
	if err != nil {
		return nil, err
	}
	if at, ok := store.Parse(path); ok {
		return openObject(ctx, path, at)
	}
	if path == "-" {
		if stdin == nil {
			stdin = os.Stdin
		}
		return spool(ctx, path, "standard input", func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil })
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no such file", path)
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s: it is a folder, not a file", path)
	case !info.Mode().IsRegular():
		return spool(ctx, path, path, func() (io.ReadCloser, error) { return os.Open(path) })
	case info.Size() == 0:
		return nil, fmt.Errorf("%s: %w: the file is empty", path, ErrEmpty)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &source{file: f, path: path, size: info.Size(), version: fileVersion{info}}, nil
}

// openObject opens an object.
func openObject(ctx context.Context, path string, at store.URL) (*source, error) {
	from, err := store.Of(at)
	if err != nil {
		return nil, err
	}
	object, err := from.Open(ctx, at)
	if err != nil {
		return nil, err
	}
	if object.Size() == 0 {
		return nil, errors.Join(fmt.Errorf("%s: %w: the object is empty", path, ErrEmpty), object.Close())
	}
	return &source{file: object, path: nameOf(path), size: object.Size(), version: objectVersion(object.Version())}, nil
}

// version is what tells whether a file or object is the one that was read before.
type version interface{ same(as version) bool }

type fileVersion struct{ fs.FileInfo }

func (f fileVersion) same(as version) bool {
	g, ok := as.(fileVersion)
	return ok && f.Size() == g.Size() && f.ModTime().Equal(g.ModTime()) && os.SameFile(f.FileInfo, g.FileInfo)
}

type objectVersion string

func (o objectVersion) same(as version) bool { return o == as }

// spool copies what opened gives to a temporary file. Where the system lets go of
// the name of an open file, the file is gone with the program, however that ends.
func spool(ctx context.Context, path, name string, opened func() (io.ReadCloser, error)) (*source, error) {
	f, err := os.CreateTemp("", "nngmix-input-")
	if err != nil {
		return nil, fmt.Errorf("%s: a copy cannot be kept: %w; TMPDIR names the folder", name, err)
	}
	s := &source{file: f, path: path}
	if os.Remove(f.Name()) != nil {
		s.remove = f.Name()
	}
	s.size, err = await(ctx, func() (int64, error) { return fill(f, opened) })
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil && s.size == 0 {
		err = ErrEmpty
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), s.Close())
	}
	return s, nil
}

// fill copies what opened gives to f.
func fill(f *os.File, opened func() (io.ReadCloser, error)) (int64, error) {
	in, err := opened()
	if err != nil {
		return 0, err
	}
	defer in.Close()
	return io.Copy(f, in)
}

// await returns what f returns, or the error of ctx as soon as that is done: a
// pipe may keep a reader waiting for ever. f then goes on by itself.
func await(ctx context.Context, f func() (int64, error)) (int64, error) {
	type result struct {
		n   int64
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := f()
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return r.n, r.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
