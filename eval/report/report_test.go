package report

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nngmix/nngmix/internal/atomicfile"
)

const (
	runJSON = `{"options": {"grid": {"methods": [{"name": "none"}, {"name": "gaussian", "noise_std": 0.1}], "seeds": 2},
		"splits": "a<b>&\"c\""}, "sets": ["Classical/first", "Classical/<b>bold & \"quoted\"", "Classical/gone", "CV_by_ResNet18/late"],
		"machine": {"version": "v1.2.3", "commit": "0123456789abcdef", "go": "go1.26.0", "os": "linux", "arch": "arm64", "cpu": "Chip <9>", "threads": 4, "simd": "neon"},
		"skipped": [{"dataset": "gone", "group": "Classical", "cells": 6, "reason": "no anomalies in <gone>"}]}`
	resultsHead = "dataset,group,detector,method,labeled,multiplier,seed,auroc,ap,n_unlabeled,n_labeled,dim,seconds_generate,seconds_fit,noise_std,balance,n_generated\n"
	recallCSV   = "engine,parameter,recall,recall_by_id,qps,p99\nhnsw,ef_search=10,0.8,0.79,100000,0.00002\nhnsw,ef_search=80,0.99,0.99,20000,0.0001\nbrute & <co>,,1,1,300,0.004\n"
	tradeoffCSV = "group,detector,labeled,search,ef_search,share,recall,auroc,gain_over_exact,ci_low,ci_high,sets,seeds\n" +
		"Classical,mlp,0.01,exact,0,0,1.000000,0.720000,0.000000,0.000000,0.000000,5,3\n" +
		"Classical,mlp,0.01,hnsw efSearch=10,10,0,0.990000,0.719000,-0.001000,-0.004000,0.002000,5,3\n" +
		"Classical,mlp,0.01,0.5 of the rows,0,0.5,0.500000,0.700000,-0.020000,-0.030000,-0.010000,5,3\n" +
		"Classical,mlp,0.1,exact,0,0,1.000000,0.800000,0.000000,,,1,1\n" +
		"Classical,mlp,0.1,hnsw efSearch=10,10,0,0.970000,0.801000,0.001000,,,1,1\n"
)

// resultsCSV returns two sets, two seeds and three methods; nng-mix gains 0.25 over none
// and 0.125 over oversample everywhere.
func resultsCSV() string {
	var b strings.Builder
	b.WriteString(resultsHead)
	for _, set := range []string{"first", `"<b>bold & ""quoted"""`} {
		for seed := range 2 {
			base := 0.5 + float64(seed)*0.125
			for i, method := range []string{"none", "oversample", "nng-mix"} {
				fmt.Fprintf(&b, "%s,Classical,mlp,%s,0.01,%d,%d,%g,0.25,700,3,9,0.1000,0.2000,0,0,30\n", set, method, min(i, 1)*10, seed, base+float64(i)*0.125)
			}
		}
	}
	return b.String()
}

// folder returns a folder with files of the names and texts given.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func wholeRun(t *testing.T) string {
	return folder(t, map[string]string{"run.json": runJSON, "results.csv": resultsCSV(), "recall.csv": recallCSV, "tradeoff.csv": tradeoffCSV})
}

// pageOf returns the page of the run in dir.
func pageOf(t *testing.T, dir string) string {
	t.Helper()
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := run.WritePage(&b, `Title <i>&"`); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// element is an element of a page or figure that was parsed.
type element struct {
	name string
	attr map[string]string
	text string // of the element and all below
}

// parse reads text as XML, which the page is but for its script, and returns its elements.
func parse(t *testing.T, text string) []*element {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(regexp.MustCompile(`(?s)<script>.*</script>`).ReplaceAllString(text, "")))
	var all, open []*element
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attr: map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			all, open = append(all, e), append(open, e)
		case xml.CharData:
			for _, e := range open {
				e.text += string(token)
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

// rowsOf returns the texts of the cells of the table called id.
func rowsOf(t *testing.T, page, id string) [][]string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `<table id="`+id+`"`)
	if !ok {
		t.Fatalf("the page has no table %s", id)
	}
	text, _, _ := strings.Cut(rest, "</table>")
	var rows [][]string
	for _, e := range parse(t, "<table "+text+"</table>") {
		switch e.name {
		case "tr":
			rows = append(rows, nil)
		case "td", "th":
			rows[len(rows)-1] = append(rows[len(rows)-1], e.text)
		}
	}
	return rows
}

