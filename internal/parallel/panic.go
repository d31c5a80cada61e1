package parallel

import (
	"errors"
	"runtime"
	"sync/atomic"
)

// failure is a panic, or a runtime.Goexit, of a worker on its way to the
// goroutine that called Do. Where panics are many, the first one is kept.
type failure struct{ first atomic.Pointer[end] }

// end is how a goroutine ended without returning.
type end struct {
	value any
	exit  bool // by runtime.Goexit, without a value
}

// errEnded ends the other workers.
var errEnded = errors.New("parallel: a worker ended without returning")

// guard calls f and returns its error. Where f does not return, it takes note of
// that and returns errEnded.
func (p *failure) guard(f func() error) (err error) {
	returned := false
	defer func() {
		if !returned {
			value := recover()
			p.first.CompareAndSwap(nil, &end{value, value == nil})
			err = errEnded
		}
	}()
	err = f()
	returned = true
	return err
}

// pass ends the calling goroutine as the worker was ended, if one was.
func (p *failure) pass() {
	switch e := p.first.Load(); {
	case e == nil:
	case e.exit:
		runtime.Goexit()
	default:
		panic(e.value)
	}
}
