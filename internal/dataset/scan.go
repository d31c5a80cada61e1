package dataset

import (
	"context"
	"fmt"
	"slices"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/table"
)

// Scan finds a Summary in rounds: each takes all rows of the table, in batches, which
// Add is given. The rows may be in several places, each with a Scan of its own: after
// a round these are merged into one, in any order, and the next round begins with
// copies of that. The summary does not depend on any of this.
//
//	for done := false; !done; {
//		for each batch { err = scan.Add(ctx, first, columns) }
//		done, err = scan.Next()
//	}
//
// A Scan is not safe for concurrent use, but Add uses all processors.
type Scan struct {
	summary *Summary
	stage   stage
	fields  []int  // that the round reads
	parts   []part // what each goroutine saw in this round
	rows    int    // that the round was given
	merged  bool   // in this round: texts may have other codes now
}

// stage is a kind of round.
type stage int

const (
	looking   stage = iota // at all columns
	dropping               // rows that lack a value
	filling                // gaps: for medians and modes; as often as it takes
	measuring              // ranges that looking did not find
	done
)

// part is what one goroutine sees in a round.
type part interface {
	// chunk looks at rows from ≤ i < to of columns, the first of which is row first of
	// the table.
	chunk(columns []table.Column, first, from, to int)
	// join takes account of what another one saw.
	join(o part)
}

// NewScan begins the summary of a table with these columns. Options.Scale must not be
// ScaleAuto.
func NewScan(fields []table.Field, opt Options) (*Scan, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	s := &Summary{Fields: fields, opt: opt}
	s.noteReadings()
	if err := s.pickLabel(); err != nil {
		return nil, err
	}
	x := &Scan{summary: s}
	return x, x.begin()
}

// begin begins a round of the stage.
func (x *Scan) begin() error {
	s := x.summary
	x.rows, x.merged, x.parts = 0, false, make([]part, parallel.Threads(0))
	for w := range x.parts {
		var err error
		if x.fields, x.parts[w], err = s.newPart(x.stage); err != nil {
			return err
		}
	}
	return nil
}

// newPart returns what a round of a stage reads, and what a goroutine that has seen
// nothing knows; nil where the stage is not needed.
func (s *Summary) newPart(at stage) (fields []int, p part, err error) {
	switch at {
	case looking:
		l, err := s.newLooker()
		return nil, l, err
	case dropping:
		fields, p = s.newDropper()
	case filling:
		fields, p = s.newFiller()
	case measuring:
		fields, p = s.newMeasurer()
	}
	return fields, p, nil
}

// Fields returns the numbers of the columns that this round reads, ascending; nil:
// all.
func (x *Scan) Fields() []int { return x.fields }

// Add takes a batch of the columns of Fields, whose first row has the number first in
// the table. No row may be added twice in a round, and none after a Merge in the first
// round.
func (x *Scan) Add(ctx context.Context, first int, columns []table.Column) error {
	s, n := x.summary, columns[0].Len()
	if x.stage == done {
		return fmt.Errorf("dataset: rows are added to a scan that is done")
	}
	if x.stage == looking && x.merged {
		return fmt.Errorf("dataset: rows are added after a merge in the first round")
	}
	x.rows += n
	if x.stage != looking {
		columns = s.known(x.fields, columns)
	}
	err := eachChunk(ctx, n, func(worker, from, to int) { x.parts[worker].chunk(columns, first, from, to) })
	if err == nil && x.stage == looking {
		s.keepAnomalies(x.parts, first, columns)
	}
	return err
}

// known returns columns, of these fields, with the codes that the summary has for
// texts.
func (s *Summary) known(fields []int, columns []table.Column) []table.Column {
	columns = slices.Clone(columns)
	for i, c := range columns {
		if f := &s.Fields[fields[i]]; f.Type == table.String {
			columns[i] = recoded(c, f)
		}
	}
	return columns
}

// joined returns what all goroutines saw, the others of which begin anew.
func (x *Scan) joined() part {
	for w, p := range x.parts[1:] {
		x.parts[0].join(p)
		_, x.parts[w+1], _ = x.summary.newPart(x.stage) // as it was made before
	}
	return x.parts[0]
}

// Next ends a round and begins the next one, if there is any. Its error is one of the
// table: no feature, no anomaly, missing values that no option allows.
func (x *Scan) Next() (end bool, err error) {
	s, all := x.summary, x.joined()
	if x.stage == looking {
		s.Rows = x.rows
	} else if x.rows != s.Rows {
		return false, fmt.Errorf("dataset: a round of a scan was given %d rows, the first one %d", x.rows, s.Rows)
	}
	switch x.stage {
	case looking:
		err = s.looked(all.(*looker))
	case dropping:
		err = s.drop(all.(*dropper))
	case filling:
		s.advance(all.(*filler))
	case measuring:
		s.ranges = all.(*measurer).ranges()
	}
	if err != nil {
		return false, err
	}
	if x.stage == filling && len(s.open) > 0 {
		return false, x.begin()
	}
	for x.stage++; x.stage < done; x.stage++ {
		if _, p, err := s.newPart(x.stage); p != nil || err != nil {
			return false, x.begin()
		}
	}
	return true, s.finish()
}

// Keep has the rows of labeled anomalies kept, which Summary.Kept needs: for tables
// that are not in memory. It is called before rows are added.
func (x *Scan) Keep() {
	if s := x.summary; s.label >= 0 {
		s.kept = table.NewKept(s.Fields)
	}
}

// Done tells whether Next has returned true.
func (x *Scan) Done() bool { return x.stage == done }

// Summary returns what was found, once Next has returned true.
func (x *Scan) Summary() *Summary { return x.summary }

// Summarize goes through the table, as often as opt needs it: once, and again for
// medians and for the ranges of complete rows. Options.Scale must not be ScaleAuto.
func Summarize(ctx context.Context, t *table.Stream, opt Options) (*Summary, error) {
	x, err := NewScan(t.Fields, opt)
	if err != nil {
		return nil, err
	}
	s := x.summary
	s.Format, s.Style = t.Format, t.Style
	if t.Table() == nil {
		x.Keep()
	}
	for end := false; !end; {
		err := t.Each(ctx, x.fields, func(first int, columns []table.Column) error { return x.Add(ctx, first, columns) })
		if err != nil {
			return nil, err
		}
		if end, err = x.Next(); err != nil {
			return nil, err
		}
	}
	return s, nil
}
