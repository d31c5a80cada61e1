package generate

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/planner"
)

// check finds what is wrong with the options alone and completes them.
func (o *options) check() error {
	if o.In == "" {
		return errors.New("--in FILE is missing: the table to read")
	}
	if o.Out == "" {
		return errors.New("--out FILE is missing: the file to write")
	}
	if err := o.NPZLabel(o.In); err != nil {
		return err
	}
	if err := o.chooseSearch(); err != nil {
		return err
	}
	if err := o.SetFlags.Options(o.Seed).Validate(); err != nil {
		return err
	}
	o.ChooseScale(exact.L2Squared)
	if o.Clip && o.Scale != string(dataset.ScaleMinMax) {
		return errors.New("--clip needs --scale minmax, which measures the ranges to keep to")
	}
	if o.Noise == generator.NoiseKeep && o.Scale != string(dataset.ScaleMinMax) {
		return errors.New("--noise keep needs --scale minmax, which measures the ranges whose ends it keeps")
	}
	if err := o.Options.Validate(); err != nil {
		return flagNames(err)
	}
	if o.Parts && !o.Provenance {
		return errors.New("--provenance-parts says more of --provenance: give both")
	}
	if err := o.checkAmount(); err != nil {
		return err
	}
	if err := cli.RefuseTable(o.Out, o.Force); err != nil {
		return err
	}
	return cli.RefuseExisting(o.Report, o.Force)
}

// maxCount is the most pseudo-anomalies that --count takes, as --multiplier
// does.
const maxCount = 1 << 53

// checkAmount refuses numbers of pseudo-anomalies that no table gives sense to.
func (o *options) checkAmount() error {
	switch {
	case o.amount == "count" && o.Count == 0, o.amount == "balance" && o.Balance == 0, o.amount == "multiplier" && o.Multiplier == 0:
		return fmt.Errorf("--%s 0 asks for no pseudo-anomalies: want more than 0", o.amount)
	case o.Count < 0:
		return fmt.Errorf("--count %d asks for no pseudo-anomalies: want at least 1", o.Count)
	case o.Count > maxCount:
		return fmt.Errorf("--count %d: want at most 2^53", o.Count)
	case !(o.Multiplier >= 0 && o.Multiplier <= maxCount):
		return fmt.Errorf("--multiplier %v: want more than 0 and at most 2^53 pseudo-anomalies", o.Multiplier)
	case !(o.Balance >= 0 && o.Balance <= maxCount):
		return fmt.Errorf("--balance %v: want more than 0 and at most 2^53 pseudo-anomalies", o.Balance)
	}
	return nil
}

// checkMemory refuses so many neighbors that memory does not hold their numbers
// and distances, 8 bytes each.
func (o *options) checkMemory(s *dataset.Summary) error {
	free := cli.FreeMemory()
	if free == 0 {
		return nil
	}
	na, nu := float64(len(s.Anomalies)), float64(s.CountUnlabeled())
	k, flag := float64(o.K), "--k"
	if o.KFactor > 0 {
		k, flag = float64(o.KFactor)*na, "--k-factor"
	}
	if o.Method != generator.NNGMix {
		k = 0
	}
	kLabeled, flagLabeled := float64(o.KLabeled), "--k-labeled"
	if o.KLabeledShare > 0 {
		kLabeled, flagLabeled = o.KLabeledShare*na, "--k-labeled-share"
	}
	if o.Method != generator.NNGMix && o.Method != generator.SMOTE {
		kLabeled = 0
	}
	far, near := 8*min(k, nu)*na, 8*min(kLabeled, na)*na
	if near > far {
		flag = flagLabeled
	}
	if need := far + near; need > float64(free) {
		return fmt.Errorf("%s asks for more neighbors of %d labeled anomalies than memory holds: they take up to %.1f GB, and %.1f GB are free", flag, len(s.Anomalies), need/1e9, float64(free)/1e9)
	}
	return nil
}

// chooseSearch sets the engine that --search names.
func (o *options) chooseSearch() error {
	if err := o.WidthFlags.Check(); err != nil {
		return err
	}
	if err := o.GraphFlags.Check(); err != nil {
		return err
	}
	if o.Index != "" && o.SearchName != "auto" && o.SearchName != "hnsw" {
		return fmt.Errorf("--search %s does not use the index: leave out --index, or search with hnsw", o.SearchName)
	}
	if err := o.checkExplain(); err != nil {
		return err
	}
	switch o.SearchName {
	case "hnsw":
		o.Engine = o.engine()
		if o.planned() {
			o.Engine = o.planEngine(planner.Graph)
		}
	case "coder-hnsw":
		if o.RecallTarget > 0 {
			return errors.New("--recall-target needs --search hnsw: coder-hnsw has no width that would change its recall much")
		}
		o.Engine = o.coderEngine()
	default:
		var err error
		if o.Search, err = exact.ParseMethod(o.SearchName); err != nil {
			return fmt.Errorf("--search %s: want auto, brute, kdtree, hnsw or coder-hnsw", o.SearchName)
		}
		o.Engine = o.planEngine(planner.Method(o.Search))
	}
	return nil
}

// flagNames replaces the names of fields in an error of Options.Validate by
// those of the flags.
func flagNames(err error) error {
	fields := strings.NewReplacer(generator.ErrOptions.Error()+": ", "", "KFactor is", "--k-factor is", "KLabeledShare is", "--k-labeled-share is",
		"KLabeled is", "--k-labeled is", "K is", "--k is", "Alpha is", "--alpha is", "Beta is", "--beta is", "NoiseStd is", "--noise-std is",
		"LabeledOnly is", "--labeled-only is", "Threads is", "--threads is",
		generator.ErrCount.Error()+": ", "", "multiplier is", "--multiplier is", "balance is", "--balance is")
	return errors.New(fields.Replace(err.Error()))
}
