// Command cli runs `nngmix generate` on the million rows of daily_sports_1m.npz,
// ten samples for each labeled anomaly, and prints where the time went and the
// peak memory, from the command's own report.
//
//	make build && go run ./bench/cli [--bin bin/nngmix] [--threads 1]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/nngmix/nngmix/bench/internal/side"
)

func main() {
	bin := flag.String("bin", "bin/nngmix", "the program")
	threads := flag.Int("threads", 1, "its threads")
	runs := flag.Int("runs", 3, "runs, of which the median counts")
	flag.Parse()
	if err := run(*bin, *threads, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench/cli:", err)
		os.Exit(1)
	}
}

// report is what is used of the JSON report.
type report struct {
	Seconds      map[string]float64 `json:"seconds"`
	PeakRSSBytes int64              `json:"peak_rss_bytes"`
	wall         float64
}

func run(bin string, threads, runs int) error {
	if runs < 1 {
		return fmt.Errorf("%d runs, want at least 1", runs)
	}
	folder, err := os.MkdirTemp("", "nngmix-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	var reports []report
	for range runs {
		r, err := generate(bin, threads, folder)
		if err != nil {
			return err
		}
		reports = append(reports, r)
	}
	slices.SortFunc(reports, func(a, b report) int {
		if a.wall < b.wall {
			return -1
		}
		return 1
	})
	r := reports[len(reports)/2]
	fmt.Printf("nngmix generate, daily_sports_1m.npz, multiplier 10, %d thread(s), median of %d runs, %s.\n\n%s\n\n",
		threads, runs, time.Now().Format(time.DateOnly), side.Machine())
	fmt.Print("| stage | seconds |\n|---|---|\n")
	for _, stage := range slices.Sorted(maps.Keys(r.Seconds)) {
		fmt.Printf("| %s | %s |\n", stage, side.Seconds(r.Seconds[stage]))
	}
	fmt.Printf("| whole command | %s |\n\npeak memory: %d MB\n", side.Seconds(r.wall), r.PeakRSSBytes/1e6)
	return nil
}

// generate runs the command once.
func generate(bin string, threads int, folder string) (report, error) {
	file := filepath.Join(folder, "report.json")
	cmd := exec.Command(bin, "generate", "--in", filepath.Join(side.DataFolder(), "daily_sports_1m.npz"),
		"--out", filepath.Join(folder, "out.npz"), "--multiplier", "10", "--labeled-fraction", "0.1", "--seed", "1",
		"--threads", fmt.Sprint(threads), "--report", file, "--quiet", "--force")
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", threads))
	cmd.Stderr = os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return report{}, fmt.Errorf("%s generate: %w", bin, err)
	}
	r := report{wall: time.Since(start).Seconds()}
	text, err := os.ReadFile(file)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}
