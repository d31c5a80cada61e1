package table

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"
)

// readCSV reads a CSV file once, finding the type of each column on the way, and
// a second time for columns that turned out to be text after numbers had been
// read: only then is the text of the numbers needed.
func readCSV(ctx context.Context, src *source, opt ReadOptions) ([]Column, Style, error) {
	f, err := openCSV(src, opt)
	if err != nil {
		return nil, Style{}, err
	}
	f.names = distinctNames(f.names)
	chosen, err := opt.choose(f.names)
	if err != nil {
		return nil, Style{}, errors.Join(err, f.close())
	}
	builders := make([]*builder, len(f.names))
	for j := range builders {
		if chosen[j] {
			builders[j] = &builder{}
		}
	}
	if err := f.parse(ctx, builders); err != nil {
		return nil, Style{}, err
	}
	again, late := make([]*builder, len(builders)), false
	for j, b := range builders {
		if b != nil && b.late {
			again[j], late = &builder{kind: text}, true
			builders[j] = again[j]
		}
	}
	if late {
		if f, err = openCSV(src, opt); err != nil {
			return nil, Style{}, err
		}
		if err := f.parse(ctx, again); err != nil {
			return nil, Style{}, err
		}
	}
	var columns []Column
	for j, b := range builders {
		if b != nil {
			columns = append(columns, b.column(f.names[j]))
		}
	}
	return columns, Style{}, nil
}

// csvFile is a CSV file at its first row.
type csvFile struct {
	csv   *csv.Reader
	close func() error
	names []string
	first [][]string // rows read to find out about the header
	size  int64      // of the text; 0 where it is compressed
}

// openCSV opens src from its start and reads the header.
func openCSV(src *source, opt ReadOptions) (*csvFile, error) {
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	comma := delimiterOf(src.path, opt.Delimiter)
	if err := checkDelimiter(comma); err != nil {
		return nil, err
	}
	f := &csvFile{}
	text, err := f.decompress(src)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if err := skipMark(text); err != nil {
		return nil, errors.Join(err, f.close())
	}
	f.csv = csv.NewReader(text)
	f.csv.Comma = comma
	f.csv.ReuseRecord = true
	if err := f.readHeader(opt); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

func (f *csvFile) decompress(src *source) (*bufio.Reader, error) {
	const buffer = 1 << 18
	format, err := FormatOf(src.path)
	if err != nil {
		return nil, err
	}
	var text io.Reader = src
	f.close = func() error { return nil }
	switch format {
	case CSVGzip:
		z, err := gzip.NewReader(bufio.NewReaderSize(src, buffer))
		if err != nil {
			return nil, err
		}
		text, f.close = z, z.Close
	case CSVZstd:
		z, err := zstd.NewReader(src, zstd.WithDecoderMaxWindow(1<<27))
		if err != nil {
			return nil, err
		}
		text, f.close = z, func() error { z.Close(); return nil }
	default:
		f.size = src.size
	}
	return bufio.NewReaderSize(text, buffer), nil
}

// skipMark skips the byte order mark that some programs put before UTF-8.
func skipMark(r *bufio.Reader) error {
	start, _ := r.Peek(3)
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		_, err := r.Discard(3)
		return err
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return fmt.Errorf("%w: the text is UTF-16: save it as UTF-8", ErrUnsupported)
	}
	return nil
}

// readHeader finds the names of the columns.
func (f *csvFile) readHeader(opt ReadOptions) error {
	for range 2 {
		record, err := f.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		f.first = append(f.first, append([]string(nil), record...))
	}
	if len(f.first) == 0 {
		return fmt.Errorf("%w: the file is empty", ErrEmpty)
	}
	top := f.first[0]
	if opt.Delimiter == 0 {
		if err := wrongDelimiter(top, f.csv.Comma); err != nil {
			return err
		}
	}
	if opt.Header == HeaderNo || opt.Header == HeaderAuto && !isHeader(f.first) {
		for j := range top {
			f.names = append(f.names, numbered(j))
		}
		return nil
	}
	for j, name := range top {
		if name = strings.TrimSpace(name); name == "" {
			name = fmt.Sprintf("unnamed_%d", j+1)
		}
		f.names = append(f.names, name)
	}
	f.first = f.first[1:]
	return nil
}

