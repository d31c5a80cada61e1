package mutate

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// largestSeed is the size in bytes up to which a file is worth damaging: in large
// ones most changes only hit values.
const largestSeed = 40_000

// Seeds returns the files of the tests of internal/table whose names end in
// extension, in the order of their paths; for .npy those inside of .npz files.
func Seeds(tb testing.TB, extension string) []Seed {
	tb.Helper()
	if extension == ".npy" {
		return arrays(tb)
	}
	_, here, _, _ := runtime.Caller(0)
	var seeds []Seed
	err := filepath.WalkDir(filepath.Join(filepath.Dir(here), "..", "testdata"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, extension) {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && len(data) <= largestSeed {
			seeds = append(seeds, Seed{filepath.Base(path), data})
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	if len(seeds) == 0 {
		tb.Fatalf("no file of the tests ends in %s", extension)
	}
	return seeds
}

// arrays returns the NPY files inside of NPZ files.
func arrays(tb testing.TB) (seeds []Seed) {
	tb.Helper()
	for _, s := range Seeds(tb, ".npz") {
		r, err := zip.NewReader(bytes.NewReader(s.Data), int64(len(s.Data)))
		if err != nil {
			tb.Fatal(err)
		}
		for _, f := range r.File {
			data, err := entry(f)
			if err != nil {
				tb.Fatal(err)
			}
			seeds = append(seeds, Seed{s.Name + "/" + f.Name, data})
		}
	}
	return seeds
}
