package graph

import (
	"slices"

	"github.com/nngmix/nngmix/ann/internal/memory"
)

// selector chooses which candidates a row links to.
type selector struct {
	g     *Graph
	slack float32 // at least 1, see choose

	ids   []uint32
	keys  []key
	ranks []uint32
	links []uint32
}

// choose returns up to limit of the candidates of a row as its links. They are
// ascending and distinct, with ranks from comparing with g.target(row). Links are
// the nearest first, each unless a link chosen before is nearer to it than the row
// is (Malkov and Yashunin 2020, algorithm 4; the relative neighborhood rule). A
// search that comes to the row then goes on through that link. With slack above 1
// the link must be nearer by that factor, which keeps more and longer links
// (Subramanya et al., DiskANN, NeurIPS 2019).
//
// The result is valid until the next call.
func (s *selector) choose(candidates []key, limit int) []uint32 {
	s.keys = append(s.keys[:0], candidates...)
	s.ids = s.ids[:0]
	for _, k := range candidates {
		s.ids = append(s.ids, k.Node())
	}
	s.ranks = memory.Grow(s.ranks, len(candidates))
	s.links = s.links[:0]
	keys, ids := s.keys, s.ids
	for len(ids) > 0 {
		link := ids[0]
		s.links = append(s.links, link)
		if len(s.links) == limit {
			break
		}
		keys, ids = keys[1:], ids[1:]
		kept := 0
		for i, rank := range s.g.rank(s.ranks, s.g.target(link), ids) {
			if s.g.length(rank)*s.slack >= s.g.length(keys[i].Rank()) {
				keys[kept], ids[kept] = keys[i], ids[i]
				kept++
			}
		}
		keys, ids = keys[:kept], ids[:kept]
	}
	return s.links
}

// measure returns the candidates ids of row as keys, ascending. The result is
// valid until the next call of measure.
func (s *selector) measure(dst []key, row uint32, ids []uint32) []key {
	s.ranks = memory.Grow(s.ranks, len(ids))
	dst = dst[:0]
	for i, rank := range s.g.rank(s.ranks, s.g.target(row), ids) {
		dst = append(dst, RankKey(rank, ids[i]))
	}
	slices.Sort(dst)
	return dst
}
