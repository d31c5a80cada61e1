package main

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/eval"
)

func row(set, method string, seed uint64, auroc float64) eval.Row {
	c := eval.Cell{Dataset: set, Group: "Classical", Detector: "mlp", Method: method, Labeled: 0.01, Multiplier: 10, Seed: seed}
	return eval.Row{Cell: c, AUROC: auroc}
}

func TestCompare(t *testing.T) {
	nngmix := variant{"Classical", "mlp", 0.01, "nng-mix", 10}
	mixup := variant{"Classical", "mlp", 0.01, "mixup", 10}
	reference := map[variant]map[instance]float64{
		nngmix: {{"a", 0}: 0.5, {"a", 1}: 0.7, {"b", 0}: 0.8},
		mixup:  {{"a", 0}: 0.6, {"a", 1}: 0.8, {"b", 0}: 0.9},
	}
	rows := []eval.Row{
		row("a", "nng-mix", 0, 0.6), row("a", "nng-mix", 1, 0.8), row("b", "nng-mix", 0, 0.8), row("c", "nng-mix", 0, 0.1),
		row("a", "mixup", 0, 0.5), row("a", "mixup", 1, 0.5), row("b", "mixup", 0, 0.5), row("a", "smote", 0, 0.5),
	}
	blocks := compare(rows, reference)
	if len(blocks) != 2 || blocks[0].variant != nngmix {
		t.Fatalf("got %+v", blocks)
	}
	// Set a is at .7 against .6 over its seeds, set b at .8 against .8.
	b := blocks[0]
	for name, v := range map[string][2]float64{"ours": {b.ours, 0.75}, "theirs": {b.theirs, 0.7}, "standard error": {b.stdErr, 0.05}} {
		if math.Abs(v[0]-v[1]) > 1e-12 {
			t.Errorf("%s: got %v, want %v", name, v[0], v[1])
		}
	}
	if b.sets != 2 || b.seeds != 2 {
		t.Errorf("got %d sets, %d seeds, want 2, 2", b.sets, b.seeds)
	}
	var out bytes.Buffer
	printBlocks(&out, blocks)
	printOrder(&out, blocks)
	for _, want := range []string{"+0.0500 ± 0.0500 | 0.015: **no**", "other order", "0 of 1 pairs"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
