package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/store"
)

// shelf is a store in memory, of the scheme mem://.
type shelf struct {
	mu      sync.Mutex
	objects map[string]string // bucket/key to content
	opened  map[string]int
	log     []string // what was written (+) and removed (-)
	fail    string   // the end of the name of what cannot be written
}

var onShelf = &shelf{}

func init() { store.Register("mem", onShelf) }

// put makes these the only objects.
func (s *shelf) put(objects map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects, s.opened, s.log, s.fail = maps.Clone(objects), map[string]int{}, nil, ""
	if s.objects == nil {
		s.objects = map[string]string{}
	}
}

type shelved struct {
	*bytes.Reader
	version string
}

func (o shelved) Close() error    { return nil }
func (o shelved) Version() string { return o.version }

func (s *shelf) Open(_ context.Context, at store.URL) (store.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	content, ok := s.objects[at.Bucket+"/"+at.Key]
	if !ok {
		return nil, fmt.Errorf("%s: no such object: %w", at, fs.ErrNotExist)
	}
	s.opened[at.Key]++
	return shelved{bytes.NewReader([]byte(content)), content}, nil
}

func (s *shelf) List(_ context.Context, prefix store.URL) (found []store.URL, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(s.objects)) {
		bucket, key, _ := strings.Cut(name, "/")
		if bucket == prefix.Bucket && strings.HasPrefix(key, prefix.Key) {
			found = append(found, prefix.With(key))
		}
	}
	return found, nil
}

func (s *shelf) Create(_ context.Context, at store.URL, force bool) (store.Writer, error) {
	w := &shelving{shelf: s, name: at.Bucket + "/" + at.Key, force: force}
	return w, w.check()
}

func (s *shelf) Remove(_ context.Context, at store.URL) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, at.Bucket+"/"+at.Key)
	s.log = append(s.log, "-"+at.Key)
	return nil
}

// shelving is an object that is written.
type shelving struct {
	bytes.Buffer
	*shelf
	name  string
	force bool
}

func (w *shelving) check() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.objects[w.name]; ok && !w.force {
		return fmt.Errorf("mem://%s: %w", w.name, atomicfile.ErrExists)
	}
	if w.fail != "" && strings.HasSuffix(w.name, w.fail) {
		return errors.New("the shelf is full")
	}
	return nil
}

func (w *shelving) Commit() error {
	if err := w.check(); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.objects[w.name] = w.String()
	w.log = append(w.log, "+"+strings.TrimPrefix(w.name, "b/"))
	return nil
}

func (w *shelving) Abort() {}

// TestExpandObjects: the same names as files and as objects.
func TestExpandObjects(t *testing.T) {
	objects := map[string]string{}
	for _, key := range []string{
		"a.csv", "t/", "t/2.csv", "t/1.parquet", "t/10.csv", "t/notes.md", "t/_SUCCESS", "t/.hidden/3.csv", "t/_x/4.csv",
		"h/day=1/x.csv", "h/day=1/y.csv", "h/day=%32/z.csv", "h/day=1/_tmp/z.csv", "odd/a[1].csv", "table", "e/none.md",
	} {
		objects["b/"+key] = "x"
	}
	onShelf.put(objects)
	const query = "?endpoint=http://127.0.0.1:9/x.csv&b=c"
	for _, tc := range []struct{ in, want string }{
		{"mem://b/a.csv", "a.csv"},
		{"mem://b/table", "table"},
		{"mem://b/t/", "t/1.parquet t/10.csv t/2.csv"},
		{"mem://b/t", "t/1.parquet t/10.csv t/2.csv"},
		{"mem://b/t/*.csv", "t/10.csv t/2.csv"},
		{"mem://b/t/?.csv", "t/2.csv"},
		{"mem://b/t/_*", "t/_SUCCESS t/_x/4.csv"},
		{"mem://b/h/", "h/day=%32/z.csv[day=2] h/day=1/x.csv[day=1] h/day=1/y.csv[day=1]"},
		{"mem://b/h/day=1/", "h/day=1/x.csv h/day=1/y.csv"},
		{"mem://b/h/day=*/x.csv", "h/day=1/x.csv[day=1]"},
		{"mem://b/h/day=?", "h/day=1/x.csv[day=1] h/day=1/y.csv[day=1]"},
		{"mem://b/h/*", "h/day=%32/z.csv[day=2] h/day=1/x.csv[day=1] h/day=1/y.csv[day=1]"},
		{"mem://b/odd/a[1].csv", "odd/a[1].csv"},
		{`mem://b/odd/a\[?].csv`, "odd/a[1].csv"},
	} {
		for _, query := range []string{"", query} {
			parts, err := Expand(t.Context(), []string{tc.in + query}, true)
			var got []string
			for _, p := range parts {
				name := strings.TrimSuffix(strings.TrimPrefix(p.Path, "mem://b/"), query)
				for _, k := range p.Keys {
					name += "[" + k.Name + "=" + k.Value + "]"
				}
				got = append(got, name)
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, " ")); diff != "" || err != nil {
				t.Errorf("%s%s: %v\n%s", tc.in, query, err, diff)
			}
		}
	}
	for _, tc := range []struct{ in, want string }{
		{"mem://b/none.csv", "mem://b/none.csv: no such object"},
		{"mem://b/none/", "mem://b/none/: table: no rows: no file in the folder"},
		{"mem://b/e/", "a file with another name can be given by itself"},
		{"mem://b/t/*.arrow", "no object matches the pattern"},
		{"mem://b/t/[.csv", "a [ without its ]"},
		{"mem:///t", "a URL is mem://BUCKET/KEY"},
		{"s3://b/t.csv", "this nngmix has no s3:// in it: the one that has is made by `make cloud`"},
		{"https://host/t.csv", "there is no https://: want a file, or s3://"},
	} {
		if _, err := Expand(t.Context(), []string{tc.in}, true); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", tc.in, err, tc.want)
		}
	}
}

