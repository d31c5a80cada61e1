package table

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readText reads text as the CSV file called name.
func readText(t *testing.T, name, text string, opt ReadOptions) (*Table, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	sameInStream(t, []Part{{Path: path}}, opt)
	return Read(context.Background(), path, opt)
}

// show writes a table as one line for each column: name, type and values.
func show(tab *Table) string {
	var out strings.Builder
	for _, c := range tab.Columns {
		fmt.Fprintf(&out, "%s %v:", c.Name(), c.Type())
		for i := range c.Len() {
			switch {
			case c.Missing(i):
				out.WriteString(" -")
			case c.Type() == String:
				fmt.Fprintf(&out, " %q", c.Dictionary()[int(c.Float(i))])
			case c.Type() == Uint64:
				one := make([]int64, 1)
				c.Ints(one, i, i+1)
				fmt.Fprintf(&out, " %d", uint64(one[0]))
			case c.Type().Integer():
				one := make([]int64, 1)
				c.Ints(one, i, i+1)
				fmt.Fprintf(&out, " %d", one[0])
			default:
				fmt.Fprintf(&out, " %v", c.Float(i))
			}
		}
		out.WriteString("\n")
	}
	return out.String()
}

func TestReadCSV(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		opt        ReadOptions
		want       string
	}{
		{"kinds", "i,f,b,s\n1,0.5,true,a\n-2,1e3,False,b\n3,7,TRUE,a\n", ReadOptions{},
			"i int64: 1 -2 3\nf float64: 0.5 1000 7\nb bool: 1 0 1\ns string: \"a\" \"b\" \"a\"\n"},
		{"missing", "i,f,b,s,m\n,,,,\n1,NaN,true,x,NA\nNA,2.5,null,NA,\n", ReadOptions{},
			"i int64: - 1 -\nf float64: - - 2.5\nb bool: - 1 -\ns string: - \"x\" \"NA\"\nm float64: - - -\n"},
		{"integers become floats", "a\n3\n\n9007199254740992\n2.5\n", ReadOptions{}, "a float64: 3 9.007199254740992e+15 2.5\n"},
		{"an integer that no float holds", "a\n3\n9007199254740993\n2.5\n", ReadOptions{}, "a string: \"3\" \"9007199254740993\" \"2.5\"\n"},
		{"it is rounded where asked", "a\n3\n9007199254740993\n2.5\n", ReadOptions{Kinds: map[string]Kind{"a": AsNumber}}, "a float64: 3 9.007199254740992e+15 2.5\n"},
		{"missing among integers that become floats", "a,b\n3,\n,\n,\n2.5,1\n", ReadOptions{}, "a float64: 3 - - 2.5\nb int64: - - - 1\n"},
		{"numbers that become text keep their text", "a,b,c\n007,1.50,true\n,,\n12,z,7\nx,y,x\n", ReadOptions{},
			"a string: \"007\" - \"12\" \"x\"\nb string: \"1.50\" - \"z\" \"y\"\nc string: \"true\" - \"7\" \"x\"\n"},
		{"large integers", "a\n9223372036854775807\n-9223372036854775808\n", ReadOptions{}, "a int64: 9223372036854775807 -9223372036854775808\n"},
		{"beyond int64", "a\n18446744073709551615\n1\n", ReadOptions{}, "a uint64: 18446744073709551615 1\n"},
		{"beyond int64 and below zero", "a\n9223372036854775808\n-1\n", ReadOptions{}, "a float64: 9.223372036854776e+18 -1\n"},
		{"both, not held", "a\n18446744073709551615\n-1\n", ReadOptions{}, "a string: \"18446744073709551615\" \"-1\"\n"},
		{"quotes and line breaks", "\"a,1\",\"b\"\"\"\r\n\"x\ny\", 5 \r\n", ReadOptions{}, "a,1 string: \"x\\ny\"\nb\" int64: 5\n"},
		{"byte order mark", "\xef\xbb\xbfa,b\n1,2\n", ReadOptions{}, "a int64: 1\nb int64: 2\n"},
		{"no header found", "1,2\n3,4\n", ReadOptions{}, "x0 int64: 1 3\nx1 int64: 2 4\n"},
		{"no header found with text", "M,2\nF,4\n", ReadOptions{}, "x0 string: \"M\" \"F\"\nx1 int64: 2 4\n"},
		{"numbers as names", "0,1,label\n.5,.25,1\n", ReadOptions{}, "0 float64: 0.5\n1 float64: 0.25\nlabel int64: 1\n"},
		{"header forced", "1,2\n3,4\n", ReadOptions{Header: HeaderYes}, "1 int64: 3\n2 int64: 4\n"},
		{"header denied", "a,b\nc,d\n", ReadOptions{Header: HeaderNo}, "x0 string: \"a\" \"c\"\nx1 string: \"b\" \"d\"\n"},
		{"index column without a name", ",a\n0,1\n", ReadOptions{}, "unnamed_1 int64: 0\na int64: 1\n"},
		{"delimiter", "a;b\n1;2,5x\n", ReadOptions{Delimiter: ';'}, "a int64: 1\nb string: \"2,5x\"\n"},
		{"drop", "a,b,c\n1,2,3\n", ReadOptions{Drop: []string{"b"}}, "a int64: 1\nc int64: 3\n"},
		{"keep", "a,b,c\n1,2,3\n", ReadOptions{Keep: []string{"c", "a"}}, "a int64: 1\nc int64: 3\n"},
		{"keep and drop", "a,b,c\n1,2,3\n", ReadOptions{Keep: []string{"c", "a"}, Drop: []string{"a"}}, "c int64: 3\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tab, err := readText(t, "t.csv", tc.text, tc.opt)
			if err != nil {
				t.Fatal(err)
			}
			if got := show(tab); got != tc.want {
				t.Errorf("got\n%swant\n%s", got, tc.want)
			}
		})
	}
}

