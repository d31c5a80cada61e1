package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/internal/table"
)

// readInfo is what info --json prints, as others read it.
type readInfo struct {
	Rows         int `json:"rows"`
	DistinctRows int `json:"distinct_rows"`
	Label        *struct {
		Name   string `json:"name"`
		Counts []struct {
			Value string
			Count int
		} `json:"counts"`
	} `json:"label"`
	Columns []struct {
		Name, Type, Role, Why string
		Missing, Infinite     int
		Distinct              int
		More                  bool `json:"distinct_more"`
		Min, Max              json.RawMessage
		Markers               []table.Marker
	} `json:"columns"`
}

func infoOf(t *testing.T, text string) *readInfo {
	t.Helper()
	var info readInfo
	if err := json.Unmarshal([]byte(text), &info); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return &info
}

func (i *readInfo) names() (names []string) {
	for _, c := range i.Columns {
		names = append(names, c.Name)
	}
	return names
}

// TestInfoOfExactValues looks at integers that float64 rounds to two values.
func TestInfoOfExactValues(t *testing.T) {
	var text strings.Builder
	text.WriteString("id,big,y\n")
	for i := range 40 {
		fmt.Fprintf(&text, "%d,%d,%d\n", int64(1582218195625938945)+int64(i), uint64(math.MaxUint64)-uint64(i), i%2)
	}
	info := infoOf(t, must(t, "info", writeText(t, "in.csv", text.String()), "--label", "y", "--json"))
	if info.Rows != 40 || info.DistinctRows != 40 {
		t.Errorf("%d distinct rows of %d, want 40 of 40", info.DistinctRows, info.Rows)
	}
	id := info.Columns[0]
	if id.Distinct != 40 || string(id.Min) != "1582218195625938945" || string(id.Max) != "1582218195625938984" {
		t.Errorf("id has %d values, %s to %s", id.Distinct, id.Min, id.Max)
	}
	if len(info.Label.Counts) != 2 || info.Label.Counts[0].Value != "0" || info.Label.Counts[0].Count != 20 {
		t.Errorf("labels %v", info.Label.Counts)
	}
}

// TestInfoRoles tells which columns are not searched and what changes it.
func TestInfoRoles(t *testing.T) {
	var text strings.Builder
	text.WriteString("name,code,empty,y\n")
	for i := range 120 {
		fmt.Fprintf(&text, "n%d,c%d,,%d\n", i, i%3, i%2)
	}
	in := writeText(t, "in.csv", text.String())
	for _, tt := range []struct{ args, want string }{
		{"", "left out, feature, left out"},
		{"--categorical=name", "feature, feature, left out"},
	} {
		info := infoOf(t, must(t, append([]string{"info", in, "--label", "y", "--json"}, strings.Fields(tt.args)...)...))
		var roles []string
		for _, c := range info.Columns {
			roles = append(roles, c.Role)
		}
		if got := strings.Join(roles, ", "); got != tt.want {
			t.Errorf("%s: roles %s, want %s", tt.args, got, tt.want)
		}
	}
	if out := must(t, "info", in, "--label", "y"); !strings.Contains(out, "name: not searched: text with 120 different values in 120 rows; --categorical name makes it a feature") {
		t.Errorf("info does not say why a column is left out:\n%s", out)
	}
}
