package store

import (
	"context"
	"io"
	"io/fs"
	"sync"
)

// What is held of an object: blocks, those that were used last. A reader that goes on
// where it stopped has more and more fetched before it asks, so that a request brings
// up to maxRun blocks; pages of a column and headers beside them cost no request each.
const (
	blockSize = 512 << 10
	maxBlocks = 128 // held at once
	maxRun    = 16  // blocks that one request brings
	requests  = 8   // at once
	small     = 4   // blocks of an object that is fetched as a whole
)

// Remote is an object that can be had in ranges.
type Remote struct {
	Size    int64
	Version string
	// Get returns the bytes from ≤ i < from+n of this version, at least one and none
	// beyond Size. It may be called by several goroutines at once. Its errors, and
	// those of reading, are tried again unless they are [Final].
	Get func(ctx context.Context, from, n int64) (io.ReadCloser, error)
}

// NewObject returns r to be read. Requests are made again where they break off
// ([Patience]); ctx ends them.
func NewObject(ctx context.Context, r Remote) Object { return newObject(ctx, r, Patient) }

func newObject(ctx context.Context, r Remote, wait Patience) *object {
	o := &object{remote: r, wait: wait, blocks: map[int64]*block{}, slots: make(chan struct{}, requests)}
	o.ctx, o.cancel = context.WithCancel(ctx)
	o.SectionReader = io.NewSectionReader(blocks{o}, 0, r.Size)
	return o
}

// object is an object that is read through blocks.
type object struct {
	*io.SectionReader // of blocks
	remote            Remote
	wait              Patience
	ctx               context.Context
	cancel            context.CancelFunc
	fetchers          sync.WaitGroup
	slots             chan struct{} // one for each request that is made

	mu     sync.Mutex
	blocks map[int64]*block
	clock  int64 // counts uses
	closed bool
}

// block is blockSize bytes of an object, fewer at its end.
type block struct {
	ready chan struct{} // closed when data or err are there
	data  []byte
	err   error
	used  int64 // when; 0: not yet
	run   int   // blocks in a row, up to this one, that were asked for; no more than maxRun
}

func (o *object) Version() string { return o.remote.Version }

// Close ends all requests.
func (o *object) Close() error {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	o.cancel()
	o.fetchers.Wait()
	return nil
}

// blocks reads from the blocks of an object.
type blocks struct{ *object }

// ReadAt copies from the blocks that hold p, which it waits for.
func (b blocks) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) && at < b.remote.Size {
		data, err := b.block(at / blockSize)
		if err != nil {
			return n, err
		}
		copied := copy(p[n:], data[at%blockSize:])
		n += copied
		at += int64(copied)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// block returns block i, which is fetched where it is not there.
func (o *object) block(i int64) ([]byte, error) {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return nil, fs.ErrClosed
	}
	b := o.blocks[i]
	switch {
	case b != nil:
	case o.remote.Size <= small*blockSize && len(o.blocks) == 0:
		o.fetch(0, small)
		b = o.blocks[i]
	default:
		b = o.fetch(i, 1)
	}
	o.clock++
	if b.used == 0 {
		o.goOn(i, b)
	}
	b.used = o.clock
	o.mu.Unlock()
	select {
	case <-b.ready:
		return b.data, b.err
	case <-o.ctx.Done():
		return nil, o.ctx.Err()
	}
}

// goOn is called when block i is used for the first time, and fetches what comes
// behind it where the block before it was used as well. o is locked.
func (o *object) goOn(i int64, b *block) {
	b.run = 1
	if before := o.blocks[i-1]; before != nil && before.used > 0 {
		b.run = min(2*before.run, maxRun)
	}
	if b.run == 1 {
		return
	}
	next := i + 1
	for o.blocks[next] != nil {
		next++
	}
	if n := min(b.run, o.room()); n > 0 && next <= i+int64(b.run)/2 && next*blockSize < o.remote.Size {
		o.fetch(next, n)
	}
}

// room returns how many blocks may be fetched before they are asked for. o is locked.
func (o *object) room() int {
	room := maxBlocks / 2
	for _, b := range o.blocks {
		if b.used == 0 {
			room--
		}
	}
	return room
}

// fetch begins to fetch up to n blocks from i on, those before one that is there, and
// returns the first. o is locked.
func (o *object) fetch(i int64, n int) *block {
	var run []*block
	for k := i; k < i+int64(n) && k*blockSize < o.remote.Size && o.blocks[k] == nil; k++ {
		b := &block{ready: make(chan struct{})}
		o.blocks[k] = b
		run = append(run, b)
	}
	for len(o.blocks) > maxBlocks && o.drop() {
	}
	o.fetchers.Go(func() { o.bring(i, run) })
	return run[0]
}

// drop lets go of the block that was used longest ago, if any was. o is locked.
func (o *object) drop() bool {
	oldest, at := o.clock+1, int64(-1)
	for k, b := range o.blocks {
		if b.used > 0 && b.used < oldest {
			oldest, at = b.used, k
		}
	}
	delete(o.blocks, at)
	return at >= 0
}

// bring fetches blocks from number i on. One that cannot be had is forgotten.
func (o *object) bring(i int64, run []*block) {
	select {
	case o.slots <- struct{}{}:
		defer func() { <-o.slots }()
	case <-o.ctx.Done():
	}
	at := i * blockSize
	end := min(at+int64(len(run))*blockSize, o.remote.Size)
	done := 0
	err := o.wait.copy(o.ctx, o.remote, at, end, func(r io.Reader) error {
		for done < len(run) {
			b := run[done]
			if b.data == nil {
				b.data = make([]byte, 0, min(blockSize, end-at-int64(done)*blockSize))
			}
			for len(b.data) < cap(b.data) {
				n, err := r.Read(b.data[len(b.data):cap(b.data)])
				b.data = b.data[:len(b.data)+n]
				if err != nil && len(b.data) < cap(b.data) {
					return err
				}
			}
			close(b.ready)
			done++
		}
		return nil
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	for k, b := range run[done:] {
		b.err = err
		close(b.ready)
		if key := i + int64(done+k); o.blocks[key] == b {
			delete(o.blocks, key)
		}
	}
}
