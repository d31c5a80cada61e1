// Package table reads and writes the tables that nngmix works on: CSV (plain,
// gzip, zstd), Parquet, Arrow IPC and NumPy's NPZ and NPY.
//
// # In memory
//
// A [Table] is a list of columns of equal length. A column keeps the type that
// the file stores, so that a million float16 rows of 45 columns take 93 MB; a
// missing value is NaN in a floating-point column (and written as null) and a bit
// beside the values in others. Text is held as codes into a dictionary in order
// of first appearance. The matrix X of an NPZ file is one row-major slice, seen as
// columns x0, x1, ...
//
// Tables and columns are not changed once made and may be read concurrently.
//
// # Text files
//
// A CSV file is cut into fields by a splitter that knows which were quoted. What
// a field is by itself is its class (cell.go): a marker of a missing value, an
// integer or another number, a code such as 007, a time, a truth value, a number
// in another notation, or words. A builder for each column collects values as
// long as the classes allow one type, and the column is settled at the end of the
// file: what is neither one thing nor the other is an error that names the cells.
// The writer quotes by the same rules, so that every table comes back as it was.
//
// # In batches
//
// [OpenStream] gives the table of [ReadParts] batch by batch, as often as one likes,
// in memory for a batch and for the texts of columns. Files that store types are read
// in lanes (lane.go): a column of Parquet, the record batches of Arrow, a matrix, which
// go on where they stopped; Read takes all rows of them at once. What a field is that
// hangs on values, such as a dictionary, a first pass finds (stream_survey.go). CSV
// files are parsed once, or twice where Read does, by the same builders, whose values
// go to an unlinked file (csv_spool.go) as what they were taken for, and are turned
// into what the column became when they are read. Parts are joined as unify says; what
// it has to know of the values, it is shown batch by batch (stream_join.go).
//
// The least memory is that of a batch and of a page of each column of Parquet, of a
// record batch of Arrow.
//
// # In and out
//
// [Read] loads a file, [ReadParts] several as one table, which [Expand] finds by
// patterns and in folders; [Create] starts a file, or a folder of them, to which a
// [Writer] adds columns chunk by chunk. The format follows from the name, in and
// out independently. What is written appears whole or not at all (package
// atomicfile).
//
// Files are not trusted: damaged and crafted ones give an error that names file,
// line or row, and column, and no more memory is taken than the bytes there
// warrant.
package table
