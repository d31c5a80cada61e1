package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// Patience says how requests that fail are made again, after longer and longer
// waits. Whatever brings something begins anew.
type Patience struct {
	First, Most time.Duration // of a wait
	Give        time.Duration // up, when nothing was had for so long
	Stall       time.Duration // a request that brings nothing for so long is ended
}

// Patient is for objects that were found: a server may need time to come back.
var Patient = Patience{First: 100 * time.Millisecond, Most: 5 * time.Second, Give: time.Minute, Stall: 30 * time.Second}

// final is an error that another try does not mend.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// Final marks an error that another try does not mend, such as one of access.
func Final(err error) error { return final{err} }

// ErrChanged says that an object is not the one any more that was opened.
var ErrChanged = errors.New("the object was replaced or removed while it was read: read it when nobody writes it")

// lasting tells whether another try is in vain.
func lasting(ctx context.Context, err error) bool {
	var f final
	return ctx.Err() != nil || errors.As(err, &f)
}

// Do calls f until it succeeds, fails for good, or time is over. f is to end when its
// context does.
func (p Patience) Do(ctx context.Context, f func(ctx context.Context) error) error {
	t := p.begin()
	for {
		err := f(ctx)
		if err == nil {
			return nil
		}
		if err := t.wait(ctx, err); err != nil {
			return err
		}
	}
}

// copy hands the bytes from at to end of r to take, which reads them all unless
// reading fails; then it is called again with what is left.
func (p Patience) copy(ctx context.Context, r Remote, at, end int64, take func(io.Reader) error) error {
	t := p.begin()
	for at < end {
		n, err := p.once(ctx, r, at, end-at, take)
		if at += n; n > 0 {
			t = p.begin()
		}
		if err == nil {
			continue
		}
		if err := t.wait(ctx, err); err != nil {
			return p.gaveUp(ctx, at, err)
		}
	}
	return nil
}

// tries are those since something was had.
type tries struct {
	Patience
	since time.Time
	pause time.Duration
}

func (p Patience) begin() tries { return tries{p, time.Now(), p.First} }

// wait waits before the next try, or returns err, or why there is to be none.
func (t *tries) wait(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case lasting(ctx, err), time.Since(t.since)+t.pause > t.Give:
		return err
	}
	// Programs that lost the same server are not to come back at the same moment.
	timer := time.NewTimer(t.pause/2 + rand.N(t.pause/2+1))
	defer timer.Stop()
	t.pause = min(2*t.pause, t.Most)
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// gaveUp words the error of a read that failed for good at byte at.
func (p Patience) gaveUp(ctx context.Context, at int64, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case lasting(ctx, err):
		return err
	}
	return fmt.Errorf("nothing came from byte %d on for %v: %w; run it again when the store can be reached", at, p.Give, err)
}

// once makes one request and returns how many bytes were taken.
func (p Patience) once(ctx context.Context, r Remote, at, n int64, take func(io.Reader) error) (int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(p.Stall, func() { cancel(errStalled) })
	defer watch.Stop()
	body, err := r.Get(ctx, at, n)
	if err != nil {
		return 0, stalled(ctx, err)
	}
	defer body.Close()
	counted := &counter{r: io.LimitReader(body, n), watch: watch, stall: p.Stall}
	err = take(counted)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return counted.n, stalled(ctx, err)
}

var errStalled = errors.New("the store sends nothing")

// stalled returns why ctx was ended by the watch, else err.
func stalled(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return errStalled
	}
	return err
}

// counter counts what is read and tells the watch.
type counter struct {
	r     io.Reader
	n     int64
	watch *time.Timer
	stall time.Duration
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.n += int64(n); n > 0 {
		c.watch.Reset(c.stall)
	}
	return n, err
}