// TestDetect finds delimiters and headers.
func TestDetect(t *testing.T) {
	for _, tc := range []struct{ name, text, delimiter, names string }{
		{"comma", "a,b\n1,2\n", ",", "a b"},
		{"semicolon", "a;b\n1;2\n", ";", "a b"},
		{"semicolon with decimal commas", "1,5;2,5\n3,5;4,5\n", ";", "x0 x1"},
		{"tab", "a\tb\n1\t2\n", "\t", "a b"},
		{"tab before missing values", "\t\t\n0,0\t\t\n", "\t", "x0 x1 x2"},
		{"bar", "a|b\n1|2\n", "|", "a b"},
		{"blanks", "a   b\n1 \t 2\n", " ", "a b"},
		{"blanks in texts", "when,b\n2024-01-01 10:00:00,1\n", ",", "when b"},
		{"one column of words", "first last\nJohn Smith\n", ",", "first last"},
		{"commas in quoted texts", "a;b\n\"x,y\";\"z,w\"\n", ";", "a b"},
		{"a semicolon in some texts", "a,b\nx;y,1\nz,2\n", ",", "a b"},
		{"a line for spreadsheets", "sep=|\na,b|c\n1|2\n", "|", "a,b c"},
		{"no header, times", "2024-01-01,x\n2024-01-02,y\n", ",", "x0 x1"},
		{"dates as names", "id,2024-01-01\n7,8\n", ",", "id 2024-01-01"},
		{"no header, thousands", "x,\"1,234\"\ny,\"2,345\"\n", ",", "x0 x1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tab, err := readText(t, "t.csv", tc.text, ReadOptions{Thousands: map[bool]rune{true: ','}[tc.name == "no header, thousands"]})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(tab.Names(), " "); got != tc.names || string(delimiterOf("t.csv", tab.Style.Delimiter)) != tc.delimiter {
				t.Errorf("got %q and %q, want %q and %q", got, tab.Style.Delimiter, tc.names, tc.delimiter)
			}
		})
	}
}

func TestReadCSVErrors(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		opt        ReadOptions
		is         error
		want       string
	}{
		{"empty", "", ReadOptions{}, ErrEmpty, "the file is empty"},
		{"blank", "\n\n", ReadOptions{}, ErrEmpty, "the file is empty"},
		{"header alone", "a,b\n", ReadOptions{}, ErrEmpty, "no rows"},
		{"ragged", "a,b\n1,2\n\n\"x\ny\",2\n1,2,3\n", ReadOptions{}, ErrCorrupt, "line 6 has 3 fields, the lines before have 2"},
		{"ragged second line", "a,b\n1\n", ReadOptions{}, ErrCorrupt, "line 2 has 1 fields"},
		{"quote", "a,b\n1,\"2\n", ReadOptions{}, ErrCorrupt, "line 2, byte 6"},
		{"bare quote", "a,b\n1,2\"\n", ReadOptions{}, ErrCorrupt, "line 2, byte 4"},
		{"bad delimiter", "a\n1\n", ReadOptions{Delimiter: '"'}, nil, "cannot be the delimiter"},
		{"unknown column", "amount,b\n1,2\n", ReadOptions{Drop: []string{"amuont"}}, ErrColumn, `"amuont", did you mean "amount"?; the columns are: amount, b`},
		{"nothing left", "a\n1\n", ReadOptions{Drop: []string{"a"}}, ErrEmpty, "no columns are left"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := readText(t, "t.csv", tc.text, tc.opt)
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "t.csv") || tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	for _, name := range []string{"t.csv.gz", "t.csv.zst"} {
		if tab, err := readText(t, name, "a,b\n1,2\n", ReadOptions{}); err != nil || tab.Rows != 1 {
			t.Errorf("%s that is not compressed: %v", name, err)
		}
	}
}

