package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// file returns a header of version 1 with the given text.
func file(text string) []byte {
	return append([]byte("\x93NUMPY\x01\x00"+string([]byte{byte(len(text)), byte(len(text) >> 8)})), text...)
}

func TestReadHeader(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       Header
	}{
		{"NumPy", "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }  \n", Header{Kind: 'f', Size: 8, Shape: []int{3, 4}}},
		{"other order and quotes", `{"shape":(5,),"descr":">i2","fortran_order":True}`, Header{Kind: 'i', Size: 2, BigEndian: true, Fortran: true, Shape: []int{5}}},
		{"Python 2", "{'descr': '|u1', 'fortran_order': False, 'shape': (3L, 4L), }", Header{Kind: 'u', Size: 1, Shape: []int{3, 4}}},
		{"single value", "{'descr': '|b1', 'fortran_order': False, 'shape': (), }", Header{Kind: 'b', Size: 1, Shape: []int{}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, used, err := ReadHeader(bytes.NewReader(file(tc.text)))
			if err != nil || used != 10+len(tc.text) || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v, %d bytes, %v", got, used, err)
			}
		})
	}
}

func TestReadHeaderErrors(t *testing.T) {
	const rest = "'fortran_order': False, 'shape': (3, 4), }"
	for _, tc := range []struct {
		name  string
		bytes []byte
		is    error
	}{
		{"empty", nil, ErrCorrupt},
		{"magic", []byte("PK\x03\x04AAAAAAAAAA"), ErrCorrupt},
		{"version", []byte("\x93NUMPY\x04\x00\x00\x00"), ErrUnsupported},
		{"ends in header", file("{'descr': '<f8'")[:12], ErrCorrupt},
		{"header of 4 GB", []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), ErrCorrupt},
		{"no dict", file("[]"), ErrCorrupt},
		{"open quote", file("{'descr"), ErrCorrupt},
		{"lacks descr", file("{" + rest), ErrCorrupt},
		{"unknown key", file("{'descr': '<f8', 'x': 1, " + rest), ErrCorrupt},
		{"negative shape", file("{'descr': '<f8', 'fortran_order': False, 'shape': (-3,), }"), ErrCorrupt},
		{"huge shape", file("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296), }"), ErrCorrupt},
		{"huge axis", file("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }"), ErrCorrupt},
		{"object", file("{'descr': '|O', " + rest), ErrUnsupported},
		{"text of no length", file("{'descr': '<U0', " + rest), ErrUnsupported},
		{"endless text", file("{'descr': '<U99999999', " + rest), ErrUnsupported},
		{"long double", file("{'descr': '<f16', " + rest), ErrUnsupported},
		{"record", file("{'descr': [('a', '<f8')], " + rest), ErrUnsupported},
		{"dtype", file("{'descr': 'x', " + rest), ErrCorrupt},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if h, _, err := ReadHeader(bytes.NewReader(tc.bytes)); !errors.Is(err, tc.is) {
				t.Errorf("got %+v, %v", h, err)
			}
		})
	}
}

// TestArchive writes arrays and reads them back, one of two axes among them.
func TestArchive(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out)
	ids, distances := []int64{1, -1, 3, 4, 5, 6}, []float64{0.5, 1, 2, 3, 4, 5}
	if err := Put(w, "ids", ids, 2, 3); err != nil {
		t.Fatal(err)
	}
	if err := Put(w, "distances", distances, 6); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := OpenArchive(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(a.Names(), " "); got != "ids distances" {
		t.Errorf("arrays %s", got)
	}
	h, r, avail, err := a.Open("ids")
	if err != nil || !slices.Equal(h.Shape, []int{2, 3}) {
		t.Fatal(h, err)
	}
	got, err := Read[int64](t.Context(), r, h, avail)
	if err != nil || !slices.Equal(got, ids) {
		t.Errorf("got %v, %v", got, err)
	}
	at := bytes.Index(out.Bytes(), Bytes(ids))
	out.Bytes()[at] ^= 1
	if _, r, avail, err = a.Open("ids"); err != nil {
		t.Fatal(err)
	}
	if _, err := Read[int64](t.Context(), r, h, avail); !errors.Is(err, ErrCorrupt) {
		t.Errorf("one bit is wrong: %v", err)
	}
}

