package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

// open goes to the first page of a chunk.
func (c *parquetColumn) open(chunk *parquetChunk, rows int64) error {
	switch {
	case chunk.encrypted:
		return errEncrypted
	case chunk.elsewhere:
		return fmt.Errorf("%w: its values are in another file", ErrUnsupported)
	case chunk.physical != c.leaf.physical:
		return fmt.Errorf("%w: it is %s, in a row group %s", ErrCorrupt, c.leaf.physical, chunk.physical)
	case chunk.values != rows:
		return fmt.Errorf("%w: a row group of %d rows with %d values", ErrCorrupt, rows, chunk.values)
	}
	start := chunk.data
	if chunk.dictionary > 0 {
		start = min(start, chunk.dictionary)
	}
	if start < 0 || start > c.footer.start || chunk.packed < 0 || chunk.packed > c.footer.start-start {
		return fmt.Errorf("%w: a row group reaches beyond the file", ErrCorrupt)
	}
	// Old versions of parquet-mr do not count the header of the dictionary.
	const uncounted = 100
	end := start + chunk.packed
	c.pages = pageReader{src: c.pages.src, prints: c.pages.prints, at: start, end: end, limit: min(end+uncounted, c.footer.start), window: c.pages.window[:0], base: start}
	c.start()
	return nil
}

// readPage reads the next page of the chunk.
func (c *parquetColumn) readPage(ctx context.Context) error {
	h, packed, err := c.pages.next()
	if err == io.EOF {
		return fmt.Errorf("%w: a row group lacks %d of %d rows", ErrCorrupt, c.left, c.chunk.values)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	switch h.kind {
	case format.DictionaryPage:
		err = c.readDictionary(c.chunk.codec, &h, packed)
	case format.DataPage, format.DataPageV2:
		if c.left -= h.values; c.left < 0 {
			return fmt.Errorf("%w: a row group has more than its %d rows", ErrCorrupt, c.chunk.values)
		}
		if err = c.readData(ctx, c.chunk.codec, &h, packed); err == nil {
			c.largest = max(c.largest, int(h.values))
		}
	}
	return badPage(err)
}

// badPage marks what is wrong with a page.
func badPage(err error) error {
	if err == nil {
		return nil
	}
	for _, known := range []error{ErrCorrupt, ErrUnsupported, errOutsized, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// readDictionary hands a page to the builder, which keeps it.
func (c *parquetColumn) readDictionary(codec format.CompressionCodec, h *pageHeader, packed []byte) error {
	if h.encoding != format.Plain && h.encoding != plainDictionary {
		return errEncoding(h.encoding)
	}
	if err := c.limits.rows(h.values * int64(c.size())); err != nil {
		return err
	}
	if err := c.limits.pages(h.unpacked); err != nil {
		return err
	}
	if !canUnpack(codec, packed, int(h.unpacked)) {
		return errSize
	}
	page := make([]byte, h.unpacked)
	if err := decompress(codec, page, packed); err != nil {
		return err
	}
	return c.dictionary(int(h.values), page)
}

// readData adds the rows of a data page.
func (c *parquetColumn) readData(ctx context.Context, codec format.CompressionCodec, h *pageHeader, packed []byte) error {
	if err := c.limits.rows(h.values * int64(c.size())); err != nil {
		return err
	}
	done, err := c.limits.open(ctx, h.unpacked)
	if err != nil {
		return err
	}
	defer done()
	if h.kind == format.DataPageV2 {
		return c.readV2(codec, h, packed)
	}
	page, err := c.unpack(codec, packed, int(h.unpacked))
	if err != nil {
		return err
	}
	n := int(h.values)
	valid, levels, page, err := c.levelsV1(h, page)
	if err != nil {
		return err
	}
	return c.add(n, valid, levels, h.encoding, page)
}

// readV2 adds the rows of a page whose levels stand before what is compressed.
func (c *parquetColumn) readV2(codec format.CompressionCodec, h *pageHeader, packed []byte) error {
	n := int(h.values)
	values := packed[h.repetition+h.definition:]
	valid, levels, err := c.readLevels(n, packed[h.repetition:][:h.definition])
	if err != nil {
		return err
	}
	if h.plain {
		codec = format.Uncompressed
	}
	if valid > 0 {
		values, err = c.unpack(codec, values, int(h.unpacked-h.repetition-h.definition))
		if err != nil {
			return err
		}
	}
	return c.add(n, valid, levels, h.encoding, values)
}

// unpack returns the bytes of a page, which are valid until the next one.
func (c *parquetColumn) unpack(codec format.CompressionCodec, packed []byte, size int) ([]byte, error) {
	if codec == format.Uncompressed && len(packed) == size {
		return packed, nil
	}
	if !canUnpack(codec, packed, size) {
		return nil, errSize
	}
	// No large page is kept while others want the memory.
	const keep = 8 << 20
	page := slices.Grow(c.page[:0], size)[:size]
	if c.page = page; size > keep {
		c.page = nil
	}
	return page, decompress(codec, page, packed)
}

// levelsV1 reads the levels at the start of a page and returns what follows.
func (c *parquetColumn) levelsV1(h *pageHeader, page []byte) (valid int, levels []uint8, rest []byte, err error) {
	n := int(h.values)
	if c.leaf.repetition == format.Required {
		return n, nil, page, nil
	}
	if h.levelEncoding == format.BitPacked {
		return c.oldLevels(n, page)
	}
	head, rest, err := lengthPrefixed(page)
	if err != nil {
		return 0, nil, nil, err
	}
	valid, levels, err = c.readLevels(n, head)
	return valid, levels, rest, err
}

// readLevels tells which of n rows have a value: nil where all of them do.
func (c *parquetColumn) readLevels(n int, src []byte) (valid int, levels []uint8, err error) {
	if c.leaf.repetition == format.Required {
		return n, nil, nil
	}
	c.levels = slices.Grow(c.levels[:0], n)[:n]
	valid, err = (&runs{src: src, width: 1}).levels(c.levels)
	if valid == n {
		return valid, nil, err
	}
	return valid, c.levels, err
}

// oldLevels reads levels of one bit each, the highest bit first.
func (c *parquetColumn) oldLevels(n int, page []byte) (valid int, levels []uint8, rest []byte, err error) {
	size := (n + 7) / 8
	if len(page) < size {
		return 0, nil, nil, errValues
	}
	levels = slices.Grow(c.levels[:0], n)[:n]
	for i := range levels {
		levels[i] = page[i>>3] << (i & 7) >> 7
		valid += int(levels[i])
	}
	c.levels = levels
	return valid, levels, page[size:], nil
}
