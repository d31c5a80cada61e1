package graph

import "slices"

// Outposts are rows far from all others at which searches enter too. Queries
// unlike all rows are often nearest to them, and few paths lead there.
//
// Rows are far where their nearest row that nearLists gives up on is: small groups
// of rows, near to each other and far from the rest, count.

// takeOutposts chooses at most limit outposts, rows of which none is among the
// nearest of another one chosen before: those farthest out come first.
func (b *Builder) takeOutposts(lists *nearLists, limit int) {
	keys := make([]uint64, b.N)
	for id := range uint32(b.N) {
		list := lists.of(id)
		n, _ := slices.BinarySearch(list, Farthest)
		keys[id] = uint64(newKey(list[max(n, 1)-1].distance(), id))
	}
	if few := outpostsDrawn * limit; few < len(keys) {
		selectNth(keys, len(keys)-few)
		keys = keys[len(keys)-few:]
	}
	slices.Sort(keys)
	slices.Reverse(keys)
	b.Outposts = nil
	for _, k := range keys {
		id := key(k).Node()
		if len(b.Outposts) < limit && !b.nearOutpost(lists.of(id)) {
			b.Outposts = append(b.Outposts, id)
		}
	}
}

// MaxOutposts bounds the outposts in a file.
const MaxOutposts = 4096

// outpostsDrawn is how many rows are looked at for each outpost.
const outpostsDrawn = 16

// nearOutpost tells whether one of list is an outpost.
func (b *Builder) nearOutpost(list []key) bool {
	return slices.ContainsFunc(list, func(k key) bool { return k != Farthest && slices.Contains(b.Outposts, k.Node()) })
}
