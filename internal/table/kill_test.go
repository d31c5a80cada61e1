package table

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain writes files without end, where a test asks for it through the
// environment, until it is killed.
func TestMain(m *testing.M) {
	path := os.Getenv("NNGMIX_TEST_WRITE")
	if path == "" {
		os.Exit(m.Run())
	}
	for k := 0; ; k++ {
		column := New("a", slices.Repeat([]float64{float64(k)}, 100_000))
		w, err := Create(path, []Field{column.Field()}, WriteOptions{Rows: 100_000, Force: true, RowsPerFile: int64(10_000 + 10_000*(k%2))})
		if err == nil {
			err = w.Write([]Column{column}, 0, column.Len())
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			panic(err)
		}
	}
}

// killWriter starts a program that writes path again and again, and kills it.
func killWriter(t *testing.T, path string, after time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "NNGMIX_TEST_WRITE="+path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
}

// TestKill kills a program that writes, at many moments: the file is then absent
// or whole, and all else that is left has the name of a temporary file.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "t.csv")
	for moment := range 20 {
		killWriter(t, path, time.Duration(20+7*moment)*time.Millisecond)
		for _, name := range strings.Fields(folder(t, dir)) {
			if name == "t.csv" {
				if tab, err := Read(t.Context(), path, ReadOptions{}); err != nil || tab.Rows != 100_000 {
					t.Fatalf("half a file is left: %v", err)
				}
			} else if ok, _ := filepath.Match(".nngmix-*.tmp", name); !ok {
				t.Fatalf("%s is left", name)
			}
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("this machine is too slow: no file was complete before the kill: %v", err)
	}
}
