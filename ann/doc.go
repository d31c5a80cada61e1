// Package ann finds approximate nearest neighbors by a search of a proximity
// graph (HNSW: Malkov and Yashunin, Efficient and robust approximate nearest
// neighbor search using Hierarchical Navigable Small World graphs, IEEE TPAMI 42,
// 2020). It answers in microseconds where exact search has to look at many rows:
// large tables with many columns and many queries. For few queries or few columns
// package exact is faster.
//
//	idx, err := ann.Build(ctx, rows, dim, ann.Options{})
//	neighbors, err := idx.Search(ctx, query, 10, ann.SearchOptions{})
//
// Rows and queries are float32, row-major, n rows of dim columns. Metrics,
// distances, the order of neighbors and the treatment of ties are those of
// package exact: a row that both find has the same distance, bit for bit. The zero value
// of all options is good for most tables and queries.
//
// # Searching
//
// Search and AppendSearch answer one query, SearchBatch many, SearchRange asks for all
// rows within a radius. How many of the true neighbors they find, the recall, depends on
// SearchOptions.EfSearch: Tune finds the width that a recall target needs, SearchAtRecall
// searches with it, SearchExact finds all. Bitmaps and functions limit searches to some
// of the rows.
//
// # Changing
//
// New returns an index without rows. Add gives rows ids from 0 on, Set replaces rows
// and Delete deletes them, by id. An index with Options.Keyed takes rows by keys of the
// caller's instead: AddKeyed, Upsert, DeleteKeys; searches return keys beside ids.
// Compact frees the memory of deleted rows.
//
// # Files
//
// Save and WriteTo write an index, with what SetMeta stored beside it. Open maps a
// file, Load and OpenReader read it into memory, OpenBytes takes it from memory, and
// Verify reads all of it. Equal rows, options, seeds and changes give equal files.
//
// # Concurrency
//
// An Index is safe for concurrent use. Changes are made beside what searches see; none
// waits for another that takes long. A search sees all of a change or nothing of it, and
// those that begin after a change has returned see it. Close ends the use of an index;
// the memory of one that is not closed is freed some time after its last use. Calls
// that may take long take a context, and end soon after it.
//
// # What differs from the paper
//
//   - Equal rows are one node of the graph, with the list of their ids. Copies
//     link to copies only, which cuts a graph into pieces; with tables of
//     measurements that is the rule, not the exception.
//   - Nodes are numbered in an order in which neighbors are close to each other,
//     so that a search reads memory that it read before.
//   - The upper layers are made, but then their links are added to those of
//     layer 0. In their place a query is first compared with a sample of the rows
//     spread evenly and with some that are far from all others, then with rows
//     around the nearest of them in the order of nodes. So the search enters at
//     several places: queries unlike all rows, such as anomalies, have neighbors in
//     places that no path joins. (That the hierarchy can go is known: Munyampirwa
//     et al., Down with the hierarchy, 2024, arXiv:2412.01940.)
//   - EfSearch may be less than k: the walk then follows the links of fewer rows than
//     it keeps.
//   - SearchBatch carries out four searches on a goroutine in turns, so that one
//     works while the others wait for memory. BenchmarkSearch tells what that gains
//     over one by one: half as much again where rows outgrow the caches.
//   - Where rows outgrow the caches, searches compare copies of them with 8 bits a
//     column and then the nearest found once more in full. Where these codes are
//     lossless they take the place of the rows; see Quantize.
//   - Category codes, which the paper's graphs do not know, become columns of which a
//     code sets one, so that the graph compares numbers only. What it finds is
//     compared by the codes themselves; see Options.Nominal.
//   - The graph is not made row by row: all pairs of rows are compared inside the
//     parts of several random partitions (PiPNN: Rubel et al., 2026,
//     arXiv:2602.21247), the nearest are linked by the paper's rule, and a search
//     for each row then finds what partitions cut off. The result does not depend
//     on the number of threads or on the instruction set.
//   - Every row can be reached from the entry points; links that are missing for
//     that are added.
//   - Where a filter allows a part of the rows only, a walk keeps no others, and looks
//     behind some of those it may not keep (ACORN-1: Patel et al., SIGMOD 2024,
//     arXiv:2403.04871); few allowed rows are compared without the graph.
package ann
