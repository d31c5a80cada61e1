package table

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/table/npy"
)

// npzEncoder writes the features as the matrix X and each other field as an array
// of its own: time as its counts, a decimal as the nearest float64, a whole one as
// int64. Whole features that float64 does not hold exactly are an error. X goes straight into the archive; the others wait in temporary
// files until it is complete.
type npzEncoder struct {
	archive *npy.Writer
	x       io.Writer
	width   int       // columns of X
	single  []float32 // a chunk of X; nil when X is float64
	double  []float64
	spools  []*spoolFile // of each field, nil for features
	rows    int
	done    int // rows written
}

// spoolFile is an array that waits.
type spoolFile struct {
	name   string
	field  Field
	file   *os.File
	buffer *bufio.Writer
	bytes  []byte
	named  bool // the file has to be removed
}

func newNPZEncoder(w io.Writer, dir string, fields []Field, rows int64) (encoder, error) {
	e := &npzEncoder{archive: npy.NewWriter(w), rows: int(rows), spools: make([]*spoolFile, len(fields))}
	if rows < 0 || int64(e.rows) != rows {
		return nil, fmt.Errorf("table: an NPZ file needs to know how many rows will come: write .csv, .parquet or .arrow")
	}
	single := true
	for _, f := range fields {
		if f.Type == String {
			return nil, fmt.Errorf("%w: column %q is text, which an NPZ file does not hold: write .csv, .parquet or .arrow, or leave it out with --drop", ErrUnsupported, f.Name)
		}
		if f.Role == Feature {
			e.width++
			single = single && f.Type == Float32
		}
	}
	if e.width == 0 {
		return nil, fmt.Errorf("%w: no feature columns for X", ErrEmpty)
	}
	header := npy.HeaderOf[float64](e.rows, e.width)
	if single {
		header = npy.HeaderOf[float32](e.rows, e.width)
		e.single = make([]float32, chunkRows*e.width)
	} else {
		e.double = make([]float64, chunkRows*e.width)
	}
	var err error
	if e.x, err = e.archive.Create("X", header); err != nil {
		return nil, err
	}
	return e, e.openSpools(dir, fields)
}

func (e *npzEncoder) openSpools(dir string, fields []Field) error {
	taken := map[string]bool{"X": true}
	for j, f := range fields {
		if f.Role == Feature {
			continue
		}
		name := f.Name
		if f.Role == Label {
			name = "y"
		}
		name = cmp.Or(f.Array, name)
		if taken[name] {
			e.abort()
			return fmt.Errorf("table: two arrays would be called %q: rename or --drop the input's column", name)
		}
		taken[name] = true
		file, err := atomicfile.Temp(dir)
		if err != nil {
			e.abort()
			return err
		}
		named := os.Remove(file.Name()) != nil // where it cannot go with the program
		e.spools[j] = &spoolFile{name: name, field: f, file: file, named: named, buffer: bufio.NewWriterSize(file, 1<<16)}
	}
	return nil
}

func (e *npzEncoder) write(v []vector, n int) error {
	j := 0
	for i := range v {
		if s := e.spools[i]; s != nil {
			if err := s.write(&v[i], n); err != nil {
				return err
			}
			continue
		}
		if err := e.put(&v[i], j, n); err != nil {
			return err
		}
		j++
	}
	e.done += n
	var err error
	if e.single != nil {
		_, err = e.x.Write(npy.Bytes(e.single[:n*e.width]))
	} else {
		_, err = e.x.Write(npy.Bytes(e.double[:n*e.width]))
	}
	return err
}

// put writes v as column j of the chunk of X.
func (e *npzEncoder) put(v *vector, j, n int) error {
	switch {
	case e.single != nil:
		for i, x := range v.floats[:n] {
			e.single[i*e.width+j] = float32(x)
		}
	case v.field.Type.Float():
		for i, x := range v.floats[:n] {
			e.double[i*e.width+j] = x
		}
	default:
		for i := range n {
			if v.has(i) && !exact(v.ints[i], v.field.Type) {
				return fmt.Errorf("%w: column %q, row %d: a matrix of float64 does not hold its digits exactly: write .csv, .parquet or .arrow, or leave it out with --drop", ErrUnsupported, v.field.Name, e.done+i)
			}
			e.double[i*e.width+j] = v.float(i)
		}
	}
	return nil
}

// exact tells whether float64 holds x, by its bits where t is Uint64. The counts of
// a Decimal have at most 15 digits then, which come back out of the nearest number.
func exact(x int64, t Type) bool {
	switch {
	case t == Uint64:
		f := float64(uint64(x))
		return f < 0x1p64 && uint64(f) == uint64(x)
	case t == Decimal:
		return x > -1e15 && x < 1e15
	default:
		f := float64(x)
		return f < 0x1p63 && int64(f) == x
	}
}

// header returns that of the array.
func (s *spoolFile) header(rows int) npy.Header {
	t := s.field.Type
	if t == Decimal {
		if t = Float64; s.field.Places == 0 {
			t = Int64
		}
	}
	return npy.Header{Kind: t.kind(), Size: t.size(), BigEndian: npy.HostBigEndian, Shape: []int{rows}}
}

// write adds n values in the type of the field.
func (s *spoolFile) write(v *vector, n int) error {
	if v.field.Type == Decimal && v.field.Places > 0 {
		floats := make([]float64, n)
		for i := range floats {
			floats[i] = v.float(i)
		}
		_, err := s.buffer.Write(npy.Bytes(floats))
		return err
	}
	if slices.Contains(v.missing, true) {
		return fmt.Errorf("%w: column %q, of type %s, has a missing value, which an NPZ file cannot hold: write .csv, .parquet or .arrow, or leave it out with --drop", ErrUnsupported, v.field.Name, v.field.Type)
	}
	s.bytes = v.appendBytes(s.bytes[:0], n)
	_, err := s.buffer.Write(s.bytes)
	return err
}

// close moves the waiting arrays into the archive.
func (e *npzEncoder) close() error {
	defer e.abort()
	for _, s := range e.spools {
		if s == nil {
			continue
		}
		out, err := e.archive.Create(s.name, s.header(e.rows))
		if err == nil {
			err = s.buffer.Flush()
		}
		if err == nil {
			_, err = s.file.Seek(0, io.SeekStart)
		}
		if err == nil {
			_, err = io.Copy(out, s.file)
		}
		if err != nil {
			return err
		}
	}
	return e.archive.Close()
}

// abort removes the temporary files.
func (e *npzEncoder) abort() {
	for j, s := range e.spools {
		if s != nil {
			_ = s.file.Close()
			if s.named {
				_ = os.Remove(s.file.Name())
			}
			e.spools[j] = nil
		}
	}
}
