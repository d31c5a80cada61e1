package side

import "testing"

func TestMedian(t *testing.T) {
	for _, tc := range []struct {
		times Times
		want  float64
	}{{Times{3}, 3}, {Times{5, 1, 3}, 3}, {Times{4, 1, 2, 3}, 2.5}} {
		if got := tc.times.Median(); got != tc.want {
			t.Errorf("median of %v is %v, want %v", tc.times, got, tc.want)
		}
	}
}

func TestChoose(t *testing.T) {
	got, err := Choose("skin,donors")
	if err != nil || len(got) != 2 || got[0].Name != "skin" || got[1].Name != "donors" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := Choose("skin,none"); err == nil {
		t.Error("an unknown set is no error")
	}
}
