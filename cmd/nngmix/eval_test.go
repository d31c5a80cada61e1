package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestEvalRecall(t *testing.T) {
	in := payments(t, "in.csv")
	for _, queries := range []string{"labeled", "held-out"} {
		out := filepath.Join(t.TempDir(), "run")
		must(t, "eval", "recall", "--in", in, "--label", "is_fraud", "--drop", "merchant,country,channel,card_present,new_device",
			"--queries", queries, "--ef-search", "2,200", "--k", "5", "--rounds", "1", "--out", out)
		all, err := csv.NewReader(strings.NewReader(readFile(t, filepath.Join(out, "recall.csv")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != 1+2+2 {
			t.Fatalf("%s: %d lines, want a header, brute, kdtree and hnsw twice", queries, len(all))
		}
		for _, line := range all[1:] {
			recall, err := strconv.ParseFloat(line[2], 64)
			if err != nil || recall > 1 || recall < 0.5 {
				t.Errorf("%s: recall of %v is %v", queries, line[:2], line[2])
			}
			if exact := line[0] != "hnsw" || line[1] == "efSearch=200"; exact && recall < 0.99 {
				t.Errorf("%s: recall of %v is %v, want 1", queries, line[:2], recall)
			}
		}
		if _, err := os.Stat(filepath.Join(out, "run.json")); err != nil {
			t.Error(err)
		}
	}
}

func TestEvalErrors(t *testing.T) {
	in := payments(t, "in.csv")
	dir := t.TempDir()
	tests := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"categories", []string{"recall", "--in", in, "--label", "is_fraud", "--engines", "coder-hnsw"}, exitFailure, "--drop"},
		{"engine", []string{"recall", "--in", in, "--label", "is_fraud", "--engines", "faiss"}, exitUsage, "--engines faiss"},
		{"queries", []string{"recall", "--in", in, "--label", "is_fraud", "--queries", "all"}, exitUsage, "--queries all"},
		{"no folders", []string{"auc"}, exitUsage, "--data"},
		{"no sets", []string{"auc", "--data", dir, "--out", dir}, exitFailure, "no .npz file"},
		{"no folders to trade off", []string{"tradeoff"}, exitUsage, "--data"},
		{"shares", []string{"tradeoff", "--data", dir, "--out", dir, "--shares", "0"}, exitUsage, "Shares has 0"},
		{"method", []string{"auc", "--data", dir, "--out", dir, "--methods", "adasyn"}, exitUsage, `unknown method "adasyn"`},
		{"detector", []string{"auc", "--data", dir, "--out", dir, "--detectors", "svm"}, exitUsage, "svm"},
		{"share", []string{"auc", "--data", dir, "--out", dir, "--labeled", "2"}, exitUsage, "LabeledShare is 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := command(t, append([]string{"eval"}, test.args...)...)
			if code := exitCode(err); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}
