package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// hostileCommands are commands that work, each with the options it needs; out is a
// path of a file that does not exist.
func hostileCommands(t *testing.T) map[string]func(out string) []string {
	in := randomNumbers(120, 1, false).write(t, "in.csv")
	sets := filepath.Join(t.TempDir(), "none") // eval ends where it finds no set
	index := filepath.Join(t.TempDir(), "t.nngx")
	must(t, "index", "build", "--quiet", "--in", in, "--label", "y", "--out", index)
	folder := filepath.Join(t.TempDir(), "f.nngx")
	must(t, "index", "build", "--quiet", "--in", in, "--label", "y", "--out", folder+"/")
	return map[string]func(out string) []string{
		"generate": func(out string) []string {
			return []string{"--quiet", "--in", in, "--label", "y", "--out", out + ".csv"}
		},
		"index build": func(out string) []string {
			return []string{"--quiet", "--in", in, "--label", "y", "--out", out + ".nngx"}
		},
		"index search": func(out string) []string {
			return []string{"--quiet", "--index", index, "--queries", in, "--out", out + ".npz"}
		},
		"index add": func(string) []string {
			return []string{"--quiet", "--in", in, "--index", folder}
		},
		"index compact": func(string) []string { return []string{"--quiet", folder} },
		"synth":         func(out string) []string { return []string{"--quiet", "--rows", "50", "--out", out + ".csv"} },
		"plot":          func(out string) []string { return []string{"--in", in, "--label", "y", "--out", out + ".png"} },
		"info":          func(string) []string { return []string{in} },
		"eval recall":   func(string) []string { return []string{"--in", in, "--label", "y", "--rounds", "1"} },
		"eval auc":      func(out string) []string { return []string{"--quiet", "--data", sets, "--out", out} },
		"eval tradeoff": func(out string) []string { return []string{"--quiet", "--data", sets, "--out", out} },
	}
}

// endless are options that may be asked for very much work: a number below their
// bounds is not tried.
var endless = map[string]bool{"multiplier=1e10": true, "balance=1e10": true}

// TestHostileNumbers gives every numeric option of every command numbers that
// nobody means. Each has to work in no time, or to end in an error that names the
// option.
func TestHostileNumbers(t *testing.T) {
	values := []string{"NaN", "Inf", "-Inf", "-1", "0", "1e300", "-1e300", "4611686018427387904", "-9223372036854775808", "1e10"}
	commands := hostileCommands(t)
	tried := 0
	var visit func(cmd *cobra.Command, path string)
	visit = func(cmd *cobra.Command, path string) {
		for _, sub := range cmd.Commands() {
			visit(sub, strings.TrimSpace(path+" "+sub.Name()))
		}
		args, known := commands[path]
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if kind := f.Value.Type(); !strings.Contains(kind, "int") && !strings.Contains(kind, "float") {
				return
			}
			if !known {
				t.Errorf("%s has the numeric option --%s and is not tried", path, f.Name)
				return
			}
			for _, value := range values {
				if endless[f.Name+"="+value] {
					continue
				}
				tried++
				t.Run(fmt.Sprintf("%s/%s=%s", path, f.Name, value), func(t *testing.T) {
					out := filepath.Join(t.TempDir(), "out")
					_, err := command(t, slices.Concat(strings.Fields(path), args(out), []string{"--" + f.Name + "=" + value})...)
					if err != nil && !strings.Contains(err.Error(), "--"+f.Name) && !strings.Contains(err.Error(), "no such file") {
						t.Errorf("the error does not name the option: %v", err)
					}
					if left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), ".nngmix-*")); len(left) > 0 {
						t.Errorf("it left %v", left)
					}
				})
			}
		})
	}
	visit(rootCommand(), "")
	if tried < 300 {
		t.Errorf("%d numbers tried, want at least 300", tried)
	}
}

// TestNumbersOutOfRange pins the numbers that were once taken and ended in a panic,
// an endless loop or no memory.
func TestNumbersOutOfRange(t *testing.T) {
	commands := hostileCommands(t)
	for _, test := range []struct {
		path, flag, value, want string
	}{
		{"eval auc", "multipliers", "1e12", "--multipliers is 1000000000000, want at least 0 and at most 100000"},
		{"eval auc", "threads", "-1", "--threads is -1"},
		{"eval auc", "seeds", "0", "--seeds is 0, want at least 1"},
		{"eval auc", "labeled", "NaN", "--labeled"},
		{"eval tradeoff", "threads", "-1", "--threads is -1"},
		{"eval recall", "threads", "-1", "--threads is -1"},
		{"eval recall", "rounds", "0", "--rounds is 0"},
		{"eval recall", "max-queries", "-1", "--max-queries is -1"},
		{"eval recall", "k", "-3", "--k is -3, want at least 1"},
		{"eval recall", "ef-search", "1000000000000000000", "--ef-search is 1000000000000000000"},
		{"eval recall", "ef-search", "-1", "--ef-search is -1"},
		{"eval recall", "m", "1000", "--m is 1000"},
		{"index search", "ef-search", "0", "--ef-search is 0, want at least 1"},
		{"index search", "ef-search", "1000000000000000000", "--ef-search is 1000000000000000000"},
		{"index search", "k", "1e300", "--k"},
		{"index build", "m", "1000000000", "--m is 1000000000, want 2 to 128"},
		{"index build", "ef-construction", "-1", "--ef-construction is -1"},
		{"plot", "max-points", "-1", "--max-points is -1"},
		{"synth", "rows", "1000000000000000000", "--rows is 1000000000000000000"},
		{"synth", "anomaly-share", "NaN", "--anomaly-share: anomaly share NaN"},
		{"generate", "threads", "-1", "--threads is -1"},
		{"generate", "noise-std", "NaN", "--noise-std is NaN"},
	} {
		t.Run(fmt.Sprintf("%s/%s=%s", test.path, test.flag, test.value), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			_, err := command(t, slices.Concat(strings.Fields(test.path), commands[test.path](out), []string{"--" + test.flag + "=" + test.value})...)
			if exitCode(err) != exitUsage || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a usage error with %q", err, test.want)
			}
			if left, _ := os.ReadDir(filepath.Dir(out)); len(left) > 0 {
				t.Errorf("it left %v", left)
			}
		})
	}
}
