package table

import (
	"bytes"
	"cmp"
	"io"
	"math"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// csvEncoder writes lines. A chunk is formatted by several goroutines, each a run
// of rows into its own buffer. Quoted is what would be read back as something
// else, and nothing more.
type csvEncoder struct {
	rules
	w       io.Writer
	end     func() error
	fields  []Field
	newline string
	missing string     // what stands for a missing value
	quoted  []bool     // numbers and times that may hold the delimiter
	texts   [][]string // of String fields: the dictionary, quoted as needed
	parts   [][]byte
}

func newCSVEncoder(w io.Writer, format Format, style Style, fields []Field) (encoder, error) {
	e := &csvEncoder{w: w, newline: "\n", fields: fields, texts: make([][]string, len(fields)),
		quoted: make([]bool, len(fields)), parts: make([][]byte, runtime.GOMAXPROCS(0))}
	e.rules = rules{decimal: byte(cmp.Or(style.Decimal, '.')), delimiter: []byte(string(style.Delimiter)), headless: style.NoHeader}
	if style.CRLF {
		e.newline = "\r\n"
	}
	if len(fields) == 1 || style.Delimiter == ' ' {
		e.missing = "NULL" // nothing would be no field
	}
	e.end = func() error { return nil }
	switch format {
	case CSVGzip:
		z := gzip.NewWriter(w)
		e.w, e.end = z, z.Close
	case CSVZstd:
		z, err := zstd.NewWriter(w)
		if err != nil {
			return nil, err
		}
		e.w, e.end = z, z.Close
	}
	for j := range fields {
		e.prepare(j)
	}
	if style.NoHeader {
		return e, nil
	}
	_, err := io.WriteString(e.w, e.header(fields))
	return e, err
}

// prepare quotes the texts of field j, and gives timestamps one layout for all
// rows, by which they are known when read.
func (e *csvEncoder) prepare(j int) {
	f := &e.fields[j]
	if t := &f.Temporal; t.Kind == Timestamp && t.Layout == "" {
		t.Layout = layoutOf(t)
	}
	if f.Temporal.Kind != NotTemporal && f.Temporal.Kind != Duration {
		e.quoted[j] = e.delimiter[0] == ' ' || e.delimiter[0] == ':'
	}
	if f.Type == Float64 || f.Type == Float32 || f.Type == Decimal {
		e.quoted[j] = e.delimiter[0] == e.decimal
	}
	if f.Type != String {
		return
	}
	e.texts[j] = make([]string, len(f.Dictionary))
	for c, s := range f.Dictionary {
		if e.mustQuote([]byte(s)) {
			s = quote(s)
		}
		e.texts[j][c] = s
	}
}

// layoutOf returns the layout of a timestamp with as many digits of the second as
// its unit counts.
func layoutOf(t *Temporal) string {
	layout := "2006-01-02T15:04:05"
	switch t.Unit {
	case time.Millisecond:
		layout += ".000"
	case time.Microsecond:
		layout += ".000000"
	case time.Nanosecond:
		layout += ".000000000"
	}
	if t.Zone != "" {
		layout += "Z07:00"
	}
	return layout
}

// header returns the line of names. Those that hold another usual delimiter are
// quoted too, so that the right one is found. An index that came without a name
// goes without one.
func (e *csvEncoder) header(fields []Field) string {
	names := make([]string, len(fields))
	for j, f := range fields {
		name := cmp.Or(f.Header, f.Name)
		nameless := j == 0 && f.Role == Index && name == "unnamed_1" && len(fields) > 1 && e.delimiter[0] != ' '
		switch {
		case nameless:
			name = ""
		case e.mustQuoteName([]byte(name)):
			name = quote(name)
		}
		names[j] = name
	}
	return strings.Join(names, string(e.delimiter)) + e.newline
}

// quote returns s as a quoted field (RFC 4180).
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func (e *csvEncoder) write(v []vector, n int) error {
	var wait sync.WaitGroup
	size := (n + len(e.parts) - 1) / len(e.parts)
	for p := range e.parts {
		wait.Go(func() { e.parts[p] = e.appendRows(e.parts[p][:0], v, p*size, min((p+1)*size, n)) })
	}
	wait.Wait()
	for _, part := range e.parts {
		if _, err := e.w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// appendRows adds the lines of the rows from ≤ i < to.
func (e *csvEncoder) appendRows(dst []byte, v []vector, from, to int) []byte {
	for i := from; i < to; i++ {
		for j := range v {
			if j > 0 {
				dst = append(dst, e.delimiter...)
			}
			switch {
			case !v[j].has(i):
				dst = append(dst, e.missing...)
			case e.quoted[j]:
				start := len(dst)
				if dst = e.appendValue(dst, &v[j], i, nil); bytes.Contains(dst[start:], e.delimiter) {
					dst = append(dst[:start], quote(string(dst[start:]))...)
				}
			default:
				dst = e.appendValue(dst, &v[j], i, e.texts[j])
			}
		}
		dst = append(dst, e.newline...)
	}
	return dst
}

func (e *csvEncoder) appendValue(dst []byte, v *vector, i int, texts []string) []byte {
	start := len(dst)
	switch f := v.field; {
	case f.Type == Float64:
		return e.comma(appendFloat(dst, v.floats[i], 64), start)
	case f.Type == Float32:
		return e.comma(appendFloat(dst, v.floats[i], 32), start)
	case f.Type == String:
		return append(dst, texts[v.ints[i]]...)
	case f.Type == Bool:
		return strconv.AppendBool(dst, v.ints[i] != 0)
	case f.Type == Uint64:
		return strconv.AppendUint(dst, uint64(v.ints[i]), 10)
	case f.Type == Decimal:
		return e.comma(appendDecimal(dst, v.ints[i], f.Places), start)
	case f.Temporal.Kind != NotTemporal:
		return f.appendTime(dst, v.ints[i])
	default:
		return strconv.AppendInt(dst, v.ints[i], 10)
	}
}

// comma puts the decimal sign into the number at dst[start:]. Behind a comma never
// stand just three digits, which could be taken for thousands.
func (e *csvEncoder) comma(dst []byte, start int) []byte {
	if e.decimal == '.' {
		return dst
	}
	at := bytes.IndexByte(dst[start:], '.')
	if at < 0 {
		return dst
	}
	dst[start+at] = e.decimal
	end := start + at + 1
	for end < len(dst) && dst[end]-'0' < 10 {
		end++
	}
	if end-(start+at) == 4 {
		dst = append(dst, 0)
		copy(dst[end+1:], dst[end:])
		dst[end] = '0'
	}
	return dst
}

// appendFloat adds the shortest text that reads back as x, with a point or an
// exponent, so that the column is read back as floating-point.
func appendFloat(dst []byte, x float64, bits int) []byte {
	abs := math.Abs(x)
	switch {
	case math.IsInf(x, 0):
		if x < 0 {
			dst = append(dst, '-')
		}
		return append(dst, "inf"...)
	case abs != 0 && abs < 1e-4 || abs >= 1e16:
		return strconv.AppendFloat(dst, x, 'e', -1, bits)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, x, 'f', -1, bits)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

func (e *csvEncoder) close() error { return e.end() }
func (e *csvEncoder) abort()       { _ = e.end() }
