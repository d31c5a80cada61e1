package graph

import (
	"math"
	"slices"
)

// orderedBits maps x to an integer with the same order.
func orderedBits(x float32) uint32 { return order(math.Float32bits(x)) }

// order is orderedBits for the bits of a number, and disorder its inverse.
func order(b uint32) uint32    { return b ^ (uint32(int32(b)>>31) | 1<<31) }
func disorder(b uint32) uint32 { return b ^ (^uint32(int32(b)>>31) | 1<<31) }

// selectNth orders keys, which are distinct, such that those before n are below
// those from n on (Hoare, Algorithm 65: find, CACM 4, 1961). The order among
// them depends on the keys alone.
func selectNth(keys []uint64, n int) {
	lo, hi := 0, len(keys) // the n-th key lies in keys[lo:hi]
	for hi-lo > 16 {
		pivot := median(keys[lo], keys[(lo+hi)/2], keys[hi-1])
		i, j := lo, hi-1
		for i <= j {
			for keys[i] < pivot {
				i++
			}
			for keys[j] > pivot {
				j--
			}
			if i <= j {
				keys[i], keys[j] = keys[j], keys[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			hi = j + 1
		case n >= i:
			lo = i
		default:
			return
		}
	}
	slices.Sort(keys[lo:hi])
}

func median(a, b, c uint64) uint64 { return max(min(a, b), min(max(a, b), c)) }
