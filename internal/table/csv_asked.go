package table

import (
	"cmp"
	"fmt"
	"math"
	"time"
)

// addAsked adds a cell to a column of which an option says what it holds.
func (b *builder) addAsked(cell []byte) {
	ok, want := false, ""
	switch b.asked {
	case AsNumber, AsInteger:
		v, c := b.lenient(cell)
		if c.number() && b.missing.number(v) {
			b.addMissing(cell, false, strong)
			return
		}
		want = "number"
		if b.asked == AsInteger {
			want = "whole number"
			v, c = wholeOf(v, c)
		}
		if ok = c.number(); ok {
			b.addAskedNumber(v, c)
		}
	case AsTime:
		want = "date or timestamp like those before (2006-01-02, or with 15:04:05 behind T or a blank)"
		ok = b.addMoment(cell) || b.addOtherMoment(cell)
	case AsBool:
		want = "true or false"
		var v uint8
		if v, ok = askedBool(cell); ok {
			b.begin(boolean)
			b.bools = append(b.bools, v)
		}
	}
	if !ok {
		b.fail(fmt.Errorf("table: %s %d, column %q: %.60q is no %s, as --type %s=%s wants: mend it, set --missing-value '%.60s' if it stands for a missing value, or another --type",
			cmp.Or(b.counts, "line"), b.line-b.before, b.name, cell, want, b.name, b.asked, cell))
		return
	}
	b.values++
	b.plain++
}

// wholeOf makes an integer of a number that is whole and within 64 bits; words of
// others.
func wholeOf(v number, c class) (number, class) {
	if c != real {
		return v, c
	}
	size := math.Abs(v.float)
	if size != math.Trunc(size) || size >= 1<<63 {
		return v, words
	}
	return number{float: v.float, size: uint64(size), negative: v.float < 0, exact: true}, whole
}

// addAskedNumber adds a number, which may be rounded.
func (b *builder) addAskedNumber(v number, c class) {
	if b.kind == unknown {
		if b.begin(floating); c == whole {
			b.begin(integer)
			b.floats = nil
		}
	}
	if b.kind == integer && !b.store(v, c) {
		if b.asked == AsInteger {
			b.fail(fmt.Errorf("table: %s %d, column %q: no integer type holds this and the rows before, some are below zero and some are 2^63 or more: set --type %s=number, which rounds, or =text", cmp.Or(b.counts, "line"), b.line-b.before, b.name, b.name))
			return
		}
		b.begin(floating)
	} else if b.kind == integer {
		return
	}
	b.floats = append(b.floats, v.float)
}

func askedBool(cell []byte) (uint8, bool) {
	switch string(cell) {
	case "1":
		return 1, true
	case "0":
		return 0, true
	}
	return parseBool(cell)
}

// addOtherMoment adds a timestamp of another form than those before, which the
// column forgets then. A finer one makes all counts finer.
func (b *builder) addOtherMoment(cell []byte) bool {
	t, ok := parseInstant(cell)
	if !ok || b.kind != timed || t.form.separator == 0 || b.form.separator == 0 || (t.form.zone == "") != (b.form.zone == "") {
		return false
	}
	if unit := t.form.temporal().Unit; unit < b.temporal.Unit {
		factor := int64(b.temporal.Unit / unit)
		if b.most > math.MaxInt64/factor || b.least < math.MinInt64/factor {
			return false
		}
		b.least, b.most = b.least*factor, b.most*factor
		for i, v := range b.ints {
			if v > math.MaxInt64/factor || v < math.MinInt64/factor {
				return false
			}
			b.ints[i] = v * factor
		}
		b.temporal.Unit = unit
	}
	v, ok := t.count(max(b.temporal.Unit, time.Nanosecond))
	if !ok {
		return false
	}
	b.temporal.Layout = ""
	if b.form.zone != t.form.zone {
		b.temporal.Zone = "UTC"
	}
	b.ints = append(b.ints, v)
	return true
}
