package table

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/format"
	"github.com/zeebo/xxh3"
)

// The footer is decoded here and not by parquet-go, which allocates what the
// lengths of lists claim and takes metadata keys without a value for damage.

// errEncrypted is returned for files that Parquet modular encryption made
// unreadable.
var errEncrypted = errors.New("the file is encrypted (Parquet modular encryption): decrypt it first")

// parquetFooter is what the end of a file tells of the rest.
type parquetFooter struct {
	schema []parquetElement // depth first; the first is the root
	rows   int64
	groups []parquetGroup
	keys   map[string]string
	start  int64  // offset in the file
	sum    uint64 // of its bytes
}

// parquetElement is a node of the schema.
type parquetElement struct {
	name             string
	leaf             bool
	physical         format.Type
	length           int64 // of a FIXED_LEN_BYTE_ARRAY
	repetition       format.FieldRepetitionType
	children         int64
	converted        int64 // the old kind of logical type; -1: none
	scale, precision int64
	logical          parquetLogical
}

// parquetLogical is a logical type: the member of the union that is set, and
// what it holds.
type parquetLogical struct {
	id               int64 // 0: none
	scale, precision int64 // of a decimal
	unit             int64 // of a time: 1, 2 and 3 are ms, µs and ns
	utc              bool
	width            int64 // of an integer
	signed           bool
}

// parquetGroup is a row group.
type parquetGroup struct {
	rows   int64
	chunks []parquetChunk // one for each leaf
}

// parquetChunk is the values of one leaf in one row group.
type parquetChunk struct {
	physical         format.Type
	codec            format.CompressionCodec
	values           int64
	data, dictionary int64 // offsets of the first page of each kind
	packed           int64 // bytes of all pages with their headers
	elsewhere        bool  // in another file
	encrypted        bool
}

// readFooter reads the end of a file.
func readFooter(src *source) (*parquetFooter, error) {
	var end [8]byte
	_, err := src.ReadAt(end[:], max(0, src.size-8))
	switch magic := string(end[4:]); {
	case err == nil && magic == "PARE":
		return nil, errEncrypted
	case err != nil || magic != "PAR1":
		return nil, fmt.Errorf("%w: it does not end as a Parquet file does", ErrCorrupt)
	}
	n := int64(binary.LittleEndian.Uint32(end[:]))
	if n > src.size-12 {
		return nil, fmt.Errorf("%w: a footer of %d bytes in a file of %d", ErrCorrupt, n, src.size)
	}
	data := make([]byte, n)
	start := src.size - 8 - n
	if _, err := src.ReadAt(data, start); err != nil {
		return nil, err
	}
	f := decodeFooter(&thrift{data: data})
	f.footer.start, f.footer.sum = start, xxh3.Hash(data)
	if f.thrift.err != nil {
		return nil, fmt.Errorf("%w: footer: %w", ErrCorrupt, f.thrift.err)
	}
	return f.footer, nil
}

// footerDecoder fills a footer.
type footerDecoder struct {
	*thrift
	footer *parquetFooter
}

func decodeFooter(r *thrift) footerDecoder {
	d := footerDecoder{r, &parquetFooter{keys: map[string]string{}}}
	f := d.footer
	r.fields(thriftStruct, func(id int64, k kindOf) {
		switch id {
		case 2:
			r.list(k, func(k kindOf) { f.schema = append(f.schema, d.element(k)) })
		case 3:
			f.rows = r.int(k)
		case 4:
			r.list(k, func(k kindOf) { f.groups = append(f.groups, d.group(k)) })
		case 5:
			r.list(k, d.key)
		default:
			r.skip(k)
		}
	})
	return d
}

func (r footerDecoder) element(k kindOf) parquetElement {
	e := parquetElement{converted: -1}
	r.fields(k, func(id int64, k kindOf) {
		switch id {
		case 1:
			e.physical, e.leaf = format.Type(r.int(k)), true
		case 2:
			e.length = r.int(k)
		case 3:
			e.repetition = format.FieldRepetitionType(r.int(k))
		case 4:
			e.name = r.string(k)
		case 5:
			e.children = r.int(k)
		case 6:
			e.converted = r.int(k)
		case 7:
			e.scale = r.int(k)
		case 8:
			e.precision = r.int(k)
		case 10:
			e.logical = r.logical(k)
		default:
			r.skip(k)
		}
	})
	return e
}

func (r footerDecoder) logical(k kindOf) (l parquetLogical) {
	r.fields(k, func(id int64, k kindOf) {
		l.id = id
		r.fields(k, func(id int64, k kindOf) {
			switch l.id<<8 | id {
			case logicalDecimal<<8 | 1:
				l.scale = r.int(k)
			case logicalDecimal<<8 | 2:
				l.precision = r.int(k)
			case logicalTime<<8 | 1, logicalTimestamp<<8 | 1:
				l.utc = r.bool(k)
			case logicalTime<<8 | 2, logicalTimestamp<<8 | 2:
				r.fields(k, func(id int64, k kindOf) { l.unit = id; r.skip(k) })
			case logicalInteger<<8 | 1:
				l.width = r.int(k)
			case logicalInteger<<8 | 2:
				l.signed = r.bool(k)
			default:
				r.skip(k)
			}
		})
	})
	return l
}

func (r footerDecoder) key(k kindOf) {
	var name, value string
	r.fields(k, func(id int64, k kindOf) {
		switch id {
		case 1:
			name = r.string(k)
		case 2:
			value = r.string(k)
		default:
			r.skip(k)
		}
	})
	r.footer.keys[name] = value
}

func (r footerDecoder) group(k kindOf) (g parquetGroup) {
	r.fields(k, func(id int64, k kindOf) {
		switch id {
		case 1:
			r.list(k, func(k kindOf) { g.chunks = append(g.chunks, r.chunk(k)) })
		case 3:
			g.rows = r.int(k)
		default:
			r.skip(k)
		}
	})
	return g
}

func (r footerDecoder) chunk(k kindOf) (c parquetChunk) {
	described := false
	r.fields(k, func(id int64, k kindOf) {
		switch id {
		case 1:
			c.elsewhere = r.string(k) != ""
		case 3:
			described = true
			r.chunkMeta(k, &c)
		case 8, 9:
			c.encrypted = true
			r.skip(k)
		default:
			r.skip(k)
		}
	})
	if !described && !c.encrypted {
		r.fail(errThrift)
	}
	return c
}

func (r footerDecoder) chunkMeta(k kindOf, c *parquetChunk) {
	r.fields(k, func(id int64, k kindOf) {
		switch id {
		case 1:
			c.physical = format.Type(r.int(k))
		case 4:
			c.codec = format.CompressionCodec(r.int(k))
		case 5:
			c.values = r.int(k)
		case 7:
			c.packed = r.int(k)
		case 9:
			c.data = r.int(k)
		case 11:
			c.dictionary = r.int(k)
		default:
			r.skip(k)
		}
	})
}
