package ann

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"github.com/nngmix/nngmix/exact"
)

// TestDamageIsMetWhereItIsRead changes links, starts and ids behind right checksums.
// Open reads none of them: the call that comes to one has an error, as all later
// calls have, and Verify has.
func TestDamageIsMetWhereItIsRead(t *testing.T) {
	x := changed(t, exact.Cosine)
	h, _, err := x.arrangeFile(t.Context(), x.state.Load(), x.meta)
	if err != nil {
		t.Fatal(err)
	}
	data := fileOf(t, x)
	query := clustered(1, 5, 1)
	search := func(y *Index) error { return second(y.Search(t.Context(), query, 2, SearchOptions{EfSearch: 2})) }
	calls := map[string]func(y *Index) error{
		"Search": search,
		"SearchBatch": func(y *Index) error {
			return second(y.SearchBatch(t.Context(), slices.Repeat(query, 40), 2, SearchOptions{EfSearch: 2}))
		},
		"SearchExact": func(y *Index) error { return second(y.SearchExact(t.Context(), query, 900, SearchOptions{Threads: 2})) },
		"Compact":     func(y *Index) error { return y.Compact(t.Context(), ChangeOptions{}) },
		"Delete":      func(y *Index) error { y.Delete(7); return search(y) },
	}
	for _, at := range []int{sectionLinks, sectionOutposts, sectionNodeStarts, sectionStarts, sectionIDs} {
		c := bytes.Clone(data)
		s := h.segments[0].sections[at]
		if s.length == 0 {
			t.Fatalf("no %s", sectionNames[at])
		}
		for i := range s.length / 4 {
			binary.LittleEndian.PutUint32(c[s.offset+4*i:], 0x7fffffff)
		}
		for name, call := range calls {
			y, err := decodeCopy(c)
			if err != nil {
				t.Fatalf("%s: Open: %v", sectionNames[at], err)
			}
			ofGraph := at == sectionLinks || at == sectionOutposts || at == sectionNodeStarts
			if ofGraph && (name == "SearchExact" || name == "Compact") {
				continue // which do not look at them
			}
			if err := call(y); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s, %s: got %v, want %v", sectionNames[at], name, err, ErrCorrupt)
			}
			if err := y.Save(t.Context(), filepath.Join(t.TempDir(), "x")); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s, %s, then Save: got %v, want %v", sectionNames[at], name, err, ErrCorrupt)
			}
		}
		if err := verifyCopy(sealAll(c)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: Verify: got %v", sectionNames[at], err)
		}
	}
}

// mapped tells whether Open maps files here.
const mapped = runtime.GOOS != "windows" && runtime.GOOS != "plan9"

// TestFileCutOff cuts an opened file off, at which systems send a signal to who reads
// what was there: every call has an error, and a panic of a filter stays one.
func TestFileCutOff(t *testing.T) {
	if !mapped {
		t.Skip("files are not mapped here")
	}
	if emulated() {
		t.Skip("an emulator tells no address with the signal")
	}
	const dim = 20
	rows := clustered(5000, dim, 1)
	for _, mode := range []Quantize{QuantizeOff, QuantizeOn} {
		built := buildWith(t, rows, dim, exact.L2Squared, mode)
		for name, call := range map[string]func(y *Index) error{
			"Search": func(y *Index) error {
				return second(y.Search(t.Context(), rows[:dim], 10, SearchOptions{EfSearch: 50}))
			},
			"SearchBatch": func(y *Index) error {
				return second(y.SearchBatch(t.Context(), rows[:400*dim], 10, SearchOptions{EfSearch: 50, Threads: 3}))
			},
			"SearchExact": func(y *Index) error {
				return second(y.SearchExact(t.Context(), rows[:dim], 10, SearchOptions{Threads: 2}))
			},
			"Tune":    func(y *Index) error { return second(y.Tune(t.Context(), rows[:dim], 10, 0.9, DefaultTuneOptions())) },
			"Compact": func(y *Index) error { y.Delete(1); return y.Compact(t.Context(), ChangeOptions{}) },
			"Delete": func(y *Index) error {
				y.Delete(1)
				return second(y.Search(t.Context(), rows[:dim], 10, SearchOptions{EfSearch: 50}))
			},
			"Save": func(y *Index) error { return y.Save(t.Context(), filepath.Join(t.TempDir(), "y.nngx")) },
		} {
			path := filepath.Join(t.TempDir(), "x.nngx")
			if err := built.Save(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			y, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			opt := SearchOptions{EfSearch: 5, Filter: func(uint32) bool { panic("filter") }}
			if got := panics(func() { _, _ = y.Search(t.Context(), rows[:dim], 1, opt) }); got != "filter" {
				t.Errorf("a panic of a filter became %v", got)
			}
			if err := os.Truncate(path, headerBytes); err != nil {
				t.Fatal(err)
			}
			if err := call(y); err == nil || !errors.Is(err, ErrCorrupt) && name != "Save" {
				t.Errorf("codes %v, %s: got %v, want %v", mode, name, err, ErrCorrupt)
			}
			if err := y.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// emulated tells whether the tests run under an emulator, where a program cannot
// start itself.
func emulated() bool {
	return errors.Is(exec.Command(os.Args[0], "-test.run=^$").Run(), syscall.ENOEXEC)
}
