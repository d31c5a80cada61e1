// Command planner measures what the choice of package planner costs: over a grid
// of tables and numbers of queries it times every method, each from the rows to the
// answer, and the planner with all its estimates, and compares the planner with
// the fastest method.
//
//	go run ./bench/planner [--quick] [--rows 1000,10000] [--columns 3,10] [--queries 5,500] [--sets ""] [--threads 1]
//
// Tables are drawn around a hundred centers, or real ones from the folder that
// NNGMIX_DATA names, with anomalies as queries. The graph is tuned to a recall of
// 0.99, which the planner may use as well. A method that is thought to take longer
// than --limit seconds is not run, and a cell where all are is left out; tables
// larger than --memory megabytes are left out too.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/bench/internal/side"
)

// options are the command line.
type options struct {
	rows, columns, queries []int
	sets                   string
	runs, threads          int
	limit, memory          float64
}

func main() {
	var o options
	rows := flag.String("rows", "1000,10000,100000,1000000", "rows of the drawn tables")
	columns := flag.String("columns", "3,10,45,128,784", "columns of the drawn tables")
	queries := flag.String("queries", "5,500,5000,50000", "numbers of queries")
	flag.StringVar(&o.sets, "sets", side.Names(side.Sets), "real sets")
	flag.IntVar(&o.runs, "runs", 3, "runs of each method; the fastest counts")
	flag.IntVar(&o.threads, "threads", 1, "threads")
	flag.Float64Var(&o.limit, "limit", 10, "seconds beyond which a method is not run")
	flag.Float64Var(&o.memory, "memory", 1500, "megabytes of the largest table")
	quick := flag.Bool("quick", false, "small tables only, and skin")
	flag.Parse()
	if *quick {
		*rows, *columns, *queries, o.sets = "1000,10000", "3,45", "5,500", "skin"
	}
	if err := run(&o, *rows, *columns, *queries); err != nil {
		fmt.Fprintln(os.Stderr, "bench/planner:", err)
		os.Exit(1)
	}
}

func run(o *options, rows, columns, queries string) error {
	for _, list := range []struct {
		text string
		to   *[]int
	}{{rows, &o.rows}, {columns, &o.columns}, {queries, &o.queries}} {
		for field := range strings.SplitSeq(list.text, ",") {
			n, err := strconv.Atoi(field)
			if field != "" && (err != nil || n < 1) {
				return fmt.Errorf("%q is no list of positive numbers", list.text)
			} else if field != "" {
				*list.to = append(*list.to, n)
			}
		}
	}
	runtime.GOMAXPROCS(o.threads)
	fmt.Printf("%s, %d thread(s), k = 10, recall target 0.99, the fastest of %d runs, milliseconds.\n\n", side.Machine(), o.threads, o.runs)
	fmt.Println("| table | queries | brute | kdtree | hnsw | planner | chosen | to the best |\n|---|---|---|---|---|---|---|---|")
	var cells []*cell
	measure := func(d *data) error {
		for _, q := range o.queries {
			if n := len(cells); n > 0 && cells[n-1].table == d.name && cells[n-1].queries == len(d.queries)/d.dim {
				break // there are no more queries
			}
			c, err := o.measure(context.Background(), d, q)
			if err != nil {
				return err
			}
			fmt.Println(c)
			cells = append(cells, c)
		}
		return nil
	}
	if err := o.each(measure); err != nil {
		return err
	}
	summarize(cells)
	return nil
}

// each calls f with all tables.
func (o *options) each(f func(*data) error) error {
	most := 0
	for _, q := range o.queries {
		most = max(most, q)
	}
	for _, n := range o.rows {
		for _, dim := range o.columns {
			if float64(4*(n+most)*dim) > o.memory*1e6 {
				fmt.Printf("| clustered %d x %d | | | | | | too large | |\n", n, dim)
				continue
			}
			if err := f(clustered(n, most, dim)); err != nil {
				return err
			}
		}
	}
	if o.sets == "" {
		return nil
	}
	sets, err := side.Choose(o.sets)
	if err != nil {
		return err
	}
	for _, set := range sets {
		d, err := real(set.File)
		if err != nil {
			return fmt.Errorf("%w (set NNGMIX_DATA to the folder of the data sets)", err)
		}
		if err := f(d); err != nil {
			return err
		}
	}
	return nil
}
