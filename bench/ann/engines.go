package main

import (
	"context"
	_ "embed"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The neighbors of each query, and what the peers' graphs are built with.
const (
	k              = 10
	m              = 16
	efConstruction = 200
)

// The names of the engines.
const (
	ours      = "nngmix"
	hnswlib   = "hnswlib"
	coderName = "coder"
)

// engine is a program that is measured.
type engine struct {
	name    string
	what    string // its full name
	version string // how to find out which one it is: a command
	// command returns the process that answers requests. It may write to folder.
	command func(ctx context.Context, folder string) (*exec.Cmd, error)
	efs     []int // values of efSearch, ascending
	most    int   // rows beyond which it is left out, 0 for none
}

// engines are all engines, ours first.
func engines() []engine {
	return []engine{
		{ours, "nngmix", "", itself(ours), append([]int{2, 3, 5, 7}, grid()...), 0},
		{hnswlib, "hnswlib", "dpkg-query -Wf ${Version} libhnswlib-dev", compileHnswlib, grid(), 0},
		{"faiss", "faiss IndexHNSWFlat", "dpkg-query -Wf ${Version} python3-faiss", runFaiss, grid(), 0},
		{"usearch", "usearch", "echo " + usearchVersion, runUsearch, grid(), 0},
		{"weaviate", "weaviate's hnsw as a library", "go list -C bench/ann/weaviate -m -f {{.Version}} github.com/weaviate/weaviate", buildWeaviate, grid(), 250_000},
		{coderName, "coder/hnsw", "go list -m -f {{.Version}} github.com/coder/hnsw", itself(coderName), []int{20}, 50_000},
	}
}

// exactSearch stands for efSearch where our index answers without its graph.
const exactSearch = 0

// grid returns values of efSearch from 10 to 2560, each about 1.41 times the one
// before.
func grid() []int {
	return []int{10, 14, 20, 28, 40, 57, 80, 113, 160, 226, 320, 453, 640, 905, 1280, 1810, 2560}
}

// chooseEngines returns ours and the peers with the given names, separated by commas;
// "all" are all and "none" is none.
func chooseEngines(names string) ([]engine, error) {
	all := engines()
	switch names {
	case "all":
		return all, nil
	case "none":
		return all[:1], nil
	}
	chosen := all[:1:1]
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(all[1:], func(e engine) bool { return e.name == name })
		if i < 0 {
			return nil, fmt.Errorf("--peers: no peer %q, want %s, all or none", name, strings.Join(engineNames()[1:], ","))
		}
		chosen = append(chosen, all[1+i])
	}
	return chosen, nil
}

func engineNames() []string {
	var names []string
	for _, e := range engines() {
		names = append(names, e.name)
	}
	return names
}

// itself returns the command that has this program run an engine.
func itself(name string) func(context.Context, string) (*exec.Cmd, error) {
	return func(ctx context.Context, _ string) (*exec.Cmd, error) {
		program, err := os.Executable()
		return exec.CommandContext(ctx, program, "--serve", name), err
	}
}

//go:embed peers/hnswlib.cpp
var hnswlibSource string

// compileHnswlib compiles the driver once for each version of its source.
func compileHnswlib(ctx context.Context, _ string) (*exec.Cmd, error) {
	sum := fnv.New64a()
	sum.Write([]byte(hnswlibSource))
	folder, err := cache("hnswlib")
	if err != nil {
		return nil, err
	}
	program := filepath.Join(folder, fmt.Sprintf("driver-%x", sum.Sum64()))
	if _, err := os.Stat(program); err != nil {
		compile := exec.CommandContext(ctx, "g++", "-O3", "-march=native", "-std=c++17", "-pthread", "-x", "c++", "-", "-o", program)
		compile.Stdin = strings.NewReader(hnswlibSource)
		if out, err := compile.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("g++: %w: %s (it needs Debian's g++ and libhnswlib-dev)", err, firstLine(out))
		}
	}
	return exec.CommandContext(ctx, program, settings()...), nil
}

//go:embed peers/faiss_peer.py
var faissSource string

func runFaiss(ctx context.Context, _ string) (*exec.Cmd, error) {
	const python = "/usr/bin/python3"
	if out, err := exec.CommandContext(ctx, python, "-c", "import faiss").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s (it needs Debian's python3-faiss)", err, firstLine(out))
	}
	return exec.CommandContext(ctx, python, append([]string{"-c", faissSource}, settings()...)...), nil
}

//go:embed peers/usearch.cjs
var usearchSource string

// usearchVersion is a package of npm that holds the library compiled for common
// systems, as its makers did; its Go binding would need cgo and that library.
const usearchVersion = "2.25.3"

func runUsearch(ctx context.Context, folder string) (*exec.Cmd, error) {
	home, err := cache("usearch-" + usearchVersion)
	if err != nil {
		return nil, err
	}
	modules := filepath.Join(home, "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "usearch")); err != nil {
		install := exec.CommandContext(ctx, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", home, "usearch@"+usearchVersion)
		if out, err := install.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("npm install: %w: %s (it needs node 20 with npm)", err, firstLine(out))
		}
	}
	script := filepath.Join(folder, "usearch.cjs")
	if err := os.WriteFile(script, []byte(usearchSource), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "node", append(append([]string{"--expose-gc", script}, settings()...), folder)...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	return cmd, nil
}

// buildWeaviate compiles the nested module weaviate, which takes minutes the first
// time: it is much of that server.
func buildWeaviate(ctx context.Context, _ string) (*exec.Cmd, error) {
	home, err := cache("weaviate")
	if err != nil {
		return nil, err
	}
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w (it needs the source of this module)", err)
	}
	program := filepath.Join(home, "driver")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	build.Dir = filepath.Join(strings.TrimSpace(string(root)), "bench", "ann", "weaviate")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w: %s", err, firstLine(out))
	}
	return exec.CommandContext(ctx, program, settings()...), nil
}

// settings returns the arguments of the peers.
func settings() []string {
	return []string{strconv.Itoa(k), strconv.Itoa(m), strconv.Itoa(efConstruction)}
}

// cache returns a folder that stays, for what a peer is built to.
func cache(name string) (string, error) {
	root, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(root, "nngmix-bench", name)
	return folder, os.MkdirAll(folder, 0o755)
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return line
}

// versionOf returns the version of an engine, or what keeps it from being known.
func (e engine) versionOf() string {
	if e.version == "" {
		return ""
	}
	words := strings.Fields(e.version)
	out, err := exec.Command(words[0], words[1:]...).Output()
	if err != nil {
		return "of unknown version"
	}
	return strings.TrimSpace(string(out))
}
