package table

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Header says whether the first line of a CSV file names the columns.
type Header uint8

// The choices. HeaderAuto takes the first line for names when none of its fields
// is a number, or when a field that is none stands above one that is.
const (
	HeaderAuto Header = iota
	HeaderYes
	HeaderNo // the columns are x0, x1, ...
)

// Kind is what a user says that a column holds.
type Kind uint8

// The kinds.
const (
	KindAuto   Kind = iota // what the file says or the values show
	AsNumber               // numbers; of a CSV file also 007, +5, $3.10 and 6 %
	AsInteger              // whole numbers
	AsCategory             // compared for equality, whatever they are and however many
	AsText                 // text as it stands, 007 and NA included
	AsTime                 // dates or timestamps as ISO 8601 writes them
	AsBool                 // true and false
	AsNothing              // left out
)

var kindNames = [...]string{"auto", "number", "integer", "category", "text", "time", "bool", "drop"}

// String returns the name of k as ParseKind takes it.
func (k Kind) String() string { return kindNames[k] }

// ParseKind returns the kind called name.
func ParseKind(name string) (Kind, error) {
	if at := slices.Index(kindNames[:], name); at >= 0 {
		return Kind(at), nil
	}
	return 0, fmt.Errorf("table: %q is no kind of column: want number, integer, category, text, time, bool or drop", name)
}

// ReadOptions say how to read a file. The zero value is the default.
type ReadOptions struct {
	Format Format // 0: by the name, or the content where the name tells nothing

	Header    Header // CSV only
	Delimiter rune   // CSV only; 0: found from the first lines; ' ' is any number of blanks
	Decimal   rune   // CSV only: what stands between a number's whole part and its fraction, '.' or ','; 0: found where that is certain, else a point
	Thousands rune   // CSV only: what groups digits, such as ',', '.', ' ' or '\''; 0: nothing
	Comment   rune   // CSV only: lines that begin so are passed over; 0: none
	Encoding  string // CSV only: of the text, as the WHATWG names it, such as windows-1252; "": UTF-8, or UTF-16 where a mark or the bytes show it

	// Missing are texts that stand for a missing value beside those known by
	// themselves. One that is a number counts in numeric columns of every format.
	Missing []string
	// Kinds says what columns hold. Every name must be there.
	Kinds map[string]Kind

	X, Y    string    // NPZ only: names of the arrays of features and labels, default X and y
	Keep    []string  // columns to read; nil: all. An element that is no column is cut at commas, as a line of CSV
	Drop    []string  // columns to leave out, likewise
	Stdin   io.Reader // what "-" reads; nil: os.Stdin
	Threads int       // 0: GOMAXPROCS
	// Progress, where it is not nil, is told how many bytes of the file were read.
	// It may be called from several goroutines.
	Progress func(done, total int64)
}

// renamed returns what the file calls a column where that is not name.
func renamed(stored, name string) string {
	if stored == name {
		return ""
	}
	return stored
}

// distinctNames returns names with those that stand twice told apart as pandas
// does it: a, a.1, a.2.
func distinctNames(names []string) []string {
	taken := make(map[string]bool, len(names))
	for _, name := range names {
		taken[name] = true
	}
	seen := make(map[string]bool, len(names))
	out := slices.Clone(names)
	for j, name := range names {
		for i := 1; seen[out[j]]; i++ {
			if next := fmt.Sprintf("%s.%d", name, i); !taken[next] {
				out[j] = next
				taken[next] = true
			}
		}
		seen[out[j]] = true
	}
	return out
}

// SplitNames returns the columns among names that given lists: an element that is
// a name stands for itself, others are cut at commas, as a line of CSV.
func SplitNames(given, names []string) ([]string, error) {
	known := setOf(names)
	var list []string
	for _, text := range given {
		if known[text] {
			list = append(list, text)
			continue
		}
		parts, err := csv.NewReader(strings.NewReader(text)).Read()
		if err != nil {
			parts = []string{text}
		}
		for _, name := range parts {
			if !known[name] {
				return nil, unknownColumn(name, names)
			}
			list = append(list, name)
		}
	}
	return list, nil
}

// choose tells for each of names, which are distinct, whether it is to be read.
// Unknown names in Keep, Drop or Kinds are errors (ErrColumn).
func (o ReadOptions) choose(names []string) ([]bool, error) {
	keep, err := SplitNames(o.Keep, names)
	if err != nil {
		return nil, err
	}
	drop, err := SplitNames(o.Drop, names)
	if err != nil {
		return nil, err
	}
	known := setOf(names)
	for _, name := range slices.Sorted(maps.Keys(o.Kinds)) {
		if !known[name] {
			return nil, unknownColumn(name, names)
		}
	}
	kept, dropped := setOf(keep), setOf(drop)
	chosen := make([]bool, len(names))
	for j, name := range names {
		chosen[j] = (o.Keep == nil || kept[name]) && !dropped[name] && o.Kinds[name] != AsNothing
	}
	return chosen, nil
}

func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}
