package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// batchValues is how many values a batch has about where nothing else was asked for.
const batchValues = 1 << 19

// OpenStream opens files as one table that is gone through in batches: that of
// [ReadParts], with its fields, values and errors, at any number of rows in a batch
// and of threads. It reads as much as it needs to know the fields; faults of other
// values show in [Stream.Each]. Progress is told from the start for each time that
// files are gone through. The stream is to be closed.
func OpenStream(ctx context.Context, parts []Part, opt StreamOptions) (*Stream, error) {
	if len(parts) == 0 {
		return nil, fmt.Errorf("%w: no file is named", ErrEmpty)
	}
	s := &streamer{opt: opt, partsReader: &partsReader{opt: opt.ReadOptions, all: progress{report: opt.Progress}}}
	s.alone = len(parts) == 1 && len(parts[0].Keys) == 0
	for _, p := range parts {
		s.parts = append(s.parts, &part{Part: p, all: &s.all, memory: fileMemory{folder: opt.Scratch}})
	}
	out, err := s.start(ctx)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return out, nil
}

// batchRows returns how many rows a batch of that many columns has.
func (o *StreamOptions) batchRows(columns int) int {
	return cmp.Or(o.BatchRows, max(1, batchValues/max(columns, 1)))
}

// streamer is a stream that is open.
type streamer struct {
	*partsReader
	opt    StreamOptions
	alone  bool // one part without keys, which is read as Read does
	rows   int
	fields []Field // of the table
	told   []Column
	joins  []*joined              // of the columns that files give
	sheets *csvStream             // of CSV files
	shared map[string]*dictionary // of columns whose texts have the same codes in all parts
}

// start finds out what the columns are.
func (s *streamer) start(ctx context.Context) (*Stream, error) {
	if err := s.look(ctx); err != nil {
		return nil, err
	}
	if s.fits() {
		t, err := s.whole(ctx)
		if err != nil {
			return nil, err
		}
		return t.Stream(), nil
	}
	s.share()
	for k, p := range s.parts {
		if !p.format.typed() {
			continue
		}
		if err := s.survey(ctx, p); err != nil {
			return nil, s.firstFault(ctx, s.parts[:k+1], every, err)
		}
	}
	if err := s.parseCSV(ctx); err != nil {
		return nil, s.firstFault(ctx, s.parts, every, s.parts[0].failedAlone(s.alone, err))
	}
	out, err := s.settle(ctx)
	return out, s.firstFault(ctx, s.parts, every, err)
}

// fits tells whether the table is to be read at once, by a guess of its size.
func (s *streamer) fits() bool {
	rows := 0
	for _, p := range s.parts {
		rows += p.guess
	}
	return s.opt.Fits != nil && s.opt.Fits(rows, len(s.names)+len(s.keys))
}

// whole reads the table at once.
func (s *streamer) whole(ctx context.Context) (*Table, error) {
	defer s.close()
	if !s.alone {
		if err := s.readTyped(ctx); err != nil {
			return nil, err
		}
		return s.table(ctx)
	}
	p := s.parts[0]
	src, err := p.reopen(ctx, s.opt.Stdin, true)
	if err != nil {
		return nil, p.failed(err)
	}
	defer p.leave()
	t, err := src.table(ctx, s.opt.ReadOptions)
	if err != nil {
		return nil, p.failed(err)
	}
	t.Parts = []PartRows{{p.Path, 0, t.Rows}}
	return t, nil
}

func every(string) bool { return true }

// share gives columns one dictionary over all parts where all their texts are read in
// order of the rows and kept: not those of CSV files, which are read last, nor those
// that are missing or become something else.
func (s *streamer) share() {
	csv := slices.ContainsFunc(s.parts, func(p *part) bool { return !p.format.typed() })
	if s.alone || csv || len(s.opt.Missing) > 0 {
		return
	}
	s.shared = map[string]*dictionary{}
	for _, name := range s.names {
		if kind := s.opt.Kinds[name]; kind == KindAuto || kind == AsCategory {
			s.shared[name] = new(dictionary)
		}
	}
	for _, p := range s.parts {
		p.memory.shared = s.shared
	}
}

// look opens all parts and decides which columns are read.
func (s *streamer) look(ctx context.Context) error {
	if !s.alone {
		if err := sameKeys(bare(s.parts)); err != nil {
			return err
		}
		return s.open(ctx)
	}
	p := s.parts[0]
	if err := p.open(ctx, s.opt.ReadOptions); err != nil {
		return err
	}
	s.all.total = p.size
	chosen, err := s.opt.choose(p.names)
	if err != nil {
		return p.failed(err)
	}
	for j, name := range p.names {
		if chosen[j] {
			s.names = append(s.names, name)
		}
	}
	return nil
}

func bare(parts []*part) []Part {
	var out []Part
	for _, p := range parts {
		out = append(out, p.Part)
	}
	return out
}

// settle joins what the parts have.
func (s *streamer) settle(ctx context.Context) (*Stream, error) {
	out := &Stream{Format: s.parts[0].format, Style: s.style, close: s.close}
	for _, p := range s.parts {
		p.first = s.rows
		s.rows += p.rows
		out.Parts = append(out.Parts, PartRows{p.Path, p.first, p.rows})
	}
	if s.rows == 0 && s.alone && len(s.names) > 0 {
		return nil, s.parts[0].failed(ErrEmpty)
	}
	if s.rows == 0 && !s.alone {
		return nil, fmt.Errorf("%s and %d more: %w", s.parts[0].Path, len(s.parts)-1, ErrEmpty)
	}
	for _, name := range s.names {
		j, err := s.joinFields(ctx, name)
		if err != nil {
			return nil, err
		}
		if j != nil {
			s.joins = append(s.joins, j)
			s.fields = append(s.fields, j.field)
		}
	}
	for _, name := range s.keys {
		c, err := keyColumn(name, s.parts, s.partsReader.opt)
		if err != nil {
			return nil, err
		}
		s.told = append(s.told, c)
		s.fields = append(s.fields, c.Field())
	}
	if len(s.fields) == 0 {
		return nil, s.parts[0].failed(fmt.Errorf("%w: no columns are left to read", ErrEmpty))
	}
	out.Rows, out.Fields, out.each = s.rows, slices.Clone(s.fields), s.each
	return out, s.enough()
}

// failedAlone is failed where p is the only part.
func (p *part) failedAlone(alone bool, err error) error {
	if alone {
		return p.failed(err)
	}
	return err
}

// close closes all parts and removes what was kept of them.
func (s *streamer) close() error {
	var err error
	if s.sheets != nil {
		err, s.sheets = s.sheets.file.Close(), nil
	}
	for _, p := range s.parts {
		p.close()
		for _, spool := range p.memory.spools {
			err = errors.Join(err, spool.Close())
		}
		p.memory.spools = nil
	}
	return err
}
