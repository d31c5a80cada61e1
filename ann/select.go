package ann

import "slices"

// selector chooses which candidates a row links to.
type selector struct {
	g     *graph
	slack float32 // at least 1, see choose

	ids       []uint32
	keys      []key
	distances []float32
	links     []uint32
}

// choose returns up to limit of the candidates of a row, which are ascending and
// distinct, as its links: nearest first, each unless a link chosen before is
// nearer to it than the row is (Malkov and Yashunin 2020, algorithm 4; the
// relative neighborhood rule). A search that comes to the row then goes on
// through that link. With slack above 1 the link must be nearer by that factor,
// which keeps more and longer links (Subramanya et al., DiskANN, NeurIPS 2019).
//
// The result is valid until the next call.
func (s *selector) choose(candidates []key, limit int) []uint32 {
	s.keys = append(s.keys[:0], candidates...)
	s.ids = s.ids[:0]
	for _, k := range candidates {
		s.ids = append(s.ids, k.node())
	}
	s.distances = grow(s.distances, len(candidates))
	s.links = s.links[:0]
	keys, ids := s.keys, s.ids
	for len(ids) > 0 {
		link := ids[0]
		s.links = append(s.links, link)
		if len(s.links) == limit {
			break
		}
		keys, ids = keys[1:], ids[1:]
		s.g.kernels.Gather(s.distances, s.g.row(link), s.g.rows, s.g.stride, ids)
		kept := 0
		for i, id := range ids {
			if s.distances[i]*s.slack >= keys[i].distance() {
				keys[kept], ids[kept] = keys[i], id
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
	s.distances = grow(s.distances, len(ids))
	s.g.kernels.Gather(s.distances, s.g.row(row), s.g.rows, s.g.stride, ids)
	dst = dst[:0]
	for i, id := range ids {
		dst = append(dst, newKey(s.distances[i], id))
	}
	slices.Sort(dst)
	return dst
}
