package table

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// streamed returns files of all formats with the same columns.
func streamed(t *testing.T, rows int) (paths []string) {
	t.Helper()
	x, codes := make([]float64, rows), make([]uint32, rows)
	dictionary := make([]string, 97)
	for i := range dictionary {
		dictionary[i] = fmt.Sprintf("text %d", i)
	}
	for i := range x {
		x[i], codes[i] = float64(i)/8, uint32(i*i%97)
	}
	dir := t.TempDir()
	for _, name := range []string{"t.parquet", "t.arrow", "t.arrows", "t.npz", "t.csv", "t.csv.gz", "t.csv.zst"} {
		columns := []Column{New("x0", x), Codes("y", codes, dictionary)}
		if name == "t.npz" {
			columns = []Column{New("x0", x), New("x1", codes)}
		}
		format := name
		if name == "t.arrows" {
			format = "s.arrow"
		}
		path := save(t, filepath.Join(dir, format), columns...)
		if format != name {
			if err := os.Rename(path, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		paths = append(paths, filepath.Join(dir, name))
	}
	return paths
}

// TestPartsChangeBetweenPasses: a part that is gone, cut off, replaced or edited in
// place is found and named.
func TestPartsChangeBetweenPasses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(path string) error
		edit   bool // in place, which a copy on disk need not see
	}{
		{"deleted", os.Remove, false},
		{"truncated", func(path string) error { return os.Truncate(path, 100) }, false},
		{"replaced", func(path string) error {
			b, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(path+".new", b, 0o666), os.Rename(path+".new", path))
		}, false},
		{"edited", func(path string) error {
			b, err := os.ReadFile(path)
			info, err2 := os.Stat(path)
			for i := len(b) / 3; i < len(b)/3+64; i++ {
				b[i] ^= 1
			}
			return errors.Join(err, err2, os.WriteFile(path, b, 0o666), os.Chtimes(path, info.ModTime(), info.ModTime()))
		}, true},
	} {
		for _, path := range streamed(t, 50_000) {
			name := filepath.Base(path)
			t.Run(tc.name+"/"+name, func(t *testing.T) {
				s, err := OpenStream(t.Context(), []Part{{Path: path}}, StreamOptions{BatchRows: 1000})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				pass := func() error { return s.Each(t.Context(), nil, func(int, []Column) error { return nil }) }
				if err := pass(); err != nil {
					t.Fatal(err)
				}
				if err := tc.change(path); err != nil {
					t.Fatal(err)
				}
				err = pass()
				if tc.edit && strings.Contains(name, ".csv") {
					if err != nil {
						t.Errorf("values on disk: %v", err)
					}
					return
				}
				if err == nil || !strings.HasPrefix(err.Error(), path+": the file was ") {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// TestCSVChangesBetweenPasses: a file that is edited before text is read from it again
// is found, though its size and time are as they were.
func TestCSVChangesBetweenPasses(t *testing.T) {
	text := "a,b\n" + strings.Repeat("12345,1\n", 100_000) + "007,1\n"
	path := filepath.Join(put(t, map[string]string{"t.csv": text}), "t.csv")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	edited := false
	opt := StreamOptions{ReadOptions: ReadOptions{Progress: func(done, total int64) {
		if done < total || edited {
			return
		}
		edited = true
		changed := strings.Replace(text, "12345", "12346", 1)
		if err := errors.Join(os.WriteFile(path, []byte(changed), 0o666), os.Chtimes(path, info.ModTime(), info.ModTime())); err != nil {
			t.Error(err)
		}
	}}}
	if _, err := OpenStream(t.Context(), []Part{{Path: path}}, opt); err == nil || !strings.HasPrefix(err.Error(), path+": the file was changed") {
		t.Errorf("got %v", err)
	}
}

// TestStreamsStop: no goroutine stays behind where a pass ends early.
func TestStreamsStop(t *testing.T) {
	enough := errors.New("enough")
	for _, path := range streamed(t, 50_000) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			before := runtime.NumGoroutine()
			s, err := OpenStream(t.Context(), []Part{{Path: path}}, StreamOptions{BatchRows: 100})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Each(t.Context(), nil, func(int, []Column) error { return enough }); err != enough {
				t.Errorf("got %v", err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			visited := 0
			err = s.Each(ctx, nil, func(int, []Column) error {
				visited++
				cancel()
				return nil
			})
			if !errors.Is(err, context.Canceled) || visited > 3 {
				t.Errorf("%d batches, then %v", visited, err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if _, err := OpenStream(ctx, []Part{{Path: path}}, StreamOptions{}); err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			for range 100 {
				if runtime.NumGoroutine() <= before {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		})
	}
}

// TestMemoryOfStreams: too many texts are an error that names the column, the same
// whatever the number of threads.
func TestMemoryOfStreams(t *testing.T) {
	const rows = 30_000
	few, many, dictionary := make([]uint32, rows), make([]uint32, rows), make([]string, rows)
	for i := range many {
		many[i], dictionary[i] = uint32(i), fmt.Sprintf("text %d", i)
	}
	dir := t.TempDir()
	for _, name := range []string{"t.parquet", "t.arrow", "t.csv"} {
		path := save(t, filepath.Join(dir, name), Codes("few", few, dictionary), Codes("many", many, dictionary))
		last := ""
		for _, threads := range []int{1, 2, 5} {
			_, err := OpenStream(t.Context(), []Part{{Path: path}}, StreamOptions{ReadOptions: ReadOptions{Threads: threads}, Memory: 1 << 20, BatchRows: 1000})
			if err == nil {
				t.Fatalf("%s: no error", name)
			}
			for _, want := range []string{path + ": ", `column "many" has `, " different texts", "--drop many", "--memory"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s: got %v, want %s", name, err, want)
				}
			}
			if last != "" && last != err.Error() {
				t.Errorf("%s: got %v, then %s", name, err, last)
			}
			last = err.Error()
		}
		if _, err := OpenStream(t.Context(), []Part{{Path: path}}, StreamOptions{ReadOptions: ReadOptions{Drop: []string{"many"}}, Memory: 1 << 20}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestScratchIsGone: nothing stays in the folder of scratch files, not even while they
// are used, where the system lets go of names.
func TestScratchIsGone(t *testing.T) {
	path := save(t, filepath.Join(t.TempDir(), "t.csv"), New("a", []int64{1, 2, 3}))
	folder := t.TempDir()
	s, err := OpenStream(t.Context(), []Part{{Path: path}}, StreamOptions{Scratch: folder})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) > 0 && runtime.GOOS != "windows" {
		t.Errorf("%v, %v", entries, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
	if _, err := OpenStream(t.Context(), []Part{{Path: path}}, StreamOptions{Scratch: filepath.Join(folder, "none")}); err == nil || !strings.Contains(err.Error(), "--scratch") {
		t.Errorf("got %v", err)
	}
}
