package table

import (
	"fmt"
	"strings"
	"testing"
)

// lines joins rows of a CSV file.
func lines(rows ...string) string { return strings.Join(rows, "\n") + "\n" }

// many repeats a row.
func many(n int, row string) string { return strings.Repeat(row+"\n", n) }

// TestCells shows what cells mean and what is said about them: a line for each
// column, and one for its reading behind #.
func TestCells(t *testing.T) {
	kinds := func(kind Kind) ReadOptions { return ReadOptions{Kinds: map[string]Kind{"a": kind}} }
	for _, tc := range []struct {
		name, text string
		opt        ReadOptions
		want       string
	}{
		{"strong markers in text", lines("a,b", `x,1`, `\N,1`, "NULL,1", "#N/A,1", `"NULL",1`), ReadOptions{},
			`a string: "x" - - - "NULL" # \N 1@1 NULL 1@2 #N/A 1@3`},
		{"weak markers in text", lines("a", "ZA", "NA", "NA", "-"), ReadOptions{},
			`a string: "ZA" "NA" "NA" "-" # NA in 2 rows is taken as text (--missing-value 'NA' makes it missing); - in 1 rows is taken as text (--missing-value '-' makes it missing)!`},
		{"weak markers before text", lines("a", "NA", "ZA"), ReadOptions{}, `a string: "NA" "ZA" # NA in 1 rows is taken as text (--missing-value 'NA' makes it missing)!`},
		{"weak markers among numbers", lines("a", "NA", "1", "?", "NA"), ReadOptions{}, "a int64: - 1 - - # NA 2@0 ? 1@2"},
		{"weak markers among times", lines("a", "2024-01-01", "-"), ReadOptions{}, "a int32: 19723 - # - 1@1"},
		{"asked for", lines("a", "ZA", "NA", "BW"), ReadOptions{Missing: []string{"NA"}}, `a string: "ZA" - "BW" # NA 1@1`},
		{"asked for, in quotes alone", lines("a,b", `"ZA",1`, `"NA",2`), ReadOptions{Missing: []string{"NA"}}, `a string: "ZA" - # NA 1@1`},
		{"asked for, in quotes too", lines("a,b", `"NA",1`, `NA,2`), ReadOptions{Missing: []string{"NA"}}, `a string: "NA" - # NA 1@1`},
		{"a number asked for", lines("a", "1", "-999.0", "-999"), ReadOptions{Missing: []string{"-999"}}, "a int64: 1 - - # -999.0 1@1 -999 1@2"},
		{"quoted empty is text", lines("a,b", `"",1`, "x,1", ",1"), ReadOptions{}, `a string: "" "x" -`},
		{"quoted empty among numbers", lines("a,b", `"",1`, "7,1"), ReadOptions{}, `a int64: - 7 # "" 1@0`},
		{"nothing but quoted empties", lines("a,b", `"",1`, `"",2`), ReadOptions{}, `a string: "" ""`},
		{"Windows", lines("a", "1.#IND", "-1.#QNAN00", "1.#INF", "2"), ReadOptions{}, "a float64: - - +Inf 2 # 1.#IND 1@0 -1.#QNAN00 1@1"},
		{"infinity", lines("a", "Infinity", "-inf", "1"), ReadOptions{}, "a float64: +Inf -Inf 1"},
		{"beyond float64", lines("a", "1e999", "x"), ReadOptions{}, `a string: "1e999" "x"`},
		{"minus zero", lines("a", "-0", "1"), ReadOptions{}, "a float64: -0 1"},
		{"leading zeros", lines("a", "94105", "02138"), ReadOptions{}, `a string: "94105" "02138" # 02138 in line 3 would lose its zeros as a number!`},
		{"plus", lines("a", "5", "+5", "NA"), ReadOptions{}, `a string: "5" "+5" "NA" # +5 in line 3 would lose its sign as a number; NA in 1 rows is taken as text (--missing-value 'NA' makes it missing)!`},
		{"too long", lines("a", "1", "123456789012345678901"), ReadOptions{}, `a string: "1" "123456789012345678901" # 123456789012345678901 in line 3 has more digits than a number holds!`},
		{"long but held", lines("a", "1", "18446744073709551616"), ReadOptions{}, "a float64: 1 1.8446744073709552e+19"},
		{"zeros as numbers", lines("a", "007", "+5", "$3.50", "6 %", `"8"`, "€9", "-$1"), kinds(AsNumber), "a float64: 7 5 3.5 6 8 9 -1 #?"},
		{"whole numbers", lines("a", "007", "2.0", "1e3"), kinds(AsInteger), "a int64: 7 2 1000 #?"},
		{"text", lines("a", "007", "NULL", "", "1"), kinds(AsText), "a string: \"007\" \"NULL\" \"1\" #?"},
		{"category of numbers", lines("a", "7", "8"), kinds(AsCategory), "a int64: 7 8 #?"},
		{"category of fractions", lines("a", "7", "8.50"), kinds(AsCategory), `a string: "7" "8.50" #?`},
		{"category with words", lines("a", "7", "8", "x"), kinds(AsCategory), `a string: "7" "8" "x" #?`},
		{"quoted numbers are text", lines("a,b", `"7",x`, `"8",x`), ReadOptions{}, `a string: "7" "8" # the values are in quotes (--type a=number takes them for what they look like)!`},
		{"but not beside others", lines("a,b", `"7",x`, `8,x`), ReadOptions{}, `a int64: 7 8`},
		{"everything in quotes", lines(`"a","b"`, `"7","NA"`, `"NA","ZA"`, `"",""`), ReadOptions{}, "a int64: 7 - - # NA 1@1 \"\" 1@2\nb string: \"NA\" \"ZA\" \"\""},
		{"everything in quotes but null", lines(`"a","b"`, `"7","x"`, `\N,"y"`), ReadOptions{}, "a int64: 7 - # \\N 1@1\nb string: \"x\" \"y\""},
		{"thousands", lines("a;b", "1,234;5", "12;6", "1,234,567.5;7"), ReadOptions{Thousands: ','}, "a float64: 1234 12 1.2345675e+06"},
		{"thousands in quotes", lines("a,b", `"1,234",5`, `"12",6`), ReadOptions{Thousands: ','}, "a int64: 1234 12"},
		{"apostrophes", lines("a,b", `1'234.5,5`), ReadOptions{Thousands: '\''}, "a float64: 1234.5"},
		{"decimal comma", lines("a;b", "1,5;x", "1,234;y"), ReadOptions{}, "a float64: 1.5 1.234 # 1,5 in line 2 has a decimal comma, which the file is taken to be written with (--decimal . if it is none)!"},
		{"decimal comma asked for", lines("a;b", "1,234;x", "-,5;y"), ReadOptions{Decimal: ','}, "a float64: 1.234 -0.5"},
		{"both", lines("a;b", "1.234,5;x"), ReadOptions{Decimal: ',', Thousands: '.'}, "a float64: 1234.5"},
		{"decimal comma in quotes", lines("a,b", `"1,5",x`), ReadOptions{Decimal: ','}, "a float64: 1.5"},
		{"blanks", lines("a, b", " 1 , x", " 2,y "), ReadOptions{}, "a int64: 1 2\nb string: \" x\" \"y \""},
		{"few numbers", lines("a", "x", "y", "z", "5"), ReadOptions{}, `a string: "x" "y" "z" "5" # 1 of 4 values are numbers, but not "x" (line 2), "y" (line 3), "z" (line 4)!`},
		{"truth", lines("a", "true", "FALSE", "False", "none"), ReadOptions{}, "a bool: 1 0 0 - # none 1@3"},
		{"quoted truth", lines("a,b", `"true",1`), ReadOptions{}, `a string: "true" # the values are in quotes (--type a=bool takes them for what they look like)!`},
		{"comment", lines("# x", "a,b", "#y", "1,2"), ReadOptions{Comment: '#'}, "a int64: 1\nb int64: 2"},
		{"index", lines(",a", "0,5", "1,6", "2,7"), ReadOptions{}, "unnamed_1 int64 index: 0 1 2\na int64: 5 6 7"},
		{"index of names", lines(`"",a`, "x,5", "y,6"), ReadOptions{}, "unnamed_1 string index: \"x\" \"y\"\na int64: 5 6"},
		{"no index", lines(",a", "0,5", "0,6"), ReadOptions{}, "unnamed_1 int64: 0 0\na int64: 5 6"},
		{"rows end in a delimiter", lines("a,b", "1,2,", "3,4,"), ReadOptions{}, "a int64: 1 3\nb int64: 2 4 # a delimiter ends each line and begins no column!"},
		{"all lines do", lines("a,b,", "1,2,", "3,4,"), ReadOptions{}, "a int64: 1 3\nb int64: 2 4 # a delimiter ends each line and begins no column!"},
		{"header alone does", lines("a,b,", "1,2"), ReadOptions{}, "a int64: 1\nb int64: 2 # a delimiter ends each line and begins no column!"},
		{"a nameless column with values", lines("a,b,", "1,2,3"), ReadOptions{}, "a int64: 1\nb int64: 2\nunnamed_3 int64: 3"},
		{"rows of nothing", lines("a,b", "1,2", ",", ",,"[:1]), ReadOptions{}, "a int64: 1 - -\nb int64: 2 - -"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tab, err := readText(t, "t.csv", tc.text, tc.opt)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Split(strings.TrimSuffix(show(tab), "\n"), "\n")
			var all []string
			for j, c := range tab.Columns {
				if c.Field().Role == Index {
					got[j] = strings.Replace(got[j], ":", " index:", 1)
				}
				if j < strings.Count(tc.want, "\n")+1 {
					all = append(all, got[j]+reading(c.Field().Reading))
				}
			}
			if text := strings.Join(all, "\n"); text != tc.want {
				t.Errorf("got\n%s\nwant\n%s", text, tc.want)
			}
		})
	}
}

