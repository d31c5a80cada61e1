package table

import (
	"context"
	"errors"
	"fmt"
)

// csvParts reads CSV files as if they were one: what a column holds shows when all
// were read. The names may stand in another order in each.
type csvParts struct {
	parts    []*part // those that are CSV files
	opt      ReadOptions
	comma    bool            // a file has decimal commas for certain
	mixed    bool            // there are other files, too
	known    map[string]bool // columns that are text in these
	files    []*csvFile
	builders []*builder // in order of the first file

	stream *csvStream // nil: values are kept in memory
}

// read returns the columns in the order of the first file.
func (r *csvParts) read(ctx context.Context) ([]Column, Style, error) {
	all, err := r.passes(ctx)
	if err != nil {
		return nil, Style{}, err
	}
	columns, err := r.files[0].columns(r.builders, all)
	return columns, r.files[0].style, r.named(err)
}

// passes reads all files once, and again what turned out to be text or to need all
// digits. all says that everything in the files is quoted.
func (r *csvParts) passes(ctx context.Context) (all bool, err error) {
	if err := r.pass(ctx, nil); err != nil {
		return false, err
	}
	first := r.files[0]
	all, needless := true, false
	for _, f := range r.files {
		all, needless = all && f.allQuoted(), needless || f.needless
		first.guessed = first.guessed || f.guessed
	}
	all = all && quotesAll(r.builders, needless)
	again, err := settleAll(r.builders, all)
	if err == nil && again != nil {
		err = r.pass(ctx, again)
	}
	if r.mixed { // others have a column that is nameless here
		first.nameless = make([]bool, first.width)
	}
	return all, r.named(err)
}

// named says which files an error is of, unless it does already.
func (r *csvParts) named(err error) error {
	var one *partError
	if err == nil || errors.As(err, &one) {
		return err
	}
	if more := len(r.parts) - 1; more > 0 {
		return fmt.Errorf("%s and %d more: %w", r.parts[0].Path, more, err)
	}
	return r.parts[0].failed(err)
}

// pass reads all files once. Without builders, which are in order of the first
// file, it makes them.
func (r *csvParts) pass(ctx context.Context, builders []*builder) error {
	left, before, rows := int64(0), lineFiles{}, 0
	for _, p := range r.parts {
		left += p.size
	}
	last := 0
	for k, p := range r.parts {
		before = append(before, fileLines{p.Path, last})
		n, err := r.one(ctx, k, builders, left, before)
		if err != nil {
			return p.failed(err)
		}
		if builders == nil {
			builders = r.builders
		}
		left -= p.size
		last += n
		for _, b := range builders {
			if b != nil {
				p.rows = b.n - rows
				b.ends, b.textEnds = append(b.ends, b.n), append(b.textEnds, len(b.texts.texts))
			}
		}
		if err := r.stream.ended(); err != nil {
			return p.failed(err)
		}
		rows += p.rows
	}
	return nil
}

// one adds the rows of part k to builders and returns its lines; left are the bytes
// from its start on to the end of the last part.
func (r *csvParts) one(ctx context.Context, k int, builders []*builder, left int64, before lineFiles) (int, error) {
	first := len(r.files) == k // time
	src, err := r.parts[k].reopen(ctx, r.opt.Stdin, first)
	if err != nil {
		return 0, err
	}
	defer r.parts[k].leave()
	if r.stream != nil {
		src.prints = &r.parts[k].memory.prints
		src.prints.restart()
	}
	f, err := openCSV(src, r.optionsOf(r.parts[k]))
	if err != nil {
		return 0, err
	}
	if first {
		f.guessed = f.guessed || f.decimal == ',' && r.opt.Decimal == 0
		r.files = append(r.files, f)
	}
	if builders == nil {
		if r.builders, err = f.builders(r.opt); err != nil {
			return 0, errors.Join(err, f.text.close())
		}
		r.knowText()
		builders = r.builders
	}
	r.stream.begin(f, builders)
	err = f.parse(ctx, r.arrange(f, builders, before), left, r.opt.Threads)
	f.splitter.r, f.rest, f.after = nil, nil, nil
	if !first {
		err = alteredCSV(err)
	}
	return f.line, err
}

// knowText begins as text what is text in other files.
func (r *csvParts) knowText() {
	for _, b := range r.builders {
		if b != nil && r.known[b.name] && b.asked == KindAuto {
			b.kind, b.known = text, true
		}
	}
}

// optionsOf returns those for a part, with what shows in others. A decimal comma is one in all files but those
// whose fields commas delimit.
func (r *csvParts) optionsOf(p *part) ReadOptions {
	opt := r.opt
	if p.like != nil {
		opt = p.like.lend(opt)
	}
	if r.comma && opt.Decimal == 0 && p.delimiter != ',' {
		opt.Decimal = ','
	}
	return opt
}

// arrange returns builders, which are in order of the first file, in the order of
// f, whose cells they will see.
func (r *csvParts) arrange(f *csvFile, builders []*builder, before lineFiles) []*builder {
	byName := map[string]*builder{}
	for _, b := range builders {
		if b != nil {
			byName[b.name] = b
			b.rules, b.watch = f.rules, f.allQuoted()
			if b.files, b.before = before, before[len(before)-1].before; r.stream != nil && r.stream.alone {
				b.files = nil
			}
		}
	}
	out := make([]*builder, len(f.names))
	for j, name := range f.names {
		out[j] = byName[name]
	}
	return out
}
