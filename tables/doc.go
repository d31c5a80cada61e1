// Package tables goes through labeled tables of any size in batches and finds what
// package generator makes pseudo-anomalies from: what has to be known of the whole
// table, a [Summary], and the unlabeled rows nearest to its labeled anomalies, its
// [Neighbors]. Memory is that of a batch, of the labeled anomalies and of their
// neighbors, whatever the number of rows; the samples are those of the table in memory,
// bit for bit.
//
//	source, err := tables.Open(ctx, []string{"transactions/"}, tables.ReadOptions{})
//	summary, err := tables.Summarize(ctx, source, tables.Options{Label: "is_fraud"})
//	near, err := tables.FindNeighbors(ctx, source, summary, generator.DefaultOptions())
//	gen, err := near.Generator(ctx)
//
// # Several machines
//
// Summaries and neighbors can be found in shards: each worker adds the batches that it
// has, with the numbers that its rows have in the whole table (see [Batch.Shift]), and
// stores what it found with MarshalBinary. Merged in any order, by Merge, they are what
// one worker would have found. A summary takes one round through the table, or some
// more where missing values call for it: see [Summary.Next]. Stored bytes are checked
// for damage and versioned, but trusted: take them from your own workers only.
package tables
