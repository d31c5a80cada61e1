// Package tableindex keeps an index of package ann together with what it has to
// know of the table whose rows it holds: the names, types and ranges of the
// columns, their categories, and a fingerprint of their values. So queries in
// the table's own units find its rows again, and a table that is not the one
// indexed is refused.
//
// A table becomes an index in two steps, so that the table may be forgotten
// between them:
//
//	rows, err := tableindex.Scale(ctx, set, tableindex.Options{Source: "payments.csv", ...})
//	index, err := rows.Build(ctx, ann.DefaultOptions())
//	index.WriteTo(file)
//
// A table that memory does not hold becomes a folder of segments: BuildFolder builds
// it, and a Change adds rows to it or puts segments together.
//
// Open and Load bring either back, Schema.ReadQueries reads a table of queries,
// Search answers them, to a recall target if one is named, and Index.Unlabeled
// hides the labeled rows of a data set, as Index.Batches does for a table that is gone
// through. As those of packages table and dataset,
// errors name the column, the row and the option of the command that mends it.
//
// The format of the description is in docs/format.md. An Index may be searched
// from several goroutines; all else here is for one at a time.
package tableindex
