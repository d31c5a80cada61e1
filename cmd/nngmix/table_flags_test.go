package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestTableFlagErrors gives every command that reads a table options that say
// nothing it knows.
func TestTableFlagErrors(t *testing.T) {
	in := writeText(t, "in.csv", "a,\"b,c\",d.e,y\n1,2,3,0\n4,5,6,1\n")
	out := filepath.Join(t.TempDir(), "out")
	commands := map[string][]string{
		"generate":     {"--in", in, "--label", "y", "--out", out + ".csv"},
		"info":         {in, "--label", "y"},
		"index build":  {"--in", in, "--label", "y", "--out", out + ".nngx"},
		"plot":         {"--in", in, "--label", "y", "--out", out + ".png"},
		"eval recall":  {"--in", in, "--label", "y"},
		"index search": {"--index", "none", "--queries", in, "--out", out + ".npz"},
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"format", []string{"--format", "xlsx"}, "--format xlsx: want one of csv, tsv"},
		{"header", []string{"--header", "maybe"}, "--header maybe"},
		{"delimiter", []string{"--delimiter", "ab"}, `--delimiter "ab": want one character`},
		{"decimal", []string{"--decimal", "x"}, `--decimal "x": want a point or a comma`},
		{"two signs", []string{"--decimal", ",,"}, "want one character"},
		{"thousands", []string{"--thousands", "1"}, `--thousands "1"`},
		{"thousands as decimal", []string{"--thousands", ",", "--decimal", ","}, `--thousands ",": it is the decimal sign too`},
		{"thousands as point", []string{"--thousands", "."}, "name another with --decimal"},
		{"comment", []string{"--comment", "//"}, "one character"},
		{"type without kind", []string{"--type", "a"}, "--type a: want COLUMN=KIND"},
		{"type without column", []string{"--type", "=text"}, "--type =text: want COLUMN=KIND"},
		{"kind", []string{"--type", "a=money"}, `"money" is no kind of column: want number`},
		{"two kinds", []string{"--type", "a=text", "--type", "a=time"}, "column a is text and time"},
	}
	for command, args := range commands {
		for _, tt := range tests {
			t.Run(command+"/"+tt.name, func(t *testing.T) {
				if command == "index search" { // options are looked at once the index is open
					return
				}
				failsWith(t, exitUsage, tt.want, append(append(strings.Fields(command), args...), tt.args...))
			})
		}
		if command == "index search" {
			continue
		}
		t.Run(command+"/label dropped", func(t *testing.T) {
			for _, drop := range [][]string{{"--drop", "y"}, {"--drop", "a,y"}, {"--type", "y=drop"}} {
				failsWith(t, exitUsage, "column y is the --label and cannot be left out", append(append(strings.Fields(command), args...), drop...))
			}
		})
	}
}

// failsWith carries out a command line that ends with an exit code and an error
// that holds want.
func failsWith(t *testing.T, code int, want string, args []string) {
	t.Helper()
	_, err := command(t, args...)
	if exitCode(err) != code || err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v: got exit code %d, %v; want %d, %q", args, exitCode(err), err, code, want)
	}
}

// TestNamesWithCommasAndDots leaves out and keeps columns whose names hold commas
// and dots, alone and in lists.
func TestNamesWithCommasAndDots(t *testing.T) {
	in := writeText(t, "in.csv", "a,\"b,c\",d.e,y\n1,2,3,0\n4,5,6,1\n7,8,9,0\n")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--drop", "b,c"}, "a d.e"},
		{[]string{"--drop", "a,d.e"}, "b,c"},
		{[]string{"--drop", `"b,c",a`}, "d.e"},
		{[]string{"--drop", "b,c", "--drop", "a"}, "d.e"},
		{[]string{"--keep", "b,c", "--keep", "d.e"}, "b,c d.e"},
		{[]string{"--keep", "a,d.e"}, "a d.e"},
		{[]string{"--type", "b,c=drop", "--type", "d.e=drop"}, "a"},
	} {
		out := must(t, append([]string{"info", in, "--label", "y", "--json"}, tt.args...)...)
		if got := strings.Join(infoOf(t, out).names(), " "); got != tt.want {
			t.Errorf("%v: columns %q, want %q", tt.args, got, tt.want)
		}
	}
}
