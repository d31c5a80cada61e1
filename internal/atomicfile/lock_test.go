package atomicfile

import (
	"errors"
	"path/filepath"
	"runtime"
	"testing"
)

func TestLockDir(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" && runtime.GOOS != "windows" {
		t.Skip("no locks here")
	}
	dir := t.TempDir()
	a, err := LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LockDir(dir); !errors.Is(err, ErrLocked) {
		t.Errorf("a second lock: %v", err)
	}
	a.Unlock()
	a.Unlock()
	b, err := LockDir(dir)
	if err != nil {
		t.Fatalf("after Unlock: %v", err)
	}
	b.Unlock()
	if _, err := LockDir(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that is not there was locked")
	}
}
