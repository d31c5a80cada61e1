package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// Pages are decompressed here, into exactly the bytes that their headers
// declare. parquet-go shares the buffers of its LZ4 codecs between pages (its
// issue 608) and grows them as far as a page wants.

// errSize is returned for a page that does not unpack to what its header
// declares.
var errSize = errors.New("it does not unpack to the size that its header tells")

// mostRatio is how many bytes one packed byte can stand for; 0: no matter how
// many.
var mostRatio = map[format.CompressionCodec]int64{
	format.Uncompressed: 1,
	format.Snappy:       32, // 64 bytes of 2, or one literal
	format.Gzip:         1032,
	format.Lz4:          256,
	format.Lz4Raw:       256,
}

// canUnpack tells whether packed bytes may stand for size bytes, as far as this
// shows without unpacking them.
func canUnpack(codec format.CompressionCodec, packed []byte, size int) bool {
	if most := mostRatio[codec]; most != 0 && int64(size) > most*int64(len(packed)+1) {
		return false
	}
	switch codec {
	case format.Snappy:
		n, err := s2.DecodedLen(packed)
		return err == nil && n == size
	case format.Zstd:
		var h zstd.Header
		return h.Decode(packed) != nil || !h.HasFCS || h.FrameContentSize <= uint64(size)
	}
	return true
}

// decompress unpacks src into dst, which it fills.
func decompress(codec format.CompressionCodec, dst, src []byte) error {
	switch codec {
	case format.Uncompressed:
		return filled(copy(dst, src), dst, len(src) > len(dst))
	case format.Snappy:
		return unpackSnappy(dst, src)
	case format.Gzip:
		return unpackGzip(dst, src)
	case format.Brotli:
		return unpackStream(dst, brotli.NewReader(bytes.NewReader(src)))
	case format.Zstd:
		return unpackZstd(dst, src)
	case format.Lz4Raw:
		return unpackLZ4Block(dst, src)
	case format.Lz4:
		return unpackOldLZ4(dst, src)
	default:
		return fmt.Errorf("%w: it is compressed with %s: write it again with another codec, such as zstd", ErrUnsupported, codecName(codec))
	}
}

func codecName(codec format.CompressionCodec) string {
	if codec == format.LZO {
		return "LZO"
	}
	return fmt.Sprintf("codec %d, which is not known", codec)
}

// filled checks that n bytes are all of dst and nothing is over.
func filled(n int, dst []byte, over bool) error {
	if n != len(dst) || over {
		return errSize
	}
	return nil
}

func unpackSnappy(dst, src []byte) error {
	if n, err := s2.DecodedLen(src); err != nil || n != len(dst) {
		return errSize
	}
	_, err := s2.Decode(dst, src)
	return err
}

// unpackStream reads r to its end.
func unpackStream(dst []byte, r io.Reader) error {
	if _, err := io.ReadFull(r, dst); err != nil {
		return fmt.Errorf("%w: %w", errSize, err)
	}
	var one [1]byte
	if n, err := io.ReadFull(r, one[:]); n != 0 || err != io.EOF {
		return errSize
	}
	return nil
}

var gzipReaders = sync.Pool{New: func() any { return new(gzip.Reader) }}

// unpackGzip reads all members.
func unpackGzip(dst, src []byte) error {
	r := gzipReaders.Get().(*gzip.Reader)
	defer gzipReaders.Put(r)
	if err := r.Reset(bytes.NewReader(src)); err != nil {
		return err
	}
	return unpackStream(dst, r)
}

// zstdDecoder decodes whole pages, from several goroutines at once, no further
// than the memory goes that it is given.
var zstdDecoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecodeAllCapLimit(true))
})

func unpackZstd(dst, src []byte) error {
	d, err := zstdDecoder()
	if err != nil {
		return err
	}
	out, err := d.DecodeAll(src, dst[:0:len(dst)])
	if err != nil {
		return err
	}
	return filled(len(out), dst, false)
}

func unpackLZ4Block(dst, src []byte) error {
	if len(dst) == 0 && len(src) <= 1 {
		return nil // nothing, or the token that says so
	}
	n, err := lz4.UncompressBlock(src, dst)
	if err != nil {
		return err
	}
	return filled(n, dst, false)
}

// unpackOldLZ4 reads what codec LZ4 has meant: the blocks of Hadoop, a plain
// block, a frame.
func unpackOldLZ4(dst, src []byte) error {
	if unpackHadoop(dst, src) == nil || unpackLZ4Block(dst, src) == nil {
		return nil
	}
	return unpackStream(dst, lz4.NewReader(bytes.NewReader(src)))
}

// unpackHadoop reads blocks of Hadoop: each tells its size, followed by pieces
// that tell their packed size, until the block is full.
func unpackHadoop(dst, src []byte) error {
	for len(src) > 0 {
		if len(src) < 8 {
			return errSize
		}
		block := uint64(binary.BigEndian.Uint32(src))
		if src = src[4:]; block > uint64(len(dst)) {
			return errSize
		}
		rest, err := unpackPieces(dst[:block], src)
		if err != nil {
			return err
		}
		dst, src = dst[block:], rest
	}
	return filled(0, dst, false)
}

// unpackPieces fills one block and returns what follows it.
func unpackPieces(dst, src []byte) ([]byte, error) {
	for len(dst) > 0 {
		if len(src) < 4 {
			return nil, errSize
		}
		packed := uint64(binary.BigEndian.Uint32(src))
		if src = src[4:]; packed > uint64(len(src)) {
			return nil, errSize
		}
		n, err := lz4.UncompressBlock(src[:packed], dst)
		if err != nil || n == 0 {
			return nil, errSize
		}
		dst, src = dst[n:], src[packed:]
	}
	return src, nil
}
