package graph

import "fmt"

// Damage is what code panics with where what it reads cannot be, since it comes from
// a file. Files are checked where they are read.
type Damage struct{ What string }

// Damaged panics with damage.
func Damaged(format string, args ...any) { panic(Damage{fmt.Sprintf(format, args...)}) }

// damagedLink is a function of its own, so that loops that call it stay small.
//
//go:noinline
func damagedLink(to uint32, n int) { Damaged("a link leads to node %d of %d", to, n) }
