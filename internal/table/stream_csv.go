package table

import (
	"context"
	"errors"
	"fmt"
)

// csvStream is the columns of CSV files, whose values go to disk as they are parsed:
// no file is parsed more often than Read does it.
type csvStream struct {
	alone   bool // one file, whose lines need no name
	memory  int64
	file    *scratch
	spools  []*csvSpool // of each pass
	columns map[string]*spooled
}

// begin has the values of f go to the spool of builders. Without a stream they stay
// where they are.
func (c *csvStream) begin(f *csvFile, builders []*builder) {
	if c == nil {
		return
	}
	if n := len(c.spools); n == 0 || &c.spools[n-1].builders[0] != &builders[0] {
		c.spools = append(c.spools, &csvSpool{file: c.file, builders: builders})
	}
	f.after = func() error {
		if err := c.enough(builders); err != nil {
			return err
		}
		return c.last().flush(false)
	}
}

func (c *csvStream) last() *csvSpool { return c.spools[len(c.spools)-1] }

// ended is called at the end of a file, so that segments do not go beyond.
func (c *csvStream) ended() error {
	if c == nil {
		return nil
	}
	return c.last().flush(true)
}

// enough tells whether texts are more than the options allow.
func (c *csvStream) enough(builders []*builder) error {
	k := kept{most: c.memory}
	for _, b := range builders {
		if b != nil {
			k.add(b.name, &b.texts)
		}
	}
	return k.check()
}

// alteredCSV tells what stopped a second pass: the first one met nothing.
func alteredCSV(err error) error {
	if errors.Is(err, ErrCorrupt) {
		return fmt.Errorf("%w (%w)", errChanged, err)
	}
	return err
}

// parseCSV goes through all CSV files.
func (s *streamer) parseCSV(ctx context.Context) error {
	opt := s.ofFiles()
	group := &csvParts{opt: opt, known: map[string]bool{}}
	rows := 0
	for _, p := range s.parts {
		if !p.format.typed() {
			group.parts = append(group.parts, p)
			group.comma = group.comma || p.comma
			continue
		}
		group.mixed = true
		for name, v := range p.changes {
			if v.final.Type == String && v.valued {
				group.known[name] = true
			}
		}
	}
	if len(group.parts) == 0 {
		return nil
	}
	file, err := newScratch(s.opt.Scratch)
	if err != nil {
		return group.parts[0].failed(err)
	}
	s.sheets = &csvStream{alone: s.alone, file: file, memory: s.opt.Memory, columns: map[string]*spooled{}}
	group.stream = s.sheets
	if err := s.spoolAll(ctx, group); err != nil {
		return err
	}
	for _, p := range group.parts {
		p.row = rows
		rows += p.rows
	}
	return nil
}

// spoolAll reads the files of a group.
func (s *streamer) spoolAll(ctx context.Context, group *csvParts) error {
	return guard(func() error {
		all, err := group.passes(ctx)
		if err != nil {
			return err
		}
		return group.named(s.spoolColumns(ctx, group, all))
	})
}

// spoolColumns finds out what became of the columns.
func (s *streamer) spoolColumns(ctx context.Context, group *csvParts, all bool) error {
	first := group.files[0]
	out, err := first.outcomes(group.builders, all, func(o *outcome) (bool, error) {
		return s.sheets.column(o).numbersRows(ctx)
	})
	for _, o := range out {
		s.sheets.columns[o.field.Name] = s.sheets.column(&o)
	}
	s.style = first.style
	return err
}

// column returns where the values of an outcome are.
func (c *csvStream) column(o *outcome) *spooled {
	at := c.spools[0]
	if len(c.spools) > 1 && c.spools[1].builders[o.at] == o.builder {
		at = c.spools[1]
	}
	return &spooled{o.field, o.builder, at, o.at}
}

// numbersRows tells whether the values tell apart all rows of each file.
func (c *spooled) numbersRows(ctx context.Context) (bool, error) {
	from := 0
	for _, to := range c.builder.ends {
		if ok, err := c.distinct(ctx, from, to-from); !ok || err != nil {
			return false, err
		}
		from = to
	}
	return true, nil
}

// distinctValues is how many values are sorted at once.
const distinctValues = 1 << 23

// distinct tells whether no two of n rows from row first on have the same value. Where
// they do not rise, they are gone through for each of some shares of them, which are
// told by a hash.
func (c *spooled) distinct(ctx context.Context, first, n int) (bool, error) {
	rising, last := true, int64(0)
	err := c.each(ctx, first, n, func(row int, v int64) {
		rising, last = rising && (row == 0 || v > last), v
	})
	if err != nil || rising {
		return rising, err
	}
	shares := uint64(n/distinctValues + 1)
	for share := range shares {
		var some []int64
		err := c.each(ctx, first, n, func(_ int, v int64) {
			if uint64(v)*0x9e3779b97f4a7c15>>32%shares == share {
				some = append(some, v)
			}
		})
		if err != nil || !allDistinct(some) {
			return false, err
		}
	}
	return true, nil
}

// each calls f for the bits of all values.
func (c *spooled) each(ctx context.Context, first, n int, f func(row int, v int64)) error {
	l := c.lane(first, n)
	for row := 0; row < n; {
		have, err := l.fill(ctx, chunkRows)
		if err != nil {
			return err
		}
		for _, v := range bitsOf(l.take(have)[0], 0, have) {
			f(row, v)
			row++
		}
	}
	return nil
}
