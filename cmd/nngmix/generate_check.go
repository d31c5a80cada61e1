package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/nngmix/nngmix/ann/planner"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
)

// check finds what is wrong with the options alone and completes them.
func (o *generateOptions) check() error {
	if o.In == "" {
		return errors.New("--in FILE is missing: the table to read")
	}
	if o.Out == "" {
		return errors.New("--out FILE is missing: the file to write")
	}
	if err := o.npzLabel(o.In); err != nil {
		return err
	}
	if err := o.chooseSearch(); err != nil {
		return err
	}
	if err := o.setFlags.options(o.Seed).Validate(); err != nil {
		return err
	}
	if o.Clip && o.Scale != string(dataset.ScaleMinMax) {
		return errors.New("--clip needs --scale minmax, which measures the ranges to keep to")
	}
	if err := o.Options.Validate(); err != nil {
		return flagNames(err)
	}
	if err := refuseExisting(o.Out, o.Force); err != nil {
		return err
	}
	return refuseExisting(o.Report, o.Force)
}

// chooseSearch sets the engine that --search names.
func (o *generateOptions) chooseSearch() error {
	if err := o.widthFlags.check(); err != nil {
		return err
	}
	if err := o.graphFlags.check(); err != nil {
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
		o.Engine = o.engine(&o.answered)
		if o.planned() {
			o.Engine = o.planEngine(planner.Graph, &o.plan)
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
		o.Engine = o.planEngine(planner.Method(o.Search), &o.plan)
	}
	return nil
}

// flagNames replaces the names of fields in an error of Options.Validate by
// those of the flags.
func flagNames(err error) error {
	fields := strings.NewReplacer(generator.ErrOptions.Error()+": ", "", "KFactor is", "--k-factor is", "KLabeledShare is", "--k-labeled-share is",
		"KLabeled is", "--k-labeled is", "K is", "--k is", "Alpha is", "--alpha is", "Beta is", "--beta is", "NoiseStd is", "--noise-std is",
		"LabeledOnly is", "--labeled-only is", "Threads is", "--threads is")
	return errors.New(fields.Replace(err.Error()))
}

// refuseExisting returns an error for a file that is there and may not be
// replaced, before any work is done.
func refuseExisting(path string, force bool) error {
	if path == "" || path == "-" || force {
		return nil
	}
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s exists: --force replaces it", path)
	}
	return nil
}
