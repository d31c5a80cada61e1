package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/table/tabletest"
)

// casesFolder holds small tables that people really have.
const casesFolder = "../../internal/table/testdata/cases"

func caseFile(name string) string { return filepath.Join(casesFolder, "files", name) }

// largeCase returns the path of a case that is no part of the repository, and
// skips the test where it is not there.
func largeCase(t *testing.T, name string) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(here), "..", "..", "..", "shared", "cases", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("it is too large for the repository: %v", err)
	}
	return path
}

// appendTo carries out generate --append --provenance from a file, with the
// options more.
func appendTo(t *testing.T, in, out string, more ...string) error {
	t.Helper()
	args := []string{"generate", "--quiet", "--in", in, "--out", out, "--append", "--provenance", "--count", "40", "--seed", "1"}
	_, err := command(t, append(args, more...)...)
	return err
}

// textOf returns the text of a CSV file of any compression.
func textOf(t *testing.T, path string) string {
	t.Helper()
	data := []byte(readFile(t, path))
	var r io.Reader = bytes.NewReader(data)
	var err error
	switch filepath.Ext(path) {
	case ".gz":
		r, err = gzip.NewReader(r)
	case ".zst":
		r, err = zstd.NewReader(r, zstd.WithDecoderMaxWindow(1<<31))
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// parsed returns the records of CSV text.
func parsed(t *testing.T, text string, delimiter rune) [][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = delimiter, -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// textCase is a CSV file that is read right with some options.
type textCase struct {
	file string
	args []string
	// as returns what stands for a field of the input in the output, where that is
	// not the field itself.
	as func(column, field string) string
	// input returns the text of the file as plain CSV, where that is not the file.
	input func(text string) string
	// or tells what a refusal says, which is right, too.
	or string
}

func missing(markers ...string) func(column, field string) string {
	return func(_, field string) string {
		if slices.Contains(markers, field) {
			return ""
		}
		return field
	}
}

func without(cutset string) func(column, field string) string {
	return func(_, field string) string { return strings.NewReplacer(pairs(cutset)...).Replace(field) }
}

func pairs(cutset string) (all []string) {
	for _, c := range cutset {
		all = append(all, string(c), "")
	}
	return all
}

// afterLine drops the first n lines of a text.
func afterLine(n int) func(string) string {
	return func(text string) string { return strings.SplitN(text, "\n", n+1)[n] }
}

func windows1252(text string) string {
	special := map[byte]rune{0x96: '–', 0x80: '€'}
	var out strings.Builder
	for i := range len(text) {
		if r, ok := special[text[i]]; ok {
			out.WriteRune(r)
		} else {
			out.WriteRune(rune(text[i]))
		}
	}
	return out.String()
}

var textCases = []textCase{
	{file: "allcat_y.csv"},
	{file: "bigid.csv"},
	{file: "bigid.csv", args: []string{"--categorical", "merchant_id"}},
	{file: "blankcells.csv", args: []string{"--missing", "keep"}},
	{file: "cicids_nodup.csv", args: []string{"--label", "Label", "--anomaly-value", "DDoS", "--missing", "keep", "--encoding", "windows-1252"}, input: windows1252, as: missing("NaN")},
	{file: "cicids.csv", args: []string{"--label", "Label", "--normal-value", "BENIGN", "--missing", "keep", "--encoding", "windows-1252"}, input: windows1252, as: missing("NaN")},
	{file: "comment.csv", args: []string{"--comment", "#"}, input: afterLine(2)},
	{file: "dates.csv"},
	{file: "euro.csv", args: []string{"--type", "a=number", "--type", "b=number"}, as: without("€%")},
	{file: "gaps.csv", args: []string{"--missing", "keep"}},
	{file: "gaps.csv", args: []string{"--missing", "median"}},
	{file: "gaps.csv", args: []string{"--missing", "drop"}},
	{file: "label_first.csv", args: []string{"--label", "is_fraud"}},
	{file: "long28.csv.zst"},
	{file: "miss_angle.csv", args: []string{"--missing", "keep"}, as: missing("<NA>")},
	{file: "miss_dot.csv", args: []string{"--missing", "keep"}, as: missing(".")},
	{file: "miss_hashdiv.csv", args: []string{"--missing", "keep"}, as: missing("#DIV/0!")},
	{file: "miss_m99.csv", args: []string{"--missing", "keep"}, as: missing("n/a")},
	{file: "miss_qmark.csv", args: []string{"--missing", "keep"}, as: missing("?")},
	{file: "mixnum.csv", or: "column b"},
	{file: "multi.csv.gz"},
	{file: "multi.csv.zst"},
	{file: "multiclass.csv", args: []string{"--label", "attack", "--anomaly-value", "DDoS", "--anomaly-value", "PortScan"}},
	{file: "multiclass.csv", args: []string{"--label", "attack", "--normal-value", "BENIGN"}},
	{file: "multiclass.csv", args: []string{"--label", "attack", "--normal-value", "BENIGN", "--labeled-fraction", "0.4"}},
	{file: "namibia.csv"},
	{file: "sepline.csv", input: func(s string) string { return strings.ReplaceAll(afterLine(1)(s), ";", ",") }},
	{file: "skipspace.csv", input: func(s string) string {
		return strings.NewReplacer(", ", ",", "\"x, y\"", "\"x, y\"", "a, b, name, y", "a, b, name, y").Replace(s)
	}, or: "--"},
	{file: "spacelines.csv", input: func(s string) string { return strings.ReplaceAll(s, "   \n", "") }, or: "line 102"},
	{file: "spaces.txt", input: func(s string) string { return strings.ReplaceAll(s, " ", ",") }},
	{file: "thousands.csv", args: []string{"--thousands", ","}, as: without(",")},
	{file: "trailcomma.csv", or: "line 2"},
	{file: "trailcomma2.csv", args: []string{"--missing", "keep"}},
	{file: "win1252b.csv", args: []string{"--encoding", "windows-1252"}, input: windows1252},
	{file: "zip.csv"},
}

// TestTextCases: the rows of a CSV file come out of generate --append as they
// went in, and in their places.
func TestTextCases(t *testing.T) {
	for _, tc := range textCases {
		t.Run(tc.file+strings.Join(tc.args, " "), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.csv")
			args := tc.args
			if !slices.Contains(args, "--label") {
				args = append([]string{"--label", "y"}, args...)
			}
			if err := appendTo(t, caseFile(tc.file), out, args...); err != nil {
				if tc.or == "" || !strings.Contains(err.Error(), tc.or) {
					t.Error(err)
				}
				return
			}
			text := textOf(t, caseFile(tc.file))
			if tc.input != nil {
				text = tc.input(text)
			}
			sameRows(t, parsed(t, readFile(t, out), delimiterIn(readFile(t, out))), parsed(t, text, ','), tc.as)
		})
	}
}

// delimiterIn returns what separates the fields of an output's first line.
func delimiterIn(text string) rune {
	line, _, _ := strings.Cut(text, "\n")
	for _, r := range ";\t " {
		if !strings.ContainsRune(line, ',') && strings.ContainsRune(line, r) {
			return r
		}
	}
	return ','
}

// sameRows compares the first rows and columns of out with those of in.
func sameRows(t *testing.T, out, in [][]string, as func(column, field string) string) {
	t.Helper()
	if len(out) != len(in)+40 {
		t.Fatalf("%d lines, want those of %d and 40", len(out), len(in))
	}
	wrong := 0
	for i, row := range in {
		for j, want := range row {
			if j == len(in[0]) || in[0][j] == "" {
				break // empty fields behind the last column
			}
			if as != nil && i > 0 {
				want = as(in[0][j], want)
			}
			if got := out[i][j]; !sameField(got, want) {
				if wrong++; wrong <= 3 {
					t.Errorf("line %d, column %q: got %q, want %q", i+1, in[0][j], got, want)
				}
			}
		}
	}
	if wrong > 3 {
		t.Errorf("%d fields differ", wrong)
	}
}

// sameField compares two fields, as numbers where they are written in another
// way and no digit is lost.
func sameField(got, want string) bool {
	if got == want {
		return true
	}
	if len(want) > 1 && want[0] == '0' && !strings.Contains(want, ".") || strings.HasPrefix(want, "+") {
		return false // text
	}
	a, err := strconv.ParseFloat(got, 64)
	if err != nil {
		return false
	}
	b, err := strconv.ParseFloat(want, 64)
	return err == nil && math.Float64bits(a) == math.Float64bits(b)
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

// TestTypedCases: the rows of files with types come out with types and values,
// and of CSV files with the same values.
func TestTypedCases(t *testing.T) {
	labels := map[string]string{"hadoop_lz4_compressed.parquet": "", "datapage_v2_empty_datapage.snappy.parquet": ""}
	for _, entry := range tabletest.Manifest(t, casesFolder) {
		label, odd := labels[entry.File]
		if entry.Oracle == "" || odd && label == "" {
			continue
		}
		for _, format := range []string{"parquet", "arrow", "csv"} {
			t.Run(entry.File+" to "+format, func(t *testing.T) {
				out := filepath.Join(t.TempDir(), "out."+format)
				args := []string{"--label", "y", "--missing", "keep"}
				for _, name := range append(entry.Drop, entry.Optional...) {
					args = append(args, "--drop", name)
				}
				if err := appendTo(t, entry.Path(), out, args...); err != nil {
					t.Fatal(err)
				}
				got, err := table.Read(t.Context(), out, table.ReadOptions{})
				if err != nil {
					t.Fatal(err)
				}
				compareTyped(t, got, entry, format)
			})
		}
	}
}

// compareTyped compares the first rows of got with the columns of entry, which it
// has in the same places.
func compareTyped(t *testing.T, got *table.Table, entry tabletest.Entry, format string) {
	t.Helper()
	at := 0
	for _, want := range entry.Columns(t) {
		if slices.Contains(entry.Optional, want.Name) {
			continue
		}
		if name := got.Columns[at].Name(); name != want.Name {
			t.Fatalf("column %d is %q, want %q", at, name, want.Name)
		}
		have := tabletest.Of(got.Columns[at])
		have.Cells = have.Cells[:len(want.Cells)]
		wrong := tabletest.Compare(have, want)
		if format == "csv" {
			wrong = tabletest.CompareText(have, want)
		}
		for _, w := range wrong {
			t.Error(w)
		}
		at++
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

// TestHeaderlessCase: a file without names stays one, its columns in their places.
func TestHeaderlessCase(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.csv")
	if err := appendTo(t, caseFile("label_first_noheader.csv"), out, "--label", "x0"); err != nil {
		t.Fatal(err)
	}
	in := parsed(t, textOf(t, caseFile("label_first_noheader.csv")), ',')
	sameRows(t, parsed(t, readFile(t, out), ','), in, nil)
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

// TestArrayCases: arrays of NumPy in every order and type come out as they are.
func TestArrayCases(t *testing.T) {
	for _, tc := range []struct {
		file string
		args []string
	}{
		{"arr01.npz", []string{"--features", "arr_0", "--label", "arr_1"}},
		{"constcols.npz", nil}, {"dups.npz", nil}, {"one_anom.npz", nil}, {"two_anom.npz", nil},
		{"labels_named.npz", []string{"--features", "data", "--label", "label"}},
		{"x_be.npz", nil}, {"x_fortran_v2.npz", nil},
		{"y_1n.npz", nil}, {"y_bool.npz", nil}, {"y_n1.npz", nil}, {"y_nan.npz", nil},
		{"y_pm1.npz", []string{"--anomaly-value", "1"}}, {"y_pm1_inv.npz", []string{"--anomaly-value", "-1"}},
	} {
		t.Run(tc.file, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.npz")
			if err := appendTo(t, caseFile(tc.file), out, tc.args...); err != nil {
				t.Fatal(err)
			}
			opt := table.ReadOptions{}
			if len(tc.args) == 4 {
				opt.X, opt.Y = tc.args[1], tc.args[3]
			}
			want, err := table.Read(t.Context(), caseFile(tc.file), opt)
			if err != nil {
				t.Fatal(err)
			}
			opt.X = "" // the matrix is called X in what is written
			got, err := table.Read(t.Context(), out, opt)
			if err != nil {
				t.Fatal(err)
			}
			for j, c := range want.Columns {
				have, input := tabletest.Of(got.Columns[j]), tabletest.Of(c)
				have.Cells = have.Cells[:len(input.Cells)]
				for _, wrong := range tabletest.Compare(have, input) {
					t.Error(wrong)
				}
			}
		})
	}
}

// TestTextLabelsOfArrays: labels that are text go where text can be.
func TestTextLabelsOfArrays(t *testing.T) {
	dir := t.TempDir()
	err := appendTo(t, caseFile("y_str.npz"), filepath.Join(dir, "out.npz"))
	if err == nil || !strings.Contains(err.Error(), `column "y" is text`) {
		t.Errorf("NPZ: got %v", err)
	}
	out := filepath.Join(dir, "out.csv")
	if err := appendTo(t, caseFile("y_str.npz"), out); err != nil {
		t.Fatal(err)
	}
	header, rows := records(t, out)
	y := slices.Index(header, "y")
	if len(rows) != 340 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		if row[y] != "0" && row[y] != "1" || i >= 300 && row[y] != "1" {
			t.Errorf("row %d is labeled %q", i, row[y])
		}
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

// TestLargeCases reads three files that are no part of the repository.
func TestLargeCases(t *testing.T) {
	t.Run("lz4_silent", func(t *testing.T) {
		tab, err := table.Read(t.Context(), largeCase(t, "lz4_silent.parquet"), table.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		amount := make([]int64, tab.Rows)
		tab.Columns[0].Ints(amount, 0, tab.Rows)
		sum, distinct := int64(0), map[int64]bool{}
		for _, v := range amount {
			sum += v
			distinct[v] = true
		}
		// what pyarrow reads
		if tab.Rows != 61440 || amount[30000] != 6023624 || amount[61439] != 1033691 || sum != 343550875196 || len(distinct) != 45888 {
			t.Errorf("%d rows, %d at 30000, %d last, sum %d, %d distinct", tab.Rows, amount[30000], amount[61439], sum, len(distinct))
		}
	})
	t.Run("lz4_raw_compressed_larger", func(t *testing.T) {
		tab, err := table.Read(t.Context(), largeCase(t, "lz4_raw_compressed_larger.parquet"), table.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		texts := tab.Columns[0].Dictionary()
		if tab.Rows != 10000 || len(texts) != 10000 || texts[0] != "c7ce6bef-d5b0-4863-b199-8ea8c7fb117b" || texts[9999] != "85440778-460a-41ac-aa2e-ac3ee41696bf" {
			t.Errorf("%d rows, %d texts, first %q", tab.Rows, len(texts), texts[0])
		}
	})
	t.Run("bomb_brotli", func(t *testing.T) {
		path := largeCase(t, "bomb_brotli.parquet")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := table.Read(t.Context(), path, table.ReadOptions{})
		runtime.ReadMemStats(&after)
		if err == nil || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("got %v, want an error that begins with the path", err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 300<<20 {
			t.Errorf("it took %d MB", used>>20)
		}
	})
}
