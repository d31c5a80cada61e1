package table

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// errAgain is returned where what was read so far has to be read in another way, and
// errMemory where too much would have to be kept.
var (
	errAgain  = errors.New("table: read it again")
	errMemory = errors.New("table: too much to keep")
)

// survey finds out which fields and how many rows a typed part has. Columns of which
// the values matter for that are gone through.
func (s *streamer) survey(ctx context.Context, p *part) error {
	err := errAgain
	for errors.Is(err, errAgain) {
		err = guard(func() error { return s.surveyOnce(ctx, p) })
	}
	return p.failed(err)
}

func (s *streamer) surveyOnce(ctx context.Context, p *part) error {
	o, err := s.enter(ctx, p, false, every)
	if err != nil {
		return err
	}
	p.changes, p.rows = map[string]*conversion{}, o.file.rows()
	var see []string // columns that are gone through
	fields, opt := fieldsOf(o.lanes), s.ofFiles()
	for _, f := range fields {
		v := newConversion(f, &opt)
		if p.changes[f.Name] = v; !v.blind() || p.memory.column(f.Name).open {
			see = append(see, f.Name)
		}
	}
	o.leave()
	if len(see) > 0 || p.rows < 0 {
		if err := s.see(ctx, p, see); err != nil {
			return err
		}
	}
	for _, f := range fields {
		v := p.changes[f.Name]
		if err := v.finish(v.field); err != nil {
			return err
		}
	}
	return nil
}

// see goes through some columns.
func (s *streamer) see(ctx context.Context, p *part, names []string) error {
	o, err := s.enter(ctx, p, true, func(name string) bool { return slices.Contains(names, name) })
	if err != nil {
		return err
	}
	defer o.leave()
	for p.rows = 0; ; {
		columns, n, err := nextRows(ctx, o.lanes, s.opt.batchRows(len(p.names)), s.opt.Threads)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		err = eachColumn(ctx, s.opt.Threads, len(columns), func(j int) error {
			p.changes[columns[j].Name()].see(columns[j], p.rows)
			return nil
		})
		if err == nil {
			err = s.enough()
		}
		if err != nil {
			return err
		}
		p.rows += n
	}
	for _, f := range fieldsOf(o.lanes) {
		p.memory.column(f.Name).proven = true
		p.changes[f.Name].field = f
	}
	return nil
}

// opened is a typed part that is read.
type opened struct {
	part  *part
	file  typedFile
	lanes []lane
}

// enter opens a part at its first row; of the columns of the table those are read
// that want names. Values says that progress is told.
func (s *streamer) enter(ctx context.Context, p *part, values bool, want func(name string) bool) (o *opened, err error) {
	o = &opened{part: p}
	if !p.format.typed() {
		o.lanes = s.spoolLanes(p, want)
		return o, p.unchanged(ctx, s.opt.Stdin)
	}
	src, err := p.reopen(ctx, s.opt.Stdin, values)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			o.leave()
		}
	}()
	if o.file, err = openTyped(src, p.format, s.opt.ReadOptions); err != nil {
		return nil, err
	}
	if !slices.Equal(o.file.names(), p.names) {
		return nil, errChanged
	}
	chosen := make([]bool, len(p.names))
	for j, name := range p.names {
		chosen[j] = slices.Contains(s.names, name) && want(name)
	}
	o.lanes, err = o.file.lanes(ctx, chosen, &p.memory)
	return o, err
}

// leave closes the part.
func (o *opened) leave() {
	for _, l := range o.lanes {
		_ = l.close() // nothing was written
	}
	if o.file != nil {
		_ = o.file.close() // likewise
	}
	o.part.leave()
}

// firstFault returns the error that reading whole columns, one after another, ends
// with in the first parts: where there are several faults, err may be of another.
func (s *streamer) firstFault(ctx context.Context, parts []*part, want func(name string) bool, err error) error {
	if err == nil || errors.Is(err, errChanged) || errors.Is(err, errMemory) {
		return err
	}
	for _, p := range parts {
		if ctx.Err() != nil || !p.format.typed() {
			continue
		}
		fault := errAgain
		for errors.Is(fault, errAgain) {
			fault = guard(func() error { return s.skim(ctx, p, want) })
		}
		if fault != nil {
			return p.failed(fault)
		}
	}
	return err
}

// skim reads columns as Read does, and lets go of them.
func (s *streamer) skim(ctx context.Context, p *part, want func(name string) bool) error {
	o, err := s.enter(ctx, p, false, want)
	if err != nil {
		return err
	}
	defer o.leave()
	for _, l := range o.lanes {
		if a, ok := l.(*arrowLane); ok {
			a.whole = true
		}
		for {
			n, err := l.fill(ctx, chunkRows)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			l.take(n)
		}
	}
	return nil
}

// spoolLanes returns what reads a CSV part again.
func (s *streamer) spoolLanes(p *part, want func(name string) bool) (lanes []lane) {
	for _, name := range s.names {
		if c := s.sheets.columns[name]; c != nil && want(name) {
			lanes = append(lanes, c.lane(p.row, p.rows))
		}
	}
	return lanes
}

// enough tells whether what is kept is more than the options allow.
func (s *streamer) enough() error {
	k := kept{most: s.opt.Memory}
	for name, d := range s.shared {
		k.add(name, d)
	}
	for _, p := range s.parts {
		for name, v := range p.changes {
			if own := p.memory.column(name).texts; own != s.shared[name] {
				k.add(name, own)
			}
			k.add(name, &v.words)
		}
	}
	for _, j := range s.joins {
		k.add(j.field.Name, &j.words)
	}
	if s.sheets != nil {
		for name, c := range s.sheets.columns {
			k.add(name, &c.builder.texts)
		}
	}
	return k.check()
}

// kept adds up what texts take.
type kept struct {
	most, total int64
	bytes       map[string]int64 // of columns
	texts       map[string]int
}

func (k *kept) add(name string, d *dictionary) {
	if k.bytes == nil {
		k.bytes, k.texts = map[string]int64{}, map[string]int{}
	}
	k.total += d.bytes
	k.bytes[name] += d.bytes
	k.texts[name] = max(k.texts[name], len(d.texts))
}

// check finds out whether that is too much, and of which column most is.
func (k *kept) check() error {
	if k.most <= 0 || k.total <= k.most {
		return nil
	}
	name, most := "", int64(-1)
	for n, bytes := range k.bytes {
		if bytes > most || bytes == most && n < name {
			name, most = n, bytes
		}
	}
	return fmt.Errorf("%w: column %q has %d different texts and perhaps more, which with those of other columns take %d MB, and --memory allows %d MB: leave it out with --drop %s, or set a larger --memory",
		errMemory, name, k.texts[name], k.total>>20, k.most>>20, name)
}
