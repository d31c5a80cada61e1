package cli

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nngmix/nngmix/internal/store"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/pflag"
)

// TableFlags are the options that say how a file is read as a table.
type TableFlags struct {
	In            string   `json:"in"`
	Also          []string `json:"in_also,omitempty"` // what --in named after the first
	Hive          string   `json:"hive,omitempty"`
	Format        string   `json:"format,omitempty"`
	Header        string   `json:"header"`
	Delimiter     string   `json:"delimiter,omitempty"`
	Decimal       string   `json:"decimal,omitempty"`
	Thousands     string   `json:"thousands,omitempty"`
	Comment       string   `json:"comment,omitempty"`
	Encoding      string   `json:"encoding,omitempty"`
	MissingValues []string `json:"missing_values,omitempty"`
	Types         []string `json:"types,omitempty"`
	Features      string   `json:"features"`
	Drop          []string `json:"drop,omitempty"`
	Keep          []string `json:"keep,omitempty"`
}

// Add declares the options. Lists of columns are resolved when their names are
// known, since names may hold commas.
func (f *TableFlags) Add(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.Drop, "drop", nil, "columns to leave out, separated by commas; repeatable")
	flags.StringArrayVar(&f.Keep, "keep", nil, "feature columns to read, separated by commas (default all); repeatable")
	flags.StringArrayVar(&f.Types, "type", nil, "what a column holds, as COLUMN=KIND with number, integer, category, text, time, bool or drop; repeatable")
	flags.StringArrayVar(&f.MissingValues, "missing-value", nil, "text, or number, that stands for a missing value, beside the empty field, NULL, NaN, #N/A, ...; repeatable")
	flags.StringVar(&f.Format, "format", "", "format of the table, where its name does not tell: "+strings.Join(formatNames(), ", "))
	flags.StringVar(&f.Header, "header", "auto", "whether the first line of a CSV file names the columns: auto, yes or no")
	flags.StringVar(&f.Delimiter, "delimiter", "", "what separates the fields of a CSV file, \\t for a tab, a blank for any number of them (default: found from the first lines)")
	flags.StringVar(&f.Decimal, "decimal", "", "decimal sign of a CSV file, a point or a comma (default a point, or a comma where that is certain)")
	flags.StringVar(&f.Thousands, "thousands", "", "what groups the digits of numbers in a CSV file, such as a comma (default nothing)")
	flags.StringVar(&f.Comment, "comment", "", "lines of a CSV file that begin so are passed over, such as #")
	flags.StringVar(&f.Encoding, "encoding", "", "of the text in a CSV file, such as windows-1252, latin1 or utf-16 (default UTF-8, or UTF-16 where its mark shows it)")
	flags.StringVar(&f.Features, "features", "X", "array of an NPZ file that holds the features")
}

// AddIn declares --in, which may be given several times, and how folders are read.
func (f *TableFlags) AddIn(flags *pflag.FlagSet) {
	flags.Var((*inputs)(f), "in", "table to read: .csv .csv.gz .csv.zst .tsv .parquet .arrow .npz .npy, or - for standard input; a folder or a quoted pattern such as 'day=*/*.parquet' for all files of it; a URL such as s3://bucket/day=*/; repeatable")
	flags.StringVar(&f.Hive, "hive", "yes", "whether folders called key=value below --in are columns: yes or no")
}

// inputs is the value of --in.
type inputs TableFlags

func (i *inputs) String() string { return i.In }
func (i *inputs) Type() string   { return "FILE" }

func (i *inputs) Set(name string) error {
	if i.In == "" {
		i.In = name
	} else {
		i.Also = append(i.Also, name)
	}
	return nil
}

// parts returns the one file or the several that In and Also name.
func (f *TableFlags) parts(ctx context.Context) ([]table.Part, error) {
	if _, object := store.Parse(f.In); len(f.Also) == 0 && !object && !table.IsFolder(f.In) && !strings.ContainsAny(f.In, "*?[") {
		return []table.Part{{Path: f.In}}, f.checkName()
	}
	return table.Expand(ctx, append([]string{f.In}, f.Also...), f.Hive != "no")
}

// Read reads the table. label is kept whatever --keep says, and names the array
// of labels in an NPZ file. progress may be nil.
func (f *TableFlags) Read(ctx context.Context, label string, threads int, progress func(done, total int64)) (*table.Table, error) {
	s, err := f.Open(ctx, label, table.StreamOptions{
		ReadOptions: table.ReadOptions{Threads: threads, Progress: progress},
		Fits:        func(rows, columns int) bool { return true },
	})
	if err != nil {
		return nil, err
	}
	return s.Table(), nil
}

// Open is Read for a table that need not fit into memory. Of opt it takes what the
// flags do not say.
func (f *TableFlags) Open(ctx context.Context, label string, opt table.StreamOptions) (*table.Stream, error) {
	return f.OpenBy(ctx, table.OpenStream, label, opt)
}

// OpenBy is Open by open in place of table.OpenStream.
func (f *TableFlags) OpenBy(ctx context.Context, open func(context.Context, []table.Part, table.StreamOptions) (*table.Stream, error), label string, opt table.StreamOptions) (*table.Stream, error) {
	read, err := f.Options(label, opt.Threads)
	if err != nil {
		return nil, Usage(err)
	}
	read.Progress = opt.Progress
	opt.ReadOptions = read
	parts, err := f.parts(ctx)
	if err != nil {
		return nil, err
	}
	t, err := open(ctx, parts, opt)
	if err == nil && label != "" && !slices.Contains(table.FieldNames(t.Fields), label) && f.drops(label) {
		return nil, errors.Join(Usage(errDropsLabel(label)), t.Close())
	}
	return t, err
}

