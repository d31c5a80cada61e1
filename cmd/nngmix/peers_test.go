package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/internal/table/tabletest"
)

// conformance is the folder of files that other software wrote.
const conformance = "../../internal/table/testdata/conformance"

// peersPython returns the Python with pyarrow, pandas, Polars and DuckDB that
// NNGMIX_PEERS names, and skips the test where it names none.
func peersPython(t *testing.T) string {
	t.Helper()
	python := os.Getenv("NNGMIX_PEERS")
	if python == "" {
		t.Skipf("set NNGMIX_PEERS to a Python with the packages of %s/requirements.txt", conformance)
	}
	return python
}

// peerJob is a file for peers.py to read.
type peerJob struct {
	Out    string `json:"out"`
	Oracle string `json:"oracle"` // what the input held
	From   string `json:"from"`
}

// TestPeers appends to what pyarrow, pandas, Polars and DuckDB wrote, in every
// output format, and has them read the input's rows out of it.
func TestPeers(t *testing.T) {
	python := peersPython(t)
	dir := t.TempDir()
	var jobs []peerJob
	seen := map[string]bool{}
	for _, entry := range tabletest.Manifest(t, conformance) {
		if entry.Oracle == "" {
			continue
		}
		formats := []string{"csv", "parquet", "arrow"}
		if !seen[entry.Oracle] {
			formats = append(formats, "csv.gz", "csv.zst", "npz")
		}
		seen[entry.Oracle] = true
		for _, format := range formats {
			out := filepath.Join(dir, entry.File+"."+format)
			if appended(t, entry, out) {
				oracle, err := filepath.Abs(entry.OraclePath())
				if err != nil {
					t.Fatal(err)
				}
				jobs = append(jobs, peerJob{out, oracle, entry.File})
			}
		}
	}
	askPeers(t, python, dir, jobs)
}

// appended carries out generate --append from entry to out, and tells whether
// that worked. NPZ files may be refused in words.
func appended(t *testing.T, entry tabletest.Entry, out string) bool {
	t.Helper()
	args := []string{"generate", "--quiet", "--in", entry.Path(), "--label", "label", "--out", out, "--append", "--provenance", "--count", "3", "--missing", "keep"}
	for _, name := range entry.Drop {
		args = append(args, "--drop", name)
	}
	_, err := command(t, args...)
	if err == nil {
		return true
	}
	if !strings.HasSuffix(out, ".npz") {
		t.Errorf("%s to %s: %v", entry.File, filepath.Base(out), err)
	} else if !strings.HasPrefix(err.Error(), out) {
		t.Errorf("%s: the refusal does not name %s: %v", entry.File, out, err)
	}
	return false
}

// askPeers has peers.py carry out jobs.
func askPeers(t *testing.T, python, dir string, jobs []peerJob) {
	t.Helper()
	list, err := os.Create(filepath.Join(dir, "jobs"))
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	lines := json.NewEncoder(list)
	for _, job := range jobs {
		if err := lines.Encode(job); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := exec.Command(python, filepath.Join(conformance, "peers.py"), list.Name()).CombinedOutput()
	text := strings.TrimSpace(string(answer))
	if err != nil {
		t.Errorf("%d files: %v\n%s", len(jobs), err, text)
		return
	}
	t.Logf("%d files: %s", len(jobs), text)
}
