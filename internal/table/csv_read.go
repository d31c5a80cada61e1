package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// readCSV reads a CSV file once, finding the type of each column on the way, and
// a second time for columns that turned out to be text after other values had
// been read: only then is the text of those needed.
func readCSV(ctx context.Context, src *source, opt ReadOptions) ([]Column, Style, error) {
	f, err := openCSV(src, opt)
	if err != nil {
		return nil, Style{}, err
	}
	builders, err := f.builders(opt)
	if err != nil {
		return nil, Style{}, errors.Join(err, f.text.close())
	}
	if err := f.parse(ctx, builders, src.size, opt.Threads); err != nil {
		return nil, Style{}, err
	}
	all := f.allQuoted() && quotesAll(builders, f.needless)
	again, err := settleAll(builders, all)
	if err != nil {
		return nil, Style{}, err
	}
	if again != nil {
		second, err := openCSV(src, opt)
		if err != nil {
			return nil, Style{}, err
		}
		if err := second.parse(ctx, again, src.size, opt.Threads); err != nil {
			return nil, Style{}, err
		}
	}
	columns, err := f.columns(builders, all)
	return columns, f.style, err
}

// settleAll decides what the columns are. It returns builders of those that have to
// be read again, which it puts in place of the others, or nil where there are none.
func settleAll(builders []*builder, all bool) ([]*builder, error) {
	var again []*builder
	for j, b := range builders {
		if b == nil {
			continue
		}
		if err := b.settle(all); err != nil {
			return nil, err
		}
		b.keepDigits()
		if b.late {
			if again == nil {
				again = make([]*builder, len(builders))
			}
			again[j] = b.again()
			builders[j] = again[j]
		}
	}
	return again, nil
}

// builders returns a builder for each column, nil for those that are not wanted.
func (f *csvFile) builders(opt ReadOptions) ([]*builder, error) {
	if err := f.invalidName(); err != nil {
		return nil, err
	}
	chosen, err := opt.choose(f.names)
	if err != nil {
		return nil, err
	}
	missing := newAskedMissing(opt.Missing, &f.rules)
	builders := make([]*builder, len(f.names))
	for j, name := range f.names {
		if !chosen[j] {
			continue
		}
		b := &builder{name: name, rules: f.rules, asked: opt.Kinds[name], missing: missing, watch: f.allQuoted()}
		if b.asked == AsText {
			b.kind = text
		}
		builders[j] = b
	}
	return builders, nil
}

// allQuoted tells whether every name is in quotes, as far as there are names.
func (f *csvFile) allQuoted() bool { return f.quoted || !f.header }

// quotesAll tells whether whoever wrote the columns put everything in quotes, which
// therefore say nothing; needless says that a name was without need.
func quotesAll(builders []*builder, needless bool) bool {
	for _, b := range builders {
		if b == nil {
			continue
		}
		if b.plain > 0 {
			return false
		}
		needless = needless || b.needless
	}
	return needless
}