func TestPageHoldsEveryRow(t *testing.T) {
	page := pageOf(t, wholeRun(t))
	if diff := cmp.Diff([][]string{
		{"method", "amount", "noise", "sets", "seeds", "AUROC", "AP", "rank", "over none", "p", "over copies", "p"},
		{"Classical, mlp, 1 % labeled"},
		{"none", "", "", "2", "2", "0.562", "0.250", "3.00", "", "", "", ""},
		{"oversample", "×10", "", "2", "2", "0.688", "0.250", "2.00", "+0.125", "0.16", "", ""},
		{"nng-mix", "×10", "", "2", "2", "0.812", "0.250", "1.00", "+0.250", "0.16", "+0.125", "0.16"},
	}, rowsOf(t, page, "means")); diff != "" {
		t.Error("means:", diff)
	}
	sets := rowsOf(t, page, "sets")
	if diff := cmp.Diff([][]string{
		{"first", "Classical", "mlp", "0.01", "nng-mix", "×10", "", "0.812", "0.250", "+0.250", "+0.125", "2", "3", "700", "9"},
		{`<b>bold & "quoted"`, "Classical", "mlp", "0.01", "none", "", "", "0.562", "0.250", "", "", "2", "3", "700", "9"},
	}, sets[3:5]); diff != "" || len(sets) != 7 {
		t.Errorf("%d rows of sets: %s", len(sets), diff)
	}
	if got := rowsOf(t, page, "recall-table"); len(got) != 4 || got[3][0] != "brute & <co>" || got[1][5] != "20" || got[0][4] != "queries/s" {
		t.Errorf("recall: %q", got)
	}
	if got := rowsOf(t, page, "tradeoff-table"); len(got) != 6 || got[3][6] != "-0.0200" || got[5][7] != "" {
		t.Errorf("tradeoff: %q", got)
	}
	for _, want := range []string{"Chip &lt;9&gt;", "neon", "v1.2.3 0123456789ab", "1.26.0", "none, gaussian:0.1", "Title &lt;i&gt;&amp;&#34;",
		"no anomalies in &lt;gone&gt;", "1 of 4 sets have no result yet, the first of them CV_by_ResNet18/late", "1 of 4 sets could not be run",
		"<li>Classical, mlp, 1 % labeled: AUROC suffers at recall 0.50 (0.5 of the rows: -0.0200, 95 % interval -0.0300 to -0.0100), not above; at recall 0.95 and more it changes by -0.0010 (1 search).</li>",
		"<li>Classical, mlp, 10 % labeled: no loss of AUROC down to recall 0.97; "} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestPageNeedsNothingElse finds references to other files and hosts, and text of the
// run that became markup.
func TestPageNeedsNothingElse(t *testing.T) {
	page := pageOf(t, wholeRun(t))
	for _, bad := range []string{"http:", "https:", "//cdn", "url(", "@import", "<b>", "<i>", "<gone>"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	ids := map[string]bool{}
	var labels []string
	for _, e := range parse(t, page) {
		for name, value := range e.attr {
			switch name {
			case "src", "href", "srcset", "action", "data":
				t.Errorf("<%s %s=%q>", e.name, name, value)
			case "id":
				if ids[value] {
					t.Errorf("two elements have the id %s", value)
				}
				ids[value] = true
			case "aria-labelledby", "for":
				labels = append(labels, strings.Fields(value)...)
			}
		}
	}
	for _, id := range labels {
		if !ids[id] {
			t.Errorf("no element has the id %s, which another names", id)
		}
	}
}

// TestPageLeavesOut tests that parts whose files are absent are not on the page.
func TestPageLeavesOut(t *testing.T) {
	parts := map[string]string{"results.csv": `id="sets"`, "recall.csv": `id="recall-table"`, "tradeoff.csv": `id="tradeoff-table"`}
	texts := map[string]string{"results.csv": resultsCSV(), "recall.csv": recallCSV, "tradeoff.csv": tradeoffCSV}
	for only := range parts {
		t.Run(only, func(t *testing.T) {
			page := pageOf(t, folder(t, map[string]string{"run.json": runJSON, only: texts[only]}))
			parse(t, page)
			for name, mark := range parts {
				if strings.Contains(page, mark) != (name == only) {
					t.Errorf("with %s alone, %s on the page: %v", only, mark, name != only)
				}
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		noRun bool
		want  string
	}{
		{"empty folder", nil, true, "has no run.json"},
		{"run.json is no JSON", map[string]string{"run.json": "hello"}, true, "invalid character"},
		{"run.json of another program", map[string]string{"run.json": `{"a": 1}`, "results.csv": resultsCSV()}, true, "does not tell the machine"},
		{"nothing measured", map[string]string{"run.json": runJSON}, true, "neither recall.csv nor tradeoff.csv"},
		{"unfinished trade-off", map[string]string{"run.json": runJSON, "tradeoff_cells.csv": "a\n"}, true, "eval tradeoff has not finished"},
		{"only a header", map[string]string{"run.json": runJSON, "results.csv": resultsHead}, true, "no line in results.csv"},
		{"other results.csv", map[string]string{"run.json": runJSON, "results.csv": "a,b\n1,2\n"}, false, "results.csv: line 1: columns are"},
		{"recall.csv lacks a column", map[string]string{"run.json": runJSON, "recall.csv": "engine,parameter,recall\nhnsw,,1\n"}, false, "recall.csv has no column qps"},
		{"recall.csv has no rows", map[string]string{"run.json": runJSON, "recall.csv": "engine,parameter,recall,qps\n"}, false, "recall.csv has no rows"},
		{"recall.csv has text for a number", map[string]string{"run.json": runJSON, "recall.csv": "engine,parameter,recall,qps\nhnsw,,1,fast\n"}, false, `line 2: qps is "fast"`},
		{"tradeoff.csv is torn", map[string]string{"run.json": runJSON, "tradeoff.csv": tradeoffCSV + "80,0.\n"}, false, "tradeoff.csv: line 7: 2 fields, want 13"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(folder(t, c.files))
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, ErrNoRun) != c.noRun {
				t.Errorf("got %v, want one with %q, ErrNoRun: %v", err, c.want, c.noRun)
			}
		})
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing folder: %v", err)
	}
}

func TestWrite(t *testing.T) {
	run, err := Open(wholeRun(t))
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	opt := Options{Title: "t", Out: filepath.Join(out, "page.html")}
	paths, err := run.Write(opt)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	first := map[string]string{}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		first[path] = string(raw)
		name, _ := filepath.Rel(out, path)
		names = append(names, filepath.ToSlash(name))
		switch filepath.Ext(path) {
		case ".svg":
			if e := parse(t, string(raw)); e[0].name != "svg" || !slices.ContainsFunc(e, func(e *element) bool { return strings.HasPrefix(e.attr["class"], "mark") }) {
				t.Errorf("%s is not a drawing with marks", name)
			}
		case ".csv":
			if rows, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll(); err != nil || len(rows) < 3 {
				t.Errorf("%s: %d rows, %v", name, len(rows), err)
			}
		}
	}
	if diff := cmp.Diff([]string{"page.html", "page_files/auroc.svg", "page_files/auroc.png", "page_files/gain.svg", "page_files/gain.png",
		"page_files/recall.svg", "page_files/recall.png", "page_files/tradeoff.svg", "page_files/tradeoff.png",
		"page_files/means.csv", "page_files/sets.csv", "page_files/recall.csv", "page_files/tradeoff.csv"}, names); diff != "" {
		t.Error(diff)
	}
	if first[paths[11]] != recallCSV {
		t.Errorf("recall.csv changed:\n%s", first[paths[11]])
	}

	if err := os.Remove(paths[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Write(opt); !errors.Is(err, atomicfile.ErrExists) {
		t.Errorf("over existing files: %v, want ErrExists", err)
	}
	if _, err := os.Stat(paths[0]); err == nil {
		t.Error("the page was written although a figure exists")
	}
	opt.Force = true
	if _, err := run.Write(opt); err != nil {
		t.Fatal(err)
	}
	for path, want := range first {
		if raw, _ := os.ReadFile(path); string(raw) != want {
			t.Errorf("%s is not the same the second time", path)
		}
	}
}