// TestReadTexts reads text of both kinds and byte orders.
func TestReadTexts(t *testing.T) {
	u := func(order binary.AppendByteOrder, width int, texts ...string) (b []byte) {
		for _, s := range texts {
			runes := append([]rune(s), make([]rune, width)...)[:width]
			for _, r := range runes {
				b = order.AppendUint32(b, uint32(r))
			}
		}
		return b
	}
	for _, tc := range []struct {
		name, descr string
		bytes       []byte
		want        string
		is          error
	}{
		{"little", "<U3", u(binary.LittleEndian, 3, "ä", "", "a\x00b"), `"ä" "" "a\x00b"`, nil},
		{"big", ">U3", u(binary.BigEndian, 3, "ä", "", "日本語"), `"ä" "" "日本語"`, nil},
		{"bytes", "|S2", []byte("ab\x00\x00c\x00"), `"ab" "" "c"`, nil},
		{"no UTF-8", "|S2", []byte("ab\xff\x00c\x00"), "", ErrUnsupported},
		{"no character", "<U1", []byte("a\x00\x00\x00\x00\x00\x11\x00b\x00\x00\x00"), "", ErrUnsupported},
		{"half a pair", "<U1", []byte("a\x00\x00\x00\x00\xd8\x00\x00b\x00\x00\x00"), "", ErrUnsupported},
		{"short", "<U1", []byte("a\x00\x00\x00"), "", ErrCorrupt},
	} {
		h, _, err := ReadHeader(bytes.NewReader(file("{'descr': '" + tc.descr + "', 'fortran_order': False, 'shape': (3,), }")))
		if err != nil || !h.Text() || h.Descr() != tc.descr {
			t.Fatalf("%s: %+v, %v", tc.name, h, err)
		}
		var got []string
		err = ReadTexts(t.Context(), bytes.NewReader(tc.bytes), h, int64(len(tc.bytes)), func(text []byte) error {
			got = append(got, strconv.Quote(string(text)))
			return nil
		})
		if !errors.Is(err, tc.is) || tc.is == nil && strings.Join(got, " ") != tc.want {
			t.Errorf("%s: got %s, %v", tc.name, got, err)
		}
	}
}

func TestWriterErrors(t *testing.T) {
	w := NewWriter(io.Discard)
	out, err := w.Create("a", HeaderOf[int16](3))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Write(make([]byte, 8)); err == nil {
		t.Error("more values than the header says are taken")
	}
	if _, err := out.Write(make([]byte, 4)); err != nil {
		t.Error(err)
	}
	if _, err := w.Create("b", HeaderOf[int16](3)); err == nil {
		t.Error("an array may be incomplete")
	}
	if err := w.Close(); err == nil {
		t.Error("the last array may be incomplete")
	}
}

// TestArchiveClaims: an entry that claims more than its bytes can hold.
func TestArchiveClaims(t *testing.T) {
	text := "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,), }"
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "X.npy", Method: zip.Store, CompressedSize64: 100, UncompressedSize64: 8e9 + 10 + uint64(len(text))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(append(file(text), make([]byte, 24)...)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := OpenArchive(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := a.Open("X"); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "more than the file can hold") {
		t.Errorf("got %v", err)
	}
}

func FuzzReadHeader(f *testing.F) {
	f.Add(file("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 3), }  \n"))
	f.Add([]byte("\x93NUMPY\x02\x00\x35\x00\x00\x00{'descr': '|b1', 'fortran_order': True, 'shape': (3L,), }"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, used, err := ReadHeader(bytes.NewReader(data))
		if err != nil {
			return
		}
		if used > len(data) || h.Len() < 0 || h.Len()*h.Size < 0 {
			t.Fatalf("%d bytes read of %d, header %+v", used, len(data), h)
		}
		if h.Size == 1 || h.Kind == 'S' {
			h.BigEndian = false // not told by what has no order
		}
		again, _, err := ReadHeader(bytes.NewReader(h.append(nil)))
		if err != nil || !reflect.DeepEqual(again, h) {
			t.Errorf("written again %+v, was %+v: %v", again, h, err)
		}
	})
}
