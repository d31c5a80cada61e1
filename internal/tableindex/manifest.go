package tableindex

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/zeebo/xxh3"
)

// manifestName is the file in the folder of an index that tells of all others.
const manifestName = "manifest.json"

// manifestVersion is the version of manifests that this program writes and reads.
const manifestVersion = 1

// manifest is what stands in manifest.json, behind its checksum.
type manifest struct {
	Version  int       `json:"nngmix_index"`
	Next     int       `json:"next"` // the number of the next segment: names are not used again
	Segments []segment `json:"segments"`
	Table    *Schema   `json:"table"` // without Gaps, which the segments know
}

// segment is a file of an index: the graph of some rows. It is never changed.
type segment struct {
	Name     string `json:"name"`
	First    int    `json:"first"` // row of the table that its rows begin with
	Rows     int    `json:"rows"`  // of the table, those left out included
	Dropped  int    `json:"dropped,omitempty"`
	Bytes    int64  `json:"bytes"`
	Checksum string `json:"checksum"` // of the header, which has those of all else
}

// segmentHeader is how many bytes of a segment its checksum is of.
const segmentHeader = 4096

// used is how many rows are in the graph.
func (s *segment) used() int { return s.Rows - s.Dropped }

// segmentName returns the name of the segment with a number.
func segmentName(number int) string { return fmt.Sprintf("segment-%06d.nngx", number) }

// segmentNames are those that segmentName gives.
var segmentNames = regexp.MustCompile(`^segment-[0-9]{6,}\.nngx$`)

// ownNames are those of files that may be in the folder of an index, temporary ones
// too.
var ownNames = regexp.MustCompile(`^(segment-[0-9]{6,}\.nngx|manifest\.json|\.nngmix-.*\.tmp)$`)

// Own tells whether an entry of a folder is one of an index, which may be lost when
// the index is replaced.
func Own(entry fs.DirEntry) bool {
	return entry.Type().IsRegular() && ownNames.MatchString(entry.Name())
}

// The manifest begins with its checksum, that of all bytes behind checksumAfter.
const (
	checksumBefore = `{"checksum":"`
	checksumAfter  = `",`
	checksumDigits = 32
	manifestHead   = len(checksumBefore) + checksumDigits + len(checksumAfter)
)

// digest returns the hash of b, 128 bits in hex.
func digest(b []byte) string {
	h := xxh3.Hash128(b)
	return fmt.Sprintf("%016x%016x", h.Hi, h.Lo)
}

// encode returns the bytes of manifest.json.
func (m *manifest) encode() []byte {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // it holds finite numbers and text only
	}
	body := append(text[1:], '\n') // without the brace
	return append([]byte(checksumBefore+digest(body)+checksumAfter), body...)
}

// write replaces the manifest of the folder dir.
func (m *manifest) write(dir string) error {
	f, err := atomicfile.Create(filepath.Join(dir, manifestName), true)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(m.encode()); err != nil {
		return err
	}
	return f.Commit()
}

// errDamaged says that a file is not as it was written.
var errDamaged = errors.New("it is damaged: build the index anew with 'nngmix index build'")

