// Package synth writes a table that looks like a bank's log of payments, to try
// nngmix on: several normal profiles, rare frauds of four kinds, amounts with a
// long tail, integers, booleans, categories, and many rows that repeat others
// exactly. Few of the frauds are labeled; the rest hide among the unlabeled
// rows, as in real tables.
//
// Row i is a pure function of (options, i), see [Row]: any part of a table can
// be made alone, by any number of goroutines, with the same bytes on every
// machine.
package synth
