package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func anything(fs.DirEntry) bool { return true }

// startDir starts folder path and puts a file called name into it.
func startDir(t *testing.T, path string, replace Replace, name string) *Dir {
	t.Helper()
	d, err := CreateDir(path, replace)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Create(filepath.Join(d.Name(), name), false)
	if err == nil {
		err = f.Commit()
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDirCommitAndAbort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	startDir(t, path, nil, "a").Abort()
	if got := names(t, path); got != "" {
		t.Errorf("after Abort the folder holds %q", got)
	}
	d := startDir(t, path, nil, "a")
	if got := names(t, path); !strings.HasPrefix(got, ".nngmix-") || !strings.HasSuffix(got, ".tmp") {
		t.Errorf("before Commit the folder holds %q", got)
	}
	if err := d.Commit(); err != nil {
		t.Fatal(err)
	}
	d.Abort()
	if got, in := names(t, path), names(t, filepath.Join(path, "x")); got != "out" || in != "a" {
		t.Errorf("after Commit the folder holds %q, the new one %q", got, in)
	}
	if err := d.Commit(); err == nil {
		t.Error("a second Commit succeeds")
	}
	if _, err := CreateDir(path, nil); !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), "--force") {
		t.Errorf("a folder with a file is replaced: %v", err)
	}
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := startDir(t, path, anything, "b").Commit(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if got, in := names(t, path), names(t, filepath.Join(path, "x")); err != nil || got != "out" || in != "b" || info.Mode().Perm() != 0o700 {
		t.Errorf("after replacing the folder holds %q, the new one %q, its mode is %v", got, in, info.Mode())
	}
}

func TestEmptyDirIsReplaced(t *testing.T) {
	for _, late := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "out")
		if err := os.Mkdir(path, 0o777); err != nil {
			t.Fatal(err)
		}
		d := startDir(t, path, nil, "a")
		if late {
			if err := os.WriteFile(filepath.Join(path, "other"), nil, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		err := d.Commit()
		want := map[bool]string{false: "a", true: "other"}[late]
		if got, in := names(t, path), names(t, filepath.Join(path, "x")); errors.Is(err, ErrExists) != late || got != "out" || in != want {
			t.Errorf("%v: the folder holds %q, the new one %q", err, got, in)
		}
	}
}

func TestDirAppearingMeanwhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	d := startDir(t, path, nil, "a")
	if err := os.MkdirAll(filepath.Join(path, "other"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := d.Commit(); !errors.Is(err, ErrExists) {
		t.Errorf("Commit: %v", err)
	}
	if got, in := names(t, path), names(t, filepath.Join(path, "x")); got != "out" || in != "other" {
		t.Errorf("the folder holds %q, the other one %q", got, in)
	}
}

// TestWaysOfReplacing runs those that this system falls back to, too.
func TestWaysOfReplacing(t *testing.T) {
	for name, tc := range map[string]struct {
		replace func(fresh, path string) error
		old     []string // entries of the folder
		fails   bool
	}{
		"exchange":            {exchange, []string{"old"}, false},
		"swap":                {swap, []string{"old"}, false},
		"swap with nothing":   {swap, nil, false},
		"replaceEmpty":        {replaceEmpty, nil, false},
		"replaceEmpty, full":  {replaceEmpty, []string{"old"}, true},
		"removeEmpty":         {removeEmpty, nil, false},
		"removeEmpty, full":   {removeEmpty, []string{"old"}, true},
		"renameNew, occupied": {renameNew, nil, true},
		"lookNew, occupied":   {lookNew, nil, true},
		"linkNew, occupied":   {linkNew, nil, true},
	} {
		dir := t.TempDir()
		path, fresh := filepath.Join(dir, "out"), filepath.Join(dir, "fresh")
		for _, folder := range append([]string{fresh + "/new", path}, prefixed(path, tc.old)...) {
			if err := os.MkdirAll(folder, 0o777); err != nil {
				t.Fatal(err)
			}
		}
		err := tc.replace(fresh, path)
		if in := names(t, filepath.Join(path, "x")); tc.fails && (!errors.Is(err, fs.ErrExist) || in != strings.Join(tc.old, " ")) || !tc.fails && (err != nil || in != "new") {
			t.Errorf("%s: %v, and the folder holds %q", name, err, in)
		}
	}
}

func prefixed(path string, list []string) (paths []string) {
	for _, name := range list {
		paths = append(paths, filepath.Join(path, name))
	}
	return paths
}

func TestCreateDirRefuses(t *testing.T) {
	dir := t.TempDir()
	file, full := filepath.Join(dir, "file"), filepath.Join(dir, "full")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(full, "work"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, path, want string }{
		{"file", file, "it is a file"},
		{"missing folder", filepath.Join(dir, "a", "b"), "does not exist: make it first"},
		{"file as folder", filepath.Join(file, "b"), "cannot write"},
		{"other entries", full, "holds work, which would be lost"},
		{"root", string(filepath.Separator), "no folder above"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := CreateDir(tc.path, func(e fs.DirEntry) bool { return false })
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	if got := names(t, file); got != "file full" {
		t.Errorf("the folder holds %q", got)
	}
}

// TestDirThroughLink: the folder that a link leads to is replaced.
func TestDirThroughLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.Mkdir(target, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if err := startDir(t, link, nil, "a").Commit(); err != nil {
		t.Fatal(err)
	}
	if got, in := names(t, link), names(t, filepath.Join(target, "x")); got != "link target" || in != "a" {
		t.Errorf("the folder holds %q, the target %q", got, in)
	}
}
