package ann

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"slices"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/exact"
)

// Layout of a file; docs/format.md describes it.
const (
	fileMagic   = "\x89NNGX\r\n\x1a"
	fileOrder   = 0x0a0b0c0d
	fileVersion = 2    // of files without keys
	keyVersion  = 3    // of files with keys: there they stand before ids, and all else is as in 2
	headerBytes = 4096 // also what sections are aligned to

	fixedBytes   = 256 // of the header before the segments
	segmentBytes = 288 // of each segment in the header
	maxSegments  = (headerBytes - 4 - fixedBytes) / segmentBytes
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is the first part of a file, decoded.
type header struct {
	fileSize uint64
	opt      Options
	dim      int
	next     uint32 // the id of the next row
	meta     section
	segments []segmentHeader
}

// segmentHeader describes a segment.
type segmentHeader struct {
	nodes, values, rows uint64
	entryShift          uint32
	lossless            bool
	radius, step        float64
	space               space // whose limits of nominal columns are in their section
	sections            [segmentSections]section
}

// The sections of a segment, in the order of the file.
const (
	sectionLimits = iota
	sectionVectors
	sectionCodes
	sectionLinks
	sectionOutposts
	sectionValues
	sectionNodeStarts
	sectionStarts
	sectionIDs
	sectionHidden
	segmentSections
)

var sectionNames = [segmentSections]string{"limits", "vectors", "codes", "links", "outposts", "values", "node starts", "starts", "ids", "hidden"}

// section is a part of a file.
type section struct {
	offset, length uint64
	sum            uint32 // CRC-32C
}

// version returns the least version of the format that has what h describes.
func (h *header) version() uint32 {
	if h.opt.Keyed {
		return keyVersion
	}
	return fileVersion
}

// encode returns the header as it stands in a file.
func (h *header) encode() []byte {
	le := binary.LittleEndian
	b := append(make([]byte, 0, headerBytes), fileMagic...)
	b = le.AppendUint32(b, fileOrder)
	b = le.AppendUint32(b, h.version())
	b = le.AppendUint64(b, h.fileSize)
	for _, v := range []uint32{uint32(h.opt.Metric), uint32(h.dim), uint32(h.opt.M), uint32(h.opt.EfConstruction)} {
		b = le.AppendUint32(b, v)
	}
	b = le.AppendUint64(b, h.opt.Seed)
	b = le.AppendUint32(b, h.next)
	b = le.AppendUint32(b, uint32(len(h.segments)))
	b = h.meta.append(b)
	b = le.AppendUint32(b, uint32(h.opt.Quantize))
	b = le.AppendUint32(b, uint32(h.opt.Nominal))
	b = b[:fixedBytes]
	for i := range h.segments {
		s := &h.segments[i]
		b = le.AppendUint64(b, s.nodes)
		b = le.AppendUint64(b, s.values)
		b = le.AppendUint64(b, s.rows)
		b = le.AppendUint32(b, s.entryShift)
		b = le.AppendUint32(b, bit(s.lossless))
		b = le.AppendUint64(b, math.Float64bits(s.radius))
		b = le.AppendUint64(b, math.Float64bits(s.step))
		for _, part := range s.sections {
			b = part.append(b)
		}
		b = b[:fixedBytes+(i+1)*segmentBytes]
	}
	b = b[:headerBytes-4]
	return le.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// bit returns 1 for true.
func bit(set bool) uint32 {
	if set {
		return 1
	}
	return 0
}

func (s section) append(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint64(b, s.offset)
	b = le.AppendUint64(b, s.length)
	b = le.AppendUint32(b, s.sum)
	return le.AppendUint32(b, 0)
}

// reader takes numbers from the front of a slice that is long enough.
type reader []byte

func (r *reader) uint32() uint32 {
	v := binary.LittleEndian.Uint32(*r)
	*r = (*r)[4:]
	return v
}

func (r *reader) uint64() uint64 {
	v := binary.LittleEndian.Uint64(*r)
	*r = (*r)[8:]
	return v
}

func (r *reader) section() section {
	s := section{offset: r.uint64(), length: r.uint64(), sum: r.uint32()}
	r.uint32()
	return s
}

// decodeHeader decodes the header of the file data and checks all that can be
// checked without the sections: every length is the one that the counts ask for,
// and the sections lie behind each other, aligned, up to the end of the file.
func decodeHeader(data []byte) (*header, error) {
	if err := checkStart(data); err != nil {
		return nil, err
	}
	r := reader(data[16:])
	h := &header{fileSize: r.uint64()}
	h.opt = Options{Metric: exact.Metric(r.uint32()), Keyed: binary.LittleEndian.Uint32(data[12:]) == keyVersion}
	dim := r.uint32()
	h.opt.M, h.opt.EfConstruction = int(r.uint32()), int(r.uint32())
	h.opt.Seed = r.uint64()
	h.next = r.uint32()
	segments := r.uint32()
	h.meta = r.section()
	quantize, nominal := r.uint32(), r.uint32()
	h.opt.Quantize, h.opt.Nominal = Quantize(quantize), int(min(nominal, maxColumns+1))
	switch err := h.opt.Validate(); {
	case binary.LittleEndian.Uint32(data[24:]) > math.MaxUint8:
		return nil, corrupt("metric is unknown")
	case h.opt.M == 0 || h.opt.EfConstruction == 0:
		return nil, corrupt("M is %d, EfConstruction %d", h.opt.M, h.opt.EfConstruction)
	case quantize > math.MaxUint8:
		return nil, corrupt("quantize is %d, want 0 to 2", quantize)
	case err != nil:
		return nil, corrupt("%v", err)
	case dim < 1 || dim > maxColumns:
		return nil, corrupt("%d columns, want 1 to %d", dim, maxColumns)
	case nominal > dim:
		return nil, corrupt("%d nominal columns of %d", nominal, dim)
	case segments > maxSegments:
		return nil, corrupt("%d segments, want at most %d", segments, maxSegments)
	case segments > 0 && h.next == 0:
		return nil, corrupt("there are rows, but no id was given")
	case h.fileSize != uint64(len(data)):
		return nil, corrupt("the file has %d bytes, its header says %d: it was cut off or added to", len(data), h.fileSize)
	}
	h.dim = int(dim)
	for i := range int(segments) {
		r := reader(data[fixedBytes+i*segmentBytes:])
		s := segmentHeader{nodes: r.uint64(), values: r.uint64(), rows: r.uint64(), entryShift: r.uint32()}
		s.lossless = r.uint32() == 1
		s.radius, s.step = math.Float64frombits(r.uint64()), math.Float64frombits(r.uint64())
		for j := range s.sections {
			s.sections[j] = r.section()
		}
		h.segments = append(h.segments, s)
	}
	if err := h.checkLayout(data); err != nil {
		return nil, err
	}
	if !slices.Equal(h.encode(), data[:headerBytes]) {
		return nil, corrupt("unused bytes of the header are not zero")
	}
	return h, nil
}

// maxColumns bounds the columns of a file such that no length overflows.
const maxColumns = 1 << 24

// checkStart checks what must hold before anything else of a file is believed.
func checkStart(data []byte) error {
	le := binary.LittleEndian
	switch {
	case len(data) < len(fileMagic) || string(data[:len(fileMagic)]) != fileMagic:
		return corrupt("it does not begin as an index does")
	case len(data) < headerBytes:
		return corrupt("it has %d bytes, less than a header", len(data))
	case le.Uint32(data[8:]) == 0x0d0c0b0a:
		return corrupt("it was written with the bytes of numbers in big-endian order")
	case le.Uint32(data[8:]) != fileOrder:
		return corrupt("the byte order mark is damaged")
	case le.Uint32(data[12:]) > keyVersion:
		return fmt.Errorf("%w: it has format version %d, this program reads up to %d", ErrVersion, le.Uint32(data[12:]), keyVersion)
	case le.Uint32(data[12:]) == 1:
		return fmt.Errorf("%w: it has format version 1, which only older programs read: build the index again", ErrVersion)
	case le.Uint32(data[12:]) < fileVersion:
		return corrupt("there is no format version %d", le.Uint32(data[12:]))
	case le.Uint32(data[headerBytes-4:]) != crc32.Checksum(data[:headerBytes-4], castagnoli):
		return corrupt("the checksum of the header is wrong")
	}
	return nil
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCorrupt, fmt.Sprintf(format, args...))
}

// checkLayout checks counts, lengths and offsets. It reads limits, on which lengths
// depend, from data.
func (h *header) checkLayout(data []byte) error {
	at := uint64(headerBytes)
	place := func(s section, what string) error {
		if s.offset != at || s.length > h.fileSize-at {
			return corrupt("%s: offset %d, length %d in a file of %d bytes, want offset %d", what, s.offset, s.length, h.fileSize, at)
		}
		at = min(aligned4096(at+s.length), h.fileSize)
		return nil
	}
	if err := place(h.meta, "meta"); err != nil {
		return err
	}
	for i := range h.segments {
		s := &h.segments[i]
		if s.nodes < 1 || s.nodes > s.values || s.values > s.rows || s.rows > graph.MaxNodes {
			return corrupt("segment %d: %d nodes, %d values, %d rows", i, s.nodes, s.values, s.rows)
		}
		if s.radius != 0 && !(h.opt.Metric == exact.InnerProduct && s.radius > 0 && s.radius <= math.MaxFloat64) {
			return corrupt("segment %d: radius %v under %v", i, s.radius, h.opt.Metric)
		}
		want := [segmentSections]uint64{sectionLimits: 4 * uint64(h.opt.Nominal)}
		for j, part := range s.sections {
			what := fmt.Sprintf("segment %d, %s", i, sectionNames[j])
			if part.length != want[j] && !(j == sectionHidden && part.length == 0) &&
				!(j == sectionOutposts && part.length < want[j] && part.length%4 == 0) {
				return corrupt("%s: length %d, want %d", what, part.length, want[j])
			}
			if err := place(part, what); err != nil {
				return err
			}
			if j > sectionLimits {
				continue
			}
			limits := memory.SliceOf[uint32](part.of(data))
			for _, limit := range limits {
				if limit < 1 || limit > maxCodes {
					return corrupt("%s: %d, want 1 to %d", what, limit, maxCodes)
				}
			}
			s.space = space{metric: h.opt.Metric, dim: h.dim, radius: s.radius, nominal: newNominal(limits)}
			sp := &s.space
			if err := s.checkEntryShift(); err != nil {
				return fmt.Errorf("segment %d: %w", i, err)
			}
			if !sp.keepsValues() && s.nodes != s.values {
				return corrupt("segment %d: %d nodes, %d values", i, s.nodes, s.values)
			}
			if !(s.step >= 0 && s.step <= math.MaxFloat64) || (s.step > 0 && !hasCodes(sp.metric, sp.padded())) || (s.lossless && s.step == 0) {
				return corrupt("segment %d: step of codes %v", i, s.step)
			}
			want = h.lengths(s)
		}
	}
	if at != h.fileSize {
		return corrupt("%d bytes after the last section", h.fileSize-at)
	}
	return nil
}

// checkEntryShift returns an error where searches would enter at no node or at more
// than Build would make entries of.
func (s *segmentHeader) checkEntryShift() error {
	entries := s.nodes >> min(s.entryShift, 63)
	if s.entryShift > 0 && (s.entryShift > 31 || graph.Sampled(int(s.nodes), uint(s.entryShift), 0).Size < 1 || entries > uint64(mostEntries(s.space.width()))) {
		return corrupt("entry shift %d leaves %d entries among %d nodes, want at most %d", s.entryShift, entries, s.nodes, mostEntries(s.space.width()))
	}
	return nil
}

// mostEntries returns how many entries a graph of so many columns has at most, but for
// one.
func mostEntries(columns int) int {
	return max(graph.DefaultTuning.EntryRows, graph.DefaultTuning.EntryColumns/columns)
}

// lengths returns the lengths that the sections of s must have; hidden may also be
// empty, and outposts shorter.
func (h *header) lengths(s *segmentHeader) (n [segmentSections]uint64) {
	sp := &s.space
	n[sectionLimits] = 4 * uint64(h.opt.Nominal)
	if !s.lossless {
		n[sectionVectors] = s.nodes * uint64(sp.padded()) * 4
	}
	if s.step > 0 {
		n[sectionCodes] = uint64(graph.CodeStart(sp.padded())) + s.nodes*uint64(graph.CodeStride(sp.padded()))
	}
	if s.entryShift > 0 {
		n[sectionLinks] = s.nodes * uint64(2*h.opt.M) * 4
		n[sectionOutposts] = min(s.nodes, graph.MaxOutposts) * 4
	}
	if sp.keepsValues() {
		n[sectionValues] = s.values * uint64(h.dim) * 4
		n[sectionNodeStarts] = (s.nodes + 1) * 4
	}
	if s.rows > s.values {
		n[sectionStarts] = (s.values + 1) * 4
	}
	n[sectionIDs] = s.rows * 4
	if h.opt.Keyed {
		n[sectionIDs] += s.rows * 8
	}
	n[sectionHidden] = (s.rows + 63) / 64 * 8
	return n
}

// aligned4096 rounds n up to where a section may begin.
func aligned4096(n uint64) uint64 { return (n + headerBytes - 1) &^ (headerBytes - 1) }
