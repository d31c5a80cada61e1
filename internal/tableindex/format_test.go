package tableindex

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/nngmix/nngmix/ann"
	"github.com/zeebo/xxh3"
)

// TestFolderAsDocumented reads a folder as docs/format.md tells of it, with nothing of
// this package.
func TestFolderAsDocumented(t *testing.T) {
	from := mixedTable(200)
	dir := folderOf(t, cut(from, 0, 150), 40, readAs, SegmentOptions{Rows: 60})
	addTo(t, dir, cut(from, 150, 200), 40, 60)
	files := readFiles(t, dir)
	hash := func(text string) string {
		h := xxh3.HashString128(text)
		return fmt.Sprintf("%016x%016x", h.Hi, h.Lo)
	}
	text := files["manifest.json"]
	if text[:13] != `{"checksum":"` || text[13:45] != hash(text[47:]) || text[45:47] != `",` {
		t.Fatalf("the manifest begins with %q, want the checksum %s", text[:47], hash(text[47:]))
	}
	var m struct {
		Version  int `json:"nngmix_index"`
		Next     int
		Segments []struct {
			Name                 string
			First, Rows, Dropped int
			Bytes                int
			Checksum             string
		}
		Table struct {
			Version       int `json:"nngmix_table_index"`
			Rows, Dropped int
			Gaps          *string
			Columns       []struct {
				Name, Sum  string
				Categories []string
			}
			Added []struct {
				Source string
				Rows   int
				Sums   []string
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	if m.Version != 1 || m.Table.Version != 2 || m.Next != len(m.Segments) || m.Table.Rows != 200 || m.Table.Gaps != nil {
		t.Errorf("the manifest says %+v", m)
	}
	row, dropped := 0, 0
	for _, s := range m.Segments {
		file := files[s.Name]
		if s.First != row || s.Bytes != len(file) || s.Checksum != hash(file[:4096]) {
			t.Errorf("%+v, want row %d, %d bytes, checksum %s", s, row, len(file), hash(file[:4096]))
		}
		x, err := ann.OpenBytes([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		var meta struct {
			Version       int `json:"nngmix_index_segment"`
			Rows, Dropped int
			Gaps          string
		}
		if err := json.Unmarshal(x.Meta(), &meta); err != nil || meta.Version != 1 || meta.Rows != s.Rows || meta.Dropped != s.Dropped || x.Len() != s.Rows-s.Dropped {
			t.Errorf("%s: %s, %v, %d rows in the graph", s.Name, x.Meta(), err, x.Len())
		}
		gaps, err := base64.StdEncoding.DecodeString(meta.Gaps)
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.Rows {
			if gap := (row+i)%17 == 3; gap != (len(gaps) > 0 && gaps[i/8]>>(i%8)&1 == 1) {
				t.Errorf("%s: row %d is left out: %v", s.Name, i, !gap)
			}
		}
		row, dropped = row+s.Rows, dropped+s.Dropped
	}
	if row != m.Table.Rows || dropped != m.Table.Dropped || len(m.Table.Added) != 1 || m.Table.Added[0].Rows != 50 {
		t.Errorf("%d rows, %d dropped; the manifest says %+v", row, dropped, m.Table)
	}
	for j, c := range m.Table.Columns {
		if want := fingerprints(cut(from, 0, 150).Columns, 150)[j]; c.Sum != want {
			t.Errorf("column %s: %s, want %s", c.Name, c.Sum, want)
		}
		if want := fingerprints(cut(from, 150, 200).Columns, 50)[j]; m.Table.Added[0].Sums[j] != want {
			t.Errorf("column %s, added: %s, want %s", c.Name, m.Table.Added[0].Sums[j], want)
		}
	}
}
