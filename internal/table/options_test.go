package table

import (
	"slices"
	"testing"
)

func TestDistinctNames(t *testing.T) {
	for _, tc := range []struct{ names, want []string }{
		{[]string{"a", "b"}, []string{"a", "b"}},
		{[]string{"a", "a", "a"}, []string{"a", "a.1", "a.2"}},
		{[]string{"a", "a", "a.1", "a"}, []string{"a", "a.2", "a.1", "a.3"}},
	} {
		if got := distinctNames(tc.names); !slices.Equal(got, tc.want) {
			t.Errorf("%q become %q, want %q", tc.names, got, tc.want)
		}
	}
}

// TestSplitNames: a name with a comma is found as it stands, and quoted in a list.
func TestSplitNames(t *testing.T) {
	names := []string{"a", "b", "a,b", `say "c"`}
	for _, tc := range []struct{ given, want []string }{
		{[]string{"a,b"}, []string{"a,b"}},
		{[]string{`"a,b",a`, "b"}, []string{"a,b", "a", "b"}},
		{[]string{`say "c"`}, []string{`say "c"`}},
		{[]string{"b,a"}, []string{"b", "a"}},
	} {
		if got, err := SplitNames(tc.given, names); err != nil || !slices.Equal(got, tc.want) {
			t.Errorf("%q means %q, want %q (%v)", tc.given, got, tc.want, err)
		}
	}
	if _, err := SplitNames([]string{"a,x"}, names); err == nil {
		t.Error("x is no column")
	}
}
