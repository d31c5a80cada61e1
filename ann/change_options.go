package ann

// ChangeOptions say how a change is carried out. The zero value is good for most.
type ChangeOptions struct {
	// Threads is the number of goroutines at work. 0, the default, means Options.Threads.
	Threads int
	// Progress, where it is not nil, is told how many of the steps of the work are done.
	// It is called from one goroutine at a time; total is the same in all calls, done
	// ascends, and is total in the last one of a change without an error. The graph of
	// the new rows counts for as many steps as graphs that are then merged.
	Progress func(done, total int)
}

// Validate returns an error that lists all violations, or nil.
func (o ChangeOptions) Validate() error {
	var v violations
	v.report(o.Threads < 0, "Threads is %d, want at least 0", o.Threads)
	return v.err()
}

// steering is ChangeOptions in use.
type steering struct {
	ChangeOptions
	parts int // of the work, as many steps each
	part  int // those that are done
	told  int
}

// partSteps is the number of steps of a part.
const partSteps = 1000

func steer(opt ChangeOptions, parts int) *steering {
	return &steering{ChangeOptions: opt, parts: parts}
}

// options returns those of x for building a graph, which is the next part of the work.
func (s *steering) options(x *Index) Options {
	opt := x.opt
	if s.Threads > 0 {
		opt.Threads = s.Threads
	}
	if s.Progress != nil {
		opt.Progress = func(done, total int) { s.tell((s.part*total + done) * partSteps / total) }
	}
	return opt
}

// done ends a part.
func (s *steering) done() {
	if s.part++; s.Progress != nil {
		s.tell(s.part * partSteps)
	}
}

// end ends the work.
func (s *steering) end() {
	if s.part = s.parts; s.Progress != nil {
		s.tell(s.parts * partSteps)
	}
}

func (s *steering) tell(done int) {
	if done = min(done, s.parts*partSteps); done > s.told {
		s.told = done
		s.Progress(done, s.parts*partSteps)
	}
}
