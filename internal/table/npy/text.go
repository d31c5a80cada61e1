package npy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf8"
)

// ReadTexts hands the texts of the array that h describes to add, in the order of
// the file. r stands behind the header and holds avail more bytes. Texts are UTF-8;
// bytes that are not are an error (ErrUnsupported).
func ReadTexts(ctx context.Context, r io.Reader, h Header, avail int64, add func(text []byte) error) error {
	t, err := NewTexts(r, h, avail)
	if err != nil {
		return err
	}
	return t.Next(ctx, h.Len(), add)
}

// Texts reads texts, some at a time.
type Texts struct {
	in          *bufio.Reader
	h           Header
	at          int // number of the next text
	value, text []byte
}

// NewTexts returns a reader of what [ReadTexts] reads.
func NewTexts(r io.Reader, h Header, avail int64) (*Texts, error) {
	if !h.Text() {
		panic(fmt.Sprintf("npy: values of type %s read as text", h.DType()))
	}
	if err := h.CheckSize(avail); err != nil {
		return nil, err
	}
	return &Texts{in: bufio.NewReaderSize(r, 1<<16), h: h, value: make([]byte, h.Size)}, nil
}

// Next hands the next n texts, of which there must be as many, to add.
func (t *Texts) Next(ctx context.Context, n int, add func(text []byte) error) error {
	for range n {
		if t.at%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if _, err := io.ReadFull(t.in, t.value); err != nil {
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		t.text = t.h.appendText(t.text[:0], t.value)
		if !utf8.Valid(t.text) {
			return fmt.Errorf("%w: value %d, %.40q, is no UTF-8 text: save it again with astype(str)", ErrUnsupported, t.at, t.text)
		}
		if err := add(t.text); err != nil {
			return err
		}
		t.at++
	}
	if t.at < t.h.Len() {
		return nil
	}
	if _, err := t.in.ReadByte(); err != io.EOF { // the checksum is compared at the end
		return fmt.Errorf("%w: bytes behind the values: %v", ErrCorrupt, err)
	}
	return nil
}

// appendText adds the text that value holds, without the zeros that fill it up. A
// number that is no character gives bytes that are not UTF-8.
func (h Header) appendText(dst, value []byte) []byte {
	if h.Kind == 'S' {
		return append(dst, bytes.TrimRight(value, "\x00")...)
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if h.BigEndian {
		order = binary.BigEndian
	}
	for len(value) > 0 && order.Uint32(value[len(value)-4:]) == 0 {
		value = value[:len(value)-4]
	}
	for ; len(value) > 0; value = value[4:] {
		r := order.Uint32(value)
		if r > utf8.MaxRune || !utf8.ValidRune(rune(r)) {
			return append(dst, 0xff)
		}
		dst = utf8.AppendRune(dst, rune(r))
	}
	return dst
}
