package mutate

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// packed damages a seed: the file as it is or, half the time where it is packed,
// what is inside, packed again, which passes checksums.
func (m *Mutator) packed(s Seed) []byte {
	if m.rand.IntN(2) == 0 {
		return m.damage(s.Data)
	}
	var out []byte
	switch {
	case strings.HasSuffix(s.Name, ".gz"):
		out = m.insideGzip(s.Data)
	case strings.HasSuffix(s.Name, ".zst"):
		out = m.insideZstd(s.Data)
	case strings.HasSuffix(s.Name, ".npz"):
		out = m.insideZip(s.Data)
	}
	if out == nil {
		return m.damage(s.Data)
	}
	return out
}

func (m *Mutator) insideGzip(data []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(m.damage(text)); err != nil || w.Close() != nil {
		return nil
	}
	return out.Bytes()
}

func (m *Mutator) insideZstd(data []byte) []byte {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil
	}
	defer r.Close()
	text, err := r.DecodeAll(data, nil)
	if err != nil {
		return nil
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil
	}
	defer w.Close()
	return w.EncodeAll(m.damage(text), nil)
}

// insideZip damages one file of an archive.
func (m *Mutator) insideZip(data []byte) []byte {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(r.File) == 0 {
		return nil
	}
	chosen := m.rand.IntN(len(r.File))
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i, f := range r.File {
		text, err := entry(f)
		if err != nil {
			return nil
		}
		if i == chosen {
			text = m.damage(text)
		}
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: f.Method})
		if err != nil {
			return nil
		}
		if _, err := to.Write(text); err != nil {
			return nil
		}
	}
	if w.Close() != nil {
		return nil
	}
	return out.Bytes()
}

func entry(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
