package table

import (
	"bytes"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// class is what a cell of a CSV file is by itself.
type class uint8

const (
	words  class = iota // none of the others
	empty               // nothing, or blanks
	strong              // stands for a missing value in every column
	weak                // does so in columns of numbers, times and booleans
	whole               // an integer as a program writes it, within 64 bits
	real                // any other number
	code                // an integer that would not come back from a number: 007, +5, too long
	truth               // true or false
	moment              // a date or timestamp
	odd                 // a number with a currency or percent sign, digits in groups or another decimal sign
)

// number tells whether the cell is one.
func (c class) number() bool { return c == whole || c == real }

// rules say how numbers are written.
type rules struct {
	decimal   byte   // '.' or ','
	thousands string // what groups digits; "": nothing
	delimiter []byte
	headless  bool // no line of names shows the delimiter
}

// classify returns what cell is, apart from blanks around it.
func (r *rules) classify(cell []byte) class {
	cell = trim(cell)
	if len(cell) == 0 {
		return empty
	}
	if m := marker(cell); m != words {
		return m
	}
	if _, c := r.number(cell); c != words {
		return c
	}
	switch {
	case isTruth(cell):
		return truth
	case isMoment(cell):
		return moment
	case isOdd(cell):
		return odd
	}
	return words
}

// trim returns cell without the blanks around it.
func trim(cell []byte) []byte {
	if n := len(cell); n > 0 && (cell[0] <= ' ' || cell[n-1] <= ' ') {
		return bytes.Trim(cell, " \t")
	}
	return cell
}

// marker tells whether a cell stands for a missing value: what R, pandas, SQL,
// Excel and C write for one. The answer is strong, weak or words.
func marker(cell []byte) class {
	switch string(cell) {
	case `\N`, "NULL", "null", "Null", "(null)", "(NULL)", "<NA>", "<null>", "<NULL>",
		"NaN", "nan", "NAN", "-NaN", "-nan", "-NAN", "+NaN", "+nan", "nan(ind)", "-nan(ind)", "NaT",
		"N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!":
		return strong
	case "NA", "na", "None", "none", "nil", "-", "--", ".", "?", "*":
		return weak
	}
	if s := bytes.TrimLeft(cell, "-+"); len(s) > 4 && s[0] == '1' && s[1] == '.' && s[2] == '#' {
		switch string(bytes.TrimRight(s[3:], "0")) {
		case "IND", "QNAN", "SNAN":
			return strong
		}
	}
	return words
}

func isTruth(cell []byte) bool {
	_, ok := parseBool(cell)
	return ok
}

func parseBool(cell []byte) (v uint8, ok bool) {
	switch string(cell) {
	case "true", "True", "TRUE":
		return 1, true
	case "false", "False", "FALSE":
		return 0, true
	}
	return 0, false
}

// number reads a cell as a number in the notation that r describes: words where
// it is none.
func (r *rules) number(cell []byte) (number, class) {
	if r.decimal == '.' && r.thousands == "" {
		return parseNumber(cell)
	}
	var room [64]byte
	text, ok := r.normal(room[:0], cell)
	if !ok {
		return number{}, words
	}
	return parseNumber(text)
}

// normal adds to dst the cell with a decimal point and without what groups the
// digits before it, three to a group. It tells whether cell may be a number.
func (r *rules) normal(dst, cell []byte) ([]byte, bool) {
	end := bytes.IndexByte(cell, r.decimal)
	if end < 0 {
		if end = bytes.IndexAny(cell, "eE"); end < 0 {
			end = len(cell)
		}
	}
	head, tail := cell[:end], cell[end:]
	if sep := []byte(r.thousands); len(sep) > 0 && bytes.Contains(head, sep) {
		groups := bytes.Split(head, sep)
		for i, g := range groups {
			if n := len(bytes.TrimLeft(g, "+-")); n > 3 || n == 0 || i > 0 && len(g) != 3 {
				return dst, false
			}
		}
		head = bytes.Join(groups, nil)
	}
	if r.decimal == ',' && bytes.IndexByte(head, '.') >= 0 {
		return dst, false
	}
	dst = append(dst, head...)
	if len(tail) > 0 && tail[0] == r.decimal {
		dst, tail = append(dst, '.'), tail[1:]
	}
	return append(dst, tail...), true
}

// lenient reads a cell as a number because an option says that it is one: leading
// zeros, a plus sign, a currency sign, a percent sign and blanks do not count.
func (r *rules) lenient(cell []byte) (number, class) {
	n, c := r.number(cell)
	if c == words {
		bare, ok := withoutSigns(cell)
		if ok {
			n, c = r.number(bare)
		}
	}
	if c != code {
		return n, c
	}
	if n.exact {
		return n, whole
	}
	return n, real
}

// signs are those of currencies, and of a hundredth.
var signs = []string{"$", "€", "£", "¥", "%"}

// withoutSigns returns the cell without a currency sign before or behind it or a
// percent sign behind it, and whether it had one.
func withoutSigns(cell []byte) ([]byte, bool) {
	minus := false
	if cell[0] == '-' && len(cell) > 1 && (cell[1] < '0' || cell[1] > '9') {
		minus, cell = true, cell[1:]
	}
	for _, sign := range signs {
		bare, ok := bytes.CutSuffix(cell, []byte(sign))
		if !ok && sign != "%" {
			bare, ok = bytes.CutPrefix(cell, []byte(sign))
		}
		if bare = bytes.Trim(bare, " \u00a0\u202f"); ok && len(bare) > 0 {
			if minus {
				return append([]byte{'-'}, bare...), bare[0] != '-'
			}
			return bare, true
		}
	}
	return cell, false
}

// isOdd tells whether a cell is a number in a notation that is not read by
// itself.
func isOdd(cell []byte) bool {
	if c := cell[len(cell)-1]; cell[0] >= utf8.RuneSelf || c >= utf8.RuneSelf || c == '%' || c == '$' || cell[0] == '$' || cell[0] == '-' {
		if bare, ok := withoutSigns(cell); ok {
			return isOdd(bare) || isPlain(bare)
		}
	}
	first, last := cell[0], cell[len(cell)-1]
	if last-'0' > 9 || first-'0' > 9 && first != '-' && first != '+' || isDigits(cell[1:]) {
		return false
	}
	for _, r := range notations {
		if _, c := r.number(cell); c != words {
			return true
		}
	}
	return false
}

func isDigits(text []byte) bool { return digits(text) >= 0 }

func isPlain(cell []byte) bool {
	_, c := parseNumber(cell)
	return c != words
}

// notations are ways to write numbers that options ask for.
var notations = []rules{
	{decimal: ','}, {decimal: '.', thousands: ","}, {decimal: ',', thousands: "."}, {decimal: '.', thousands: " "},
	{decimal: ',', thousands: " "}, {decimal: '.', thousands: "'"}, {decimal: '.', thousands: "\u2019"},
	{decimal: ',', thousands: "\u00a0"}, {decimal: ',', thousands: "\u202f"},
}

// unit returns the letters behind a number, such as kg in 5 kg; "" where the cell
// is nothing like that.
func unit(cell []byte) string {
	at := bytes.LastIndexAny(cell, "0123456789") + 1
	if at == 0 || at == len(cell) {
		return ""
	}
	name := strings.TrimSpace(string(cell[at:]))
	if utf8.RuneCountInString(name) > 5 {
		return ""
	}
	for _, c := range name {
		if !unicode.IsLetter(c) && c != '/' && c != '°' && c != '²' && c != '³' {
			return ""
		}
	}
	if bare := cell[:at]; !isPlain(bare) && !isOdd(bare) {
		return ""
	}
	return name
}

// certainComma tells whether a cell is a number with a comma that can only be a
// decimal one, since not three digits follow it.
func certainComma(cell []byte) bool {
	at := bytes.IndexByte(cell, ',')
	if at < 0 {
		return false
	}
	if _, c := notations[0].number(cell); c != real {
		return false
	}
	digits := 0
	for _, c := range cell[at+1:] {
		if c < '0' || c > '9' {
			break
		}
		digits++
	}
	return digits != 3
}

// mustQuote tells whether text, as a field without quotes, would be read as
// something else than itself.
func (r *rules) mustQuote(text []byte) bool {
	if len(text) == 0 || r.mustEnclose(text) || r.headless && bytes.ContainsAny(text, candidates) || text[0] == '#' || len(trim(text)) < len(text) {
		return true
	}
	c := text[0]
	if last := text[len(text)-1]; c > '9' && c < utf8.RuneSelf && last > '9' && last < utf8.RuneSelf && c != 'N' && c != 'n' {
		return marker(text) != words || isTruth(text) || isInfinite(text)
	}
	return r.classify(text) != words || unit(text) != ""
}

// mustQuoteName tells the same of the name of a column, which counts as text
// whatever it is. One that holds a usual delimiter could be taken for several.
func (r *rules) mustQuoteName(name []byte) bool {
	return len(name) == 0 || r.mustEnclose(name) || bytes.ContainsAny(name, candidates)
}

// mustEnclose tells whether text needs quotes for the sake of the lines and
// fields alone.
func (r *rules) mustEnclose(text []byte) bool {
	return bytes.ContainsAny(text, "\"\r\n\x00") || bytes.Contains(text, r.delimiter) ||
		r.delimiter[0] == ' ' && bytes.IndexByte(text, '\t') >= 0 || bytes.HasPrefix(text, []byte("\ufeff")) ||
		len(text) == 5 && bytes.HasPrefix(text, []byte("sep="))
}

func isInfinite(text []byte) bool {
	v, c := parseNumber(text)
	return c == real && math.IsInf(v.float, 0)
}
