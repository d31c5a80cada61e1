package table

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
)

// askedMissing are the texts that options call missing.
type askedMissing struct {
	texts   map[string]bool
	numbers []number
	spelled []string // the texts of numbers
}

func newAskedMissing(texts []string, r *rules) *askedMissing {
	m := &askedMissing{texts: setOf(texts)}
	for _, text := range texts {
		if v, c := r.number(trim([]byte(text))); c.number() {
			m.numbers, m.spelled = append(m.numbers, v), append(m.spelled, text)
		}
	}
	return m
}

func (m *askedMissing) has(cell []byte) bool { return len(m.texts) > 0 && m.texts[string(cell)] }

// number tells whether v is one of the numbers, exactly.
func (m *askedMissing) number(v number) bool {
	for _, x := range m.numbers {
		if x == v || x.float == v.float && (!x.exact || !v.exact) {
			return true
		}
	}
	return false
}

// settle decides at the end of the file what a column is whose type hangs on
// quotes: all says that everything in the file is quoted.
func (b *builder) settle(all bool) error {
	if b.forced() || b.late || b.kind == text {
		return nil
	}
	sure := b.plain + b.enclosed
	quoted := !all && b.inQuotes.values > 0
	switch b.kind {
	case unknown:
		if quoted || !all && b.emptyText > 0 {
			b.rise("")
		}
		return nil
	case counted:
		if b.tally.numbers == 0 && !all {
			b.rise("")
			return nil
		}
		b.tally.numbers += b.tally.quoted
	default:
		if sure == 0 && !all {
			b.rise(fmt.Sprintf("the values are in quotes (--type %s=%s takes them for what they look like)", b.name, b.kind.asked()))
			return nil
		}
		if !quoted {
			return nil
		}
		if b.kind == boolean || b.kind == timed {
			b.rise("")
			return nil
		}
		b.tally = tally{values: b.values, numbers: b.values}
	}
	if quoted {
		b.tally.join(&b.inQuotes)
	}
	b.tally.quoted = 0
	why, err := b.tally.judge(b.name)
	if err == nil {
		b.rise(why)
	}
	return err
}

// asked returns the name of what --type calls the kind.
func (k kind) asked() Kind {
	switch k {
	case boolean:
		return AsBool
	case timed:
		return AsTime
	}
	return AsNumber
}

// again returns a builder that reads the column as text.
func (b *builder) again() *builder {
	return &builder{rules: b.rules, name: b.name, asked: b.asked, missing: b.missing, reserve: b.n, kind: text, why: b.why}
}

// column returns what was built. A column without any value is one of NaN.
func (b *builder) column(all bool) (described, error) {
	field := Field{Name: b.name, Reading: &Reading{Asked: b.asked != KindAuto, Category: b.asked == AsCategory}}
	if b.kind == unknown {
		b.toFloats(b.n)
	}
	if b.kind == text && b.asked != AsText {
		if err := b.judge(field.Reading, all); err != nil {
			return nil, err
		}
	}
	field.Reading.Markers = sortMarkers(b.markers)
	if r := field.Reading; r.Why == "" && len(r.Markers) == 0 && !r.Asked && !r.Odd {
		field.Reading = nil
	}
	switch b.kind {
	case integer, timed:
		field.Type = Int64
		if b.beyond {
			field.Type = Uint64
		}
		if b.kind == timed {
			field.Temporal = b.temporal
			if b.temporal.Kind == Date {
				field.Type = Int32
				return days(field, b.ints, b.gaps), nil
			}
		}
		if b.beyond {
			return unsigned(field, b.ints, b.gaps), nil
		}
		return (&collector[int64]{field, b.ints, b.gaps}).column().(described), nil
	case boolean:
		field.Type = Bool
		return (&collector[uint8]{field, b.bools, b.gaps}).column().(described), nil
	case floating:
		field.Type = Float64
		return (&collector[float64]{field, b.floats, nil}).column().(described), nil
	default:
		field.Type, field.Dictionary = String, b.texts.texts
		return (&collector[uint32]{field, b.codes, b.gaps}).column().(described), nil
	}
}

func days(field Field, ints []int64, gaps bitmap) described {
	data := make([]int32, len(ints))
	for i, v := range ints {
		data[i] = int32(v)
	}
	return (&collector[int32]{field, data, gaps}).column().(described)
}

func unsigned(field Field, ints []int64, gaps bitmap) described {
	data := make([]uint64, len(ints))
	for i, v := range ints {
		data[i] = uint64(v)
	}
	return (&collector[uint64]{field, data, gaps}).column().(described)
}

