package planner

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCalibrate(t *testing.T) {
	if m := Calibrate(); !plausible(m) {
		t.Errorf("got %+v", m)
	}
}

// TestCached measures once, and again where the file is of no use.
func TestCached(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	measured := 0
	measure := func() Machine {
		measured++
		return Machine{Kernels: 2, Code: float64(measured)}
	}
	read := func(want float64) {
		t.Helper()
		if m := cached(dir, measure); m != (Machine{Kernels: 2, Code: want}) {
			t.Errorf("got %+v, want code %v", m, want)
		}
	}
	read(1)
	read(1)
	files, err := filepath.Glob(filepath.Join(dir, "machine-*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("got files %v, %v", files, err)
	}
	for i, text := range []string{"", "{", `{"version":0}`, `{"version":1,"machine":{"kernels":-1,"code":1}}`} {
		if err := os.WriteFile(files[0], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		read(float64(i + 2))
		read(float64(i + 2))
	}
}

// TestCachedWithoutCache has a file where the folder should be.
func TestCachedWithoutCache(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	want := Machine{Kernels: 3, Code: 4}
	if got := cached(filepath.Join(file, "cache"), func() Machine { return want }); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
