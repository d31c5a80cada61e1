package side

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// Set is a data set of the benchmarks.
type Set struct{ Name, File string }

// Sets are the data sets of the benchmarks, relative to the data folder.
var Sets = []Set{
	{"donors", "adbench/Classical/11_donors.npz"},
	{"http", "adbench/Classical/16_http.npz"},
	{"skin", "adbench/Classical/33_skin.npz"},
	{"celeba", "adbench/Classical/8_celeba.npz"},
	{"backdoor", "adbench/Classical/3_backdoor.npz"},
	{"daily_sports_1m", "daily_sports_1m.npz"},
}

// Choose returns the sets with the given names, separated by commas.
func Choose(names string) ([]Set, error) {
	var chosen []Set
next:
	for name := range strings.SplitSeq(names, ",") {
		for _, s := range Sets {
			if s.Name == name {
				chosen = append(chosen, s)
				continue next
			}
		}
		return nil, fmt.Errorf("no set %q: the sets are %s", name, Names(Sets))
	}
	return chosen, nil
}

// Names joins the names of sets with commas.
func Names(sets []Set) string {
	var names []string
	for _, s := range sets {
		names = append(names, s.Name)
	}
	return strings.Join(names, ",")
}

// DataFolder returns the folder of the data sets.
func DataFolder() string {
	if dir := os.Getenv("NNGMIX_DATA"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "data")
}

// labeledShare is the share of the anomalies that are queries. The others stay
// among the rows that are searched, as they do in practice.
const labeledShare = 0.1

// Workload is a set, min-max scaled and split. The Python process that loaded it
// holds the same rows.
type Workload struct {
	Rows    int `json:"rows"`    // searched
	Queries int `json:"queries"` // labeled anomalies
	Dim     int `json:"dim"`
	folder  string
}

// Load has the Python process load a set, whose values it scales in float64 and
// keeps and writes to folder as T.
func Load[T float32 | float64](d *Driver, set Set, seed int, folder string) (*Workload, error) {
	file := filepath.Join(DataFolder(), set.File)
	if _, err := os.Stat(file); err != nil {
		return nil, fmt.Errorf("%w (set NNGMIX_DATA to the folder of the data sets)", err)
	}
	w := &Workload{folder: folder}
	err := d.Call(map[string]any{"do": "load", "file": file, "share": labeledShare, "seed": seed,
		"dtype": fmt.Sprintf("%T", *new(T)), "folder": folder}, w)
	return w, err
}

// Arrays returns the searched rows and the queries, row-major, in the type they
// were loaded as.
func Arrays[T float32 | float64](w *Workload) (rows, queries []T, err error) {
	if rows, err = ReadArray[T](filepath.Join(w.folder, "base.npy")); err == nil {
		queries, err = ReadArray[T](filepath.Join(w.folder, "queries.npy"))
	}
	return rows, queries, err
}

// ReadArray reads an .npy file of values of type T.
func ReadArray[T npy.Value](path string) ([]T, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(f, 1<<20)
	h, used, err := npy.ReadHeader(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return npy.Read[T](context.Background(), r, h, info.Size()-int64(used))
}
