package dataset

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"

	"github.com/nngmix/nngmix/internal/table"
)

// ErrEncoding is the error of bytes that MarshalBinary did not write, or not in this
// version, or that were damaged since.
var ErrEncoding = errors.New("dataset: not a scan as MarshalBinary writes it")

// The bytes of a Scan are scanMagic, the version as uint32, little-endian, a gob of
// scanState, and a CRC-32C of all before.
const (
	scanMagic   = "NNGSCAN\x00"
	scanVersion = 1
	scanHeader  = len(scanMagic) + 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// scanState is a Scan as it is stored.
type scanState struct {
	Options   Options
	Fields    []table.Field
	Rows      int
	Format    table.Format
	Style     table.Style
	Columns   []Column
	Notes     []Note
	Anomalies []int
	Hidden    []int
	Dropped   []uint64
	Lost      int // labeled anomalies that are dropped
	Category  []bool
	Label     int
	Places    []int
	Codes     []categories
	Whole     []whole
	Fill      []float64
	Seen      []survey
	Labels    labels
	Open      []*selection
	Ranges    []featureRange
	Kept      *table.KeptState
	Stage     int
	Given     int // rows in this round
	Part      partState
}

// featureRange is the range of a feature.
type featureRange struct {
	Feature int
	Bounds  bounds
}

// partState is what a round saw, one of these.
type partState struct {
	Seen    []survey // the first look
	Values  [][]uint64
	Labels  labels
	Dropped []uint64
	Tallies []tally
	Found   []bounds
}

// MarshalBinary returns x, in the midst of a round or at its end, as bytes that
// UnmarshalBinary reads.
func (x *Scan) MarshalBinary() ([]byte, error) {
	s := x.summary
	state := scanState{
		Options: s.opt, Fields: s.Fields, Rows: s.Rows, Format: s.Format, Style: s.Style, Columns: s.Columns, Notes: s.Notes,
		Anomalies: s.Anomalies, Hidden: s.hidden, Dropped: s.dropped, Lost: s.DroppedLabeled, Category: s.category, Label: s.label,
		Places: s.places, Codes: s.codes, Whole: s.whole, Fill: s.fill, Seen: s.seen, Labels: s.labels, Open: s.open,
		Stage: int(x.stage), Given: x.rows,
	}
	for _, j := range slices.Sorted(maps.Keys(s.ranges)) {
		state.Ranges = append(state.Ranges, featureRange{j, s.ranges[j]})
	}
	if s.kept != nil {
		state.Kept = s.kept.State()
	}
	if x.stage != done {
		switch p := x.joined().(type) {
		case *looker:
			state.Part.Seen, state.Part.Labels = p.seen, p.labels
			for _, v := range p.values {
				state.Part.Values = append(state.Part.Values, slices.Sorted(maps.Keys(v)))
			}
		case *dropper:
			state.Part.Dropped = p.rows
		case *filler:
			state.Part.Tallies = p.tallies
		case *measurer:
			state.Part.Found = p.found
		}
	}
	var b bytes.Buffer
	b.WriteString(scanMagic)
	b.Write(binary.LittleEndian.AppendUint32(nil, scanVersion))
	if err := gob.NewEncoder(&b).Encode(&state); err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	return binary.LittleEndian.AppendUint32(b.Bytes(), crc32.Checksum(b.Bytes(), castagnoli)), nil
}

// UnmarshalBinary makes x what MarshalBinary wrote. The error is ErrEncoding, and
// leaves x as it was. Bytes are trusted to be of this program: the checksum finds
// accidents, not malice.
func (x *Scan) UnmarshalBinary(data []byte) error {
	le := binary.LittleEndian
	if len(data) < scanHeader+4 || string(data[:len(scanMagic)]) != scanMagic {
		return fmt.Errorf("%w: it begins otherwise", ErrEncoding)
	}
	body := data[:len(data)-4]
	if crc32.Checksum(body, castagnoli) != le.Uint32(data[len(body):]) {
		return fmt.Errorf("%w: its checksum is wrong", ErrEncoding)
	}
	if v := le.Uint32(body[len(scanMagic):]); v != scanVersion {
		return fmt.Errorf("%w: it has version %d, this program reads %d", ErrEncoding, v, scanVersion)
	}
	var state scanState
	if err := gob.NewDecoder(bytes.NewReader(body[scanHeader:])).Decode(&state); err != nil {
		return fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	y, err := state.scan()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	*x = *y
	return nil
}

// scan returns the Scan that was stored.
func (t *scanState) scan() (*Scan, error) {
	s := &Summary{
		Fields: t.Fields, Rows: t.Rows, Format: t.Format, Style: t.Style, Columns: t.Columns, Notes: t.Notes,
		Anomalies: t.Anomalies, Hidden: len(t.Hidden), Dropped: rowSet(t.Dropped).count(), DroppedLabeled: t.Lost,
		opt: t.Options, category: t.Category, seen: t.Seen, label: t.Label, places: t.Places, codes: t.Codes, whole: t.Whole,
		fill: t.Fill, lacking: lacking(len(t.Places)), hidden: t.Hidden, dropped: t.Dropped, labels: t.Labels, open: t.Open, ranges: map[int]bounds{},
	}
	for _, r := range t.Ranges {
		s.ranges[r.Feature] = r.Bounds
	}
	if t.Kept != nil {
		var err error
		if s.kept, err = table.KeptOf(t.Kept); err != nil {
			return nil, err
		}
	}
	if s.label >= 0 {
		var err error
		if s.labels.marks, err = newMarks(&s.Fields[s.label], s.opt.AnomalyValues, s.opt.NormalValues); err != nil {
			return nil, err
		}
	}
	x := &Scan{summary: s, stage: stage(t.Stage)}
	if x.stage == done {
		return x, nil
	}
	if err := x.begin(); err != nil {
		return nil, err
	}
	x.rows = t.Given
	t.Part.restore(x.parts[0])
	return x, nil
}

// restore makes p what was stored.
func (t *partState) restore(p part) {
	switch p := p.(type) {
	case *looker:
		p.seen = t.Seen
		marks := p.labels.marks
		p.labels = t.Labels
		p.labels.marks = marks
		for at, values := range t.Values {
			for _, v := range values {
				p.values[at].add(v)
			}
		}
	case *dropper:
		p.rows = t.Dropped
	case *filler:
		p.tallies = t.Tallies
	case *measurer:
		p.found = t.Found
	}
}
