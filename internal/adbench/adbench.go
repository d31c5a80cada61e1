// Package adbench fetches data sets of ADBench (Han et al., ADBench: Anomaly Detection
// Benchmark, NeurIPS 2022) and checks that they are as published.
package adbench

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// BaseURL is the folder of the sets in ADBench's repository.
const BaseURL = "https://raw.githubusercontent.com/Minqi824/ADBench/main/adbench/datasets"

// ErrChecksum says that a file is not the one that ADBench published.
var ErrChecksum = errors.New("not the file that ADBench published")

// File is a set as ADBench published it.
type File struct {
	Path   string // GROUP/NAME.npz
	Size   int64  // bytes
	SHA256 string // lower-case hexadecimal
}

// group returns the folder of f.
func (f File) group() string {
	group, _, _ := strings.Cut(f.Path, "/")
	return group
}

// sums has a line for each file: SHA-256, size and path. Sets of ADBench that are not
// there cannot be checked, and are not fetched.
//
//go:embed sums.txt
var sums string

// Files returns the sets that can be fetched, by path.
func Files() []File { return parse(sums) }

// parse panics on a list that is not as it should be: it is part of the program.
func parse(list string) []File {
	var files []File
	for line := range strings.Lines(list) {
		f := strings.Fields(line)
		if len(f) != 3 {
			panic(fmt.Sprintf("adbench: line %q of the list of files", line))
		}
		size, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			panic(fmt.Sprintf("adbench: line %q of the list of files: %v", line, err))
		}
		files = append(files, File{Path: f[2], Size: size, SHA256: f[0]})
	}
	return files
}

// InGroups returns the files of the groups named, all without names. CV stands for
// CV_by_ResNet18, NLP for NLP_by_BERT. A name that no file has is an error.
func InGroups(files []File, names []string) ([]File, error) {
	var known []string
	for _, f := range files {
		if !slices.Contains(known, f.group()) {
			known = append(known, f.group())
		}
	}
	wanted := map[string]bool{}
	for _, name := range names {
		at := slices.IndexFunc(known, func(group string) bool { return group == name || strings.HasPrefix(group, name+"_") })
		if at < 0 {
			return nil, fmt.Errorf("adbench: no group %q; the groups are %s", name, strings.Join(known, ", "))
		}
		wanted[known[at]] = true
	}
	return slices.DeleteFunc(slices.Clone(files), func(f File) bool { return len(names) > 0 && !wanted[f.group()] }), nil
}
