package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

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

// TestHeaderlessCase: a file without names stays one, its columns in their places.
func TestHeaderlessCase(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.csv")
	if err := appendTo(t, caseFile("label_first_noheader.csv"), out, "--label", "x0"); err != nil {
		t.Fatal(err)
	}
	in := parsed(t, textOf(t, caseFile("label_first_noheader.csv")), ',')
	sameRows(t, parsed(t, readFile(t, out), ','), in, nil)
}
