package generate

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/nngmix/nngmix/planner"
)

// Report is what --report writes.
type Report struct {
	cli.RunReport
	Seed            uint64       `json:"seed"`
	Rows            int          `json:"rows"`
	Columns         int          `json:"columns"`
	Labeled         int          `json:"labeled"`
	Hidden          int          `json:"hidden"`          // anomalies that --labeled-fraction moved to the unlabeled rows
	Dropped         int          `json:"dropped"`         // rows with missing values, not used
	DroppedLabeled  int          `json:"dropped_labeled"` // labeled anomalies among them
	Scale           string       `json:"scale"`
	Unlabeled       int          `json:"unlabeled"`
	UniqueLabeled   int          `json:"unique_labeled"`
	UniqueUnlabeled int          `json:"unique_unlabeled"`
	Generated       uint64       `json:"generated"`
	Search          searchReport `json:"search"`

	Parts []table.PartRows   `json:"parts,omitempty"` // the files, where they are several
	Table []cli.ColumnReport `json:"table"`           // what was read
	Notes []dataset.Note     `json:"notes,omitempty"` // what is odd about the table, and which option changes it
}

// searchReport tells how neighbors were found.
type searchReport struct {
	tableindex.Answer
	Index      string `json:"index,omitempty"` // file that was searched
	K          int    `json:"k"`
	KLabeled   int    `json:"k_labeled"`
	IndexBytes int64  `json:"index_bytes"`

	Plan *planner.Plan `json:"plan,omitempty"` // what was estimated, chosen and measured
}

// tell completes the report by what the generator tells of its search.
func (r *searchReport) tell(gen generator.Report, opt *options) {
	*r = searchReport{Answer: tableindex.Answer{Method: gen.Method, Reason: gen.Reason}, K: gen.K, KLabeled: gen.KLabeled, IndexBytes: gen.IndexBytes}
	switch how := gen.Detail.(type) {
	case tableindex.Answer:
		r.Answer = how
	case tableindex.Asked:
		r.Answer, r.Index = how.Answer, opt.Index
	case *planner.Plan:
		r.Plan = how
		if out := how.Outcome; out.Tuned != nil {
			r.Answer = tableindex.AnswerTuned(*out.Tuned, opt.RecallTarget)
			r.TuneSeconds = out.Tune
		}
	}
}

// fill completes the report.
func (r *Report) fill(in *input, opt *options, gen generator.Report, count uint64) {
	s := in.Summary
	if len(in.stream.Parts) > 1 {
		r.Parts = in.stream.Parts
	}
	r.Rows, r.Columns = s.Rows, len(s.Columns)
	r.Labeled, r.Unlabeled = len(s.Anomalies), s.CountUnlabeled()
	r.Hidden, r.Dropped, r.DroppedLabeled = s.Hidden, s.Dropped, s.DroppedLabeled
	r.Scale, r.Table, r.Notes = opt.Scale, cli.ColumnReports(s), opt.notes(s)
	r.UniqueLabeled, r.UniqueUnlabeled = gen.UniqueLabeled, gen.UniqueUnlabeled
	r.Generated = count
	r.Seconds["scale"] += gen.ScaleSeconds
	r.Seconds["dedupe"] = gen.DedupeSeconds
	r.Seconds["search"] = gen.SearchSeconds
	r.PeakRSSBytes = cli.PeakRSS()
}

// notes returns what is to be said of the table.
func (o *options) notes(s *dataset.Summary) []dataset.Note {
	if o.Noise != generator.NoiseKeep {
		return s.Notes
	}
	return slices.DeleteFunc(slices.Clone(s.Notes), func(n dataset.Note) bool { return n.Kind == dataset.NoteMass })
}

// summary tells the user on stderr what was done.
func (r *Report) summary(opt *options) {
	text := func(v any) string { s, _ := json.Marshal(v); return strings.Trim(string(s), `"`) }
	fmt.Fprintf(os.Stderr, "read      %d rows of %d features: %d labeled anomalies, %d unlabeled rows", r.Rows, r.Columns, r.Labeled, r.Unlabeled)
	if r.UniqueUnlabeled > 0 {
		fmt.Fprintf(os.Stderr, " (%d distinct)", r.UniqueUnlabeled)
	}
	fmt.Fprintf(os.Stderr, ", scaled by %s\n", r.Scale)
	for _, line := range dataset.Lines(r.Notes) {
		fmt.Fprintln(os.Stderr, line)
	}
	fmt.Fprintf(os.Stderr, "search    %s", r.Search.Method)
	if r.Search.Index != "" {
		fmt.Fprintf(os.Stderr, " in %s", r.Search.Index)
	}
	fmt.Fprintf(os.Stderr, ": %s\n", r.Search.Reason)
	fmt.Fprintf(os.Stderr, "wrote     %d pseudo-anomalies by %s to %s\n", r.Generated, text(opt.Method), opt.Out)
	fmt.Fprintf(os.Stderr, "seconds   read %.2f, scale %.2f, dedupe %.2f, search %.2f, generate %.2f, write %.2f; peak memory %d MB\n",
		r.Seconds["read"], r.Seconds["scale"], r.Seconds["dedupe"], r.Seconds["search"], r.Seconds["generate"], r.Seconds["write"], r.PeakRSSBytes>>20)
}
