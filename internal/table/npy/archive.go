package npy

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/flate"
)

// Archive is an open .npz file. Its arrays may be read concurrently.
type Archive struct {
	zip  *zip.Reader
	size int64
}

// maxRatio is the most that deflate can shrink anything: a symbol of 2 bits for
// 258 bytes.
const maxRatio = 1032

// OpenArchive opens the .npz file of size bytes at r.
func OpenArchive(r io.ReaderAt, size int64) (*Archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	z.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser {
		return flate.NewReader(bufio.NewReaderSize(r, 64<<10))
	})
	return &Archive{z, size}, nil
}

// Names returns the names of the arrays in the order of the archive.
func (a *Archive) Names() []string {
	var names []string
	for _, f := range a.zip.File {
		if name, ok := strings.CutSuffix(f.Name, ".npy"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Open returns the header of the array called name, a reader of its values and
// how many bytes of them there are: what [Read] takes. The error names the
// arrays there are when this one is not among them.
func (a *Archive) Open(name string) (h Header, values io.ReadCloser, avail int64, err error) {
	f, err := a.find(name)
	if err != nil {
		return h, nil, 0, err
	}
	values, err = f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return h, nil, 0, fmt.Errorf("%w: array %q is packed by method %d: save it with numpy.savez_compressed", ErrUnsupported, name, f.Method)
	}
	if err != nil {
		return h, nil, 0, fmt.Errorf("%w: array %q: %w", ErrCorrupt, name, err)
	}
	h, used, err := ReadHeader(values)
	if err != nil {
		values.Close()
		return h, nil, 0, fmt.Errorf("array %q: %w", name, err)
	}
	return h, values, int64(f.UncompressedSize64) - int64(used), nil
}

// find returns the entry of an array whose sizes are possible.
func (a *Archive) find(name string) (*zip.File, error) {
	for _, f := range a.zip.File {
		if f.Name != name+".npy" {
			continue
		}
		if f.Flags&1 != 0 {
			return nil, fmt.Errorf("%w: array %q is encrypted: save it without a password", ErrUnsupported, name)
		}
		most := f.CompressedSize64
		if f.Method == zip.Deflate {
			most *= maxRatio
		}
		if f.CompressedSize64 > uint64(a.size) || f.UncompressedSize64 > most {
			return nil, fmt.Errorf("%w: array %q claims %d bytes, more than the file can hold", ErrCorrupt, name, f.UncompressedSize64)
		}
		return f, nil
	}
	return nil, fmt.Errorf("npy: no array %q, there are: %s", name, strings.Join(a.Names(), ", "))
}
