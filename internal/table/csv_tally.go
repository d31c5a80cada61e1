package table

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
)

// tally counts the values of a column that may be one of numbers.
type tally struct {
	values    int
	numbers   int
	quoted    int // numbers in quotes, which are not among numbers
	codes     int
	notations int // odd
	units     map[string]int
	cells     []oddCell // the first ones that are no numbers
	more      int       // values that are no numbers and not among cells
}

// oddCell is a text that is no number.
type oddCell struct {
	text  string
	class class
	count int
	line  int
}

const (
	keptCells  = 50
	shownCells = 5
)

// add counts a cell of class c, found count times, on line first.
func (t *tally) add(cell []byte, c class, count, line int) {
	if count == 0 {
		return
	}
	t.values += count
	switch c {
	case whole, real:
		t.numbers += count
		return
	case code:
		t.codes += count
	case odd:
		t.notations += count
	case words:
		if u := unit(trim(cell)); u != "" {
			if t.units == nil {
				t.units = map[string]int{}
			}
			if len(t.units) < keptCells {
				t.units[u] += count
			}
		}
	}
	for i := range t.cells {
		if t.cells[i].text == string(cell) {
			t.cells[i].count += count
			return
		}
	}
	if len(t.cells) == keptCells {
		t.more += count
		return
	}
	t.cells = append(t.cells, oddCell{string(cell), c, count, line})
}

// join adds what another tally counted.
func (t *tally) join(o *tally) {
	for _, c := range o.cells {
		t.add([]byte(c.text), c.class, c.count, c.line)
	}
	t.values += o.more
	t.more += o.more
}

// judge tells why a column of text is worth a line, or that it cannot be text
// unless an option says so: most of it are numbers, or all of it is in another
// notation. Place says where a line is.
func (t *tally) judge(name string, place func(line int) string) (why string, err error) {
	others := t.values - t.numbers
	sort.SliceStable(t.cells, func(i, j int) bool { return t.cells[i].line < t.cells[j].line })
	odds := slices.DeleteFunc(slices.Clone(t.cells), func(c oddCell) bool { return c.class != odd })
	switch {
	case t.codes > 0 || others == 0:
		return "", nil
	case t.notations > 0 && t.numbers+t.quoted+t.notations == t.values:
		return "", fmt.Errorf("table: column %q is text whose every value is a number, but written as %s: %s, keep it as text with --type %s=text, or leave it out with --drop %s",
			name, t.shown(odds, place), t.notationCure(name), name, name)
	case len(t.cells) > 1 && len(t.units) == 1 && slices.Collect(maps.Values(t.units))[0] == t.values:
		return "", fmt.Errorf("table: column %q is text whose every value is a number with a unit, such as %s: keep it as text with --type %s=text, leave it out with --drop %s, or take the unit out of the file and --type %s=number", name, t.shown(t.cells, place), name, name, name)
	case 2*t.numbers >= t.values:
		return "", fmt.Errorf("table: column %q has numbers in %d rows and in %d others %s: %s--missing-value '%s' if that stands for a missing value, --type %s=text if the column is no number, or --drop %s",
			name, t.numbers, others, t.shown(t.cells, place), t.notationHint(name), t.cells[0].text, name, name)
	case t.numbers > 0:
		return fmt.Sprintf("%d of %d values are numbers, but not %s", t.numbers, t.values, t.shown(t.cells, place)), nil
	}
	return "", nil
}

// shown lists the first of cells.
func (t *tally) shown(cells []oddCell, place func(line int) string) string {
	var parts []string
	for _, c := range cells[:min(len(cells), shownCells)] {
		times := ""
		if c.count > 1 {
			times = fmt.Sprintf(", %d times", c.count)
		}
		parts = append(parts, fmt.Sprintf("%.60q (%s%s)", c.text, place(c.line), times))
	}
	if len(cells) > shownCells || t.more > 0 {
		parts = append(parts, "...")
	}
	return strings.Join(parts, ", ")
}

// notationHint is a cure for the first cell in another notation, if there is one.
func (t *tally) notationHint(name string) string {
	if t.notations == 0 {
		return ""
	}
	return t.notationCure(name) + ", "
}

// notationCure names the option that reads the first cell in another notation.
func (t *tally) notationCure(name string) string {
	var cell []byte
	for _, c := range t.cells {
		if c.class == odd {
			cell = trim([]byte(c.text))
			break
		}
	}
	bare, signed := withoutSigns(cell)
	var options []string
	for _, r := range notations {
		if _, c := r.number(bare); c == words || isPlain(bare) {
			continue
		}
		var option []string
		if r.decimal == ',' {
			option = append(option, "--decimal ','")
		}
		if r.thousands != "" && strings.Contains(string(bare), r.thousands) {
			option = append(option, "--thousands "+shellQuoted(r.thousands))
		}
		if text := strings.Join(option, " "); !slices.Contains(options, text) && len(options) < 2 {
			options = append(options, text)
		}
	}
	if signed {
		options = append(options, fmt.Sprintf("--type %s=number", name))
	}
	if signed && len(options) > 1 {
		return "set " + strings.Join(options[:len(options)-1], " or ") + " with " + options[len(options)-1]
	}
	return "set " + strings.Join(options, " or ")
}

// shellQuoted returns a sign as a shell takes it.
func shellQuoted(sign string) string {
	if sign == "'" {
		return `"'"`
	}
	return "'" + sign + "'"
}
