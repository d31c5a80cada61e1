package mutate

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"
)

// answer is what a worker says about a file.
type answer struct {
	Fault   string  `json:"fault,omitempty"` // what must not be
	Refused string  `json:"refused,omitempty"`
	Seconds float64 `json:"seconds"`
	Peak    int64   `json:"peak"` // bytes of memory, 0 where the system does not tell
}

// Serve is the worker: it calls try with each path that comes in a line of in,
// and answers with a line to out. An error of try is a refusal, which has to name
// the file; a panic is a fault. It returns when in ends.
func Serve(in io.Reader, out io.Writer, memory uint64, try func(path string) error) error {
	limitMemory(memory)
	lines, answers := bufio.NewScanner(in), json.NewEncoder(out)
	for lines.Scan() {
		if err := answers.Encode(one(lines.Text(), try)); err != nil {
			return err
		}
	}
	return lines.Err()
}

// one tries a file.
func one(path string, try func(path string) error) (a answer) {
	resetPeak()
	start := time.Now()
	defer func() {
		if r := recover(); r != nil {
			a.Fault = fmt.Sprintf("panic: %v\n%s", r, debug.Stack())
		}
		a.Seconds, a.Peak = time.Since(start).Seconds(), peak()
		if a.Peak > tidyAbove {
			debug.FreeOSMemory() // so that the next file is not blamed
		}
	}()
	if err := try(path); err != nil {
		a.Refused = err.Error()
		if !strings.Contains(a.Refused, path) {
			a.Fault = "an error that does not name the file: " + a.Refused
		}
	}
	return a
}

// tidyAbove is the peak of a file, in bytes, above which memory is given back.
const tidyAbove = 64 << 20
