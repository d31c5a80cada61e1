// Package columns looks at the columns of a table value by value, with nothing
// rounded, and names columns and their types in messages.
package columns
