package graph

// visited is a set of nodes that is emptied in constant time: a node is in it
// when its mark equals the current epoch. Nodes that are not in it may be forbidden:
// their mark is one above.
type visited struct {
	marks []uint8
	epoch uint8
	used  uint8 // the highest mark
}

// reset empties the set and makes it one of n nodes.
func (v *visited) reset(n int) {
	if cap(v.marks) < n {
		v.marks, v.used = make([]uint8, n), 0
	}
	v.marks = v.marks[:n]
	if v.used >= lastEpoch {
		clear(v.marks[:cap(v.marks)])
		v.used = 0
	}
	v.used++
	v.epoch = v.used
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

// lastEpoch has one mark above it.
const lastEpoch = 254

// forbid notes that node, which is not in the set, is forbidden.
func (v *visited) forbid(node uint32) {
	v.used = v.epoch + 1
	v.marks[node] = v.used
}

// forbidden tells whether node, which is below the number of nodes, is forbidden.
func (v *visited) forbidden(node uint32) bool { return v.marks[node] == v.epoch+1 }