// TestReadCSVManyRows crosses batches, with a text in the last row of a column
// of numbers.
func TestReadCSVManyRows(t *testing.T) {
	const n = 60_017
	var text strings.Builder
	text.WriteString("i,f,s,late\n")
	for i := range n {
		last := fmt.Sprint(i % 5)
		if i == n-1 {
			last = "007"
		}
		fmt.Fprintf(&text, "%d,%g,t%d,%s\n", i, float64(i)/8, i%700, last)
	}
	for _, threads := range []int{1, 2, 7} {
		tab, err := readText(t, "t.csv", text.String(), ReadOptions{Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		if tab.Rows != n || tab.Columns[3].Type() != String || len(tab.Columns[3].Dictionary()) != 6 || len(tab.Columns[2].Dictionary()) != 700 {
			t.Fatalf("%d rows, %v, %v", tab.Rows, tab.Columns[3].Type(), tab.Columns[3].Dictionary())
		}
		for i := range n {
			if tab.Columns[0].Float(i) != float64(i) || tab.Columns[1].Float(i) != float64(i)/8 || tab.Columns[2].Float(i) != float64(i%700) {
				t.Fatalf("row %d: %v %v %v", i, tab.Columns[0].Float(i), tab.Columns[1].Float(i), tab.Columns[2].Float(i))
			}
		}
	}
}

func TestReadCSVFromStandardInput(t *testing.T) {
	tab, err := Read(context.Background(), "-", ReadOptions{Stdin: strings.NewReader("a,b\n1,2\nx,3\ny,4\n")})
	if err != nil {
		t.Fatal(err)
	}
	if got := show(tab); got != "a string: \"1\" \"x\" \"y\"\nb int64: 2 3 4\n" {
		t.Errorf("got %s", got)
	}
	if _, err := Read(context.Background(), "-", ReadOptions{Stdin: strings.NewReader("")}); !errors.Is(err, ErrEmpty) {
		t.Errorf("nothing: %v", err)
	}
}

func TestWriteCSV(t *testing.T) {
	gaps := New("", []int64{1, 2, 3}).(*dense[int64])
	gaps.gaps.set(1)
	fields := []Field{
		{Name: "a,b", Type: Float64}, {Name: "half", Type: Float16}, {Name: "i", Type: Int8}, {Name: "b", Type: Bool},
		{Name: "s", Type: String, Dictionary: []string{"x", `say "hi"`, "", "two\nlines"}}, {Name: "u", Type: Uint64},
		{Name: "day", Type: Int32, Temporal: Temporal{Kind: Date}},
		{Name: "at", Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: 1e6, Zone: "UTC"}},
	}
	columns := []Column{
		New("", []float64{5, math.NaN(), 1e-7}), New("", []float32{0.1, 2, float32(math.Inf(-1))}), gaps, New("", []uint8{0, 1, 1}),
		New("", []float64{1, 2, 3}), New("", []uint64{1 << 63, 0, 7}), New("", []int32{0, -1, 20000}), New("", []int64{-1, 0, 1500}),
	}
	var out strings.Builder
	writeAll(t, "-", fields, columns, WriteOptions{Rows: -1, Stdout: &out})
	want := `"a,b",half,i,b,s,u,day,at
5.0,0.1,1,false,"say ""hi""",9223372036854775808,1970-01-01,1969-12-31T23:59:59.999Z
,2.0,,true,"",0,1969-12-31,1970-01-01T00:00:00.000Z
1e-07,-inf,3,true,"two
lines",7,2024-10-04,1970-01-01T00:00:01.500Z
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
