package report

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nngmix/nngmix/eval"
	"github.com/nngmix/nngmix/internal/atomicfile"
)

// Options say what [Write] writes.
type Options struct {
	Title   string // of the page
	Out     string // file of the page, in a folder that exists
	Figures string // folder of the figures and tables, made when it is missing; empty = Out without its extension, and _files
	Force   bool   // replace files that exist
}

// file is a file to write.
type file struct {
	path string
	text string
}

// Write writes the page of the run, its figures as SVG and PNG, and its tables as CSV:
//
//	auroc.svg, .png         mean AUROC
//	gain.svg, .png          gains over none and over plain copies
//	means.csv, sets.csv     their tables: means per group, and every set
//	recall.svg, .png, .csv  speed against recall
//	tradeoff.svg, .png, .csv  AUROC against recall
//
// It returns the paths written, the page first. Each file is whole or not there at all;
// nothing is written when one exists and Force is not set.
func (r *Run) Write(opt Options) ([]string, error) {
	files, err := r.files(opt)
	if err != nil {
		return nil, err
	}
	open := make([]*atomicfile.File, len(files))
	paths := make([]string, len(files))
	for i, f := range files {
		if open[i], err = atomicfile.Create(f.path, opt.Force); err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
		defer open[i].Abort()
		paths[i] = f.path
	}
	for i, f := range open {
		if _, err := f.WriteString(files[i].text); err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
	}
	for _, f := range open {
		if err := f.Commit(); err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
	}
	return paths, nil
}

// files makes the contents of all files, and the folder of the figures.
func (r *Run) files(opt Options) ([]file, error) {
	var html bytes.Buffer
	if err := r.WritePage(&html, opt.Title); err != nil {
		return nil, err
	}
	dir := opt.Figures
	if dir == "" {
		dir = strings.TrimSuffix(opt.Out, filepath.Ext(opt.Out)) + "_files"
	}
	files := []file{{opt.Out, html.String()}}
	means := r.means()
	for _, f := range r.figures(means) {
		var png strings.Builder
		if err := f.PNG(&png); err != nil {
			return nil, err
		}
		files = append(files, file{filepath.Join(dir, f.ID+".svg"), f.SVG()}, file{filepath.Join(dir, f.ID+".png"), png.String()})
	}
	tables, err := r.tables(means)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		files = append(files, file{filepath.Join(dir, t.path), t.text})
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return files, nil
}

// tables makes the tables as CSV.
func (r *Run) tables(means []eval.Mean) ([]file, error) {
	var files []file
	var errs []error
	add := func(name string, make func() (string, error)) {
		text, err := make()
		files, errs = append(files, file{name, text}), append(errs, err)
	}
	if len(means) > 0 {
		add("means.csv", func() (string, error) { return eval.SummaryCSV(means) })
		add("sets.csv", setSheet(setMeans(r.Rows)).CSV)
	}
	if r.Recall != nil {
		add("recall.csv", r.Recall.CSV)
	}
	if len(r.Tradeoff) > 0 {
		add("tradeoff.csv", func() (string, error) { return eval.TradeoffCSV(r.Tradeoff) })
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return files, nil
}
