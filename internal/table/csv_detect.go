package table

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// sampleRows is how many rows are looked at to find the delimiter, the header and
// the decimal sign.
const sampleRows = 200

// cells is a row of the sample.
type cells struct {
	text   []string
	quoted []bool
	line   int
}

// sample cuts the first rows of head, whatever their numbers of fields. The error
// is that of the row after the last one.
func sample(head []byte, end bool, line int, delimiter, comment []byte) (rows []cells, err error) {
	s := splitter{delimiter: delimiter, comment: comment, line: line, end: end, nul: bytes.IndexByte(head, 0) >= 0}
	b := batch{text: bytes.Clone(head)}
	for len(rows) < sampleRows {
		b.spans, b.lines = b.spans[:0], b.lines[:0]
		used, err := s.cut(&b, end, 1)
		if err != nil || b.rows() == 0 {
			return rows, err
		}
		row := cells{line: b.lines[0]}
		for _, f := range b.spans {
			row.text = append(row.text, string(b.text[f.from:f.to]))
			row.quoted = append(row.quoted, f.quoted)
		}
		rows = append(rows, row)
		b.text = b.text[used:]
	}
	return rows, nil
}

// named returns what the name of a file says about its delimiter.
func named(path string) rune {
	if strings.Contains(strings.ToLower(filepath.Base(path)), ".tsv") {
		return '\t'
	}
	return ','
}

// delimiterOf returns what separates the fields of a CSV file that is written.
func delimiterOf(path string, chosen rune) rune {
	if chosen != 0 {
		return chosen
	}
	return named(path)
}

// candidates are the delimiters that are found, the most likely first.
const candidates = ",;\t|"

// findDelimiter returns the delimiter under which most of the first rows have the
// same number of fields, two at least; of equals that which makes the most
// numbers, then the first candidate. Blanks are one where no other is and each
// row has a number.
func findDelimiter(head []byte, end bool, comment []byte) rune {
	best, most, agreed := ',', 0., 0.
	for _, d := range candidates {
		rows, err := sample(head, end, 1, []byte(string(d)), comment)
		share, numbers := agreement(rows)
		if err != nil { // a quote where none can be speaks against d
			share *= float64(len(rows)) / float64(len(rows)+1)
		}
		if share > 0 && share+numbers/1e3 > most {
			best, most, agreed = d, share+numbers/1e3, share
		}
	}
	if agreed < 1 {
		rows, err := sample(head, end, 1, []byte{' '}, comment)
		if share, numbers := agreement(rows); err == nil && share == 1 && (numbers > 0.5 || numeric(rows)) {
			return ' '
		}
	}
	return best
}

// agreement returns the share of rows that have the most common number of fields,
// or 0 where that is one, and the share of numbers among the fields. Delimiters
// that end all rows do not count.
func agreement(rows []cells) (share, numbers float64) {
	if len(rows) == 0 {
		return 0, 0
	}
	trailing, fields := len(rows) > 1, 0
	for i, row := range rows {
		trailing = trailing && (i == 0 || row.bareEnd())
		for _, cell := range row.text {
			fields += btoi(cell != "")
			numbers += float64(btoi(looksNumber(cell)))
		}
	}
	share = commonWidth(rows, false)
	if trailing {
		share = max(share, commonWidth(rows, true))
	}
	return share, numbers / float64(max(fields, 1))
}

// bareEnd tells whether the last field is empty.
func (c *cells) bareEnd() bool {
	last := len(c.text) - 1
	return last > 0 && c.text[last] == "" && !c.quoted[last]
}

// commonWidth returns the share of rows that have the most common number of
// fields, or 0 where that is one, with or without an empty one at the end.
func commonWidth(rows []cells, cut bool) float64 {
	count, common := map[int]int{}, 0
	for _, row := range rows {
		n := len(row.text)
		if cut && row.bareEnd() {
			n--
		}
		count[n]++
		if c := count[n]; c > count[common] || c == count[common] && n < common {
			common = n
		}
	}
	if common < 2 {
		return 0
	}
	return float64(count[common]) / float64(len(rows))
}

// numeric tells whether each row but the first has a number.
func numeric(rows []cells) bool {
	for _, row := range rows[1:] {
		some := false
		for _, cell := range row.text {
			some = some || looksNumber(cell)
		}
		if !some {
			return false
		}
	}
	return len(rows) > 1
}

// looksNumber tells whether cell is a number in any notation.
func looksNumber(cell string) bool {
	if strings.Contains(cell, "\t") {
		return false // as a blank around a number it is more likely the delimiter
	}
	switch (&rules{decimal: '.'}).classify([]byte(cell)) {
	case whole, real, code, odd:
		return true
	}
	return false
}

// isHeader applies [HeaderAuto] to the first one or two rows. A time or a truth
// value above another one is a value too, and a row without any text names nothing.
func isHeader(rows []cells) bool {
	values, empty := 0, true
	for j, cell := range rows[0].text {
		empty = empty && strings.TrimSpace(cell) == ""
		below := ""
		if len(rows) > 1 && j < len(rows[1].text) {
			below = rows[1].text[j]
		}
		switch {
		case looksNumber(cell) || sameKind(cell, below):
			values++
		case looksNumber(below) && !meansMissing(cell):
			return true
		}
	}
	return values == 0 && !empty
}

func sameKind(a, b string) bool {
	if s, ok := parseInstant(trim([]byte(a))); ok {
		t, ok := parseInstant(trim([]byte(b)))
		return ok && s.form == t.form
	}
	return isTruth(trim([]byte(a))) && isTruth(trim([]byte(b)))
}

func meansMissing(cell string) bool {
	text := trim([]byte(cell))
	return len(text) == 0 || marker(text) != words
}

// decimalComma tells whether numbers of the sample have a comma that can only be
// a decimal one, and none has a point.
func decimalComma(rows []cells, delimiter rune) bool {
	found := false
	for _, row := range rows {
		for j, cell := range row.text {
			text := trim([]byte(cell))
			if row.quoted[j] && !strings.ContainsRune(cell, delimiter) {
				continue
			}
			if _, c := parseNumber(text); c == real && bytes.IndexByte(text, '.') >= 0 {
				return false
			}
			found = found || certainComma(text)
		}
	}
	return found && delimiter != ','
}

// wrongDelimiter finds a lone column whose name holds what usually separates
// columns.
func wrongDelimiter(top []string, used rune) error {
	if len(top) > 1 {
		return nil
	}
	for _, d := range ";\t|," {
		if d != used && strings.ContainsRune(top[0], d) {
			return fmt.Errorf("table: line 1 has one field when cut at %q, but %q in it: set --delimiter %q (or %q, if there is but one column)", used, d, d, used)
		}
	}
	return nil
}

// checkDelimiter refuses what no file can be cut at.
func checkDelimiter(d rune) error {
	if d == '"' || d == '\r' || d == '\n' || d == 0 || !utf8.ValidRune(d) || d == utf8.RuneError ||
		d == '.' || d == '-' || d == '+' || d == '#' || d >= '0' && d <= '9' || d|0x20 >= 'a' && d|0x20 <= 'z' {
		return fmt.Errorf("table: %q cannot be the delimiter of a CSV file", d)
	}
	return nil
}
