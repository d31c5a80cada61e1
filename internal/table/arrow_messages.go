package table

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/zeebo/xxh3"
)

// arrowMessages hands the messages of an Arrow file or stream to the library:
// schema, dictionaries, batches of rows. The library's own reader trusts what a
// message says about its size, unpacked or not; here that is looked over first, and
// bodies are unpacked.
type arrowMessages struct {
	next  func() (meta flat, body []byte, err error) // io.EOF behind the last
	codec unpacker
	// once says that a dictionary cannot be replaced, as in a file, where batches
	// may be read in any order.
	once    bool
	seen    map[int64]bool
	layouts *layouts // of the schema
	sum     uint64   // of its bytes
	prints  *prints  // of what follows it
}

// openMessages tells files, which end in their magic bytes as well, from streams.
func openMessages(src *source, left *allowance) (*arrowMessages, error) {
	m := &arrowMessages{codec: unpacker{left: left}, seen: map[int64]bool{}}
	start := make([]byte, min(src.size, 8))
	if _, err := src.ReadAt(start, 0); err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(start, []byte("FEA1")):
		return nil, fmt.Errorf("%w: Feather version 1: write it again as version 2", ErrUnsupported)
	case bytes.HasPrefix(start, ipc.Magic):
		f := &arrowBlocks{src: src}
		f.readFooter()
		m.next, m.once = f.next, true
	default:
		m.next = (&arrowStream{r: bufio.NewReaderSize(src, 1<<18), left: src.size}).next
	}
	return m, nil
}

// Message returns the next message.
func (m *arrowMessages) Message() (message *ipc.Message, err error) {
	err = guard(func() error {
		meta, body, err := m.next()
		if err != nil {
			return err
		}
		if err := m.prints.check(m.prints.seed(meta), body); err != nil {
			return err
		}
		if body, err = m.check(meta, body); err != nil {
			return err
		}
		message = ipc.NewMessage(memory.NewBufferBytes(meta), memory.NewBufferBytes(body))
		return nil
	})
	return message, err
}

// Release does nothing: the memory is Go's.
func (m *arrowMessages) Release() {}

// Retain likewise.
func (m *arrowMessages) Retain() {}

// check looks over a message and returns its body unpacked.
func (m *arrowMessages) check(b flat, body []byte) ([]byte, error) {
	message := b.follow(0)
	b.checkMetadata(message, 4)
	header := b.follow(b.field(message, 2))
	kind := b.optionalByte(message, 1)
	if kind == 1 { // schema
		var err error
		m.sum = xxh3.Hash(b)
		m.layouts, err = b.checkSchema(header)
		return body, err
	}
	if m.layouts == nil {
		return nil, fmt.Errorf("%w: it does not start with a schema", ErrCorrupt)
	}
	switch kind {
	case 2: // dictionary: its number, a batch of one column, whether it is added to what is there
		id := b.optionalLong(header, 0)
		if again := b.optionalByte(header, 2) == 0; again && m.seen[id] && m.once {
			return nil, fmt.Errorf("%w: dictionary %d changes within the file: write it as a stream (.arrows)", ErrUnsupported, id)
		}
		m.seen[id] = true
		return m.batch(b, b.follow(b.field(header, 1)), body, m.layouts.dictionaries[id])
	case 3: // rows
		return m.batch(b, header, body, m.layouts.rows)
	}
	return nil, fmt.Errorf("%w: a message of kind %d among the rows", ErrUnsupported, kind)
}

func (m *arrowMessages) batch(b flat, batch int, body []byte, want layout) ([]byte, error) {
	if err := b.checkBatch(batch, int64(len(body)), want); err != nil {
		return nil, err
	}
	return m.codec.unpack(b, batch, body)
}

// arrowStream reads messages one behind the other.
type arrowStream struct {
	r    *bufio.Reader
	left int64 // bytes
}

func (s *arrowStream) next() (meta flat, body []byte, err error) {
	word, err := s.read(4)
	if errors.Is(err, io.EOF) {
		return nil, nil, io.EOF
	}
	if err == nil && binary.LittleEndian.Uint32(word) == ^uint32(0) { // the mark before a length, which old files lack
		word, err = s.read(4)
	}
	if err != nil {
		return nil, nil, err
	}
	length := binary.LittleEndian.Uint32(word)
	if length == 0 {
		return nil, nil, io.EOF
	}
	if meta, err = s.read(int64(length)); err == nil {
		body, err = s.read(meta.optionalLong(meta.follow(0), 3))
	}
	return meta, body, err
}

// read returns the next n bytes.
func (s *arrowStream) read(n int64) ([]byte, error) {
	if s.left == 0 && n > 0 {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, io.EOF)
	}
	if n < 0 || n > s.left {
		return nil, fmt.Errorf("%w: a message claims %d bytes, %d are left", ErrCorrupt, n, s.left)
	}
	s.left -= n
	b := make([]byte, n)
	_, err := io.ReadFull(s.r, b)
	return b, err
}

// arrowBlocks finds messages by the footer, which comes last.
type arrowBlocks struct {
	src    *source
	schema flat   // the first message, nil once it was read
	blocks []byte // of the others: offset, length of its metadata, length of its body
}

// footerBlock is how many bytes of the footer say where a message is.
const footerBlock = 24

// readFooter reads what the file ends in: footer, its length, the magic bytes.
func (f *arrowBlocks) readFooter() {
	end := f.src.size - int64(len(ipc.Magic)) - 4
	tail := f.at(end, 4+int64(len(ipc.Magic)))
	if !bytes.Equal(tail[4:], ipc.Magic) {
		panic("the file does not end as it begins: it was cut off, or is not complete yet")
	}
	n := int64(binary.LittleEndian.Uint32(tail))
	b := flat(f.at(end-n, n))
	footer := b.follow(0)
	f.schema = schemaMessage(b, b.follow(b.field(footer, 1)))
	for slot := 2; slot <= 3; slot++ { // dictionaries, batches
		first, n := b.vector(footer, slot, footerBlock)
		f.blocks = append(f.blocks, b[first:first+n*footerBlock]...)
	}
}

// at reads n bytes at offset at.
func (f *arrowBlocks) at(at, n int64) []byte {
	if at < 0 || n < 0 || at > f.src.size || n > f.src.size-at {
		panic(fmt.Sprintf("%d bytes at %d of a file of %d", n, at, f.src.size))
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(f.src, at, n), b); err != nil {
		panic(err)
	}
	return b
}

func (f *arrowBlocks) next() (meta flat, body []byte, err error) {
	if f.schema != nil {
		meta, f.schema = f.schema, nil
		return meta, nil, nil
	}
	if len(f.blocks) == 0 {
		return nil, nil, io.EOF
	}
	block := flat(f.blocks[:footerBlock])
	f.blocks = f.blocks[footerBlock:]
	at, length := block.long(0), int64(int32(binary.LittleEndian.Uint32(block[8:])))
	meta = f.at(at, length)
	prefix := 4
	if binary.LittleEndian.Uint32(meta) == ^uint32(0) {
		prefix = 8
	}
	meta = meta[prefix:]
	size := meta.optionalLong(meta.follow(0), 3)
	if size != block.long(16) {
		return nil, nil, fmt.Errorf("%w: a body of %d bytes, of %d as the footer says", ErrCorrupt, size, block.long(16))
	}
	return meta, f.at(at+length, size), nil
}