// parse adds the rows to the builders of their columns and closes f. The next
// block is cut while the columns of one are parsed side by side. Of several errors
// that of the first line is returned.
func (f *csvFile) parse(ctx context.Context, builders []*builder, size int64, threads int) error {
	group, ctx := errgroup.WithContext(ctx)
	free, full := make(chan *batch, 3), make(chan *batch, 3)
	for range cap(free) {
		free <- new(batch)
	}
	group.Go(func() error {
		defer close(full)
		return f.cutAll(ctx, free, full)
	})
	group.Go(func() error {
		first := true
		for b := range full {
			if b.err != nil {
				return b.err
			}
			if first && !f.text.packed && f.after == nil {
				reserve(builders, int(float64(size)/float64(len(b.text)+1)*float64(b.rows())*1.02))
			}
			first = false
			if err := addAll(builders, b, cmp.Or(threads, runtime.GOMAXPROCS(0))); err != nil {
				return err
			}
			if f.after != nil {
				if err := f.after(); err != nil {
					return err
				}
			}
			select {
			case free <- b:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return errors.Join(group.Wait(), f.text.close())
}

// cutAll sends all batches; one that could not be cut ends them.
func (f *csvFile) cutAll(ctx context.Context, free <-chan *batch, full chan<- *batch) error {
	rows, header := 0, f.header
	for {
		var b *batch
		select {
		case b = <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
		b.err = f.next(b)
		if header && b.rows() > 0 {
			b.spans, b.lines = b.spans[f.width:], b.lines[1:]
			header = false
		}
		b.first = rows
		rows += b.rows()
		last := b.err != nil || b.rows() == 0 && f.end && len(f.rest) == 0
		select {
		case full <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		if last {
			return nil
		}
	}
}

// reserve tells builders how many more rows to expect.
func reserve(builders []*builder, rows int) {
	for _, b := range builders {
		if b != nil {
			b.reserve = b.n + rows
		}
	}
}

// addAll adds the rows of a batch to all builders, several at a time.
func addAll(builders []*builder, b *batch, threads int) error {
	var wait sync.WaitGroup
	var next atomic.Int64
	for range min(threads, len(builders)) {
		wait.Go(func() {
			for {
				j := int(next.Add(1)) - 1
				if j >= len(builders) {
					return
				}
				if builders[j] != nil {
					builders[j].add(b, j)
				}
			}
		})
	}
	wait.Wait()
	var first *cellError
	for _, b := range builders {
		if b != nil && b.err != nil && (first == nil || b.err.line < first.line) {
			first = b.err
		}
	}
	if first != nil {
		return first.error
	}
	return nil
}

// outcome is what became of a column.
type outcome struct {
	builder *builder
	at      int // among the columns of the file
	field   Field
}

// outcomes returns what became of the columns, without a last one that has neither
// name nor values: a delimiter ended the rows. numbers tells whether the values of a
// column tell the rows apart.
func (f *csvFile) outcomes(builders []*builder, all bool, numbers func(o *outcome) (bool, error)) ([]outcome, error) {
	var out []outcome
	trailing, comma := f.trailing, f.guessed
	for j, b := range builders {
		if b == nil {
			continue
		}
		if j > 0 && j == f.width-1 && f.nameless[j] && b.kind == unknown && b.asked == KindAuto {
			trailing = true
			continue
		}
		field, err := b.outcome(all)
		if err != nil {
			return nil, err
		}
		field.Header = f.headers[j]
		o := outcome{b, j, field}
		if j == 0 && f.nameless[0] && b.mayNumberRows() {
			index, err := numbers(&o)
			if err != nil {
				return nil, err
			}
			if index {
				o.field.Role = Index
			}
		}
		if b.comma != nil && comma {
			note(&o.field, fmt.Sprintf("%v has a decimal comma, which the file is taken to be written with (--decimal . if it is none)", b.comma))
			comma = false
		}
		out = append(out, o)
	}
	if trailing && len(out) > 0 {
		note(&out[len(out)-1].field, "a delimiter ends each line and begins no column")
	}
	return out, nil
}

// columns returns what was built.
func (f *csvFile) columns(builders []*builder, all bool) ([]Column, error) {
	out, err := f.outcomes(builders, all, func(o *outcome) (bool, error) {
		return o.builder.numbersRows(o.builder.filled(o.field)), nil
	})
	var columns []Column
	for _, o := range out {
		columns = append(columns, o.builder.filled(o.field))
	}
	return columns, err
}

// described is a column whose field may still be told more.
type described interface {
	Column
	describe() *Field
}

func (c *dense[T]) describe() *Field { return &c.field }

// note adds a clause to what is said of a field.
func note(f *Field, clause string) {
	if f.Reading == nil {
		f.Reading = &Reading{}
	}
	if f.Reading.Why != "" {
		clause = f.Reading.Why + "; " + clause
	}
	f.Reading.Why, f.Reading.Odd = clause, true
}