// isHeader applies [HeaderAuto] to the first one or two lines.
func isHeader(lines [][]string) bool {
	numbers := 0
	for j, cell := range lines[0] {
		if isNumber(cell) {
			numbers++
		} else if len(lines) > 1 && isNumber(lines[1][j]) && !isMissing(strings.TrimSpace(cell)) {
			return true
		}
	}
	return numbers == 0
}

// wrongDelimiter finds a lone column whose name holds what usually separates
// columns.
func wrongDelimiter(top []string, used rune) error {
	if len(top) > 1 {
		return nil
	}
	for _, d := range ";\t|," {
		if d != used && strings.ContainsRune(top[0], d) {
			return fmt.Errorf("table: line 1 has one field when cut at %q, but %q in it: set --delimiter %q (or %q, if there is but one column)", used, d, d, used)
		}
	}
	return nil
}

// next returns the next line, cut into fields, which the one after overwrites.
func (f *csvFile) next() ([]string, error) {
	record, err := f.csv.Read()
	if err == nil || err == io.EOF {
		return record, err
	}
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if errors.Is(err, csv.ErrFieldCount) {
		return nil, fmt.Errorf("%w: line %d has %d fields, the lines before have %d: mend the line, or set --delimiter if it is not %q",
			ErrCorrupt, p.StartLine, len(record), f.csv.FieldsPerRecord, f.csv.Comma)
	}
	return nil, fmt.Errorf("%w: line %d, byte %d: %w: a field with a quote must be quoted, and quotes in it doubled", ErrCorrupt, p.Line, p.Column, p.Err)
}

// batchRows is how many rows go from the cutting to the parsing goroutine at
// once.
const batchRows = 1024

// parse adds the rows to the builders of their columns, nil for columns that are
// not wanted, and closes f. Cutting lines and parsing fields run side by side.
func (f *csvFile) parse(ctx context.Context, builders []*builder) error {
	group, ctx := errgroup.WithContext(ctx)
	free, full := make(chan [][]string, 3), make(chan [][]string, 3)
	for range cap(free) {
		free <- make([][]string, len(builders))
	}
	group.Go(func() error {
		defer close(full)
		return f.cut(ctx, builders, free, full)
	})
	group.Go(func() error {
		for batch := range full {
			for j, b := range builders {
				if b != nil {
					b.add(batch[j])
				}
			}
			free <- batch
		}
		return nil
	})
	return errors.Join(group.Wait(), f.close())
}

// cut sends the rows in batches, column by column.
func (f *csvFile) cut(ctx context.Context, builders []*builder, free <-chan [][]string, full chan<- [][]string) error {
	for rows := 0; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch := <-free
		for j := range batch {
			batch[j] = batch[j][:0]
		}
		n := 0
		for ; n < batchRows; n++ {
			record, err := f.row()
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			for j, b := range builders {
				if b != nil {
					batch[j] = append(batch[j], record[j])
				}
			}
		}
		if rows == 0 && n == batchRows && f.size > 0 {
			f.reserve(builders, n)
		}
		rows += n
		full <- batch
		if n < batchRows {
			return nil
		}
	}
}

// row returns the next row, those read with the header first.
func (f *csvFile) row() ([]string, error) {
	if len(f.first) > 0 {
		record := f.first[0]
		f.first = f.first[1:]
		return record, nil
	}
	return f.next()
}

// reserve tells builders how many rows the file will have, judging by the first
// ones.
func (f *csvFile) reserve(builders []*builder, rows int) {
	estimate := int(float64(f.size) / float64(f.csv.InputOffset()) * float64(rows) * 1.02)
	for _, b := range builders {
		if b != nil {
			b.reserve = estimate
		}
	}
}
