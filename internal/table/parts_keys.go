package table

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/nngmix/nngmix/internal/store"
)

// noValue is the value of a key that has none, as Hive writes it.
const noValue = "__HIVE_DEFAULT_PARTITION__"

// keysOf returns what the folders between root and the file path say, which may be
// URLs.
func keysOf(path, root string) ([]Key, error) {
	file := path
	if at, ok := store.Parse(path); ok {
		above, _ := store.Parse(root)
		file, root = "/"+at.Key, "/"+above.Key
	}
	below, err := filepath.Rel(root, filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	var keys []Key
	for _, folder := range elements(below) {
		name, value, ok := strings.Cut(folder, "=")
		if !ok || name == "" {
			continue
		}
		key := Key{Name: unescaped(name), Value: unescaped(value), Missing: value == noValue || value == ""}
		if slices.ContainsFunc(keys, func(k Key) bool { return k.Name == key.Name }) {
			return nil, fmt.Errorf("%s: two folders on the way tell %q: rename one, or set --hive no", path, key.Name)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// unescaped returns text with %20 and the like as the bytes that they stand for,
// and as it is where that cannot be.
func unescaped(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// sameKeys finds parts with other keys than the first one.
func sameKeys(parts []Part) error {
	if len(parts) == 0 {
		return nil
	}
	first := parts[0].keyNames()
	for _, p := range parts[1:] {
		if names := p.keyNames(); !slices.Equal(sorted(names), sorted(first)) {
			return fmt.Errorf("the folders of %s tell %s, those of %s tell %s: set --hive no to leave that out, or read them apart",
				parts[0].Path, orNothing(first), p.Path, orNothing(names))
		}
	}
	return nil
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return listed(names)
}

func (p *Part) keyNames() []string {
	var names []string
	for _, k := range p.Keys {
		names = append(names, k.Name)
	}
	return names
}

// key returns the key called name, which p has.
func (p *Part) key(name string) Key {
	return p.Keys[slices.IndexFunc(p.Keys, func(k Key) bool { return k.Name == name })]
}

// keyColumn returns the column of a key: integers or dates where all values are
// such as a CSV file has them, else text, unless an option says what it holds.
func keyColumn(name string, parts []*part, opt ReadOptions) (Column, error) {
	b := &builder{rules: plainRules, name: name, asked: opt.Kinds[name], missing: newAskedMissing(opt.Missing, &plainRules), counts: "part"}
	told := b.asked != KindAuto
	if !told && !alike(name, parts, opt.Missing) {
		b.asked = AsText
	}
	if b.asked == AsText {
		b.kind = text
	}
	for i, p := range parts {
		b.line = i + 1
		if k := p.key(name); k.Missing {
			b.gap()
		} else {
			b.addCell([]byte(k.Value), false)
		}
		if b.err != nil {
			return nil, fmt.Errorf("%s: %w", p.Path, b.err.error)
		}
		b.n++
	}
	values, err := b.column(false)
	if err != nil {
		return nil, err
	}
	field := values.describe()
	if field.Reading != nil {
		field.Reading.Asked = told
		field.Reading.Markers = rowMarkers(field.Reading.Markers, parts)
		if r := field.Reading; r.Why == "" && len(r.Markers) == 0 && !r.Asked {
			field.Reading = nil
		}
	}
	return &stretched{values, *field, parts, totalRows(parts)}, nil
}

// alike tells whether all values of a key are integers that one type holds, or all
// are dates.
func alike(name string, parts []*part, missing []string) bool {
	integers, dates, negative, beyond, n := true, true, false, false, 0
	for _, p := range parts {
		k := p.key(name)
		if k.Missing || slices.Contains(missing, k.Value) {
			continue
		}
		v, c := parseNumber([]byte(k.Value))
		at, ok := parseInstant([]byte(k.Value))
		integers = integers && c == whole
		dates = dates && ok && at.form.temporal().Kind == Date
		negative = negative || v.negative
		beyond = beyond || !v.negative && v.size > 1<<63-1
		n++
	}
	return n > 0 && (dates || integers && !(negative && beyond))
}

// rowMarkers counts rows where markers count parts.
func rowMarkers(markers []Marker, parts []*part) []Marker {
	for i := range markers {
		markers[i].Row = parts[markers[i].Row].first
	}
	return markers
}

// stretched is a column that has one value in all rows of a part: that of row i of
// values in part i.
type stretched struct {
	values Column
	field  Field
	parts  []*part
	n      int
}

func (c *stretched) Field() Field         { return c.field }
func (c *stretched) Name() string         { return c.field.Name }
func (c *stretched) Type() Type           { return c.field.Type }
func (c *stretched) Dictionary() []string { return c.field.Dictionary }
func (c *stretched) Len() int             { return c.n }
func (c *stretched) Missing(i int) bool   { return c.values.Missing(c.at(i)) }
func (c *stretched) Float(i int) float64  { return c.values.Float(c.at(i)) }

// at returns the number of the part that row i is of.
func (c *stretched) at(i int) int {
	return sort.Search(len(c.parts), func(k int) bool { return c.parts[k].first+c.parts[k].rows > i })
}

// each calls f with the part and the end of each run of rows in from ≤ i < to.
func (c *stretched) each(from, to int, f func(part, from, to int)) {
	for k := c.at(from); from < to; k++ {
		end := min(to, c.parts[k].first+c.parts[k].rows)
		f(k, from, end)
		from = end
	}
}

func (c *stretched) CountMissing(from, to int) (n int) {
	c.each(from, to, func(part, from, to int) {
		if c.values.Missing(part) {
			n += to - from
		}
	})
	return n
}

func (c *stretched) Floats(dst []float64, stride, from, to int) {
	start := from
	c.each(from, to, func(part, from, to int) {
		v := c.values.Float(part)
		for i := from; i < to; i++ {
			dst[(i-start)*stride] = v
		}
	})
}

func (c *stretched) Ints(dst []int64, from, to int) {
	start, one := from, make([]int64, 1)
	c.each(from, to, func(part, from, to int) {
		c.values.Ints(one, part, part+1)
		for i := from; i < to; i++ {
			dst[i-start] = one[0]
		}
	})
}
