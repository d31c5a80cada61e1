package table

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lake is a folder of files as others leave them.
var lake = map[string]string{
	"t/dt=2024-01-02/part-1.csv":       "a\n3\n",
	"t/dt=2024-01-01/part-10.csv":      "a\n2\n",
	"t/dt=2024-01-01/part-1.csv":       "a\n1\n",
	"t/dt=2024-01-01/.part-1.csv.crc":  "x",
	"t/dt=2024-01-01/_committed_1.csv": "x",
	"t/dt=2024-01-01/README.md":        "x",
	"t/_temporary/0/part-9.csv":        "x",
	"t/.hidden/part-9.csv":             "x",
	"t/_SUCCESS":                       "",
	"u/x-y/1.csv":                      "a\n1\n",
	"u/x/1.csv":                        "a\n2\n",
	"e/notes.md":                       "x",
	"[1].csv":                          "a\n9\n",
}

func TestExpand(t *testing.T) {
	dir := put(t, lake)
	for _, tc := range []struct {
		name string
		in   []string
		want string // paths and keys, or of the error, after !
	}{
		{"files in order", []string{"u/x/1.csv", "u/x-y/1.csv"}, "u/x/1.csv u/x-y/1.csv"},
		{"folder", []string{"t"}, "t/dt=2024-01-01/part-1.csv{dt:2024-01-01} t/dt=2024-01-01/part-10.csv{dt:2024-01-01} t/dt=2024-01-02/part-1.csv{dt:2024-01-02}"},
		{"folder with a slash", []string{"u/"}, "u/x-y/1.csv u/x/1.csv"},
		{"pattern", []string{"t/dt=*/part-1.csv"}, "t/dt=2024-01-01/part-1.csv{dt:2024-01-01} t/dt=2024-01-02/part-1.csv{dt:2024-01-02}"},
		{"pattern in the last name", []string{"t/dt=2024-01-01/*.csv"}, "t/dt=2024-01-01/part-1.csv t/dt=2024-01-01/part-10.csv"},
		{"pattern of folders", []string{"t/dt*2"}, "t/dt=2024-01-02/part-1.csv{dt:2024-01-02}"},
		{"pattern of hidden files", []string{"t/dt=2024-01-01/_*.csv"}, "t/dt=2024-01-01/_committed_1.csv"},
		{"brackets that are a name", []string{"[1].csv"}, "[1].csv"},
		{"nothing matches", []string{"t/*.parquet"}, "!t/*.parquet: no file matches the pattern"},
		{"only hidden matches", []string{"t/_*/*.csv", "t/*SUCCESS"}, "!t/_*/*.csv: no file matches"},
		{"bad pattern", []string{"t/[a.csv"}, "!t/[a.csv: the pattern has a ["},
		{"no such file", []string{"t/none.csv"}, "!t/none.csv: no such file"},
		{"no table", []string{"e"}, "!e: table: no rows: no file in the folder"},
		{"twice", []string{"u", "u/x/../x/1.csv"}, "!1.csv is read twice, as DIR/u/x/1.csv (of DIR/u) and as DIR/u/x/../x/1.csv: name it once"},
		{"other keys", []string{"u/x/1.csv", "t"}, "!the folders of DIR/u/x/1.csv tell nothing, those of DIR/t/dt=2024-01-01/part-1.csv tell dt: set --hive no"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var in []string
			for _, name := range tc.in {
				in = append(in, dir+"/"+name)
			}
			parts, err := Expand(t.Context(), in, true)
			if want, ok := strings.CutPrefix(tc.want, "!"); ok {
				if err == nil || !strings.Contains(filepath.ToSlash(err.Error()), strings.ReplaceAll(want, "DIR", filepath.ToSlash(dir))) {
					t.Errorf("got %v, want %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := shortened(parts, dir); got != tc.want {
				t.Errorf("got %s\nwant %s", got, tc.want)
			}
		})
	}
	if parts, err := Expand(t.Context(), []string{filepath.Join(dir, "t"), "-"}, false); err != nil || len(parts) != 4 || parts[0].Keys != nil || parts[3].Path != "-" {
		t.Errorf("without keys: %v, %v", parts, err)
	}
	if _, err := Expand(t.Context(), []string{filepath.Join(dir, "e")}, false); !errors.Is(err, ErrEmpty) {
		t.Errorf("a folder without tables: %v", err)
	}
}

// shortened shows parts with paths below dir.
func shortened(parts []Part, dir string) string {
	var list []string
	for _, p := range parts {
		text := strings.TrimPrefix(filepath.ToSlash(p.Path), filepath.ToSlash(dir)+"/")
		for _, k := range p.Keys {
			text += "{" + k.Name + ":" + k.Value + "}"
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

func TestExpandFollowsLinks(t *testing.T) {
	dir := put(t, lake)
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "u"), link); err != nil {
		t.Skip(err)
	}
	if parts, err := Expand(t.Context(), []string{link}, true); err != nil || shortened(parts, dir) != "link/x-y/1.csv link/x/1.csv" {
		t.Errorf("got %v, %v", parts, err)
	}
	if _, err := Expand(t.Context(), []string{link, filepath.Join(dir, "u")}, true); err == nil || !strings.Contains(err.Error(), "read twice") {
		t.Errorf("a folder and a link to it: %v", err)
	}
	if err := os.Symlink(filepath.Join(dir, "u"), filepath.Join(dir, "u", "x", "loop")); err != nil {
		t.Fatal(err)
	}
	if _, err := Expand(t.Context(), []string{filepath.Join(dir, "u")}, true); err == nil || !strings.Contains(err.Error(), "leads back") {
		t.Errorf("a loop: %v", err)
	}
}

func TestKeysBecomeColumns(t *testing.T) {
	for _, tc := range []struct {
		name    string
		folders []string
		opt     ReadOptions
		want    string // of key k
	}{
		{"integers", []string{"k=7", "k=-12"}, ReadOptions{}, "a:int64 k:int64\n1 -12\n1 7"},
		{"large", []string{"k=18446744073709551615", "k=2"}, ReadOptions{}, "a:int64 k:uint64\n1 18446744073709551615\n1 2"},
		{"zeros", []string{"k=07", "k=12"}, ReadOptions{}, "a:int64 k:string\n1 07\n1 12"},
		{"fractions", []string{"k=1.50", "k=2.5"}, ReadOptions{}, "a:int64 k:string\n1 1.50\n1 2.5"},
		{"mostly numbers", []string{"k=1", "k=2", "k=x"}, ReadOptions{}, "a:int64 k:string\n1 1\n1 2\n1 x"},
		{"dates", []string{"k=2024-01-01", "k=2024-02-29"}, ReadOptions{}, "a:int64 k:int32\n1 2024-01-01\n1 2024-02-29"},
		{"no date", []string{"k=2024-01-01", "k=2023-02-29"}, ReadOptions{}, "a:int64 k:string\n1 2023-02-29\n1 2024-01-01"},
		{"escaped", []string{"k=a%2Fb", "k=100%"}, ReadOptions{}, "a:int64 k:string\n1 100%\n1 a/b"},
		{"the country", []string{"k=NA", "k=US"}, ReadOptions{}, "a:int64 k:string\n1 NA\n1 US"},
		{"nothing", []string{"k=7", "k=__HIVE_DEFAULT_PARTITION__"}, ReadOptions{}, "a:int64 k:int64\n1 7\n1 _"},
		{"nothing of all", []string{"k=__HIVE_DEFAULT_PARTITION__"}, ReadOptions{}, "a:int64 k:string\n1 _"},
		{"two", []string{"k=7/l=x", "k=7/l=y"}, ReadOptions{}, "a:int64 k:int64 l:string\n1 7 x\n1 7 y"},
		{"missing value", []string{"k=7", "k=none at all"}, ReadOptions{Missing: []string{"none at all"}}, "a:int64 k:int64\n1 7\n1 _"},
		{"asked", []string{"k=7", "k=8"}, ReadOptions{Kinds: map[string]Kind{"k": AsText}}, "a:int64 k:string\n1 7\n1 8"},
		{"asked for numbers", []string{"k=07", "k=8.5"}, ReadOptions{Kinds: map[string]Kind{"k": AsNumber}}, "a:int64 k:float64\n1 7.0\n1 8.5"},
		{"dropped", []string{"k=7/l=x", "k=8/l=y"}, ReadOptions{Drop: []string{"k"}}, "a:int64 l:string\n1 x\n1 y"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := map[string]string{}
			for _, folder := range tc.folders {
				files["t/"+folder+"/x.csv"] = "a\n1\n"
			}
			tab, err := readAll(t, put(t, files), tc.opt, "t")
			if err != nil {
				t.Fatal(err)
			}
			if got := typesAndRows(tab); got != tc.want {
				t.Errorf("got %s\nwant %s", got, tc.want)
			}
		})
	}
	_, err := readAll(t, put(t, map[string]string{"t/k=x/x.csv": "a\n1\n"}), ReadOptions{Kinds: map[string]Kind{"k": AsNumber}}, "t")
	if err == nil || !strings.Contains(err.Error(), `column "k": "x" is no number`) {
		t.Errorf("a key that is no number: %v", err)
	}
	_, err = readAll(t, put(t, map[string]string{"t/k=x/k=y/x.csv": "a\n1\n"}), ReadOptions{}, "t")
	if err == nil || !strings.Contains(err.Error(), "two folders on the way") {
		t.Errorf("a key twice: %v", err)
	}
}

// TestKeyColumnInPieces: a key is the same however its rows are asked for.
func TestKeyColumnInPieces(t *testing.T) {
	files := map[string]string{"t/k=1/x.csv": "a\n1\n2\n", "t/k=2/x.csv": "a\n", "t/k=__HIVE_DEFAULT_PARTITION__/x.csv": "a\n1\n2\n3\n", "t/k=3/x.csv": "a\n1\n"}
	tab, err := readAll(t, put(t, files), ReadOptions{}, "t")
	if err != nil {
		t.Fatal(err)
	}
	c := tab.Columns[1]
	want := []string{"1", "1", "3", "missing", "missing", "missing"}
	for from := range tab.Rows + 1 {
		for to := from; to <= tab.Rows; to++ {
			floats, ints, gaps := make([]float64, 2*(to-from)+1), make([]int64, to-from), 0
			c.Floats(floats, 2, from, to)
			c.Ints(ints, from, to)
			for i := from; i < to; i++ {
				if cell(c, i) != want[i] {
					t.Fatalf("row %d: %s, want %s", i, cell(c, i), want[i])
				}
				if x := floats[2*(i-from)]; x != c.Float(i) && x == x || !c.Missing(i) && x != float64(ints[i-from]) {
					t.Fatalf("row %d: %v and %v", i, x, ints[i-from])
				}
				if c.Missing(i) {
					gaps++
				}
			}
			if got := c.CountMissing(from, to); got != gaps {
				t.Fatalf("rows %d to %d: %d missing, want %d", from, to, got, gaps)
			}
		}
	}
}
