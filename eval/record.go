package eval

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/klauspost/cpuid/v2"

	"github.com/nngmix/nngmix/simd"
)

// record is the run.json of a study.
type record struct {
	Options any       `json:"options"`
	Sets    []string  `json:"sets"` // group/name
	Machine Machine   `json:"machine"`
	Skipped []Skipped `json:"skipped,omitempty"`
}

// Machine tells where and by what something was measured.
type Machine struct {
	Version string `json:"version"` // of this module
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	CPU     string `json:"cpu"`
	Threads int    `json:"threads"` // that the machine offers
	SIMD    string `json:"simd"`    // level in use
}

// ThisMachine describes the machine and the program that is running.
func ThisMachine() Machine {
	m := Machine{Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		CPU: cpuid.CPU.BrandName, Threads: runtime.NumCPU(), SIMD: simd.Active().String()}
	if info, ok := debug.ReadBuildInfo(); ok {
		m.Version = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				m.Commit = s.Value
			}
		}
	}
	return m
}

// newRecord makes the folder dir for a run with its run.json. It is an error when dir holds
// a run of other options or sets.
func newRecord(dir string, options any, sets []Source) (*record, error) {
	r := &record{Options: options, Machine: ThisMachine()}
	for _, s := range sets {
		name := s.Group + "/" + s.Name
		if slices.Contains(r.Sets, name) {
			return nil, fmt.Errorf("eval: there are two sets %s", name)
		}
		r.Sets = append(r.Sets, name)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	old, err := os.ReadFile(filepath.Join(dir, "run.json"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r, r.write(dir)
	case err != nil:
		return nil, fmt.Errorf("eval: %w", err)
	}
	return r, r.agree(dir, old)
}

// agree returns an error when old, the run.json in dir, is of a run with other options or
// sets.
func (r *record) agree(dir string, old []byte) error {
	now, err := json.Marshal(r)
	if err != nil {
		return err
	}
	was, err := optionsOf(old)
	if err != nil {
		return fmt.Errorf("eval: %s: %w", filepath.Join(dir, "run.json"), err)
	}
	is, err := optionsOf(now)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if _, ok := is[name]; !ok {
			is[name] = "none"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if was[name] != is[name] {
			return fmt.Errorf("eval: %s holds a run with another %s: %s, now %s; take another folder or the same options",
				dir, name, cmp.Or(was[name], "none"), is[name])
		}
	}
	return nil
}

// optionsOf returns the parts of a run.json in which runs must agree, as compact JSON by
// name: the sets, and each option.
func optionsOf(raw []byte) (map[string]string, error) {
	var r struct {
		Options map[string]any `json:"options"`
		Sets    []string       `json:"sets"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, err
	}
	parts := map[string]string{}
	for name, value := range r.Options {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		parts[name] = string(text)
	}
	parts["sets"] = strings.Join(r.Sets, ", ")
	return parts, nil
}

// finish writes run.json with the sets that were skipped.
func (r *record) finish(dir string, skipped []Skipped) error {
	r.Skipped = skipped
	return r.write(dir)
}

func (r *record) write(dir string) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "run.json"), string(raw)+"\n")
}
