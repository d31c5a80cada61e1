package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nngmix/nngmix/eval"
)

// ErrNoRun is returned by [Open] for a folder that nngmix eval did not write.
var ErrNoRun = errors.New("no run of nngmix eval")

// Run is what nngmix eval left in a folder.
type Run struct {
	Machine  eval.Machine
	Sets     []string             // group/name of the sets that were asked for; nil where there are none
	Skipped  []eval.Skipped       // sets that could not be run
	Settings []Setting            // the rest of run.json
	Rows     []eval.Row           // of results.csv; nil without that file
	Recall   *Sheet               // recall.csv, nil without that file
	Tradeoff []eval.TradeoffPoint // of tradeoff.csv; nil without that file
}

// Open reads the folder dir. It is an error, ErrNoRun, when dir has no run.json of nngmix
// eval or none of the files it explains, and an error when one of them cannot be read.
func Open(dir string) (*Run, error) {
	r, err := readRecord(dir)
	if err != nil {
		return nil, err
	}
	results := filepath.Join(dir, "results.csv")
	if r.Rows, err = eval.ReadResults(results); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("report: %w", err)
	}
	switch lines, err := eval.ReadSweep(filepath.Join(dir, "recall.csv")); {
	case err == nil:
		r.Recall = &Sheet{lines[0], lines[1:]}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("report: %w", err)
	}
	points := filepath.Join(dir, "tradeoff.csv")
	if r.Tradeoff, err = eval.ReadTradeoff(points); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("report: %w", err)
	}
	if len(r.Rows) == 0 && r.Recall == nil && len(r.Tradeoff) == 0 {
		if _, err := os.Stat(filepath.Join(dir, "tradeoff_cells.csv")); err == nil {
			return nil, fmt.Errorf("report: %s: %w: eval tradeoff has not finished; the same command continues it", dir, ErrNoRun)
		}
		return nil, fmt.Errorf("report: %s: %w: no line in results.csv, and neither recall.csv nor tradeoff.csv", dir, ErrNoRun)
	}
	return r, nil
}

// readRecord reads run.json.
func readRecord(dir string) (*Run, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	path := filepath.Join(dir, "run.json")
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("report: %s: %w: it has no run.json; give the folder that --out of nngmix eval named", dir, ErrNoRun)
	}
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	var known struct {
		Machine *eval.Machine  `json:"machine"`
		Sets    []string       `json:"sets"`
		Skipped []eval.Skipped `json:"skipped"`
	}
	if err := json.Unmarshal(raw, &known); err != nil {
		return nil, fmt.Errorf("report: %s: %w: %w", path, ErrNoRun, err)
	}
	if known.Machine == nil {
		return nil, fmt.Errorf("report: %s: %w: it does not tell the machine", path, ErrNoRun)
	}
	settings, err := flatten(raw, "machine", "sets", "skipped")
	if err != nil {
		return nil, fmt.Errorf("report: %s: %w", path, err)
	}
	return &Run{Machine: *known.Machine, Sets: known.Sets, Skipped: known.Skipped, Settings: settings}, nil
}

// means returns the means of the rows.
func (r *Run) means() []eval.Mean { return eval.Summarize(r.Rows) }

// needs returns the answers of a trade-off study as sentences.
func (r *Run) needs() []string {
	var sentences []string
	for _, n := range eval.Needs(r.Tradeoff) {
		sentences = append(sentences, n.String())
	}
	return sentences
}

// unfinished returns the sets that have no result although they were not skipped.
func (r *Run) unfinished() []string {
	if len(r.Rows) == 0 {
		return nil
	}
	seen := map[string]bool{}
	for _, row := range r.Rows {
		seen[row.Group+"/"+row.Dataset] = true
	}
	for _, s := range r.Skipped {
		seen[s.Group+"/"+s.Dataset] = true
	}
	var missing []string
	for _, name := range r.Sets {
		if !seen[name] {
			missing = append(missing, name)
		}
	}
	return missing
}

// Setting is one value of run.json.
type Setting struct {
	Name  string // keys of nested objects joined by dots
	Value string // as JSON, but for text
}

// flatten returns the values of a JSON object in the order of the file, without those
// below the top-level keys in except.
func flatten(raw []byte, except ...string) ([]Setting, error) {
	var out []Setting
	err := eachField(raw, func(key string, value json.RawMessage) error {
		for _, e := range except {
			if key == e {
				return nil
			}
		}
		if value[0] != '{' {
			out = append(out, Setting{key, plain(value)})
			return nil
		}
		inner, err := flatten(value)
		for _, s := range inner {
			out = append(out, Setting{strings.TrimPrefix(key+"."+s.Name, "options."), s.Value})
		}
		return err
	})
	return out, err
}

// eachField calls visit with the fields of a JSON object in order.
func eachField(raw []byte, visit func(key string, value json.RawMessage) error) error {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if err := visit(key.(string), value); err != nil {
			return err
		}
	}
	return nil
}

// plain returns a JSON value as text for readers: strings without quotes, and lists with
// their values apart.
func plain(value json.RawMessage) string {
	var list []json.RawMessage
	var text string
	switch {
	case json.Unmarshal(value, &text) == nil:
		return text
	case json.Unmarshal(value, &list) == nil:
		parts := make([]string, len(list))
		for i, v := range list {
			parts[i] = plain(v)
		}
		return strings.Join(parts, ", ")
	case value[0] == '{':
		var parts []string
		_ = eachField(value, func(key string, v json.RawMessage) error { // valid: it was decoded before
			parts = append(parts, plain(v))
			return nil
		})
		return strings.Join(parts, ":")
	}
	return string(value)
}
