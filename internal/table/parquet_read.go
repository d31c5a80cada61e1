package table

import (
	"context"
	"errors"
	"fmt"
)

// readParquet reads the columns side by side, each from its first row group to
// its last.
func readParquet(ctx context.Context, src *source, opt ReadOptions) ([]Column, error) {
	footer, err := readFooter(src)
	if err != nil {
		return nil, err
	}
	readers, err := newParquetColumns(src, footer, opt)
	if err != nil {
		return nil, err
	}
	if err := eachColumn(ctx, opt.Threads, len(readers), func(j int) error { return readers[j].read(ctx) }); err != nil {
		return nil, err
	}
	var columns []Column
	for _, r := range readers {
		columns = append(columns, r.column)
	}
	return columns, nil
}

// parquetColumn reads one column.
type parquetColumn struct {
	parquetBuilder
	leaf   parquetLeaf
	field  Field    // name and role
	note   Temporal // what Arrow noted
	footer *parquetFooter
	limits *limits
	pages  pageReader
	page   []byte // unpacked
	levels []uint8
	column Column // what was read
}

// newParquetColumns returns readers of the columns that opt chooses.
func newParquetColumns(src *source, footer *parquetFooter, opt ReadOptions) ([]*parquetColumn, error) {
	leaves, err := footer.leaves()
	if err != nil {
		return nil, err
	}
	stored := make([]string, len(leaves))
	for j, leaf := range leaves {
		stored[j] = leaf.name
	}
	index, times, names := footer.indexes(stored), footer.arrowTimes(), distinctNames(stored)
	chosen, err := src.choose(opt, names)
	if err != nil {
		return nil, err
	}
	// The footer's word on the number of rows is taken as far as a file of this
	// size makes likely.
	rows := int(max(0, min(footer.rows, 16*src.size/int64(len(leaves)+1))))
	limits := newLimits(src.size)
	var columns []*parquetColumn
	for j, leaf := range leaves {
		if !chosen[j] {
			continue
		}
		c := &parquetColumn{leaf: leaf, field: Field{Name: names[j], Header: renamed(stored[j], names[j])}, note: times[leaf.name], footer: footer, limits: limits, pages: pageReader{src: src}}
		if index[leaf.name] {
			c.field.Role = Index
		}
		c.leaf.name = names[j]
		if c.parquetBuilder, err = newParquetBuilder(c.leaf, limits); err != nil {
			return nil, err
		}
		c.reserve(rows)
		columns = append(columns, c)
	}
	return columns, nil
}

// read reads the column and gives back what that took.
func (c *parquetColumn) read(ctx context.Context) error {
	if err := c.readAgain(ctx); err != nil {
		return err
	}
	c.column = c.finish(func(f *Field) {
		f.Name, f.Header, f.Role = c.field.Name, c.field.Header, c.field.Role
		c.leaf.describe(f)
		refine(f, c.note)
	})
	c.parquetBuilder, c.page, c.levels, c.pages.window = nil, nil, nil, nil
	return nil
}

// readAgain reads all row groups, and again where it turns out that nanoseconds
// do not reach as far as the values of an INT96 do.
func (c *parquetColumn) readAgain(ctx context.Context) (err error) {
	if err = c.readGroups(ctx); !errors.Is(err, errFar) {
		return err
	}
	c.leaf.far = true
	if c.parquetBuilder, err = newParquetBuilder(c.leaf, c.limits); err != nil {
		return err
	}
	return c.readGroups(ctx)
}

func (c *parquetColumn) readGroups(ctx context.Context) error {
	for g := range c.footer.groups {
		group := &c.footer.groups[g]
		err := c.readChunk(ctx, &group.chunks[c.leaf.at], group.rows)
		if one := (*valueError)(nil); errors.As(err, &one) {
			return fmt.Errorf("column %q, row %d: %w", c.field.Name, one.at+1, err)
		}
		if err != nil {
			return fmt.Errorf("column %q, after row %d: %w", c.field.Name, c.rows(), err)
		}
	}
	return nil
}