// judge says what there is to say about a column of text, or why it cannot be one
// without being asked to.
func (b *builder) judge(r *Reading, all bool) error {
	if all {
		b.dropQuoted()
	}
	var t tally
	var weaks []string
	for c, s := range b.seen {
		cell := []byte(b.texts.texts[c])
		class := b.classify(cell)
		plain, quoted := int(s.plain), int(s.quoted)
		if all || class != words && strings.Contains(string(cell), string(b.delimiter)) {
			plain, quoted = plain+quoted, 0
		}
		if class == weak && s.plain > 0 {
			weaks = append(weaks, fmt.Sprintf("%s in %d rows is taken as text (--missing-value '%s' makes it missing)", cell, s.plain, cell))
		}
		if class == code && s.plain > 0 && b.why == "" {
			b.why = codeWhy(trim(cell), int(s.line))
		}
		if class != weak && class != strong || plain == 0 {
			t.add(cell, class, plain, int(s.line))
			t.add(cell, words, quoted, int(s.line))
			if class.number() {
				t.quoted += quoted
			}
		}
	}
	why := ""
	if b.asked == KindAuto {
		var err error
		if why, err = t.judge(b.name); err != nil {
			return err
		}
	}
	parts := slices.DeleteFunc(append([]string{cmp.Or(b.why, why)}, weaks...), func(s string) bool { return s == "" })
	r.Why = strings.Join(parts, "; ")
	r.Odd = r.Why != "" && b.asked == KindAuto
	return nil
}

// dropQuoted makes missing what options call so, in a file where everything is
// quoted.
func (b *builder) dropQuoted() {
	gone := map[uint32]bool{}
	for c, s := range b.texts.texts {
		if b.missing.has([]byte(s)) {
			gone[uint32(c)] = true
		}
	}
	if len(gone) == 0 {
		return
	}
	for i, c := range b.codes {
		if gone[c] && !b.gaps.has(i) {
			b.n = i
			b.gaps.set(i)
			b.mark([]byte(b.texts.texts[c]))
		}
	}
	b.n = len(b.codes)
	for c := range gone {
		b.seen[c] = seen{}
	}
}

// numbersRows tells whether the column tells all rows apart, as an index does.
func (b *builder) numbersRows() bool {
	if b.values != b.n || len(b.gaps) > 0 {
		return false
	}
	switch b.kind {
	case text:
		return len(b.texts.texts) == b.n
	case integer, timed:
		sorted := slices.Clone(b.ints)
		slices.Sort(sorted)
		return len(slices.Compact(sorted)) == b.n
	}
	return false
}

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
// notation.
func (t *tally) judge(name string) (why string, err error) {
	others := t.values - t.numbers
	sort.SliceStable(t.cells, func(i, j int) bool { return t.cells[i].line < t.cells[j].line })
	odds := slices.DeleteFunc(slices.Clone(t.cells), func(c oddCell) bool { return c.class != odd })
	switch {
	case t.codes > 0 || others == 0:
		return "", nil
	case t.notations > 0 && t.numbers+t.quoted+t.notations == t.values:
		return "", fmt.Errorf("table: column %q is text whose every value is a number, but written as %s: %s, keep it as text with --type %s=text, or leave it out with --drop %s",
			name, t.shown(odds), t.notationCure(name), name, name)
	case len(t.cells) > 1 && len(t.units) == 1 && slices.Collect(maps.Values(t.units))[0] == t.values:
		return "", fmt.Errorf("table: column %q is text whose every value is a number with a unit, such as %s: keep it as text with --type %s=text, leave it out with --drop %s, or take the unit out of the file and --type %s=number", name, t.shown(t.cells), name, name, name)
	case 2*t.numbers >= t.values:
		return "", fmt.Errorf("table: column %q has numbers in %d rows and in %d others %s: %s--missing-value '%s' if that stands for a missing value, --type %s=text if the column is no number, or --drop %s",
			name, t.numbers, others, t.shown(t.cells), t.notationHint(name), t.cells[0].text, name, name)
	case t.numbers > 0:
		return fmt.Sprintf("%d of %d values are numbers, but not %s", t.numbers, t.values, t.shown(t.cells)), nil
	}
	return "", nil
}

// shown lists the first of cells.
func (t *tally) shown(cells []oddCell) string {
	var parts []string
	for _, c := range cells[:min(len(cells), shownCells)] {
		times := ""
		if c.count > 1 {
			times = fmt.Sprintf(", %d times", c.count)
		}
		parts = append(parts, fmt.Sprintf("%.60q (line %d%s)", c.text, c.line, times))
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
			option = append(option, fmt.Sprintf("--thousands '%s'", r.thousands))
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
