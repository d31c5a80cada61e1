package table

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// rowsOf cuts text, which comes in pieces as r gives them.
func rowsOf(r io.Reader, delimiter string) (rows [][]string, quoted [][]bool, err error) {
	s := splitter{r: r, delimiter: []byte(delimiter), line: 1}
	b := new(batch)
	for {
		b.spans, b.lines = b.spans[:0], b.lines[:0]
		if b.text, err = s.read(append(b.text[:0], s.rest...), len(s.rest)+7); err != nil {
			return nil, nil, err
		}
		end := s.end
		used, err := s.cut(b, end, 1)
		if err != nil {
			return nil, nil, err
		}
		if b.rows() == 0 && end {
			return rows, quoted, nil
		}
		s.rest = append(s.rest[:0], b.text[used:]...)
		if b.rows() == 0 {
			continue
		}
		var row []string
		var q []bool
		for _, f := range b.spans {
			row, q = append(row, string(b.text[f.from:f.to])), append(q, f.quoted)
		}
		rows, quoted = append(rows, row), append(quoted, q)
	}
}

// TestSplitterAgainstStandardLibrary cuts what encoding/csv writes.
func TestSplitterAgainstStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]string{",", ";", "\t", "|", "§"}).Draw(t, "delimiter")
		field := rapid.StringOfN(rapid.SampledFrom([]rune("ab ,;\t|§\"\n01é")), 0, 9, -1)
		n := rapid.IntRange(1, 4).Draw(t, "fields")
		rows := rapid.SliceOf(rapid.SliceOfN(field, n, n)).Draw(t, "rows")
		var text strings.Builder
		w := csv.NewWriter(&text)
		w.Comma = []rune(delimiter)[0]
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(strings.NewReader(text.String()))
		r.Comma = w.Comma
		want, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := rowsOf(iotest.OneByteReader(strings.NewReader(text.String())), delimiter)
		if err != nil {
			t.Fatalf("%q: %v", text.String(), err)
		}
		blank := func(row []string) bool { return len(row) == 1 && strings.Trim(row[0], " \t") == "" }
		var kept [][]string
		for _, row := range want {
			if !blank(row) {
				kept = append(kept, row)
			}
		}
		lines := strings.NewReplacer("\r\n", "\n") // encoding/csv turns them into \n
		var mine [][]string
		for _, row := range got {
			for j := range row {
				row[j] = lines.Replace(row[j])
			}
			if !blank(row) {
				mine = append(mine, row)
			}
		}
		if fmt.Sprintf("%q", mine) != fmt.Sprintf("%q", kept) {
			t.Fatalf("%q\ngot  %q\nwant %q", text.String(), mine, kept)
		}
	})
}

func TestSplitter(t *testing.T) {
	for _, tc := range []struct{ name, delimiter, text, want string }{
		{"line ends", ",", "a,b\r1,2\r\n3,4\n5,6", `[["a" "b"] ["1" "2"] ["3" "4"] ["5" "6"]]`},
		{"carriage return kept in quotes", ",", "\"a\r\nb\rc\",1\r", `[["a\r\nb\rc" "1"]]`},
		{"blanks before and behind quotes", ",", "a, \"b, c\" ,  \"\"\"d\"\"\"\n", `[["a" "b, c" "\"d\""]]`},
		{"blank lines", ",", "\n \t\na,b\n\r\n   \n1,2\n \n", `[["a" "b"] ["1" "2"]]`},
		{"empty fields", ",", ",\n,\"\"\n", `[["" ""] ["" ""]]`},
		{"tabs are fields", "\t", "\t\n \t\n", `[["" ""] [" " ""]]`},
		{"blanks", " ", "  a\t b  \n1  \"2 \"\"x\"\"\"\n", `[["a" "b"] ["1" "2 \"x\""]]`},
		{"delimiter of two bytes", "§", "a§b\n¦§\xc2\xa6\n", `[["a" "b"] ["¦" "¦"]]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(tc.text), iotest.OneByteReader(strings.NewReader(tc.text))} {
				rows, _, err := rowsOf(r, tc.delimiter)
				if got := fmt.Sprintf("%q", rows); err != nil || got != tc.want {
					t.Errorf("got %s, want %s (%v)", got, tc.want, err)
				}
			}
		})
	}
}

// FuzzSplitter cuts a text at once and byte by byte, with the same outcome, which
// is that of encoding/csv where this has an opinion.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("a,b\n\"1\"\"\n\",2\r\n"), byte(','))
	f.Add([]byte("a  b\n1\t\"2\"\r3 4"), byte(' '))
	f.Add([]byte("#x\n;\"\";\n\n"), byte(';'))
	f.Fuzz(func(t *testing.T, text []byte, d byte) {
		if d >= 0x80 || checkDelimiter(rune(d)) != nil || len(text) > 500 {
			t.Skip()
		}
		one, quotes, err1 := rowsOf(bytes.NewReader(text), string(rune(d)))
		two, _, err2 := rowsOf(iotest.OneByteReader(bytes.NewReader(text)), string(rune(d)))
		if fmt.Sprintf("%q %v", one, err1) != fmt.Sprintf("%q %v", two, err2) {
			t.Fatalf("at once %q (%v), byte by byte %q (%v)", one, err1, two, err2)
		}
		if err1 != nil || d == ' ' || bytes.ContainsAny(text, "\r \t\x00") {
			return
		}
		r := csv.NewReader(bytes.NewReader(text))
		r.Comma, r.FieldsPerRecord = rune(d), -1
		want, err := r.ReadAll()
		if err != nil || fmt.Sprintf("%q", one) != fmt.Sprintf("%q", want) {
			t.Fatalf("got %q %v, want %q (%v)", one, quotes, want, err)
		}
	})
}
