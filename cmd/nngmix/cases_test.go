package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// casesFolder holds small tables that people really have.
const casesFolder = "../../internal/table/testdata/cases"

func caseFile(name string) string { return filepath.Join(casesFolder, "files", name) }

// appendTo carries out generate --append --provenance from a file, with the
// options more.
func appendTo(t *testing.T, in, out string, more ...string) error {
	t.Helper()
	args := []string{"generate", "--quiet", "--in", in, "--out", out, "--append", "--provenance", "--count", "40", "--seed", "1"}
	_, err := command(t, append(args, more...)...)
	return err
}

// TestRefusedCases: what cannot be decided is refused in words that name the file
// and the cure.
func TestRefusedCases(t *testing.T) {
	for _, tc := range []struct {
		file string
		args []string
		want []string
	}{
		{"cicids_nodup.csv", []string{"--label", "Label", "--anomaly-value", "DDoS"}, []string{"line 12", "--encoding"}},
		{"cicids.csv", []string{"--label", "Label", "--anomaly-value", "DDoS", "--encoding", "windows-1252"}, []string{"Flow Bytes/s", "--missing"}},
		{"comment.csv", nil, []string{"--comment"}},
		{"euro.csv", nil, []string{"€57.79", "--type a=number"}},
		{"gaps.csv", nil, []string{"--missing"}},
		{"miss_qmark.csv", nil, []string{`a 1 ("?" in row 250) (of 300 rows)`, "--missing"}},
		{"multiclass.csv", []string{"--label", "attack"}, []string{"--anomaly-value"}},
		{"thousands.csv", nil, []string{"2,531.99", "--thousands"}},
		{"win1252b.csv", nil, []string{"--encoding"}},
		{"nul.csv", nil, []string{"line 102"}},
		{"one.csv", nil, []string{`no column "y"`}},
		{"arr01.npz", nil, []string{"--features"}},
		{"labels_named.npz", nil, []string{"--features"}},
		{"x_0d.npz", nil, []string{"X"}},
		{"x_c16.npz", nil, []string{"X", "c16"}},
		{"x_longdouble.npz", nil, []string{"X", "f16"}},
		{"x_sparse.npz", nil, []string{"sparse"}},
		{"x_struct.npz", nil, []string{"X"}},
		{"x_t.npz", nil, []string{"X", "3", "300"}},
		{"y_pm1.npz", []string{"--seed", "1"}, []string{"label column y", "-1", "--anomaly-value"}},
		{"encrypted.parquet", nil, []string{"encrypted"}},
		{"odd.parquet", nil, []string{"--drop"}},
		{"pl_list.arrow", nil, []string{`"l"`, "--drop l"}},
		{"pl_list.parquet", nil, []string{`"l"`, "--drop l"}},
		{"lz4_one_byte_flipped.parquet", nil, []string{"damaged"}},
		{"duck_empty.parquet", nil, []string{"no rows"}},
	} {
		t.Run(tc.file, func(t *testing.T) {
			dir := t.TempDir()
			args := tc.args
			if args == nil {
				args = []string{"--label", "y"}
			}
			err := appendTo(t, caseFile(tc.file), filepath.Join(dir, "out.csv"), args...)
			if err == nil {
				t.Fatalf("it is taken, want an error with %q", tc.want)
			}
			for _, want := range append(tc.want, tc.file) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("%s is left", left[0].Name())
			}
		})
	}
}

