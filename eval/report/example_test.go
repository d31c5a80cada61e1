package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nngmix/nngmix/eval/report"
)

// A page is made of what nngmix eval left in a folder: here two searches of a graph and
// exact search, as eval recall measured them.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "report")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{
		"run.json":   `{"machine": {"version": "v1", "go": "go1.26", "os": "linux", "arch": "arm64", "cpu": "a chip", "threads": 4, "simd": "neon"}}`,
		"recall.csv": "engine,parameter,recall,recall_by_id,qps,p99\nhnsw,ef_search=10,0.8,0.79,100000,0.00002\nhnsw,ef_search=80,0.99,0.99,20000,0.0001\nbrute,,1,1,300,0.004\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			panic(err)
		}
	}
	run, err := report.Open(dir)
	if err != nil {
		panic(err)
	}
	var page strings.Builder
	if err := run.WritePage(&page, "Speed against recall"); err != nil {
		panic(err)
	}
	fmt.Println(len(run.Recall.Rows), "searches,", strings.Contains(page.String(), "Speed against recall"))
	// Output: 3 searches, true
}
