package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// names returns what the folder of path holds.
func names(t *testing.T, path string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return strings.Join(list, " ")
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func create(t *testing.T, path string, force bool) *File {
	t.Helper()
	f, err := Create(path, force)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("new"); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestCommitAndAbort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	f := create(t, path, false)
	if got := names(t, path); f.temp == "" && got != "" || f.temp != "" && got != filepath.Base(f.temp) {
		t.Errorf("before Commit the folder holds %q", got)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Abort()
	if got := names(t, path); got != "out" || content(t, path) != "new" {
		t.Errorf("after Commit the folder holds %q", got)
	}
	if err := f.Commit(); err == nil {
		t.Error("a second Commit succeeds")
	}

	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	create(t, path, true).Abort()
	if got := names(t, path); got != "out" || content(t, path) != "old" {
		t.Errorf("after Abort the folder holds %q", got)
	}
	if err := create(t, path, true).Commit(); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); content(t, path) != "new" || info.Mode().Perm() != 0o640 {
		t.Errorf("replaced file has mode %v", info.Mode())
	}
}

func TestFileAppearingMeanwhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	f := create(t, path, false)
	if err := os.WriteFile(path, []byte("other"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); !errors.Is(err, ErrExists) {
		t.Errorf("Commit: %v", err)
	}
	if got := names(t, path); got != "out" || content(t, path) != "other" {
		t.Errorf("the folder holds %q", got)
	}
}

func TestSymbolicLinkIsFollowed(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if err := create(t, link, true).Commit(); err != nil {
		t.Fatal(err)
	}
	if content(t, target) != "new" || names(t, link) != "link target" {
		t.Errorf("target holds %q, the folder %q", content(t, target), names(t, link))
	}
}

func TestCreateRefuses(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old")
	if err := os.WriteFile(old, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, path string
		force      bool
		want       string
	}{
		{"exists", old, false, "--force"},
		{"folder", dir, true, "is a folder"},
		{"missing folder", filepath.Join(dir, "a", "b"), true, "does not exist"},
		{"file as folder", filepath.Join(old, "b"), true, "cannot write"},
		{"device", os.DevNull, true, "a device"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Create(tc.path, tc.force)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	if got := names(t, old); got != "old" {
		t.Errorf("the folder holds %q", got)
	}
}

// A file that got no name from the system has one by being copied.
func TestNameByCopying(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	f := create(t, path, false)
	if f.temp != "" {
		t.Skip("the file has a name")
	}
	named, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := named.WriteString("other"); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(named.Name()); err != nil {
		t.Fatal(err)
	}
	f.Close()
	f.File = named // on another file system, perhaps, or removed: it cannot be linked
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := names(t, path); got != "out" || content(t, path) != "other" {
		t.Errorf("the folder holds %q with %q", got, content(t, path))
	}
}
