package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/zeebo/xxh3"
)

// columnSums returns a hash of the values of each column, 128 bits in hex. Equal
// numbers give equal hashes whatever type they are stored in, equal texts whatever
// their codes; missing values are equal to each other.
func columnSums(columns []table.Column, rows int) []string {
	const chunkRows = 2048 // of all columns, where they share a matrix, stay in cache
	chunks := (rows + chunkRows - 1) / chunkRows
	sums := make([][]byte, len(columns)) // of each column: the hashes of its chunks
	for j := range sums {
		sums[j] = make([]byte, 8*chunks)
	}
	texts := make([][]uint64, len(columns)) // of each column of text: the hashes of its dictionary
	for j, c := range columns {
		for _, text := range c.Dictionary() {
			texts[j] = append(texts[j], xxh3.HashString(text))
		}
	}
	// The work cannot fail and is done in the time of a breath.
	_ = parallel.Do(context.Background(), parallel.Threads(0), chunks, func(_, chunk int) error {
		var values [chunkRows]float64
		var text [8 * chunkRows]byte
		from, to := chunk*chunkRows, min((chunk+1)*chunkRows, rows)
		for j, c := range columns {
			c.Floats(values[:], 1, from, to)
			for i, x := range values[:to-from] {
				if x != x {
					x = math.NaN() // of one bit pattern
				}
				bits := math.Float64bits(x + 0) // -0 becomes 0
				if texts[j] != nil && x == x {
					bits = texts[j][int(x)]
				}
				binary.LittleEndian.PutUint64(text[8*i:], bits)
			}
			binary.LittleEndian.PutUint64(sums[j][8*chunk:], xxh3.Hash(text[:8*(to-from)]))
		}
		return nil
	})
	list := make([]string, len(columns))
	for j, s := range sums {
		h := xxh3.Hash128(s)
		list[j] = fmt.Sprintf("%016x%016x", h.Hi, h.Lo)
	}
	return list
}
