package ann

import (
	"runtime"
	"runtime/debug"
	"unsafe"

	"github.com/nngmix/nngmix/ann/internal/graph"
)

// damageOf returns the error that value, which was recovered, stands for: damage, or a
// fault at an address of data, which is mapped from a file. Other values stand for
// none.
func damageOf(value any, data []byte) error {
	switch v := value.(type) {
	case graph.Damage:
		return corrupt("%s", v.What)
	case interface{ Addr() uintptr }:
		first := uintptr(unsafe.Pointer(unsafe.SliceData(data)))
		if at := v.Addr(); at >= first && at-first < uintptr(len(data)) {
			return corrupt("a part of it cannot be read: it was cut off while it was open, or its disk fails")
		}
	}
	return nil
}

// reading calls use, which reads data. Damage becomes an error.
func reading(data []byte, use func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if value := recover(); value != nil {
			if err = damageOf(value, data); err == nil {
				panic(value)
			}
		}
	}()
	return use()
}

// guard is what a call that reads an index begins with enter and ends with end.
// Where the index comes from a file, damage becomes an error.
type guard struct {
	x      *Index
	stripe uint32
	faults bool // what debug.SetPanicOnFault was
}

// enter begins a call, unless the index is closed or was found damaged.
func (x *Index) enter(stripe uint32) (guard, error) {
	err := x.usage.count(stripe)
	if err == nil && x.opened {
		err = x.sound()
	}
	if err != nil {
		x.leave(stripe)
		return guard{}, err
	}
	g := guard{x: x, stripe: stripe}
	if x.opened {
		g.faults = debug.SetPanicOnFault(true)
	}
	return g, nil
}

// sound returns the damage that was found in the file of x, or that it was written to.
func (x *Index) sound() error {
	if found := x.damage.Load(); found != nil {
		return *found
	}
	m := x.file.Value()
	if m == nil || m.watch == nil {
		return nil
	}
	err := m.watch.check()
	runtime.KeepAlive(m) // the file is open until then
	if err != nil {
		x.damage.CompareAndSwap(nil, &err)
	}
	return err
}

// end ends a call, which a defer statement does, and sets err where it met damage:
// after that every call gets this error.
func (g guard) end(err *error) {
	if !g.x.opened {
		g.x.leave(g.stripe)
		return
	}
	value := recover()
	debug.SetPanicOnFault(g.faults)
	if value == nil {
		g.x.leave(g.stripe)
		return
	}
	var found error
	if m := g.x.file.Value(); m != nil {
		found = damageOf(value, m.data)
		runtime.KeepAlive(m)
	}
	g.x.leave(g.stripe)
	if found == nil {
		panic(value) // of a filter
	}
	g.x.damage.CompareAndSwap(nil, &found)
	*err = found
}

// task returns f, a part of a call that other goroutines carry out, with the damage
// it meets as its error.
func (x *Index) task(f func(worker, task int) error) func(worker, task int) error {
	if !x.opened {
		return f
	}
	return func(worker, task int) (err error) {
		g, err := x.enter(0)
		if err != nil {
			return err
		}
		defer g.end(&err)
		return f(worker, task)
	}
}
