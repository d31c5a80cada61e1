package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/nngmix/nngmix/internal/table"
)

// makeTable returns a table of that many rows, and its label column; it makes it unless
// it is there.
func makeTable(opt *options, rows int) (path, label string, err error) {
	path = filepath.Join(opt.folder, fmt.Sprintf("%d-%d.%s", rows, opt.columns, opt.format))
	if opt.columns == 11 {
		path, label = path+"/", "is_fraud"
	} else {
		label = "y"
	}
	if _, err := os.Stat(path); err == nil {
		return path, label, nil
	}
	if opt.columns != 11 {
		return path, label, writeNumbers(path, rows, opt.columns, opt.labeled)
	}
	share := 10 * float64(opt.labeled) / float64(rows)
	cmd := exec.Command(opt.command, "synth", "--out", path, "--rows", fmt.Sprint(rows), "--anomaly-share", fmt.Sprint(min(share, 0.5)), "--labeled-share", "0.1", "--seed", "1", "--quiet")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("synth: %w\n%s", err, out)
	}
	return path, label, nil
}

// writeNumbers writes rows of normal numbers around one of 32 centers, and labeled
// anomalies far from all.
func writeNumbers(path string, rows, columns, labeled int) error {
	const chunk = 8192
	rng := rand.New(rand.NewPCG(1, 1))
	centers := make([]float32, 32*columns)
	for i := range centers {
		centers[i] = float32(rng.NormFloat64()) * 3
	}
	values, label := make([]float32, chunk*columns), make([]int8, chunk)
	var fields []table.Field
	var all []table.Column
	for j := range columns {
		c := table.Strided(fmt.Sprintf("x%d", j), values[j:], columns, chunk)
		fields, all = append(fields, c.Field()), append(all, c)
	}
	y := table.New("y", label)
	f := y.Field()
	f.Role = table.Label
	w, err := table.Create(path, append(fields, f), table.WriteOptions{Rows: int64(rows)})
	if err != nil {
		return err
	}
	defer w.Abort()
	for from := 0; from < rows; from += chunk {
		n := min(chunk, rows-from)
		for i := range n {
			label[i] = 0
			wide := float32(1)
			if (from+i)%(max(rows/labeled, 1)) == 0 {
				label[i], wide = 1, 4
			}
			center := rng.IntN(32) * columns
			for j := range columns {
				values[i*columns+j] = centers[center+j] + wide*float32(rng.NormFloat64())
			}
		}
		if err := w.Write(append(all, y), 0, n); err != nil {
			return err
		}
	}
	return w.Close()
}
