package table

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestObjectsExpandAsFiles: the same names as files and as objects, under the same
// patterns and folders.
func TestObjectsExpandAsFiles(t *testing.T) {
	names := rapid.SampledFrom([]string{"a", "ab", "k=1", "k=%32", "_x", ".h", "x.csv", "y.parquet", "z.md"})
	signs := rapid.SampledFrom([]string{"*", "?", "a*", "[ab]*", "k=*", "*.csv", "_*", "a", "k=1", "x.csv", ".*"})
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "expand")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		objects := map[string]string{}
		for range rapid.IntRange(1, 12).Draw(t, "files") {
			key := strings.Join(rapid.SliceOfN(names, 1, 3).Draw(t, "key"), "/")
			path := filepath.Join(dir, key)
			if os.MkdirAll(filepath.Dir(path), 0o777) != nil || os.WriteFile(path, []byte("x"), 0o666) != nil {
				continue // a folder is a file already, or the other way round
			}
			objects["b/"+key] = "x"
		}
		onShelf.put(objects)
		for range 8 {
			in := strings.Join(rapid.SliceOfN(signs, 1, 3).Draw(t, "in"), "/")
			hive := rapid.Bool().Draw(t, "hive")
			want, wrong := Expand(t.Context(), []string{dir + "/" + in}, hive)
			got, err := Expand(t.Context(), []string{"mem://b/" + in}, hive)
			for i := range want {
				want[i].Path = "mem://b" + filepath.ToSlash(strings.TrimPrefix(want[i].Path, dir))
			}
			if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (wrong == nil) {
				t.Fatalf("%v under %s: %v, of files %v\n%s", objects, in, err, wrong, diff)
			}
		}
	})
}
