package graph

// visited is a set of nodes that is emptied in constant time: a node is in it
// when its mark equals the current epoch.
type visited struct {
	marks []uint8
	epoch uint8
}

// reset empties the set and makes it one of n nodes.
func (v *visited) reset(n int) {
	if cap(v.marks) < n {
		v.marks, v.epoch = make([]uint8, n), 0
	}
	v.marks = v.marks[:n]
	if v.epoch++; v.epoch == 0 {
		clear(v.marks[:cap(v.marks)])
		v.epoch = 1
	}
}

// has tells whether node is in the set.
func (v *visited) has(node uint32) bool {
	if int(node) >= len(v.marks) {
		damagedLink(node, len(v.marks))
	}
	return v.marks[node] == v.epoch
}

// add puts node into the set.
func (v *visited) add(node uint32) { v.marks[node] = v.epoch }