// TestSamplesHoldWhatRowsHold: a sample's category is that of one of its parents,
// digit by digit, and its label that of its source.
func TestSamplesHoldWhatRowsHold(t *testing.T) {
	for _, tc := range []struct {
		file, label, column string
		args                []string
	}{
		{"bigid.csv", "y", "merchant_id", []string{"--categorical", "merchant_id"}},
		{"zip.csv", "y", "zip", nil},
		{"namibia.csv", "y", "country", nil},
		{"allcat_y.csv", "y", "p", nil},
		{"multiclass.csv", "attack", "attack", []string{"--normal-value", "BENIGN"}},
		{"multiclass.csv", "attack", "attack", []string{"--normal-value", "BENIGN", "--labeled-fraction", "0.4"}},
		{"gaps.csv", "y", "c", []string{"--missing", "drop"}},
		{"gaps.csv", "y", "c", []string{"--missing", "keep"}},
	} {
		t.Run(tc.file+strings.Join(tc.args, " "), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.csv")
			if err := appendTo(t, caseFile(tc.file), out, append(tc.args, "--label", tc.label)...); err != nil {
				t.Fatal(err)
			}
			header, rows := records(t, out)
			in := parsed(t, textOf(t, caseFile(tc.file)), ',')[1:]
			at := func(name string) int { return slices.Index(header, name) }
			for i, row := range rows[len(in):] {
				a, err := strconv.Atoi(row[at("nngmix_source_row")])
				if err != nil {
					t.Fatal(err)
				}
				b, err := strconv.Atoi(row[at("nngmix_other_row")])
				if err != nil {
					t.Fatal(err)
				}
				if got, label := row[at(tc.label)], in[a][at(tc.label)]; got != label {
					t.Fatalf("sample %d is labeled %q, its source (row %d) %q", i, got, a, label)
				}
				got, one, two := row[at(tc.column)], in[a][at(tc.column)], in[b][at(tc.column)]
				if tc.column != tc.label && got != one && got != two {
					t.Fatalf("sample %d: %s is %q, its parents (rows %d, %d) have %q and %q", i, tc.column, got, a, b, one, two)
				}
			}
		})
	}
}

// TestHiddenCase: with a labeled fraction the hidden anomalies
// are marked, with the label that they have.
func TestHiddenCase(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.csv")
	if err := appendTo(t, caseFile("multiclass.csv"), out, "--label", "attack", "--normal-value", "BENIGN", "--labeled-fraction", "0.4"); err != nil {
		t.Fatal(err)
	}
	header, rows := records(t, out)
	hidden, attack, kinds := slices.Index(header, "nngmix_hidden"), slices.Index(header, "attack"), map[string]int{}
	if hidden < 0 {
		t.Fatalf("no column nngmix_hidden in %q", header)
	}
	for i, row := range rows {
		if row[hidden] == "true" {
			kinds[row[attack]]++
			if row[attack] == "BENIGN" || i >= 400 {
				t.Errorf("row %d is hidden and labeled %s", i, row[attack])
			}
		}
	}
	if n := kinds["DDoS"] + kinds["PortScan"]; n != 18 {
		t.Errorf("%d anomalies are hidden (%v), want 18 of 30", n, kinds)
	}
}

// TestCasesInfo: every case is described or refused in words.
func TestCasesInfo(t *testing.T) {
	files, err := filepath.Glob(caseFile("*"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	for _, path := range files {
		out, err := command(t, "info", path)
		if err != nil && !strings.Contains(err.Error(), path) {
			t.Errorf("%s: the error does not name it: %v", path, err)
		}
		if err == nil && !strings.Contains(out, "rows") {
			t.Errorf("%s: info prints %q", path, out)
		}
	}
}

// TestQueryCases: queries of an indexed table are read with its types, so that
// its own rows are found at distance 0.
func TestQueryCases(t *testing.T) {
	index := filepath.Join(t.TempDir(), "codes.nngx")
	must(t, "index", "build", "--quiet", "--in", caseFile("idx_codes.csv"), "--categorical", "code", "--out", index)
	for file, rows := range map[string]int{"idx_codes_q.csv": 20, "idx_codes_q2.csv": 21} {
		out := filepath.Join(t.TempDir(), "hits.csv")
		must(t, "index", "search", "--quiet", "--index", index, "--queries", caseFile(file), "--k", "1", "--out", out)
		header, hits := records(t, out)
		distance := slices.IndexFunc(header, func(s string) bool { return strings.HasPrefix(s, "distance") })
		if distance < 0 || len(hits) != rows {
			t.Fatalf("%s: %d rows of %q, want %d with a distance", file, len(hits), header, rows)
		}
		for i, hit := range hits[:20] {
			if d, err := strconv.ParseFloat(hit[distance], 64); err != nil || d != 0 {
				t.Errorf("%s, row %d of the table itself is at distance %s", file, i, hit[distance])
			}
		}
	}
}