// checkName says of a file that is not there and has no name of a table both,
// since either may be what is wrong.
func (f *TableFlags) checkName() error {
	_, unknown := table.FormatOf(f.In)
	if _, err := os.Stat(f.In); unknown == nil || f.Format != "" || !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("%s: no such file (%w)", f.In, unknown)
}

// Options turns the flags into those of package table.
func (f *TableFlags) Options(label string, threads int) (table.ReadOptions, error) {
	if f.In == "" {
		return table.ReadOptions{}, errors.New("--in FILE is missing: the table to read")
	}
	if f.Hive != "" && f.Hive != "yes" && f.Hive != "no" {
		return table.ReadOptions{}, fmt.Errorf("--hive %s: want yes or no", f.Hive)
	}
	opt := table.ReadOptions{
		X: f.Features, Y: label, Drop: f.Drop, Keep: f.Keep, Missing: f.MissingValues,
		Encoding: f.Encoding, Threads: threads,
	}
	if label != "" && len(opt.Keep) > 0 {
		opt.Keep = append([]string{label}, opt.Keep...)
	}
	if err := f.setFormat(&opt); err != nil {
		return opt, err
	}
	if err := f.setSigns(&opt); err != nil {
		return opt, err
	}
	kinds, err := f.kinds()
	if err != nil {
		return opt, err
	}
	opt.Kinds = kinds
	if label != "" && (kinds[label] == table.AsNothing || slices.Contains(f.Drop, label)) {
		return opt, errDropsLabel(label)
	}
	return opt, nil
}

// formats are the names that --format takes.
var formats = []struct {
	name   string
	format table.Format
}{
	{"csv", table.CSV}, {"tsv", table.CSV}, {"csv.gz", table.CSVGzip}, {"csv.zst", table.CSVZstd},
	{"parquet", table.Parquet}, {"arrow", table.Arrow}, {"npz", table.NPZ}, {"npy", table.NPY},
}

func formatNames() (names []string) {
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// setFormat sets the format and whether there is a line of names.
func (f *TableFlags) setFormat(opt *table.ReadOptions) error {
	for _, known := range formats {
		if f.Format == known.name {
			opt.Format = known.format
		}
	}
	if f.Format != "" && opt.Format == 0 {
		return fmt.Errorf("--format %s: want one of %s", f.Format, strings.Join(formatNames(), ", "))
	}
	if f.Format == "tsv" {
		opt.Delimiter = '\t'
	}
	switch f.Header {
	case "auto", "": // of options that have no such flag
	case "yes":
		opt.Header = table.HeaderYes
	case "no":
		opt.Header = table.HeaderNo
	default:
		return fmt.Errorf("--header %s: want auto, yes or no", f.Header)
	}
	return nil
}

// setSigns sets what separates fields, digits and lines in a CSV file.
func (f *TableFlags) setSigns(opt *table.ReadOptions) error {
	for _, sign := range []struct {
		flag, text string
		to         *rune
	}{
		{"delimiter", strings.ReplaceAll(f.Delimiter, `\t`, "\t"), &opt.Delimiter}, {"decimal", f.Decimal, &opt.Decimal},
		{"thousands", f.Thousands, &opt.Thousands}, {"comment", f.Comment, &opt.Comment},
	} {
		if sign.text == "" {
			continue
		}
		r, size := utf8.DecodeRuneInString(sign.text)
		if size != len(sign.text) || r == utf8.RuneError {
			return fmt.Errorf("--%s %q: want one character", sign.flag, sign.text)
		}
		*sign.to = r
	}
	switch o := opt; {
	case o.Decimal != 0 && o.Decimal != '.' && o.Decimal != ',':
		return fmt.Errorf("--decimal %q: want a point or a comma", f.Decimal)
	case unicode.IsDigit(o.Thousands) || unicode.IsLetter(o.Thousands) || o.Thousands == '-' || o.Thousands == '+':
		return fmt.Errorf("--thousands %q: want a sign that is no part of a number, such as a comma, a point, a blank or '", f.Thousands)
	case o.Thousands != 0 && (o.Thousands == o.Decimal || o.Thousands == '.' && o.Decimal == 0):
		return fmt.Errorf("--thousands %q: it is the decimal sign too; name another with --decimal", f.Thousands)
	}
	return nil
}

// kinds returns what --type says of columns. Names may hold =, kinds do not.
func (f *TableFlags) kinds() (map[string]table.Kind, error) {
	if len(f.Types) == 0 {
		return nil, nil
	}
	kinds := make(map[string]table.Kind, len(f.Types))
	for _, text := range f.Types {
		at := strings.LastIndexByte(text, '=')
		if at < 1 {
			return nil, fmt.Errorf("--type %s: want COLUMN=KIND, such as zip=text", text)
		}
		name := text[:at]
		kind, err := table.ParseKind(text[at+1:])
		if err != nil {
			return nil, fmt.Errorf("--type %s: %q is no kind of column: want number, integer, category, text, time, bool or drop", text, text[at+1:])
		}
		if before, ok := kinds[name]; ok && before != kind {
			return nil, fmt.Errorf("--type says that column %s is %v and %v: give one of them", name, before, kind)
		}
		kinds[name] = kind
	}
	return kinds, nil
}

// drops tells whether label is in a list that --drop names.
func (f *TableFlags) drops(label string) bool {
	return slices.ContainsFunc(f.Drop, func(list string) bool {
		names, err := csv.NewReader(strings.NewReader(list)).Read()
		return err == nil && slices.Contains(names, label)
	})
}

func errDropsLabel(label string) error {
	return fmt.Errorf("column %s is the --label and cannot be left out: take it out of --drop and --type", label)
}