// TestReadObjects: a table of objects is that of the same files, in every format.
func TestReadObjects(t *testing.T) {
	files := written(t)
	objects := map[string]string{"b/csv/_SUCCESS": "", "b/empty.csv": ""}
	for format, content := range files {
		objects[fmt.Sprintf("b/%v/part=1/t.%v", format, format)] = string(content)
		objects[fmt.Sprintf("b/%v/part=2/t.%v", format, format)] = string(content)
	}
	onShelf.put(objects)
	for format, content := range files {
		want, err := Read(t.Context(), "-", ReadOptions{Stdin: bytes.NewReader(content), Format: format})
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(t.Context(), fmt.Sprintf("mem://b/%v/part=1/t.%v?a=b", format, format), ReadOptions{})
		if err != nil {
			t.Errorf("%v: %v", format, err)
			continue
		}
		if diff := cmp.Diff(typesAndRows(want), typesAndRows(got)); diff != "" {
			t.Errorf("%v:\n%s", format, diff)
		}
		parts, err := Expand(t.Context(), []string{fmt.Sprintf("mem://b/%v/", format)}, true)
		if err != nil {
			t.Fatal(err)
		}
		got, err = ReadParts(t.Context(), parts, ReadOptions{})
		if err != nil || got.Rows != 2*want.Rows || got.Names()[len(got.Columns)-1] != "part" {
			t.Errorf("%v in two parts: %v, %v", format, got, err)
		}
	}
	if _, err := Read(t.Context(), "mem://b/empty.csv", ReadOptions{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("an empty object: %v", err)
	}
}

// TestObjectReplaced: an object that is another one when it is read for its values.
func TestObjectReplaced(t *testing.T) {
	for _, tc := range []struct{ second, want string }{
		{"a,b\n1,2\n", ""}, {"a,b\n3,4\n", "mem://b/1.csv: the file was changed while it was read"}, {"", "mem://b/1.csv: the file was there, and is gone"},
	} {
		onShelf.put(map[string]string{"b/1.csv": "a,b\n1,2\n", "b/2.csv": "a,b\n1,2\n"})
		p := &part{Part: Part{Path: "mem://b/1.csv"}, all: &progress{}}
		if err := p.open(t.Context(), ReadOptions{}); err != nil {
			t.Fatal(err)
		}
		onShelf.put(map[string]string{"b/1.csv": tc.second})
		if tc.second == "" {
			onShelf.put(nil)
		}
		_, err := p.reopen(t.Context(), nil, true)
		if err = p.failed(err); tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tc.want)) {
			t.Errorf("%q: got %v, want %q", tc.second, err, tc.want)
		}
		p.close()
	}
}
