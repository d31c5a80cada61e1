package dataset

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// NoteKind tells notes apart.
type NoteKind string

// The kinds, in the order in which Lines gives them.
const (
	NoteReading NoteKind = "odd"      // the reader met something odd in the column
	NoteMarkers NoteKind = "missing"  // texts stood for missing values
	NoteLeftOut NoteKind = "left out" // the column is not a feature
	NoteUnused  NoteKind = "not used" // rows that no sample is made of
	NoteWide    NoteKind = "wide"     // the column holds integers that float64 rounds
	NoteMass    NoteKind = "piled up" // many rows have the least or greatest value of the column
)

// Note is something about a table that its user should hear of.
type Note struct {
	Kind   NoteKind `json:"kind"`
	Column string   `json:"column,omitempty"` // "": the rows
	Text   string   `json:"text"`
	Cure   string   `json:"cure,omitempty"` // the option that changes it
}

// Lines returns a line for each kind of note, which shows a few of its columns.
func Lines(notes []Note) []string {
	const most = 4
	var lines []string
	for _, kind := range []NoteKind{NoteReading, NoteMarkers, NoteLeftOut, NoteUnused, NoteWide, NoteMass} {
		var items, cures []string
		for _, n := range notes {
			if n.Kind != kind {
				continue
			}
			item := n.Text
			if n.Column != "" {
				item = n.Column + ": " + n.Text
			}
			if items = append(items, item); len(items) <= most && n.Cure != "" && !slices.Contains(cures, n.Cure) {
				cures = append(cures, n.Cure)
			}
		}
		if len(items) == 0 {
			continue
		}
		if rest := len(items) - most; rest > 0 {
			items = append(items[:most], fmt.Sprintf("and %d columns more", rest))
		}
		line := fmt.Sprintf("%-9s %s", kind, strings.Join(items, "; "))
		if len(cures) > 0 {
			line += " (" + strings.Join(cures, "; ") + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

func (s *Summary) note(kind NoteKind, column, cure, format string, args ...any) {
	s.Notes = append(s.Notes, Note{Kind: kind, Column: column, Text: fmt.Sprintf(format, args...), Cure: cure})
}

// noteReadings passes on what readers found odd.
func (s *Summary) noteReadings() {
	for _, f := range s.Fields {
		if stored := strings.TrimSpace(f.Header); stored != "" && stored != f.Name {
			s.note(NoteReading, f.Name, "", "the file has another column called %s", stored)
		}
		if r := f.Reading; r != nil && r.Odd {
			s.note(NoteReading, f.Name, "", "%s", r.Why)
		}
	}
}

// noteMarkers tells which texts of features were taken as missing.
func (s *Summary) noteMarkers() {
	for j := range s.places {
		if list := markers(s.input(j)); list != "" {
			s.note(NoteMarkers, s.name(j), "--type COLUMN=text keeps them as text", "%s", list)
		}
	}
}

// markers lists the texts of a column that were taken as missing, an empty one apart.
func markers(f *table.Field) string {
	r := f.Reading
	if r == nil {
		return ""
	}
	var list []string
	for _, m := range r.Markers {
		switch {
		case m.Text == "":
		case m.Count == 1:
			list = append(list, fmt.Sprintf("%q in row %d", m.Text, m.Row))
		default:
			list = append(list, fmt.Sprintf("%q in %d rows, the first %d", m.Text, m.Count, m.Row))
		}
	}
	return strings.Join(list, ", ")
}

// noteWide tells of a feature of integers beyond 2^53, which may be codes, and of
// whole numbers in whose range float64 skips some.
func (s *Summary) noteWide(f *table.Field, w *whole) {
	text := "integers beyond 2^53, mixed as numbers"
	switch {
	case !w.Based:
		return
	case w.Rough:
		text = "the last digits of mixtures are rounded, since its range exceeds 2^53; copies are exact"
	case f.Temporal.Kind != table.NotTemporal || f.Type == table.Decimal:
		return
	}
	s.note(NoteWide, f.Name, "--categorical "+f.Name+" takes the values as codes", "%s", text)
}

// noteUnused tells of rows that --missing drop leaves out.
func (s *Summary) noteUnused() {
	if s.Dropped == 0 {
		return
	}
	labeled := ""
	if s.DroppedLabeled > 0 {
		labeled = fmt.Sprintf(", %d of them labeled anomalies", s.DroppedLabeled)
	}
	s.note(NoteUnused, "", "--missing keep uses them", "%d of %d rows, which lack a value%s", s.Dropped, s.Rows, labeled)
}