// reading shows what is said of a column: ! what the user should hear, ? what was
// asked for.
func reading(r *Reading) string {
	if r == nil {
		return ""
	}
	text := " #"
	if r.Why != "" {
		text += " " + r.Why
	}
	for _, m := range r.Markers {
		text += fmt.Sprintf(" %s %d@%d", m.Text, m.Count, m.Row)
	}
	if r.Odd {
		text += "!"
	}
	if r.Asked {
		text += "?"
	}
	return text
}

// TestCellErrors: what is neither one thing nor the other is told with its cure.
func TestCellErrors(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		opt        ReadOptions
		want       []string
	}{
		{"one odd cell", "a,b\n" + many(299, "1.5,x") + "n.a.,x\n", ReadOptions{},
			[]string{`column "a" has numbers in 299 rows and in 1 others "n.a." (line 301)`, "--missing-value 'n.a.'", "--type a=text", "--drop a"}},
		{"the first cell is odd", "a,b\nunknown,x\n" + many(3, "1.5,x") + "unknown,x\n", ReadOptions{}, []string{`in 3 rows and in 2 others "unknown" (line 2, 2 times)`}},
		{"in a file in quotes", "\"a\",\"b\"\n" + many(3, `"1","x"`) + "\"u\",\"x\"\n", ReadOptions{}, []string{`"u" (line 5)`}},
		{"a quoted marker", "a,b\n" + many(3, "1,x") + "\"NA\",x\n", ReadOptions{}, []string{`"NA" (line 5)`, "--missing-value 'NA'"}},
		{"a footer", "a,b\n" + many(3, "1,2") + "Total,6\n", ReadOptions{}, []string{`"Total" (line 5)`}},
		{"thousands", "a;b\n" + many(3, "1,234;x") + "12;x\n", ReadOptions{}, []string{`"1,234"`, "--decimal ',' or --thousands ','"}},
		{"thousands and a point", "a,b\n" + many(3, `"1,234.50",x`) + "12,x\n", ReadOptions{}, []string{"set --thousands ','", "--type a=text"}},
		{"decimal comma", "a,b\n" + many(3, `"1,5",x`), ReadOptions{}, []string{"set --decimal ','"}},
		{"both", "a;b\n" + many(3, `1.234,50;x`), ReadOptions{}, []string{"--decimal ',' --thousands '.'"}},
		{"currency", "a,b\n$1,x\n$2,x\n", ReadOptions{}, []string{"set --type a=number"}},
		{"percent", "a,b\n1%,x\n2 %,x\n", ReadOptions{}, []string{"set --type a=number"}},
		{"unit", "a,b\n1 kg,x\n2 kg,x\n", ReadOptions{}, []string{"a number with a unit", "--type a=text"}},
		{"no number", "a\n1\nx\n", ReadOptions{Kinds: map[string]Kind{"a": AsNumber}}, []string{`line 3, column "a": "x" is no number, as --type a=number wants`, "--missing-value 'x'"}},
		{"no integer", "a\n1\n2.5\n", ReadOptions{Kinds: map[string]Kind{"a": AsInteger}}, []string{`"2.5" is no whole number`}},
		{"no time", "a\n2024-01-01\n2024-02-30\n", ReadOptions{Kinds: map[string]Kind{"a": AsTime}}, []string{`"2024-02-30" is no date`}},
		{"no truth", "a\ntrue\nyes\n", ReadOptions{Kinds: map[string]Kind{"a": AsBool}}, []string{`"yes" is no true or false`}},
		{"comment", "# by a tool\na,b\n1,2\n", ReadOptions{}, []string{"line 2 has 2 fields, the lines before have 1", "--comment '#'"}},
		{"comment behind", "a,b\n1,2\n# end\n", ReadOptions{}, []string{"line 3 has 1 fields", "--comment '#'"}},
		{"NUL", "a,b\n1,2\n\x00\x00\n", ReadOptions{}, []string{"line 3 holds a NUL byte", "--encoding"}},
		{"UTF-8", "a,b\n1,M\xfcnchen\n", ReadOptions{}, []string{`line 2, column "b": "M\xfcnchen" is not UTF-8`, "--encoding"}},
		{"UTF-8 in a name", "a,M\xfcnchen\n1,2\n", ReadOptions{}, []string{"line 1", "--encoding"}},
		{"encoding", "a\n1\n", ReadOptions{Encoding: "klingon"}, []string{`--encoding "klingon" is not known`}},
		{"wrong encoding", "a\n\x81\xff\xff\n", ReadOptions{Encoding: "shift_jis"}, []string{"line 2 holds bytes that are no text in shift_jis"}},
		{"decimal sign", "a\n1\n", ReadOptions{Decimal: ';'}, []string{"--decimal"}},
		{"thousands sign", "a\n1\n", ReadOptions{Thousands: '.'}, []string{"--thousands"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := readText(t, "t.csv", tc.text, tc.opt)
			if err == nil {
				t.Fatal("it is read")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}
