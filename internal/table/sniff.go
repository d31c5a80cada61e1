package table

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// magics are how files that are read begin.
var magics = []struct {
	start  string
	format Format
}{
	{"ARROW1\x00\x00", Arrow}, {"FEA1\x00\x00\x00\x00", Arrow}, {"\xff\xff\xff\xff", Arrow},
	{"\x93NUMPY", NPY},
	{"\x1f\x8b", CSVGzip}, {"\x28\xb5\x2f\xfd", CSVZstd},
}

// strangers are how other files begin, what they are and how to get a table out
// of them.
var strangers = []struct {
	at          int
	start, what string
}{
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls): save it as CSV"},
	{0, "SQLite format 3\x00", "an SQLite database: export the table as CSV"},
	{8, "DUCK\x40\x00\x00\x00", "a DuckDB database: COPY the table to a Parquet file"},
	{0, "\x89HDF\r\n\x1a\n", "an HDF5 file: save the array with numpy.savez, or the data frame with to_parquet"},
	{0, "MATLAB 5.0 MAT-file", "a MATLAB file: save its arrays with numpy.savez(X=..., y=...)"},
	{0, "Obj\x01", "an Avro file: convert it to Parquet"},
	{0, "<stata_dta>", "a Stata file: save it as CSV or Parquet"},
	{0, "RDX2\n", "an R workspace: write the data frame with write.csv"},
	{0, "RDX3\n", "an R workspace: write the data frame with write.csv"},
	{4, "1AY&SY", "packed with bzip2: unpack it with bunzip2"},
	{0, "\xfd7zXZ\x00", "packed with xz: unpack it with unxz"},
	{0, "7z\xbc\xaf\x27\x1c", "packed with 7-Zip: unpack it"},
	{0, "Rar!\x1a\x07", "packed with RAR: unpack it"},
	{0, "\x04\x22\x4d\x18", "packed with LZ4: unpack it with lz4 -d"},
	{0, "\xff\x06\x00\x00sNaPpY", "packed with Snappy: unpack it"},
	{0, "%PDF-", "a PDF document: save the table as CSV"},
	{0, "<!doctype html", "a web page (HTML), perhaps what a download gave in place of the file: get the file itself"},
	{0, "<html", "a web page (HTML), perhaps what a download gave in place of the file: get the file itself"},
	{0, "<?xml", "an XML document: save the table as CSV"},
	{0, "@relation", "an ARFF file of Weka: save it as CSV"},
}

// sniffed is how many bytes are looked at.
const sniffed = 4096

// sniff returns the format that the content shows, 0 where it may be anything. What
// is known and not read, such as a workbook, is an error that says what it is.
func (s *source) sniff() (Format, error) {
	start := make([]byte, min(s.size, sniffed))
	if _, err := s.file.ReadAt(start, 0); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	for _, m := range magics {
		if bytes.HasPrefix(start, []byte(m.start)) {
			return m.format, nil
		}
	}
	switch begins := string(start[:min(4, len(start))]); {
	case (begins == "PAR1" || begins == "PARE") && s.end(4) == begins:
		return Parquet, nil
	case strings.HasPrefix(begins, "ORC") && strings.HasPrefix(s.end(4), "ORC"):
		return 0, fmt.Errorf("%w: it is an ORC file: convert it to Parquet", ErrFormat)
	}
	if bytes.HasPrefix(start, []byte("PK\x03\x04")) || bytes.HasPrefix(start, []byte("PK\x05\x06")) {
		return s.sniffZip()
	}
	if what := stranger(start); what != "" {
		return 0, fmt.Errorf("%w: it is %s", ErrFormat, what)
	}
	switch {
	case len(start) > 3 && start[0]&0xf0 == 0x50 && string(start[1:4]) == "\x2a\x4d\x18": // a frame to be skipped
		return CSVZstd, nil
	case plainText(start):
		return CSV, nil
	}
	return 0, nil
}

// end returns the last n bytes. How a file begins is not enough where a column of a
// CSV file may be called so.
func (s *source) end(n int64) string {
	b := make([]byte, min(n, s.size))
	if _, err := s.file.ReadAt(b, s.size-int64(len(b))); err != nil {
		return ""
	}
	return string(b)
}

// stranger says what a file that begins so is and how to get a table out of it, ""
// where it is not known.
func stranger(start []byte) string {
	text := bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")), " \t\r\n")
	lower := bytes.ToLower(text[:min(len(text), 16)])
	for _, f := range strangers {
		if len(start) > f.at && bytes.HasPrefix(start[f.at:], []byte(f.start)) || bytes.HasPrefix(lower, []byte(f.start)) {
			return f.what
		}
	}
	switch {
	case len(start) > 1 && start[0] == 0x80 && start[1] >= 2 && start[1] <= 5:
		return "a Python pickle, which could run any code when loaded: save the data frame with to_parquet, an array with numpy.savez"
	case isJSON(text):
		return "JSON: convert it to CSV or Parquet (--format csv reads it as the text that it is)"
	}
	return ""
}

// isJSON tells whether text begins as an object with a key, or as a list of
// objects, lists or values.
func isJSON(text []byte) bool {
	if len(text) < 2 || text[0] != '{' && text[0] != '[' {
		return false
	}
	inside := bytes.TrimLeft(text[1:], " \t\r\n")
	if text[0] == '{' {
		return bytes.HasPrefix(inside, []byte(`"`)) && bytes.Contains(inside, []byte(`":`))
	}
	return len(inside) > 0 && (inside[0] == '{' || inside[0] == '[')
}

// sniffZip tells NPZ archives from workbooks and other archives.
func (s *source) sniffZip() (Format, error) {
	archive, err := zip.NewReader(s.file, s.size)
	if err != nil {
		return NPZ, nil // its reader says what is wrong
	}
	first, what := "", ""
	for _, f := range archive.File {
		switch {
		case path.Ext(f.Name) == ".npy":
			return NPZ, nil
		case strings.HasPrefix(f.Name, "xl/"):
			what = "an Excel workbook: save it as CSV or Parquet"
		case f.Name == "content.xml":
			what = "a document of LibreOffice: save the table as CSV"
		case first == "":
			first = f.Name
		}
	}
	switch {
	case what != "":
		return 0, fmt.Errorf("%w: it is %s", ErrFormat, what)
	case first != "":
		return 0, fmt.Errorf("%w: it is a zip archive without arrays of NumPy that holds %q: unpack it", ErrFormat, first)
	}
	return NPZ, nil
}

// plainText tells whether a file that begins so may be text: without zero bytes, or
// UTF-16, which has one in each of many pairs.
func plainText(start []byte) bool {
	zeros := bytes.Count(start, []byte{0})
	if zeros == 0 {
		return true
	}
	if r, _ := utf8.DecodeRune(start); r == utf8.RuneError && len(start) > 1 && (start[0]^start[1] == 1) && start[0] >= 0xfe {
		return true // a byte-order mark
	}
	odd := 0
	for i := 1; i < len(start); i += 2 {
		if start[i] == 0 {
			odd++
		}
	}
	return (odd == zeros || odd == 0) && zeros > len(start)/4
}
