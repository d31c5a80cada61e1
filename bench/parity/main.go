// Command parity compares the scores of a study with those of the published Python
// on the same splits.
//
//	nngmix eval auc --data DIR --out RUN_DIR --splits GOLDEN/splits ...
//	go run ./bench/parity [--golden GOLDEN] RUN_DIR
//
// GOLDEN is the folder with the reference's scores.csv and splits, by default golden
// beside the folder of the data sets. It prints two Markdown tables: the mean AUROC of
// each method over the sets and seeds that both have, with the standard error of the
// difference over sets, and the pairs of methods whose order is not the reference's.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/nngmix/nngmix/eval"
)

func main() {
	golden := flag.String("golden", filepath.Join(cmp.Or(os.Getenv("NNGMIX_DATA"), "../shared/data"), "../golden"), "folder with the reference's scores.csv")
	flag.Parse()
	if err := run(os.Stdout, *golden, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench/parity:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, golden string, dirs []string) error {
	if len(dirs) != 1 {
		return fmt.Errorf("want one RUN_DIR of nngmix eval auc, got %d arguments", len(dirs))
	}
	reference, err := readGolden(filepath.Join(golden, "scores.csv"))
	if err != nil {
		return err
	}
	rows, err := eval.ReadResults(filepath.Join(dirs[0], "results.csv"))
	if err != nil {
		return err
	}
	blocks := compare(rows, reference)
	if len(blocks) == 0 {
		return fmt.Errorf("%s and %s have no method in common", dirs[0], golden)
	}
	printBlocks(out, blocks)
	printOrder(out, blocks)
	return nil
}

// variant is a way to score, as both sides name it.
type variant struct {
	group, detector string
	labeled         float64
	method          string // with the noise where it is part of the name
	multiplier      float64
}

// instance is what a variant was applied to.
type instance struct {
	dataset string
	seed    uint64
}

// block compares a variant over what both sides have.
type block struct {
	variant
	sets, seeds  int
	ours, theirs float64 // mean AUROC
	stdErr       float64 // of the difference, from its spread over sets; NaN of one set
}

// compare returns a block for each variant in rows that the reference has too.
func compare(rows []eval.Row, reference map[variant]map[instance]float64) []block {
	both := map[variant]map[string][][2]float64{} // by set: our score and theirs, for each seed
	for _, r := range rows {
		v, ok := variantOf(r)
		theirs, has := reference[v][instance{r.Dataset, r.Seed}]
		if !ok || !has {
			continue
		}
		if both[v] == nil {
			both[v] = map[string][][2]float64{}
		}
		both[v][r.Dataset] = append(both[v][r.Dataset], [2]float64{r.AUROC, theirs})
	}
	var blocks []block
	for v, sets := range both {
		blocks = append(blocks, summarize(v, sets))
	}
	slices.SortFunc(blocks, func(a, b block) int {
		return cmp.Or(cmp.Compare(a.group, b.group), -cmp.Compare(a.detector, b.detector),
			cmp.Compare(rank(a.method), rank(b.method)), cmp.Compare(a.labeled, b.labeled))
	})
	return blocks
}

// summarize averages over the seeds of each set, then over sets.
func summarize(v variant, sets map[string][][2]float64) block {
	b := block{variant: v, sets: len(sets)}
	var differences []float64
	for _, scores := range sets {
		var ours, theirs float64
		for _, s := range scores {
			ours += s[0] / float64(len(scores))
			theirs += s[1] / float64(len(scores))
		}
		b.seeds = max(b.seeds, len(scores))
		b.ours += ours / float64(len(sets))
		b.theirs += theirs / float64(len(sets))
		differences = append(differences, ours-theirs)
	}
	slices.Sort(differences) // the order of a map is random, that of a sum must not be
	b.stdErr = stat.StdDev(differences, nil) / math.Sqrt(float64(len(sets)))
	return b
}

// tolerances are by how much the mean AUROC of a method may differ from the
// reference's.
var tolerances = map[string]float64{"nng-mix": 0.015}

const otherTolerance = 0.02

func printBlocks(out io.Writer, blocks []block) {
	fmt.Fprintln(out, "| group | detector | method | labeled | sets x seeds | ours | reference | difference ± standard error | within |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|---|---|")
	for _, b := range blocks {
		limit := cmp.Or(tolerances[b.method], otherTolerance)
		verdict := "yes"
		if math.Abs(b.ours-b.theirs) > limit {
			verdict = "**no**"
		}
		spread := ""
		if b.sets > 1 {
			spread = fmt.Sprintf(" ± %.4f", b.stdErr)
		}
		fmt.Fprintf(out, "| %s | %s | %s | %g %% | %d x %d | %.4f | %.4f | %+.4f%s | %g: %s |\n", b.group, b.detector, b.method,
			100*b.labeled, b.sets, b.seeds, b.ours, b.theirs, b.ours-b.theirs, spread, limit, verdict)
	}
}

// orderGap is the least difference between two methods of the reference whose order
// means something.
const orderGap = 0.03

// printOrder prints the pairs of methods, under one group, detector and share, whose
// order is clear in the reference and another one here.
func printOrder(out io.Writer, blocks []block) {
	pairs, wrong := 0, 0
	for i, a := range blocks {
		for _, b := range blocks[i+1:] {
			same := a.group == b.group && a.detector == b.detector && a.labeled == b.labeled && a.sets == b.sets && a.seeds == b.seeds
			if !same || math.Abs(a.theirs-b.theirs) <= orderGap {
				continue
			}
			pairs++
			if (a.theirs > b.theirs) != (a.ours > b.ours) {
				wrong++
				fmt.Fprintf(out, "\nother order: %s, %s, %g %%: %s %.3f and %s %.3f, in the reference %.3f and %.3f\n", a.group, a.detector,
					100*a.labeled, a.method, a.ours, b.method, b.ours, a.theirs, b.theirs)
			}
		}
	}
	fmt.Fprintf(out, "\n%d of %d pairs of methods that are more than %g apart in the reference are in the same order here.\n", pairs-wrong, pairs, orderGap)
}