// readManifest reads the manifest of the folder dir.
func readManifest(dir string) (*manifest, error) {
	path := filepath.Join(dir, manifestName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(dir); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%s: it is a folder without %s, so it is not an index: 'nngmix index build --out %s' makes one", dir, manifestName, dir)
	}
	if err != nil {
		return nil, err
	}
	m, err := decodeManifest(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// decodeManifest returns the manifest in text, which may be damaged or crafted.
func decodeManifest(text []byte) (*manifest, error) {
	if len(text) < manifestHead || !bytes.HasPrefix(text, []byte(checksumBefore)) {
		return nil, errDamaged
	}
	body := text[manifestHead:]
	if string(text[len(checksumBefore):manifestHead]) != digest(body)+checksumAfter {
		return nil, fmt.Errorf("its checksum is wrong: %w", errDamaged)
	}
	m := new(manifest)
	if err := json.Unmarshal(append([]byte{'{'}, body...), m); err != nil || m.Version < 1 {
		return nil, errDamaged
	}
	if m.Version > manifestVersion {
		return nil, fmt.Errorf("it has version %d, this program knows %d: use a newer nngmix", m.Version, manifestVersion)
	}
	return m, m.check()
}

// check returns an error unless m can be what index build wrote.
func (m *manifest) check() error {
	if m.Table == nil || len(m.Segments) == 0 {
		return errDamaged
	}
	rows, dropped := 0, 0
	names := map[string]bool{}
	for _, s := range m.Segments {
		if names[s.Name] || !segmentNames.MatchString(s.Name) || s.First != rows || s.Dropped < 0 || s.Rows <= s.Dropped || s.Bytes < segmentHeader || !s.mayHold() {
			return errDamaged
		}
		names[s.Name] = true
		rows, dropped = rows+s.Rows, dropped+s.Dropped
	}
	if rows != m.Table.Rows || dropped != m.Table.Dropped {
		return errDamaged
	}
	if m.Table.Version > metaVersion {
		return fmt.Errorf("its description has version %d, this program knows %d: use a newer nngmix", m.Table.Version, metaVersion)
	}
	if int64(rows-dropped) > maxRows {
		return fmt.Errorf("it holds %d rows, more than %d, which this program searches", rows-dropped, maxRows)
	}
	return nil
}

// mayHold tells whether a file of that size can know of so many rows: 4 bytes are the
// id of one that is in the graph, and where some are left out each row has a bit.
func (s *segment) mayHold() bool {
	return int64(s.used()) <= s.Bytes/4 && (s.Dropped == 0 || int64(s.Rows/8) <= s.Bytes)
}

// bytes returns the size of all files.
func (m *manifest) bytes() int64 {
	n := int64(len(m.encode()))
	for _, s := range m.Segments {
		n += s.Bytes
	}
	return n
}

// checkFile returns an error unless the file path is the segment s as it was written,
// by its size and its header.
func (s *segment) checkFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() != s.Bytes {
		return fmt.Errorf("%s: it has %d bytes, %d when it was written: %w", path, info.Size(), s.Bytes, errDamaged)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	header := make([]byte, segmentHeader)
	if _, err := io.ReadFull(f, header); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if digest(header) != s.Checksum {
		return fmt.Errorf("%s: it is not the file that %s tells of: %w", path, manifestName, errDamaged)
	}
	return nil
}

// segmentMeta is what a segment knows of its rows, in the meta section of its file.
type segmentMeta struct {
	Version int    `json:"nngmix_index_segment"`
	Rows    int    `json:"rows"` // of the table
	Dropped int    `json:"dropped,omitempty"`
	Gaps    []byte `json:"gaps,omitempty"` // as in Schema, counted from the segment's first row
}

// segmentVersion is the version of segmentMeta.
const segmentVersion = 1

// encode returns m as JSON.
func (m *segmentMeta) encode() []byte {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // it holds whole numbers and bytes only
	}
	return text
}

// decodeSegment returns what the segment s says in text.
func (s *segment) decodeMeta(text []byte) (*segmentMeta, error) {
	m := new(segmentMeta)
	if err := json.Unmarshal(text, m); err != nil || m.Version != segmentVersion || m.Rows != s.Rows || m.Dropped != s.Dropped {
		return nil, errDamaged
	}
	if m.Gaps == nil && m.Dropped == 0 {
		return m, nil
	}
	last := m.Rows % 8
	if len(m.Gaps) != (m.Rows+7)/8 || last > 0 && m.Gaps[len(m.Gaps)-1]>>last != 0 || 8*len(m.Gaps)-used(m.Gaps) != m.Dropped {
		return nil, errDamaged
	}
	return m, nil
}

// isSegment tells whether text is of a segment.
func isSegment(text []byte) bool {
	var m segmentMeta
	return json.Unmarshal(text, &m) == nil && m.Version > 0
}
