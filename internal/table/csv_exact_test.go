package table

import (
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestCutNumbers compares with arithmetic of any precision: a number is cut where
// its float64, rounded to as many places, is another.
func TestCutNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`-?[1-9][0-9]{0,18}`).Draw(t, "whole")
		tail := rapid.StringMatching(`[0-9]{1,19}`).Draw(t, "tail")
		if rapid.Bool().Draw(t, "shortest") {
			v := rapid.Float64Range(-1e18, 1e18).Draw(t, "v")
			text := strconv.FormatFloat(v, 'f', -1, 64)
			if n, c := parseNumber([]byte(text)); c == real && n.cut {
				t.Fatalf("%s, which float64 is written as, is cut", text)
			}
		}
		cell := digits + "." + tail
		n, c := parseNumber([]byte(cell))
		if c != real {
			t.Fatalf("%s is %v", cell, c)
		}
		want := new(big.Float).SetFloat64(n.float).Text('f', len(tail)) != cell
		if n.cut != want && strconv.FormatFloat(n.float, 'f', -1, 64) != cell {
			t.Fatalf("%s, as float64 %v: cut is %v", cell, n.float, n.cut)
		}
	})
}

// TestDigitsAreKept: where float64 would lose digits, texts become decimals, or
// the loss is said.
func TestDigitsAreKept(t *testing.T) {
	for _, tc := range []struct{ name, text, want, why string }{
		{"money", "a,b\n99999999999999.9999,1\n1.5,2\n-0.0001,3\n", "decimal: 99999999999999.9999 1.5000 -0.0001", "99999999999999.9999 in line 2 has more digits"},
		{"missing", "a,b\n99999999999999.9999,1\nNA,2\n", "decimal: 99999999999999.9999 -", "more digits"},
		{"too many", "a,b\n999999999999999999.99,1\n1.5,1\n", "float64: 1e+18 1.5", "--type a=text"},
		{"an exponent", "a,b\n99999999999999.9999,1\n1e5,1\n", "float64: 100000000000000.0 100000.0", "--type a=text"},
		{"float64 gives them back", "a,b\n0.30000000000000004,1\n0.10000000000000000555,1\n", "float64: 0.30000000000000004 0.1", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tab, err := readText(t, "t.csv", tc.text, ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			c := tab.Columns[0]
			got := c.Type().String() + ":"
			for i := range c.Len() {
				if c.Missing(i) {
					got += " -"
				} else {
					got += " " + Text(c, i)
				}
			}
			if got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			why := ""
			if r := c.Field().Reading; r != nil {
				why = r.Why
			}
			if !strings.Contains(why, tc.why) || tc.why == "" && why != "" {
				t.Errorf("it says %q, want %q", why, tc.why)
			}
		})
	}
}
