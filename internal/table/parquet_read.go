package table

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// parquetFile is an open Parquet file.
type parquetFile struct {
	src    *source
	footer *parquetFooter
	leaves []parquetLeaf
	stored []string // names as they stand in the file
	unique []string // those of the columns
}

func openParquet(src *source) (*parquetFile, error) {
	footer, err := readFooter(src)
	if err != nil {
		return nil, err
	}
	f := &parquetFile{src: src, footer: footer}
	if f.leaves, err = footer.leaves(); err != nil {
		return nil, err
	}
	for _, leaf := range f.leaves {
		f.stored = append(f.stored, leaf.name)
	}
	f.unique = distinctNames(f.stored)
	return f, nil
}

func (f *parquetFile) names() []string { return f.unique }
func (f *parquetFile) rows() int       { return int(f.footer.rows) }
func (f *parquetFile) close() error    { return nil }

// lanes returns a reader for each chosen column: they are read side by side.
func (f *parquetFile) lanes(_ context.Context, chosen []bool, m *fileMemory) ([]lane, error) {
	if err := m.footer(f.footer.sum); err != nil {
		return nil, err
	}
	index, times := f.footer.indexes(f.stored), f.footer.arrowTimes()
	// The footer's word on the number of rows is taken as far as a file of this
	// size makes likely.
	rows := int(max(0, min(f.footer.rows, 16*f.src.size/int64(len(f.leaves)+1))))
	limits := newLimits(f.src.size)
	var lanes []lane
	for j, leaf := range f.leaves {
		if !chosen[j] {
			continue
		}
		c := &parquetColumn{
			leaf:   leaf,
			field:  Field{Name: f.unique[j], Header: renamed(f.stored[j], f.unique[j])},
			note:   times[leaf.name],
			footer: f.footer, limits: limits, memory: m.column(f.unique[j]), most: rows,
		}
		if index[leaf.name] {
			c.field.Role = Index
		}
		c.leaf.name = f.unique[j]
		c.pages = pageReader{src: f.src, prints: &c.memory.prints}
		if err := c.begin(); err != nil {
			return nil, err
		}
		lanes = append(lanes, c)
	}
	return lanes, nil
}

// parquetColumn reads one column.
type parquetColumn struct {
	parquetBuilder
	leaf   parquetLeaf
	field  Field    // name and role
	note   Temporal // what Arrow noted
	footer *parquetFooter
	limits *limits
	memory *columnMemory
	most   int // rows that are likely

	group   int           // the next one
	chunk   *parquetChunk // that is read
	left    int64         // its rows that are not read yet
	taken   int           // rows that are gone
	largest int           // rows of a page so far
	pages   pageReader
	page    []byte // unpacked
	levels  []uint8
}

// begin goes to the first row.
func (c *parquetColumn) begin() (err error) {
	c.leaf.far = c.memory.far
	if c.parquetBuilder, err = newParquetBuilder(c.leaf, c.limits); err != nil {
		return err
	}
	f := c.about()
	f.Name, f.Header, f.Role = c.field.Name, c.field.Header, c.field.Role
	c.leaf.describe(f)
	refine(f, c.note)
	c.useTexts(c.memory.texts)
	c.memory.open = c.leaf.physical == format.Int96
	c.memory.prints.restart()
	c.group, c.left, c.taken = 0, 0, 0
	return nil
}

func (c *parquetColumn) close() error {
	c.parquetBuilder, c.page, c.levels, c.pages.window = nil, nil, nil, nil
	return nil
}

// fill reads pages until there are n rows, or all.
func (c *parquetColumn) fill(ctx context.Context, n int) (int, error) {
	if n > c.most && c.taken+c.rows() == 0 {
		c.reserve(c.most)
	}
	for c.rows() < n {
		if n < c.most { // memory for some batches at once
			c.room(int(min(int64(c.largest), c.left)), 4*n)
		}
		err := c.step(ctx)
		switch one := (*valueError)(nil); {
		case err == io.EOF:
			return c.rows(), nil
		case errors.Is(err, errFar) && !c.leaf.far:
			// Nanoseconds do not reach as far as the values of an INT96 do.
			if c.memory.far = true; c.taken > 0 {
				return 0, errAgain
			}
			if err := c.begin(); err != nil {
				return 0, err
			}
		case errors.Is(err, errChanged):
			return 0, err
		case errors.As(err, &one):
			return 0, fmt.Errorf("column %q, row %d: %w", c.field.Name, one.at+1, err)
		case err != nil:
			return 0, fmt.Errorf("column %q, after row %d: %w", c.field.Name, c.taken+c.rows(), err)
		}
	}
	return c.rows(), nil
}

func (c *parquetColumn) take(n int) []Column {
	c.taken += n
	return []Column{c.parquetBuilder.take(n)}
}

// step reads a page, io.EOF behind the last one.
func (c *parquetColumn) step(ctx context.Context) error {
	for c.left == 0 {
		if c.group == len(c.footer.groups) {
			return io.EOF
		}
		g := &c.footer.groups[c.group]
		c.group++
		if g.rows == 0 {
			continue
		}
		c.chunk = &g.chunks[c.leaf.at]
		if err := c.open(c.chunk, g.rows); err != nil {
			return err
		}
		c.left = g.rows
	}
	return c.readPage(ctx)
}
