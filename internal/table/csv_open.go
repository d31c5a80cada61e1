package table

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// csvFile is a CSV file before its first line.
type csvFile struct {
	splitter
	rules
	text     *csvText
	names    []string
	headers  []string // names as they stand in the file
	nameless []bool
	style    Style
	guessed  bool         // the decimal sign was found, not given
	header   bool         // the first row is one of names
	quoted   bool         // every name is quoted
	needless bool         // one of them without need
	after    func() error // called when a block was added; nil: nothing
}

// openCSV opens src from its start and finds out about its delimiter, decimal
// sign and header.
func openCSV(src *source, opt ReadOptions) (*csvFile, error) {
	text, err := openText(src, opt)
	if err != nil {
		return nil, err
	}
	f := &csvFile{text: text, splitter: splitter{r: text, line: 1}}
	if opt.Comment != 0 {
		f.comment = []byte(string(opt.Comment))
	}
	if err := f.look(src.path, opt); err != nil {
		return nil, errors.Join(err, text.close())
	}
	return f, nil
}

// look reads a first block and decides.
func (f *csvFile) look(path string, opt ReadOptions) (err error) {
	if f.rest, err = f.read(nil, blockSize); err != nil {
		return err
	}
	found := opt.Delimiter
	if given := f.sepLine(); found == 0 {
		found = given
	}
	if found == 0 && named(path) == '\t' {
		found = '\t'
	}
	detected := found == 0
	if detected {
		found = findDelimiter(f.rest, f.end, f.comment)
	}
	if err := checkDelimiter(found); err != nil {
		return err
	}
	f.splitter.delimiter = []byte(string(found))
	f.rules = rules{decimal: '.', delimiter: f.splitter.delimiter}
	rows, err := f.sample()
	if err != nil {
		return err
	}
	if !detected && opt.Delimiter == 0 {
		if err := wrongDelimiter(rows[0].text, found); err != nil {
			return err
		}
	}
	if err := f.setNotation(rows, found, opt); err != nil {
		return err
	}
	f.setHeader(rows, opt)
	if at := bytes.IndexAny(f.rest, "\r\n"); at >= 0 {
		f.style.CRLF = bytes.HasPrefix(f.rest[at:], []byte("\r\n"))
	}
	if found != named(path) {
		f.style.Delimiter = found
	}
	return f.checkWidth(rows)
}

// sepLine takes a first line that tells spreadsheets the delimiter off the text
// and returns that.
func (f *csvFile) sepLine() rune {
	line := f.rest[:min(len(f.rest), 16)]
	if at := bytes.IndexAny(line, "\r\n"); at > 0 {
		text := bytes.Trim(line[:at], `"`)
		name, value, ok := bytes.Cut(text, []byte("="))
		if r := []rune(string(value)); ok && strings.EqualFold(string(name), "sep") && len(r) == 1 {
			f.rest = f.rest[lineEnd(f.rest, at, true):]
			f.line++
			return r[0]
		}
	}
	return 0
}

// sample cuts the first rows, of which there must be one.
func (f *csvFile) sample() ([]cells, error) {
	for {
		rows, err := sample(f.rest, f.end, f.line, f.splitter.delimiter, f.comment)
		switch {
		case err != nil && len(rows) < 2:
			return nil, err
		case len(rows) > 0:
			return rows, nil
		case f.end:
			return nil, fmt.Errorf("%w: the file is empty", ErrEmpty)
		case len(f.rest) >= maxRecord:
			return nil, fmt.Errorf("%w: line 1 begins a row of more than %d MB: is a quote not closed?", ErrCorrupt, maxRecord>>20)
		}
		if f.rest, err = f.read(f.rest, 2*len(f.rest)); err != nil {
			return nil, err
		}
	}
}

// setNotation finds out how numbers are written.
func (f *csvFile) setNotation(rows []cells, delimiter rune, opt ReadOptions) error {
	switch {
	case opt.Decimal == ',' || opt.Decimal == 0 && opt.Thousands != ',' && decimalComma(rows, delimiter):
		f.decimal, f.style.Decimal, f.guessed = ',', ',', opt.Decimal == 0
	case opt.Decimal != 0 && opt.Decimal != '.':
		return fmt.Errorf("table: --decimal %q: want . or ,", opt.Decimal)
	}
	if opt.Thousands != 0 {
		if f.thousands = string(opt.Thousands); f.thousands == string(f.decimal) || strings.ContainsAny(f.thousands, "0123456789+-eE") {
			return fmt.Errorf("table: --thousands %q cannot be told from the rest of a number: set --decimal to another sign, or --thousands", opt.Thousands)
		}
	}
	return nil
}

// setHeader finds the names of the columns.
func (f *csvFile) setHeader(rows []cells, opt ReadOptions) {
	top := rows[0]
	f.setWidth(rows)
	f.header = opt.Header == HeaderYes || opt.Header == HeaderAuto && isHeader(rows)
	f.style.NoHeader, f.headless = !f.header, !f.header
	f.quoted = f.header
	for j := range f.width {
		if !f.header {
			f.names, f.headers, f.nameless = append(f.names, numbered(j)), append(f.headers, ""), append(f.nameless, false)
			continue
		}
		header := top.text[j]
		name := strings.TrimSpace(header)
		f.nameless = append(f.nameless, name == "")
		if name == "" {
			name, header = fmt.Sprintf("unnamed_%d", j+1), ""
		}
		f.names, f.headers = append(f.names, name), append(f.headers, header)
		f.quoted = f.quoted && top.quoted[j]
		f.needless = f.needless || top.quoted[j] && !f.mustQuoteName([]byte(header))
	}
	f.names = distinctNames(f.names)
	for j, name := range f.names {
		if f.headers[j] == name {
			f.headers[j] = ""
		}
	}
}

// setWidth decides how many fields a row has. A delimiter may end the rows, or the
// header alone.
func (f *csvFile) setWidth(rows []cells) {
	f.width = len(rows[0].text)
	if len(rows) == 1 {
		return
	}
	switch n := len(rows[1].text); {
	case n == f.width+1 && rows[1].bareEnd():
		f.trailing = true
	case n == f.width-1 && rows[0].bareEnd():
		f.width, f.trailing = n, true
	}
}

// checkWidth finds a second row of another length than the first, and comments
// that no option names.
func (f *csvFile) checkWidth(rows []cells) error {
	for _, row := range rows[1:] {
		n := len(row.text)
		if n == f.width || f.trailing && n == f.width+1 && row.text[f.width] == "" {
			continue
		}
		err := f.ragged(row.line, n)
		if first := rows[0].text[0]; f.comment == nil && strings.HasPrefix(first, "#") {
			return fmt.Errorf("%w; if the lines that begin with # are remarks, set --comment '#'", err)
		} else if cell := row.text[0]; f.comment == nil && strings.HasPrefix(cell, "#") {
			return fmt.Errorf("%w; if a line that begins with # is a remark, set --comment '#'", err)
		}
		return err
	}
	return nil
}

// invalidName finds a name that is not UTF-8.
func (f *csvFile) invalidName() error {
	at := slices.IndexFunc(f.names, func(name string) bool { return strings.ToValidUTF8(name, "") != name })
	if at < 0 {
		return nil
	}
	return notUTF8(1, fmt.Sprintf("name %d", at+1), f.names[at])
}

// notUTF8 says that text is in another encoding.
func notUTF8(line int, column, text string) error {
	return fmt.Errorf("table: line %d, column %s: %q is not UTF-8: set --encoding to what the text is in, such as windows-1252, latin1 or shift_jis", line, column, text)
}
