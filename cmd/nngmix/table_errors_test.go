package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestErrorsOfTables gives info tables with one odd thing each. The error has to say
// what is odd, where, and which option changes it.
func TestErrorsOfTables(t *testing.T) {
	numbers := func(cell func(i int) string) string {
		var text strings.Builder
		text.WriteString("a,b,y\n")
		for i := range 60 {
			fmt.Fprintf(&text, "%s,%d,%d\n", cell(i), i, i%2)
		}
		return text.String()
	}
	odd := func(cell string) string {
		return numbers(func(i int) string {
			if i == 40 {
				return cell
			}
			return fmt.Sprintf("%d.5", i)
		})
	}
	tests := []struct {
		name, text string
		args       []string
		want       []string
	}{
		{"one cell", odd("total"), nil, []string{`column "a"`, `"total" (line 42)`, "--missing-value 'total'", "--type a=text", "--drop a"}},
		{"thousands", numbers(func(i int) string { return fmt.Sprintf(`"1,2%02d.5"`, i) }), nil, []string{`column "a"`, "line 2", "--thousands ','"}},
		{"currency", numbers(func(i int) string { return fmt.Sprintf("€%d", i) }), nil, []string{`column "a"`, "--type a=number"}},
		{"no number", odd("total"), []string{"--type", "a=number"}, []string{`line 42, column "a": "total" is no number`, "--missing-value 'total'"}},
		{"no time", odd("total"), []string{"--type", "a=time"}, []string{`line 2, column "a"`, "is no date"}},
		{"bytes", odd("caf\xe9"), nil, []string{`line 42, column "a"`, "is not UTF-8", "--encoding"}},
		{"encoding", odd("1"), []string{"--encoding", "klingon"}, []string{`--encoding "klingon" is not known`, "windows-1252"}},
		{"remarks", "# made by a tool\na,b\n1,2\n", nil, []string{"line 2", "--comment '#'"}},
		{"column of a type", odd("1"), []string{"--type", "A=text"}, []string{`no column "A", did you mean "a"?`}},
		{"another format", odd("1"), []string{"--format", "parquet"}, []string{"does not end as a Parquet file does"}},
		{"nothing left", odd("1"), []string{"--drop", "a,b,y"}, []string{"no columns are left to read"}},
		{"NUL", "a,b\n1,2\n1,\x00\n", nil, []string{"line 3", "NUL"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := writeText(t, "in.csv", tt.text)
			_, err := command(t, append([]string{"info", path}, tt.args...)...)
			for _, want := range append(tt.want, path) {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want it to hold %q", err, want)
				}
			}
		})
	}
}

// TestKindsOfFiles looks at files whose names tell nothing.
func TestKindsOfFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	failsWith(t, exitFailure, "Excel", []string{"info", file("book.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on")})
	failsWith(t, exitFailure, "must end in .csv", []string{"info", filepath.Join(dir, "none.xls")})
	for _, args := range [][]string{{file("export", "a,b\n1,2\n3,4\n")}, {file("export.dat", "a,b\n1,2\n3,4\n"), "--format", "csv"}} {
		if out := must(t, append([]string{"info"}, args...)...); !strings.Contains(out, "2 rows, 2 feature columns") {
			t.Errorf("%v: %s", args, out)
		}
	}
}

// TestOptionsReachReaders reads with each option what is read otherwise without it.
func TestOptionsReachReaders(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		args       []string
		want       string // of the first column: type, missing values, least
	}{
		{"decimal", "a;b\n1,5;2\n2,25;3\n", []string{"--delimiter", ";", "--decimal", ","}, "float64 0 1.5"},
		{"thousands", "a,b\n\"1,500\",2\n\"2,250\",3\n", []string{"--thousands", ","}, "int64 0 1500"},
		{"comment", "#x\na,b\n1,2\n", []string{"--comment", "#"}, "int64 0 1"},
		{"missing value", "a,b\n-99,2\n5,3\n", []string{"--missing-value", "-99"}, "int64 1 5"},
		{"missing values", "a,b\n-99,2\n5,3\nx,4\n", []string{"--missing-value", "-99", "--missing-value", "x"}, "int64 2 5"},
		{"text", "a,b\n5,2\n", []string{"--type", "a=text"}, "string 0 "},
		{"number", "a,b\n$5.50,2\n", []string{"--type", "a=number"}, "float64 0 5.5"},
		{"encoding", "a,b\n\xe9,2\n\xe9,3\n", []string{"--encoding", "latin1"}, "string 0 "},
		{"blanks", "a  b\n1   2\n 3 4\n", []string{"--delimiter", " "}, "int64 0 1"},
		{"tabs", "a\tb\n1\t2\n", []string{"--format", "tsv"}, "int64 0 1"},
		{"no names", "7,2\n8,3\n", []string{"--header", "no"}, "int64 0 7"},
	} {
		info := infoOf(t, must(t, append([]string{"info", writeText(t, "in.csv", tt.text), "--json"}, tt.args...)...))
		c := info.Columns[0]
		least := string(c.Min)
		if least == "null" {
			least = ""
		}
		if got := fmt.Sprintf("%s %d %s", c.Type, c.Missing, least); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
