package tableindex

import (
	"bytes"
	"testing"

	"github.com/nngmix/nngmix/internal/dataset"
)

// sealed returns a manifest of body with the right checksum.
func sealed(body string) []byte {
	return append([]byte(checksumBefore+digest([]byte(body))+checksumAfter), body...)
}

// FuzzManifest decodes manifests of any body, as damaged and as if they were written so:
// none brings the program down, and what is accepted is what it says when it is written
// again.
func FuzzManifest(f *testing.F) {
	m := &manifest{Version: 1, Next: 2, Segments: []segment{{Name: segmentName(0), Rows: 9, Dropped: 2, Bytes: 8192, Checksum: digest(nil)}, {Name: segmentName(1), First: 9, Rows: 1, Bytes: 4096}}}
	m.Table = &Schema{Version: metaVersion, Rows: 10, Dropped: 2, Missing: string(dataset.MissingDrop), Columns: []Column{{Name: "a", Max: 1}}, Added: []Added{{Rows: 1, Sums: []string{"x"}}}}
	f.Add(string(m.encode()[manifestHead:]))
	f.Add(`"nngmix_index":1}`)
	f.Add(`"nngmix_index":1,"segments":[{"rows":9223372036854775807}],"table":{"rows":-1}}`)
	f.Fuzz(func(t *testing.T, body string) {
		if _, err := decodeManifest([]byte(body)); err == nil {
			t.Errorf("without a checksum: accepted")
		}
		m, err := decodeManifest(sealed(body))
		if err != nil {
			return
		}
		text := m.encode()
		again, err := decodeManifest(text)
		if err != nil || !bytes.Equal(again.encode(), text) {
			t.Errorf("it becomes %s, and then %v", text, err)
		}
	})
}

// FuzzSegmentMeta does so for what a segment says of its rows.
func FuzzSegmentMeta(f *testing.F) {
	m := segmentMeta{Version: 1, Rows: 11, Dropped: 2, Gaps: []byte{3, 0}}
	f.Add(string(m.encode()), 11, 2, 5)
	f.Add(`{"nngmix_index_segment":1,"rows":3,"dropped":1,"gaps":"CA=="}`, 3, 1, 0)
	f.Fuzz(func(t *testing.T, text string, rows, dropped, first int) {
		rows, first = rows%1000, first%1000
		s := &segment{First: first, Rows: rows, Dropped: dropped}
		if first < 0 || rows < 1 || dropped < 0 || dropped >= rows {
			return // which the manifest refuses
		}
		meta, err := s.decodeMeta([]byte(text))
		if err != nil {
			return
		}
		g := newGapList(first + rows)
		g.copy(first, meta.Gaps)
		if got := 8*len(g.bits) - used(g.bits); got != dropped {
			t.Errorf("%d gaps, want %d", got, dropped)
		}
	})
}
