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
	summary *Summary
	seen    []survey
	values  []valueSet // of numbers that are categories
	labels  labels

	floats [chunkRows]float64 // working memory
	ints   [chunkRows]int64
	gaps   [chunkRows]bool
}

func (s *Summary) newLooker() (*looker, error) {
	l := &looker{summary: s, seen: make([]survey, len(s.Fields)), values: make([]valueSet, len(s.Fields))}
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
	l.labels = labels{marks: m, Found: make([]int, len(m.values)), First: -1}
	return l, err
}

// keepAnomalies takes the anomalies that goroutines found in a batch. Where the table
// is not in memory, their rows are kept.
func (s *Summary) keepAnomalies(parts []part, first int, columns []table.Column) {
	var anomalies []int
	for _, p := range parts {
		l := &p.(*looker).labels
		anomalies = append(anomalies, l.anomalies...)
		l.anomalies = l.anomalies[:0]
	}
	slices.Sort(anomalies)
	s.Anomalies = append(s.Anomalies, anomalies...)
	if s.kept != nil {
		s.kept.Add(columns, nil, first, anomalies)
	}
}

// chunk looks at all columns.
func (l *looker) chunk(columns []table.Column, first, from, to int) {
	s, n := l.summary, to-from
	for at, c := range columns {
		f, v := &s.Fields[at], &l.seen[at]
		if f.Type.Float() {
			c.Floats(l.floats[:], 1, from, to)
			v.floats(l.floats[:n], first+from)
			l.values[at].addFloats(l.floats[:n])
		} else {
			l.lookOthers(c, f, at, first, from, to)
		}
		if at == s.label {
			l.labels.look(l, c, first, from, to)
		}
	}
}

// lookOthers looks at a column that holds no floats.
func (l *looker) lookOthers(c table.Column, f *table.Field, at, first, from, to int) {
	v, n := &l.seen[at], to-from
	gaps := l.gapsOf(c, from, to)
	for _, gap := range gaps {
		if gap {
			v.Missing++
		}
	}
	switch {
	case f.Type == table.String:
		c.Ints(l.ints[:], from, to)
		v.texts(l.ints[:n], gaps, first+from)
	case large(f) || l.values[at] != nil:
		c.Ints(l.ints[:], from, to)
		v.ints(l.ints[:n], gaps, signBit(f.Type == table.Uint64))
		l.values[at].addInts(l.ints[:n], gaps)
	default:
		c.Floats(l.floats[:], 1, from, to)
		for _, x := range l.floats[:n] {
			v.Bounds.add(x)
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

// join joins what another goroutine saw.
func (l *looker) join(p part) {
	o := p.(*looker)
	for at := range l.seen {
		l.seen[at].add(&o.seen[at], l.summary.Fields[at].Type == table.Uint64)
		l.values[at].join(o.values[at])
	}
	l.labels.add(&o.labels)
}
