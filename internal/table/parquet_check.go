package table

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// The library allocates what a file claims to hold before it looks at the bytes.
// The checks here refuse claims that the file cannot keep.

// checkFooter compares the length of the footer with that of the file.
func checkFooter(src *source) error {
	var end [8]byte
	if _, err := src.ReadAt(end[:], max(0, src.size-8)); err != nil || string(end[4:]) != "PAR1" {
		return fmt.Errorf("%w: it does not end as a Parquet file does", ErrCorrupt)
	}
	if n := int64(binary.LittleEndian.Uint32(end[:])); n > src.size-12 {
		return fmt.Errorf("%w: a footer of %d bytes in a file of %d", ErrCorrupt, n, src.size)
	}
	return nil
}

// checkPages compares the sizes in the page headers of column j with the bytes
// that are there.
func checkPages(src *source, f *parquet.File, j int) error {
	for g, group := range f.Metadata().RowGroups {
		if j >= len(group.Columns) {
			return fmt.Errorf("%w: row group %d has %d columns", ErrCorrupt, g, len(group.Columns))
		}
		m := group.Columns[j].MetaData
		start := m.DataPageOffset
		if m.DictionaryPageOffset != 0 {
			start = m.DictionaryPageOffset
		}
		if start < 0 || m.TotalCompressedSize < 0 || m.TotalCompressedSize > src.size-start {
			return fmt.Errorf("%w: column %d of row group %d reaches beyond the file", ErrCorrupt, j, g)
		}
		if err := checkChunk(io.NewSectionReader(src, start, m.TotalCompressedSize)); err != nil {
			return fmt.Errorf("%w: column %d of row group %d: %w", ErrCorrupt, j, g, err)
		}
	}
	return nil
}

// checkChunk goes from page header to page header.
func checkChunk(chunk *io.SectionReader) error {
	for at := int64(0); at < chunk.Size(); {
		h, n, err := readPageHeader(chunk, at)
		if err != nil {
			return fmt.Errorf("page header: %w", err)
		}
		at += n
		if err := checkPage(h, chunk.Size()-at); err != nil {
			return err
		}
		at += int64(h.CompressedPageSize)
	}
	return nil
}

// readPageHeader reads the header at offset at of a chunk, and its length. How
// long it is shows only on the way.
func readPageHeader(chunk *io.SectionReader, at int64) (*format.PageHeader, int64, error) {
	for size := int64(1 << 9); ; size *= 8 {
		window := make([]byte, min(size, chunk.Size()-at))
		if _, err := chunk.ReadAt(window, at); err != nil {
			return nil, 0, err
		}
		h := new(format.PageHeader)
		r := new(thrift.CompactProtocol).NewReaderFromBytes(window)
		err := thrift.NewDecoder(r).Decode(h)
		if err == nil {
			return h, int64(r.BytesRead()), nil
		}
		if int64(len(window)) < size {
			return nil, 0, err
		}
	}
}

// Bounds on what a page may unpack to: any small page, and larger ones as far as
// compression, and run lengths behind it, go with real data.
const (
	smallPage    = 64 << 20 // bytes
	smallCount   = 1 << 20  // values
	unpackFactor = 1032
)

// checkPage compares the claims of h with the left bytes of its chunk.
func checkPage(h *format.PageHeader, left int64) error {
	packed, unpacked := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
	if packed < 0 || packed > left {
		return fmt.Errorf("a page of %d bytes where %d are left", packed, left)
	}
	if unpacked < 0 || unpacked > smallPage && unpacked > unpackFactor*packed {
		return fmt.Errorf("a page of %d bytes that unpacks to %d", packed, unpacked)
	}
	values := max(h.DataPageHeader.V.NumValues, h.DataPageHeaderV2.V.NumValues, h.DictionaryPageHeader.V.NumValues)
	if n := int64(values); n > smallCount && n > unpackFactor*unpacked {
		return fmt.Errorf("a page of %d bytes with %d values", unpacked, n)
	}
	return nil
}
