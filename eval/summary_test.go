package eval

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// summaryRows returns a study of two sets and two seeds, and a third set that lacks one
// variant.
func summaryRows() []Row {
	var rows []Row
	add := func(set, method string, multiplier float64, seed uint64, auroc float64) {
		rows = append(rows, Row{Cell: Cell{Dataset: set, Group: "CV_by_X", Detector: "mlp", Method: method,
			Multiplier: multiplier, Labeled: 0.1, Seed: seed}, AUROC: auroc, AP: auroc / 2})
	}
	for seed, shift := range []float64{-0.05, 0.05} {
		add("a", None, 0, uint64(seed), 0.6+shift)
		add("a", Oversample, 10, uint64(seed), 0.7+shift)
		add("a", "nng-mix", 10, uint64(seed), 0.9+shift)
		add("b", None, 0, uint64(seed), 0.5+shift)
		add("b", Oversample, 10, uint64(seed), 0.5+shift)
		add("b", "nng-mix", 10, uint64(seed), 0.4+shift)
	}
	add("c", None, 0, 0, 0.7)
	add("c", "nng-mix", 10, 0, 0.9)
	return rows
}

func TestSummarize(t *testing.T) {
	means := Summarize(summaryRows())
	if len(means) != 3 {
		t.Fatalf("%d means, want 3", len(means))
	}
	near := func(got, want float64) bool { return math.Abs(got-want) < 1e-12 }
	for i, want := range []struct {
		method                                 string
		sets                                   int
		auroc, rank, gainNone, gainOver, pNone float64
	}{
		{None, 3, 0.6, 2.25, 0, math.NaN(), 1},
		{Oversample, 2, 0.6, 1.75, 0.05, 0, 1},
		{"nng-mix", 3, 2.2 / 3, 2, 0.4 / 3, 0.05, 0.5},
	} {
		m := means[i]
		if m.Method != want.method || m.Sets != want.sets || m.Seeds != 2 || m.Group != "CV" {
			t.Errorf("mean %d: %+v", i, m)
		}
		if !near(m.AUROC, want.auroc) || !near(m.AP, want.auroc/2) || !near(m.Rank, want.rank) ||
			!near(m.GainNone, want.gainNone) || !near(m.PNone, want.pNone) {
			t.Errorf("%s: %+v, want %+v", m.Method, m, want)
		}
		if !(near(m.GainOversample, want.gainOver) || math.IsNaN(m.GainOversample) && math.IsNaN(want.gainOver)) {
			t.Errorf("%s: gain over copies %v, want %v", m.Method, m.GainOversample, want.gainOver)
		}
	}
}

// TestSummarizeOrder tests that blocks stand by group, detector and share, and that two
// folders of a group may hold sets of one name.
func TestSummarizeOrder(t *testing.T) {
	var rows []Row
	for _, group := range []string{"NLP", "CV_by_X", "CV_by_Y"} {
		for _, labeled := range []float64{0.1, 0.05} {
			for _, detector := range []string{"mlp", "logistic"} {
				rows = append(rows, Row{Cell: Cell{Dataset: "a", Group: group, Detector: detector, Method: None, Labeled: labeled}})
			}
		}
	}
	var got []string
	for _, m := range Summarize(rows) {
		got = append(got, fmt.Sprint(m.Group, " ", m.Detector, " ", m.Labeled, " ", m.Sets, " ", m.Seeds))
	}
	want := []string{"CV mlp 0.05 2 1", "CV mlp 0.1 2 1", "CV logistic 0.05 2 1", "CV logistic 0.1 2 1",
		"NLP mlp 0.05 1 1", "NLP mlp 0.1 1 1", "NLP logistic 0.05 1 1", "NLP logistic 0.1 1 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRounded(t *testing.T) {
	for v, want := range map[float64]string{-0.0004: "0.000", -0.0006: "-0.001", 0: "0.000", 10: "10.000", -10.5: "-10.500"} {
		if got := rounded(v, 3); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
}

func TestSummaryText(t *testing.T) {
	means := Summarize(summaryRows())
	text, err := SummaryCSV(means)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if want := "CV,mlp,0.1,none,0,0,0,3,2,0.6,0.3,2.25,0,1,,"; len(lines) != 4 || lines[1] != want {
		t.Errorf("got %q, want %q in 4 lines", lines, want)
	}
	md := SummaryMarkdown(means)
	if !strings.Contains(md, "### CV, mlp\n") || strings.Count(md, "\n|") != 5 {
		t.Errorf("markdown:\n%s", md)
	}
}
