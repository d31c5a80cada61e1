package tableindex

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// unseen is the code of a category that no row of an index has.
const unseen = -1

// Categories are the categories of a column of an index: what each code stands
// for. Text that is not UTF-8, which JSON cannot hold, is kept as bytes.
type Categories struct {
	Texts []string `json:"categories,omitempty"`
	Bytes [][]byte `json:"categories_base64,omitempty"`
}

func newCategories(texts []string) Categories {
	if !slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) }) {
		return Categories{Texts: texts}
	}
	c := Categories{Bytes: make([][]byte, len(texts))}
	for i, s := range texts {
		c.Bytes[i] = []byte(s)
	}
	return c
}

// All returns the category of each code.
func (c *Categories) All() []string {
	if c.Bytes == nil {
		return c.Texts
	}
	texts := make([]string, len(c.Bytes))
	for i, b := range c.Bytes {
		texts[i] = string(b)
	}
	return texts
}

// Count returns the number of categories.
func (c *Categories) Count() int { return max(len(c.Texts), len(c.Bytes)) }

// sound tells whether c can be what index build wrote, or index add, which puts
// categories that are new behind the others.
func (c *Column) sound(added bool) bool {
	if !c.Nominal {
		return c.Count() == 0
	}
	if c.Fill != math.Trunc(c.Fill) || c.Fill < 0 || c.Fill > float64(max(0, c.Count()-1)) {
		return false
	}
	switch c.Type {
	case table.Bool.String():
		return c.Count() == 2
	case table.String.String():
		return true
	}
	return c.ascend() || added
}

// ascend tells whether the categories are distinct numbers in their order.
func (c *Categories) ascend() bool {
	last, before := math.Inf(-1), ""
	for _, category := range c.All() {
		x, err := strconv.ParseFloat(category, 64)
		if err != nil || !(x >= last) || category == before {
			return false
		}
		last, before = x, category
	}
	return true
}

// code returns the codes of column q, that of queries, in the index: unseen
// where no row has its category, and missing where the value is.
func (c *Column) code(q table.Column) (table.Column, error) {
	q, err := c.plain(q)
	if err != nil {
		return nil, err
	}
	if c.Type == table.Bool.String() && q.Type() != table.Bool {
		return c.codeBools(q), nil
	}
	return dataset.Recode(q, c.All())
}

// plain returns column q, of which the categories are compared with those of the index,
// without texts that stand for missing values.
func (c *Column) plain(q table.Column) (table.Column, error) {
	here := q.Type()
	fits := here != table.String && here != table.Bool
	switch c.Type {
	case table.String.String():
		fits = !here.Float() && here != table.Bool
	case table.Bool.String():
		fits = here != table.String
	}
	if !fits {
		return nil, fmt.Errorf("column %s holds %ss, in the index categories of type %s", q.Name(), here, c.Type)
	}
	if c.Type == table.String.String() {
		return c.withoutMarkers(q), nil
	}
	return q, nil
}

// learn takes the categories of q that the index does not have behind those that it
// has, in the order of rows, the first of which has the number first.
func (c *Column) learn(q table.Column, first int) error {
	q, err := c.plain(q)
	if err != nil {
		return err
	}
	if c.Type == table.Bool.String() {
		codes := q
		if q.Type() != table.Bool {
			codes = c.codeBools(q)
		}
		for i := range codes.Len() {
			if !codes.Missing(i) && codes.Float(i) == unseen {
				return fmt.Errorf("column %s, row %d: %v is neither 0 nor 1, and the column holds booleans in the index", q.Name(), first+i, q.Float(i))
			}
		}
		return nil
	}
	known := c.All()
	all, err := dataset.Extend(q, known)
	if err == nil && len(all) > len(known) {
		c.Categories = newCategories(all)
	}
	return err
}

// codeBools returns the codes of numbers for booleans: 0 and 1 are false and
// true.
func (c *Column) codeBools(q table.Column) table.Column {
	codes := make([]float64, q.Len())
	q.Floats(codes, 1, 0, len(codes))
	for i, x := range codes {
		if x == x && x != 0 && x != 1 {
			codes[i] = unseen
		}
	}
	return table.New(q.Name(), codes)
}

// withoutMarkers returns a column of text in which those are missing that were
// taken so in the indexed table.
func (c *Column) withoutMarkers(q table.Column) table.Column {
	dictionary := q.Dictionary()
	if !slices.ContainsFunc(dictionary, c.missing) {
		return q
	}
	codes, gaps := make([]int64, q.Len()), make([]bool, q.Len())
	q.Ints(codes, 0, len(codes))
	for i, code := range codes {
		gaps[i] = q.Missing(i) || c.missing(dictionary[code])
	}
	return table.Live(q.Field(), codes, gaps)
}

// missing tells whether text was taken for a missing value of the column.
func (c *Column) missing(text string) bool { return slices.Contains(c.Markers, text) }
