package table

import (
	"os"
	"os/exec"
	"path/filepath"
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
	column := New("a", make([]float64, 100_000))
	for {
		w, err := Create(path, []Field{column.Field()}, WriteOptions{Rows: 100_000, Force: true})
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

// TestKill kills a program that writes, at many moments: the file is then absent
// or whole, and all else that is left has the name of a temporary file.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "t.csv")
	for moment := range 20 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "NNGMIX_TEST_WRITE="+path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+7*moment) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // killed
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
