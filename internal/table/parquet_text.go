package table

import (
	"encoding/binary"
	"encoding/hex"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/format"
)

// textDecoder decodes text to codes, which are given in order of first
// appearance in the rows, whatever the order of the file's dictionaries.
type textDecoder struct {
	reader  *byteReader
	texts   *dictionary
	show    func(dst, value []byte) []byte // how values become text; nil: they are
	invalid error                          // of values that are not UTF-8
	scratch []byte

	page    []byte   // the dictionary
	offsets []uint32 // of its values; unused for those of fixed width
	codes   []uint32 // of its values
}

// noCode marks values of a dictionary that no row had yet.
const noCode = 1<<32 - 1

func (d *textDecoder) decode(dst []uint32, encoding format.Encoding, src []byte) error {
	return d.reader.each(len(dst), encoding, src, func(i int, value []byte) (err error) {
		dst[i], err = d.code(i, value)
		return err
	})
}

func (d *textDecoder) dictionary(n int, src []byte) error {
	d.page, d.offsets, d.codes = src, d.offsets[:0], d.codes[:0]
	at := 0
	return d.reader.each(n, format.Plain, src, func(_ int, value []byte) error {
		d.offsets = append(d.offsets, uint32(at))
		d.codes = append(d.codes, noCode)
		at += 4 + len(value)
		return nil
	})
}

func (d *textDecoder) lookup(dst []uint32, indices []uint32) (err error) {
	for i, index := range indices {
		if int64(index) >= int64(len(d.codes)) {
			return errIndex(index, len(d.codes))
		}
		if d.codes[index] == noCode {
			if d.codes[index], err = d.code(i, d.value(int(index))); err != nil {
				d.codes[index] = noCode
				return err
			}
		}
		dst[i] = d.codes[index]
	}
	return nil
}

// value returns a value of the dictionary.
func (d *textDecoder) value(index int) []byte {
	if width := d.reader.width; width > 0 {
		return d.page[index*width:][:width]
	}
	value := d.page[d.offsets[index]:]
	return value[4:][:binary.LittleEndian.Uint32(value)]
}

// code returns the code of value i of a page.
func (d *textDecoder) code(i int, value []byte) (uint32, error) {
	if d.show != nil {
		d.scratch = d.show(d.scratch[:0], value)
		value = d.scratch
	}
	if c, ok := d.texts.code[string(value)]; ok {
		return c, nil
	}
	if !utf8.Valid(value) {
		return 0, &valueError{i, d.invalid}
	}
	return d.texts.add(string(value)), nil
}

// appendUUID adds the 16 bytes of a UUID as text (RFC 9562, section 4).
func appendUUID(dst, value []byte) []byte {
	for i := range value {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, value[i:i+1])
	}
	return dst
}
