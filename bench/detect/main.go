// Command detect times the training of the neural detectors on one core against the
// software that the NNG-Mix study ran: scikit-learn's MLPClassifier, and DeepSAD in
// PyTorch without its data loaders, which would only slow it down. Both sides train on
// the same rows.
//
//	go run ./bench/detect [--quick] [--rows 7000] [--dims 10,30,100] [--runs 3]
//
// Training of mlp stops when the loss does, which depends on chance: times are per epoch.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/nngmix/nngmix/bench/internal/side"
	"github.com/nngmix/nngmix/eval/detect"
	"github.com/nngmix/nngmix/internal/xrand"
)

//go:embed peers.py
var peers string

func main() {
	var o options
	dims := flag.String("dims", "10,30,100", "numbers of columns, separated by commas")
	flag.IntVar(&o.rows, "rows", 7000, "rows to train on")
	flag.IntVar(&o.runs, "runs", 3, "runs of each detector")
	flag.StringVar(&o.python, "python", "/usr/bin/python3", "Python with sklearn and torch")
	quick := flag.Bool("quick", false, "30 columns, one run")
	flag.Parse()
	if *quick {
		*dims, o.runs = "30", 1
	}
	if err := run(*dims, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench/detect:", err)
		os.Exit(1)
	}
}

type options struct {
	rows, runs int
	python     string
}

// epochs of a detector whose number is fixed.
var epochs = map[string]int{"deepsad-reference": 50, "deepsad": 150}

func run(dims string, o options) error {
	if o.rows < 128 || o.runs < 1 {
		return fmt.Errorf("rows must be at least 128, runs at least 1")
	}
	runtime.GOMAXPROCS(1)
	fmt.Printf("Training on %d rows, one core, median of %d runs, %s.\n\n%s\n\n", o.rows, o.runs, time.Now().Format(time.DateOnly), side.Machine())
	fmt.Println("| columns | detector | ms per epoch | fastest to slowest | peer | ms per epoch | fastest to slowest | times faster |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, field := range strings.Split(dims, ",") {
		dim, err := strconv.Atoi(field)
		if err != nil || dim < 1 {
			return fmt.Errorf("--dims: %q is no number of columns", field)
		}
		x, anomaly := rows(o.rows, dim)
		theirs, err := runPeers(x, dim, o)
		if err != nil {
			return err
		}
		for _, p := range theirs {
			ours, err := train(p.Detector, x, dim, anomaly, o.runs)
			if err != nil {
				return err
			}
			fmt.Printf("| %d | %s | %.2f | %s | %s | %.2f | %s | %.1f |\n", dim, p.Detector, ours.Median(), spread(ours),
				p.Name, p.MS.Median(), spread(p.MS), p.MS.Median()/ours.Median())
		}
	}
	return nil
}

func spread(ms side.Times) string {
	least, most := ms[0], ms[0]
	for _, v := range ms {
		least, most = min(least, v), max(most, v)
	}
	return fmt.Sprintf("%.2f to %.2f", least, most)
}

// rows returns rows in [0, 1], of which every 20th is an anomaly that overlaps with the
// others.
func rows(n, dim int) (x []float32, anomaly []bool) {
	r := xrand.New(1, uint64(dim))
	x, anomaly = make([]float32, n*dim), make([]bool, n)
	for i := range x {
		x[i] = float32(r.Uniform())
		if anomaly[i/dim] = i/dim%20 == 0; anomaly[i/dim] {
			x[i] = (x[i] + 1) / 2
		}
	}
	return x, anomaly
}

// train returns the milliseconds per epoch of repeated training.
func train(name string, x []float32, dim int, anomaly []bool, runs int) (side.Times, error) {
	var ms side.Times
	for range runs {
		d, err := detect.New(name, detect.Options{})
		if err != nil {
			return nil, err
		}
		start := time.Now()
		if err := d.Fit(context.Background(), x, dim, anomaly); err != nil {
			return nil, err
		}
		n := epochs[name]
		if m, ok := d.(interface{ Epochs() int }); ok {
			n = m.Epochs()
		}
		ms = append(ms, time.Since(start).Seconds()*1000/float64(n))
	}
	return ms, nil
}

// peer is what the Python side says of one detector.
type peer struct {
	Detector, Name string
	MS             side.Times
}

// runPeers trains the peers on the same rows.
func runPeers(x []float32, dim int, o options) ([]peer, error) {
	dir, err := os.MkdirTemp("", "nngmix-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var raw bytes.Buffer
	if err := binary.Write(&raw, binary.LittleEndian, x); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "rows.f32")
	if err := os.WriteFile(file, raw.Bytes(), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(o.python, "-c", peers, file, strconv.Itoa(dim), strconv.Itoa(o.runs))
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("the peers: %w (they need Debian's python3-sklearn and python3-torch)", err)
	}
	var list []peer
	return list, json.Unmarshal(out, &list)
}
