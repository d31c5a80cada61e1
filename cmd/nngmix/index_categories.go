package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/nngmix/nngmix/internal/table"
)

// unseen is the code of a category that no row of an index has.
const unseen = -1

// categories are the categories of a column of an index: what each code stands for.
// Text that is not UTF-8, which JSON cannot hold, is kept as bytes.
type categories struct {
	Texts []string `json:"categories,omitempty"`
	Bytes [][]byte `json:"categories_base64,omitempty"`
}

func newCategories(texts []string) categories {
	if !slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) }) {
		return categories{Texts: texts}
	}
	c := categories{Bytes: make([][]byte, len(texts))}
	for i, s := range texts {
		c.Bytes[i] = []byte(s)
	}
	return c
}

// all returns the category of each code.
func (c *categories) all() []string {
	if c.Bytes == nil {
		return c.Texts
	}
	texts := make([]string, len(c.Bytes))
	for i, b := range c.Bytes {
		texts[i] = string(b)
	}
	return texts
}

// count returns the number of categories.
func (c *categories) count() int { return max(len(c.Texts), len(c.Bytes)) }

// coder returns a function from categories to codes.
func (c *categories) coder() func(category string) float64 {
	codes := make(map[string]float64, c.count())
	for code, category := range c.all() {
		codes[category] = float64(code)
	}
	return func(category string) float64 {
		if code, ok := codes[category]; ok {
			return code
		}
		return unseen
	}
}

// numbers returns the number that each code stands for.
func (c *categories) numbers() ([]float64, error) {
	values := make([]float64, c.count())
	for code, category := range c.all() {
		x, err := strconv.ParseFloat(category, 64)
		if err != nil || math.IsNaN(x) {
			return nil, fmt.Errorf("%q is not a number", category)
		}
		values[code] = x
	}
	for i := 1; i < len(values); i++ {
		if !(values[i-1] < values[i]) {
			return nil, errors.New("the numbers do not ascend")
		}
	}
	return values, nil
}

// sound tells whether c can be what index build wrote.
func (c *indexColumn) sound() bool {
	if !c.Nominal {
		return c.count() == 0
	}
	if c.Fill != math.Trunc(c.Fill) || c.Fill < 0 || c.Fill > float64(max(0, c.count()-1)) {
		return false
	}
	switch c.Type {
	case table.Bool.String():
		return c.count() == 2
	case table.String.String():
		return true
	}
	_, err := c.numbers()
	return err == nil
}

// code returns the codes of column q, that of queries, in the index: unseen where no
// row has its category, and missing where the value is.
func (c *indexColumn) code(q table.Column) (table.Column, error) {
	codes := make([]float64, q.Len())
	q.Floats(codes, 1, 0, len(codes))
	of, err := c.codeOf(q)
	if err != nil {
		return nil, err
	}
	for i, x := range codes {
		if x == x {
			codes[i] = of(x)
		}
	}
	return table.New(q.Name(), codes), nil
}

// codeOf returns the function that code applies to the values of q as numbers.
func (c *indexColumn) codeOf(q table.Column) (func(x float64) float64, error) {
	here := q.Type()
	mismatch := fmt.Errorf("column %s holds %ss, in the index categories of type %s", q.Name(), here, c.Type)
	switch c.Type {
	case table.String.String():
		of := c.coder()
		switch {
		case here == table.String:
			codes := make([]float64, len(q.Dictionary()))
			for code, category := range q.Dictionary() {
				codes[code] = of(category)
			}
			return func(x float64) float64 { return codes[int(x)] }, nil
		case here.Integer(): // text that looks like it
			return func(x float64) float64 { return of(strconv.FormatFloat(x, 'f', -1, 64)) }, nil
		}
		return nil, mismatch
	case table.Bool.String():
		if here == table.String {
			return nil, mismatch
		}
		return func(x float64) float64 {
			if x == 0 || x == 1 {
				return x
			}
			return unseen
		}, nil
	}
	if here == table.String || here == table.Bool {
		return nil, mismatch
	}
	values, err := c.numbers()
	return func(x float64) float64 {
		if code, ok := slices.BinarySearchFunc(values, x, cmp.Compare); ok {
			return float64(code)
		}
		return unseen
	}, err
}
