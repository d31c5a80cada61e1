package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/klauspost/cpuid/v2"

	"github.com/nngmix/nngmix/simd"
)

// record is the run.json of a study.
type record struct {
	Options StudyOptions `json:"options"`
	Sets    []string     `json:"sets"` // group/name
	Machine Machine      `json:"machine"`
	Skipped []Skipped    `json:"skipped,omitempty"`
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

func newRecord(opt StudyOptions, sets []Source) (*record, error) {
	r := &record{Options: opt, Machine: ThisMachine()}
	for _, s := range sets {
		name := s.Group + "/" + s.Name
		if slices.Contains(r.Sets, name) {
			return nil, fmt.Errorf("eval: there are two sets %s", name)
		}
		r.Sets = append(r.Sets, name)
	}
	return r, nil
}

// agree returns an error when dir holds a run of other options or sets, and writes
// run.json where there is none.
func (r *record) agree(dir string) error {
	raw, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return r.write(dir)
	}
	if err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	var old record
	if err := json.Unmarshal(raw, &old); err != nil {
		return fmt.Errorf("eval: %s: %w", filepath.Join(dir, "run.json"), err)
	}
	for _, part := range []struct {
		name     string
		old, now any
	}{
		{"grid", old.Options.Grid, r.Options.Grid}, {"protocol", old.Options.Protocol, r.Options.Protocol},
		{"generate", old.Options.Generate, r.Options.Generate}, {"splits", old.Options.Splits, r.Options.Splits}, {"sets", old.Sets, r.Sets},
	} {
		was, err1 := json.Marshal(part.old)
		is, err2 := json.Marshal(part.now)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if string(was) != string(is) {
			return fmt.Errorf("eval: %s holds a run with another %s: %s, now %s; take another folder or the same options",
				dir, part.name, was, is)
		}
	}
	return nil
}

func (r *record) write(dir string) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "run.json"), string(raw)+"\n")
}
