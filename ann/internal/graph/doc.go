// Package graph holds proximity graphs: how they are made, searched and checked.
//
// A Graph has rows of float32, all different, each with a list of links to others.
// It compares rows by the kernels that it is given. It knows no names of metrics, no
// equal rows and no row ids: package ann maps tables to it and back.
//
// # Building
//
// A Builder puts rows into an order in which neighbors are close to each other
// (Order, then Graph.Pick), and makes the links (Build): candidates come from random
// partitions (partition.go, split.go), the relative neighborhood rule chooses among
// them (select.go), links back are added (reverse.go), a search for each row improves
// them, and rows that nothing leads to are linked (reach.go).
//
// # Searching
//
// A Searcher holds what one search needs and keeps the nearest rows in its Pool, as
// Keys. It enters at the rows of the entrance (entrance.go, outposts.go), looks around
// the nearest of these, and follows links (search.go). Where there are codes, 8 bits a
// column, it compares these (quantize.go, target.go).
//
// # Damage
//
// Links and outposts may come from a file, which nobody has looked through. Where
// they lead out of the graph, searches panic with Damage, never with anything else.
//
// A Graph is safe for concurrent searches once it is built.
package graph
