package eval

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindSets(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"one/CV/b.npz", "one/CV/a.NPZ", "one/NLP/c.npz", "one/NLP/notes.txt", "big/d.npz"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, nil, 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "one", "CV"), filepath.Join(dir, "link")); err != nil {
		t.Skip("no symbolic links:", err)
	}
	t.Chdir(filepath.Join(dir, "big"))
	for _, c := range []struct {
		name  string
		paths []string
		want  string
		err   string
	}{
		{"folder", []string{"../one"}, "CV/a CV/b NLP/c", ""},
		{"files", []string{"../one/NLP/c.npz", "d.npz"}, "NLP/c big/d", ""},
		{"this folder", []string{"."}, "big/d", ""},
		{"linked folder", []string{"../link"}, "link/a link/b", ""},
		{"no set", []string{"../one/NLP/notes.txt"}, "", "no .npz file under ../one/NLP/notes.txt"},
		{"one of two is missing", []string{".", "../two"}, "", "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sets, err := FindSets(c.paths...)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("got %v, want %q", err, c.err)
				}
				return
			}
			var got []string
			for _, s := range sets {
				got = append(got, s.Group+"/"+s.Name)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
	if _, err := FindSets("../gone.npz"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}
