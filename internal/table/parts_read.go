package table

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// ReadParts reads files as one table: the rows of the first part, those of the
// second and so on, in columns that agree by name and stand as in the first part.
// Formats may differ. Keys are the last columns: integers, dates or text. A part
// alone without keys is read as [Read] does.
//
// CSV files are read as if they were one: what a column holds is decided over all of
// them, so that 007 in one keeps 5 in another the text that it is. Types of other
// files are brought together where no value is lost: integers to the narrowest type
// that holds all, integers and float64 to float64, float32 and float64 to float64,
// texts to one dictionary in order of first appearance, counts of time to the finer
// unit, decimals to the larger number of places; a column without any value agrees
// with everything. All else is an error that names the parts, the column, the types
// and what to do.
//
// Every part has all columns that opt does not leave out; names in opt are those of
// any part and of keys. The table does not depend on opt.Threads. Standard input and
// pipes are read to their ends first.
func ReadParts(ctx context.Context, parts []Part, opt ReadOptions) (*Table, error) {
	switch {
	case len(parts) == 0:
		return nil, fmt.Errorf("%w: no file is named", ErrEmpty)
	case len(parts) == 1 && len(parts[0].Keys) == 0:
		t, err := Read(ctx, parts[0].Path, opt)
		if err == nil {
			t.Parts = []PartRows{{parts[0].Path, 0, t.Rows}}
		}
		return t, err
	}
	if err := sameKeys(parts); err != nil {
		return nil, err
	}
	r := &partsReader{opt: opt, all: progress{report: opt.Progress}}
	defer r.close()
	for _, p := range parts {
		r.parts = append(r.parts, &part{Part: p, all: &r.all})
	}
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	if err := r.readTyped(ctx); err != nil {
		return nil, err
	}
	return r.table(ctx)
}

// partsReader reads several files.
type partsReader struct {
	parts []*part
	opt   ReadOptions
	all   progress
	names []string // of the columns that files give, those of the first part first
	keys  []string
	style Style
	csv   []Column // of all CSV files, one after another
}

func (r *partsReader) close() {
	for _, p := range r.parts {
		p.close()
	}
}

// open looks at all parts and decides which columns are read.
func (r *partsReader) open(ctx context.Context) error {
	var csv *part // the first one
	for _, p := range r.parts {
		if err := p.open(ctx, r.opt); err != nil {
			return err
		}
		if !p.format.typed() {
			csv = cmp.Or(csv, p)
			if err := p.resemble(ctx, csv, r.opt); err != nil {
				return err
			}
		}
		r.all.total += p.size
	}
	names := r.union()
	chosen, err := r.opt.choose(append(slices.Clip(names), r.parts[0].keyNames()...))
	if err != nil {
		return err
	}
	for j, name := range names {
		if chosen[j] {
			r.names = append(r.names, name)
		}
	}
	for j, name := range r.parts[0].keyNames() {
		if chosen[len(names)+j] {
			r.keys = append(r.keys, name)
		}
	}
	if len(r.names) == 0 {
		return fmt.Errorf("%s: %w: no columns are left to read", r.parts[0].Path, ErrEmpty)
	}
	if err := r.agree(); err != nil {
		return err
	}
	r.narrow()
	return nil
}

// union returns the names in all parts, in order of first appearance.
func (r *partsReader) union() (names []string) {
	seen := map[string]bool{}
	for _, p := range r.parts {
		for _, name := range p.names {
			if !seen[name] {
				names = append(names, name)
			}
			seen[name] = true
		}
	}
	return names
}

// agree finds a part that does not have the columns of the first one, and keys that
// are columns.
func (r *partsReader) agree() error {
	first := r.parts[0]
	has := setOf(first.names)
	for _, p := range r.parts {
		mine := setOf(p.names)
		for _, name := range r.names {
			switch {
			case has[name] && !mine[name]:
				return p.failed(fmt.Errorf("%w %q, which %s has%s: leave it out with --drop %s, or name the columns that all parts have with --keep", ErrColumn, name, first.Path, r.headless(p), name))
			case !has[name] && mine[name]:
				return p.failed(fmt.Errorf("%w %q in %s, which this part has%s: leave it out with --drop %s, or name the columns that all parts have with --keep", ErrColumn, name, first.Path, r.headless(p), name))
			}
		}
		for _, name := range r.keys {
			if mine[name] {
				return p.failed(fmt.Errorf("table: column %q is in the file, and the folder tells one of that name: set --hive no to leave out what folders tell", name))
			}
		}
	}
	return nil
}

// headless says what may be the matter where names were found in some CSV files
// only.
func (r *partsReader) headless(p *part) string {
	if p.format.typed() || r.parts[0].format.typed() || r.opt.Header != HeaderAuto {
		return ""
	}
	return " (its first line was taken for " + listed(p.names[:min(len(p.names), 3)]) + " ...; --header says whether first lines are names)"
}

// narrow makes options for the files of those for all.
func (r *partsReader) narrow() {
	r.opt.Keep, r.opt.Drop = r.names, nil
	kinds := map[string]Kind{}
	for _, name := range slices.Concat(r.names, r.keys) {
		if kind := r.opt.Kinds[name]; kind != KindAuto {
			kinds[name] = kind
		}
	}
	r.opt.Kinds = kinds
}

// ofFiles returns the options without what keys alone have.
func (r *partsReader) ofFiles() ReadOptions {
	opt := r.opt
	opt.Kinds = map[string]Kind{}
	for _, name := range r.names {
		if kind := r.opt.Kinds[name]; kind != KindAuto {
			opt.Kinds[name] = kind
		}
	}
	return opt
}

// readTyped reads the files that say which types they have, then the CSV files.
func (r *partsReader) readTyped(ctx context.Context) error {
	opt := r.ofFiles()
	group := &csvParts{opt: opt, known: map[string]bool{}}
	for _, p := range r.parts {
		if !p.format.typed() {
			group.parts = append(group.parts, p)
			group.comma = group.comma || p.comma
			continue
		}
		if err := p.read(ctx, opt); err != nil {
			return p.failed(err)
		}
		group.mixed = true
		for _, c := range p.columns {
			if c.Type() == String && c.CountMissing(0, p.rows) < p.rows {
				group.known[c.Name()] = true
			}
		}
	}
	if len(group.parts) == 0 {
		return nil
	}
	return guard(func() (err error) {
		r.csv, r.style, err = group.read(ctx)
		return err
	})
}

// read reads a file that says which types it has.
func (p *part) read(ctx context.Context, opt ReadOptions) error {
	src, err := p.reopen(ctx, opt.Stdin, true)
	if err != nil {
		return err
	}
	defer p.leave()
	return guard(func() error {
		if p.columns, err = readTyped(ctx, src, p.format, opt); err == nil {
			p.rows = p.columns[0].Len()
		}
		return err
	})
}

// totalRows returns how many rows all parts have.
func totalRows(parts []*part) int {
	last := parts[len(parts)-1]
	return last.first + last.rows
}
