package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/nngmix/nngmix/eval"
)

// methods are the reference's names with ours, in the order of the tables. The
// reference calls the standard deviation of its noise a variance.
var methods = []struct{ theirs, ours string }{
	{"none", "none"}, {"nng_mix", "nng-mix"}, {"mixup", "mixup"}, {"cutmix", "cutmix"}, {"cutout", "cutout"},
	{"gaussian_noise_var0.1", "gaussian(0.1)"}, {"gaussian_noise_var1.0", "gaussian(1)"},
}

// detectors are the reference's names with ours.
var detectors = map[string]string{"MLP": "mlp", "DeepSAD": "deepsad-reference"}

// rank returns the place of one of our methods in the tables, -1 where it has none.
func rank(method string) int {
	for i, m := range methods {
		if m.ours == method {
			return i
		}
	}
	return -1
}

// variantOf returns the variant of r, and false where the reference has no such.
func variantOf(r eval.Row) (variant, bool) {
	method := r.Method
	if method == "gaussian" {
		method = fmt.Sprintf("gaussian(%g)", r.NoiseStd)
	}
	v := variant{eval.ShortGroup(r.Group), r.Detector, r.Labeled, method, r.Multiplier}
	return v, rank(method) >= 0 && r.Balance == 0
}

// goldenColumns are those of the reference's scores.csv that count here.
var goldenColumns = []string{"dataset", "group", "alg", "method", "ratio", "seed", "num", "aucroc"}

// readGolden reads the reference's AUROC.
func readGolden(path string) (map[variant]map[instance]float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(lines) == 0 || !slices.Equal(lines[0][:min(8, len(lines[0]))], goldenColumns) {
		return nil, fmt.Errorf("%s: want columns that begin with %q", path, goldenColumns)
	}
	scores := map[variant]map[instance]float64{}
	for i, line := range lines[1:] {
		v, at, score, err := parseGolden(line)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, i+2, err)
		}
		if scores[v] == nil {
			scores[v] = map[instance]float64{}
		}
		scores[v][at] = score
	}
	return scores, nil
}

// parseGolden reads one line. The reference's ratio is the share of those 10 % of the
// anomalies that are labeled at most.
func parseGolden(line []string) (v variant, at instance, score float64, err error) {
	detector, ok := detectors[line[2]]
	if !ok {
		return v, at, 0, fmt.Errorf("unknown detector %q", line[2])
	}
	method := slices.IndexFunc(methods, func(m struct{ theirs, ours string }) bool { return m.theirs == line[3] })
	if method < 0 {
		return v, at, 0, fmt.Errorf("unknown method %q", line[3])
	}
	labeled, ok := map[string]float64{"0.1": 0.01, "0.5": 0.05, "1.0": 0.1}[line[4]]
	if !ok {
		return v, at, 0, fmt.Errorf("unknown ratio %q", line[4])
	}
	if at.seed, err = strconv.ParseUint(line[5], 10, 64); err != nil {
		return v, at, 0, err
	}
	multiplier, err := strconv.ParseFloat(line[6], 64)
	if err != nil {
		return v, at, 0, err
	}
	at.dataset = line[0]
	score, err = strconv.ParseFloat(line[7], 64)
	return variant{line[1], detector, labeled, methods[method].ours, multiplier}, at, score, err
}
