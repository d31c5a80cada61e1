package cli

import (
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// Progress shows one bar for each stage of a command on stderr, and nothing at
// all when stderr is no terminal or --quiet was given.
type Progress struct {
	bars    *mpb.Progress
	visible bool
}

// NewProgress returns the progress display of a command. Call Wait at its end.
func NewProgress(quiet bool) *Progress {
	visible := !quiet && term.IsTerminal(int(os.Stderr.Fd()))
	var out io.Writer // nil shows nothing
	if visible {
		out = os.Stderr
	}
	return &Progress{mpb.New(mpb.WithOutput(out), mpb.WithWidth(48)), visible}
}

// Stage starts the bar of a stage and returns what to call as it advances: the
// work done and all there is to do, in units of the stage.
func (p *Progress) Stage(name string) func(done, total int64) {
	return p.add(name, decor.AverageETA(decor.ET_STYLE_GO))
}

// Estimated is Stage with an estimate of the time left by the caller.
func (p *Progress) Estimated(name string, left func() string) func(done, total int64) {
	return p.add(name, decor.Any(func(decor.Statistics) string { return left() }))
}

// add starts a bar with a decorator for the time left.
func (p *Progress) add(name string, left decor.Decorator) func(done, total int64) {
	bar := p.bars.AddBar(0,
		mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR), decor.Percentage(decor.WCSyncSpace)),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_GO), decor.Name(" left "), left),
	)
	return func(done, total int64) {
		bar.SetTotal(total, false)
		bar.SetCurrent(done)
		if done >= total {
			bar.SetTotal(total, true)
		}
	}
}

// Spinner shows that a stage of unknown length is at work, and for how long,
// until what it returns is called.
func (p *Progress) Spinner(name string) (done func()) {
	bar := p.bars.AddSpinner(1,
		mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_GO)),
	)
	return func() { bar.SetTotal(1, true) }
}

// Visible tells whether there are bars.
func (p *Progress) Visible() bool { return p.visible }

// Write writes lines above the bars, or, without them, to stderr.
func (p *Progress) Write(lines []byte) (int, error) {
	if p.visible {
		return p.bars.Write(lines)
	}
	return os.Stderr.Write(lines)
}

// Wait ends the display. A bar that did not reach its end stays as it is.
func (p *Progress) Wait() { p.bars.Shutdown() }
