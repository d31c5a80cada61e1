package eval

import (
	"context"
	"time"

	"github.com/nngmix/nngmix/eval/detect"
	"github.com/nngmix/nngmix/generator"
)

// runCell makes the pseudo-anomalies of a cell, trains its detector and measures it. Of
// generate, what the cell does not say holds. The same set and seed give all methods the
// same random numbers.
func runCell(ctx context.Context, t *Task, c Cell, generate generator.Options) (Row, error) {
	row := Row{Cell: c, Unlabeled: len(t.Unlabeled) / t.Dim, LabeledRows: len(t.Labeled) / t.Dim, Dim: t.Dim}
	seeds := stream(c.Seed, c.Group+"/"+c.Dataset) // no two sets share them, so that chance averages out in means
	generate.Seed = seeds.Uint64()
	start := time.Now()
	pseudo, err := c.pseudoAnomalies(ctx, t, generate)
	if err != nil {
		return row, err
	}
	row.SecondsGenerate = time.Since(start).Seconds()
	row.Generated = len(pseudo) / t.Dim
	x, y := t.training(pseudo)
	d, err := detect.New(c.Detector, detect.Options{Seed: seeds.Uint64()})
	if err != nil {
		return row, err
	}
	start = time.Now()
	if err := d.Fit(ctx, x, t.Dim, y); err != nil {
		return row, err
	}
	row.SecondsFit = time.Since(start).Seconds()
	scores, err := d.Score(ctx, float32s(nil, t.Test))
	if err != nil {
		return row, err
	}
	if row.AUROC, err = AUROC(scores, t.Anomaly); err == nil {
		row.AP, err = AveragePrecision(scores, t.Anomaly)
	}
	return row, err
}

// pseudoAnomalies returns the pseudo-anomalies of cell c, in the scale of t.
func (c Cell) pseudoAnomalies(ctx context.Context, t *Task, opt generator.Options) ([]float64, error) {
	if c.Method == None {
		return nil, nil
	}
	method, err := generator.ParseMethod(c.Method)
	if err != nil {
		return nil, err
	}
	opt.Method, opt.NoiseStd, opt.Threads = method, c.NoiseStd, 1
	data := generator.Data{Labeled: generator.Dense(t.Labeled, t.Dim), Unlabeled: generator.Dense(t.Unlabeled, t.Dim)}
	g, err := generator.New(ctx, data, opt)
	if err != nil {
		return nil, err
	}
	n, err := generator.Multiple(data.Labeled.Len(), c.Multiplier)
	if c.Balance > 0 {
		n, err = generator.Balance(data.Labeled.Len(), data.Unlabeled.Len(), c.Balance)
	}
	if err != nil {
		return nil, err
	}
	rows := make([]float64, int(n)*t.Dim)
	return rows, g.Fill(ctx, rows, nil, 0, 1)
}

// training returns the rows to train on, unlabeled, labeled and pseudo-anomalies, and
// which of them count as anomalies.
func (t *Task) training(pseudo []float64) (x []float32, anomaly []bool) {
	x = make([]float32, 0, len(t.Unlabeled)+len(t.Labeled)+len(pseudo))
	for _, part := range [][]float64{t.Unlabeled, t.Labeled, pseudo} {
		x = float32s(x, part)
	}
	anomaly = make([]bool, len(x)/t.Dim)
	for i := len(t.Unlabeled) / t.Dim; i < len(anomaly); i++ {
		anomaly[i] = true
	}
	return x, anomaly
}

// float32s appends src to dst in single precision.
func float32s(dst []float32, src []float64) []float32 {
	for _, v := range src {
		dst = append(dst, float32(v))
	}
	return dst
}
