package dataset

import (
	"context"
	"slices"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/table"
)

// chunkRows rows of all columns are looked at together: where columns share a
// row-major matrix, that many rows of it stay in cache.
const chunkRows = 2048

// eachChunk calls f for each run of chunkRows of n rows, several at a time.
func eachChunk(ctx context.Context, n int, f func(worker, from, to int)) error {
	return parallel.Do(ctx, parallel.Threads(0), (n+chunkRows-1)/chunkRows, func(worker, chunk int) error {
		f(worker, chunk*chunkRows, min((chunk+1)*chunkRows, n))
		return nil
	})
}

// looker is a first look at the rows of a table, or what one goroutine sees of it.
type looker struct {
	seen   []survey
	values []valueSet // of numbers that are categories
	labels labels

	floats [chunkRows]float64 // working memory
	ints   [chunkRows]int64
	gaps   [chunkRows]bool
}

func (s *Summary) newLooker() (*looker, error) {
	l := &looker{seen: make([]survey, len(s.Fields)), values: make([]valueSet, len(s.Fields))}
	for at := range s.Fields {
		l.seen[at] = newSurvey()
		if t := s.Fields[at].Type; s.category[at] && at != s.label && t != table.String && t != table.Bool {
			l.values[at] = valueSet{}
		}
	}
	if s.label < 0 {
		return l, nil
	}
	m, err := newMarks(&s.Fields[s.label], s.opt.AnomalyValues, s.opt.NormalValues)
	l.labels = labels{marks: m, found: make([]int, len(m.values)), first: -1}
	return l, err
}

// look surveys all columns and finds the labeled anomalies. Where t is not in memory,
// these are kept.
func (s *Summary) look(ctx context.Context, t *table.Stream) (*looker, error) {
	lookers := make([]*looker, parallel.Threads(0))
	for w := range lookers {
		var err error
		if lookers[w], err = s.newLooker(); err != nil {
			return nil, err
		}
	}
	if !t.Resident() {
		s.kept = table.NewKept(t.Fields)
	}
	err := t.Each(ctx, nil, func(first int, columns []table.Column) error {
		err := eachChunk(ctx, columns[0].Len(), func(worker, from, to int) {
			lookers[worker].look(s, columns, first, from, to)
		})
		if err != nil {
			return err
		}
		var anomalies []int
		for _, l := range lookers {
			anomalies = append(anomalies, l.labels.anomalies...)
			l.labels.anomalies = l.labels.anomalies[:0]
		}
		slices.Sort(anomalies)
		s.Anomalies = append(s.Anomalies, anomalies...)
		if s.kept != nil {
			s.kept.Add(columns, nil, first, anomalies)
		}
		return nil
	})
	all := lookers[0]
	for _, l := range lookers[1:] {
		all.add(l, s)
	}
	s.seen = all.seen
	return all, err
}

// look looks at rows from ≤ i < to of columns, the first of which is row first of the
// table.
func (l *looker) look(s *Summary, columns []table.Column, first, from, to int) {
	n := to - from
	for at, c := range columns {
		f, v := &s.Fields[at], &l.seen[at]
		if f.Type.Float() {
			c.Floats(l.floats[:], 1, from, to)
			v.floats(l.floats[:n], first+from)
			l.values[at].addFloats(l.floats[:n])
		} else {
			l.lookOthers(c, f, at, from, to)
		}
		if at == s.label {
			l.labels.look(l, c, first, from, to)
		}
	}
}

// lookOthers looks at a column that holds no floats.
func (l *looker) lookOthers(c table.Column, f *table.Field, at, from, to int) {
	v, n := &l.seen[at], to-from
	gaps := l.gapsOf(c, from, to)
	for _, gap := range gaps {
		if gap {
			v.missing++
		}
	}
	switch {
	case f.Type == table.String:
		c.Ints(l.ints[:], from, to)
		v.texts(l.ints[:n], gaps)
	case large(f) || l.values[at] != nil:
		c.Ints(l.ints[:], from, to)
		v.ints(l.ints[:n], gaps, signBit(f.Type == table.Uint64))
		l.values[at].addInts(l.ints[:n], gaps)
	default:
		c.Floats(l.floats[:], 1, from, to)
		for _, x := range l.floats[:n] {
			v.bounds.add(x)
		}
	}
}

// gapsOf tells which rows have no value; nil where all have one.
func (l *looker) gapsOf(c table.Column, from, to int) []bool {
	if c.CountMissing(from, to) == 0 {
		return nil
	}
	for i := from; i < to; i++ {
		l.gaps[i-from] = c.Missing(i)
	}
	return l.gaps[:to-from]
}

// add joins what another goroutine saw.
func (l *looker) add(o *looker, s *Summary) {
	for at := range l.seen {
		l.seen[at].add(&o.seen[at], s.Fields[at].Type == table.Uint64)
		l.values[at].join(o.values[at])
	}
	l.labels.add(&o.labels)
}
