// Command ann measures package ann side by side with other software: hnswlib, faiss's
// IndexHNSWFlat, usearch, weaviate's hnsw and coder/hnsw.
//
//	go run ./bench/ann [--sets donors,skin] [--peers hnswlib,faiss] [--threads 1,2]
//	    [--runs 5] [--builds 3] [--out DIR] [--quick]
//	go run ./bench/ann --print --out DIR
//
// It prints Markdown tables: what the indexes cost, queries per second at a recall of
// .95 and .99, and ours against hnswlib with the goals of this project. With --out the
// results are merged into DIR/ann.csv, so that sets can be measured one at a time, and
// DIR/ann-SET.png shows recall and speed.
//
// # Peers
//
// hnswlib is Debian's header under our driver, compiled with -O3 -march=native; faiss
// is Debian's python3-faiss. usearch comes compiled in its npm package and runs in
// node: its Go binding needs cgo and the library. weaviate is the hnsw package of that
// server, without its log, in a nested module: compiling it takes minutes the first
// time. What is compiled or installed stays in the user's cache folder. A peer that
// cannot be had is left out with the reason printed.
//
// coder/hnsw, behind package ann/coder, gets small sets with its own settings. Its recall
// stays far below the others at any:
//
//	go run ./bench/ann --sets synthetic_10k --peers coder --threads 1
//
// prints "never (.130)": of the ten nearest of 10,000 clustered rows of 128 columns it
// finds 1.3.
//
// # How it is measured
//
// All engines, ours too, are processes of their own that get the same files and
// answer in turns (see process). The rows are the normal ones of a table, duplicates
// included, min-max scaled; queries are 1,000 of these that are held out, and up to
// 1,000 anomalies. The truth is exact search. Recall counts a returned row, once, when
// its distance in float64 is at most that of the true tenth neighbor times 1 + 1e-6.
//
// efSearch goes from 10 to 2560 by factors of about 1.41 until recall is .9995; ours,
// which may be below k, begins at 2. Where ours does not come to .99 on that way, our
// index is asked for exact answers, which it gives when a recall target demands them,
// and the speed of that is marked as exact. The
// points around the recalls that are compared are timed --runs times, others once;
// the logarithm of queries per second is taken to be linear in recall between points.
// Builds are on one thread, ours also on two. A build of more than 15 seconds is not
// repeated. weaviate, which builds slowest, gets sets of up to 250,000 rows. Resident memory is what a process holds after its first build more than
// before, without the rows it was given.
//
// faiss, usearch and ours get all queries as one batch, the others, which know no
// batches, one by one; "go test -bench Search ./ann" tells what that is worth to ours.
// The Python and JavaScript around them are not timed beyond that one call.
package main
