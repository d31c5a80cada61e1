package table

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	_ "github.com/nngmix/nngmix/internal/steady"
)

// TestParseNumber compares with package strconv, to the bit.
func TestParseNumber(t *testing.T) {
	digit := rapid.StringOfN(rapid.SampledFrom([]rune("0123456789")), 0, 22, -1)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "-", "+", "--"}).Draw(t, "sign") + digit.Draw(t, "whole") +
			rapid.SampledFrom([]string{"", ".", ".."}).Draw(t, "point") + digit.Draw(t, "fraction") +
			rapid.SampledFrom([]string{"", "", "e", "E-", "e+", "x"}).Draw(t, "e") + digit.Draw(t, "exponent")
		compareNumber(t, text)
	})
	for _, text := range []string{"inf", "-Inf", "+INFINITY", "infin", "nan", "0x1p3", "1_000", "1e308", "1e309", "-1e-400", "1e99999999999",
		"9007199254740993", "18446744073709551615", "18446744073709551616", "-9223372036854775808", "-9223372036854775809", "1.7976931348623157e308", "4.9e-324", "0.3", ".5", "5.", ".", "-", ""} {
		compareNumber(t, text)
	}
}

func compareNumber(t rapid.TB, text string) {
	want, err := strconv.ParseFloat(text, 64)
	if strings.ContainsAny(text, "xX_") || strings.EqualFold(text, "nan") {
		err = strconv.ErrSyntax
	}
	got, c := parseNumber([]byte(text))
	if integer := strings.TrimLeft(text, "0123456789+-") == ""; c == words && err == nil || c.number() && err != nil || c == code && !integer {
		t.Fatalf("%q: class %d, want %v (%v)", text, c, want, err)
	}
	if c != words && err == nil && math.Float64bits(got.float) != math.Float64bits(want) && !(got.exact && want == got.float) {
		t.Fatalf("%q is %v, want %v", text, got.float, want)
	}
	if c == whole {
		signed, errS := strconv.ParseInt(text, 10, 64)
		unsigned, errU := strconv.ParseUint(text, 10, 64)
		if !got.exact || errS == nil && got.integer() != signed || errU == nil && got.size != unsigned || errS != nil && errU != nil {
			t.Fatalf("%q is %+v", text, got)
		}
		if back := strconv.FormatInt(got.integer(), 10); back != text && strconv.FormatUint(got.size, 10) != text {
			t.Fatalf("%q comes back as %s", text, back)
		}
	}
}
