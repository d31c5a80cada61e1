package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// quick is patience of tests.
var quick = Patience{First: time.Microsecond, Most: time.Millisecond, Give: 10 * time.Second, Stall: 10 * time.Second}

// noise returns n bytes.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b)
	return b
}

// server has an object and counts what is asked of it.
type server struct {
	data     []byte
	requests atomic.Int64
	sent     atomic.Int64
	now      atomic.Int64 // requests that are open
	most     atomic.Int64 // of now
	// fault, where it is not nil, tells after how many bytes a request breaks off, and
	// why; -1: not at all.
	fault func(from, n int64) (after int64, err error)
}

func (s *server) remote() Remote {
	return Remote{Size: int64(len(s.data)), Version: "1", Get: s.get}
}

func (s *server) get(ctx context.Context, from, n int64) (io.ReadCloser, error) {
	if n < 1 || from < 0 || from+n > int64(len(s.data)) {
		return nil, Final(fmt.Errorf("bytes %d to %d of %d", from, from+n, len(s.data)))
	}
	s.requests.Add(1)
	for now := s.now.Add(1); now > s.most.Load(); {
		s.most.Store(now)
	}
	r := &response{server: s, ctx: ctx, data: s.data[from : from+n]}
	if s.fault != nil {
		if after, err := s.fault(from, n); after == 0 {
			s.now.Add(-1)
			return nil, err
		} else if after > 0 {
			r.data, r.err = r.data[:min(after, n)], err
		}
	}
	return r, nil
}

type response struct {
	*server
	ctx  context.Context
	data []byte
	err  error
	once sync.Once
}

func (r *response) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, r.ctx.Err()
	}
	if len(r.data) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 100_000)], r.data)
	r.data = r.data[n:]
	r.sent.Add(int64(n))
	return n, nil
}

func (r *response) Close() error {
	r.once.Do(func() { r.now.Add(-1) })
	return nil
}

// TestReadsThroughFaults: several goroutines read here and there while requests break
// off; every byte is the right one.
func TestReadsThroughFaults(t *testing.T) {
	for _, size := range []int{1, 1000, blockSize, blockSize + 1, 9*blockSize - 5, 40 * blockSize} {
		s := &server{data: noise(size)}
		var mu sync.Mutex
		r := rand.New(rand.NewPCG(uint64(size), 1))
		s.fault = func(_, n int64) (int64, error) {
			mu.Lock()
			defer mu.Unlock()
			if r.IntN(3) == 0 {
				return -1, nil
			}
			return r.Int64N(n + 1), []error{errors.New("connection reset"), io.EOF, io.ErrUnexpectedEOF, nil}[r.IntN(4)]
		}
		o := newObject(t.Context(), s.remote(), quick)
		var readers sync.WaitGroup
		for seed := range uint64(4) {
			readers.Go(func() {
				r := rand.New(rand.NewPCG(seed, 2))
				for range 60 {
					at := r.IntN(size)
					want := s.data[at:min(size, at+r.IntN(3*blockSize)+1)]
					got := make([]byte, len(want))
					if n, err := o.ReadAt(got, int64(at)); n != len(want) || err != nil || !bytes.Equal(got, want) {
						t.Errorf("size %d: %d bytes at %d: %d, %v", size, len(want), at, n, err)
						return
					}
				}
			})
		}
		readers.Wait()
		whole, err := io.ReadAll(o)
		if err != nil || !bytes.Equal(whole, s.data) {
			t.Errorf("size %d: %d bytes, %v", size, len(whole), err)
		}
		if n, err := o.ReadAt(make([]byte, 2), int64(size)-1); n != 1 || err != io.EOF {
			t.Errorf("size %d: beyond the end: %d, %v", size, n, err)
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
		if s.most.Load() > requests || s.now.Load() != 0 {
			t.Errorf("size %d: %d requests at once, %d not closed", size, s.most.Load(), s.now.Load())
		}
	}
}

// TestFewRequests: what readers of tables do takes few requests and little more than
// the bytes that they need.
func TestFewRequests(t *testing.T) {
	const size = 200 * blockSize
	for _, tc := range []struct {
		name     string
		size     int // 0: size
		read     func(o *object)
		requests int64
		sent     int64
	}{
		{"a small object, here and there", small*blockSize - 7, func(o *object) {
			for _, at := range []int64{0, 3 * blockSize, 100, blockSize, 2 * blockSize} {
				_, _ = o.ReadAt(make([]byte, 10), at)
			}
		}, 1, small*blockSize - 7},
		{"from start to end, in pages", 0, func(o *object) {
			page := make([]byte, 8<<10)
			for at := int64(0); at < size; at += int64(len(page)) {
				_, _ = o.ReadAt(page, at)
			}
		}, 5 + 200/maxRun, size},
		{"a footer, then one column of many", 0, func(o *object) {
			_, _ = o.ReadAt(make([]byte, 8), size-8)
			_, _ = o.ReadAt(make([]byte, 20_000), size-20_008)
			window := make([]byte, 256<<10)
			for at := int64(50 * blockSize); at < 90*blockSize; at += int64(len(window)) {
				_, _ = o.ReadAt(window, at)
			}
		}, 9, (40 + 2*maxRun) * blockSize},
		{"small reads far from each other", 0, func(o *object) {
			for k := range int64(20) {
				_, _ = o.ReadAt(make([]byte, 10), k*10*blockSize+7)
			}
		}, 20, 20 * blockSize},
		{"ten columns by turns", 0, func(o *object) {
			window := make([]byte, 64<<10)
			for at := int64(0); at < 20*blockSize; at += int64(len(window)) {
				for column := range int64(10) {
					_, _ = o.ReadAt(window, column*20*blockSize+at)
				}
			}
		}, 200, size * 3 / 2}, // read on beyond the ends of columns
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &server{data: make([]byte, cmp.Or(tc.size, size))}
			o := newObject(t.Context(), s.remote(), quick)
			tc.read(o)
			if err := o.Close(); err != nil {
				t.Fatal(err)
			}
			if n, sent := s.requests.Load(), s.sent.Load(); n > tc.requests || sent > tc.sent {
				t.Errorf("%d requests for %d bytes, want no more than %d for %d", n, sent, tc.requests, tc.sent)
			}
		})
	}
}

// TestHeldBlocks: what is held stays within its bound.
func TestHeldBlocks(t *testing.T) {
	s := &server{data: make([]byte, 300*blockSize)}
	o := newObject(t.Context(), s.remote(), quick)
	defer o.Close()
	for at := int64(0); at < o.remote.Size; at += blockSize {
		if _, err := o.ReadAt(make([]byte, 1), at); err != nil {
			t.Fatal(err)
		}
		o.mu.Lock()
		if len(o.blocks) > maxBlocks {
			t.Fatalf("%d blocks", len(o.blocks))
		}
		o.mu.Unlock()
	}
}

// TestFaultsThatLast: which errors end the reading, and how they read.
func TestFaultsThatLast(t *testing.T) {
	broken := errors.New("connection refused")
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"access", Final(errors.New("access denied")), "access denied"},
		{"another object", Final(ErrChanged), "the object was replaced or removed while it was read"},
		{"no server", broken, "nothing came from byte 5 on for 1m0s: connection refused; run it again when"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{data: make([]byte, 10), fault: func(from, _ int64) (int64, error) { return 5 - from, tc.err }}
				o := newObject(t.Context(), s.remote(), Patient)
				_, err := o.ReadAt(make([]byte, 10), 0)
				if err == nil || !strings.HasPrefix(err.Error(), tc.want) || !errors.Is(err, tc.err) && tc.err == broken {
					t.Errorf("got %v, want %q", err, tc.want)
				}
				if n := s.requests.Load(); tc.err == broken && n < 10 || tc.err != broken && n > 2 {
					t.Errorf("%d requests", n)
				}
				if err := o.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestServerComesBack: half a minute without one is waited for.
func TestServerComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		s := &server{data: noise(3 * blockSize)}
		s.fault = func(int64, int64) (int64, error) {
			if since := time.Since(begun); since > 30*time.Second {
				return -1, nil
			}
			return 1, errors.New("connection reset")
		}
		o := newObject(t.Context(), s.remote(), Patient)
		got, err := io.ReadAll(o)
		if err != nil || !bytes.Equal(got, s.data) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		o.Close()
	})
}

// TestStalledRequest: a request that brings nothing more is made again.
func TestStalledRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{data: noise(1000)}
		first := true
		r := s.remote()
		r.Get = func(ctx context.Context, from, n int64) (io.ReadCloser, error) {
			if first {
				first = false
				return io.NopCloser(hangs{ctx}), nil
			}
			return s.get(ctx, from, n)
		}
		o := newObject(t.Context(), r, Patient)
		begun := time.Now()
		got, err := io.ReadAll(o)
		if err != nil || !bytes.Equal(got, s.data) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if took := time.Since(begun); took < Patient.Stall || took > 2*Patient.Stall {
			t.Errorf("after %v", took)
		}
		o.Close()
	})
}

type hangs struct{ ctx context.Context }

func (h hangs) Read([]byte) (int, error) {
	<-h.ctx.Done()
	return 0, h.ctx.Err()
}

// TestCancelledRead: the end of the context ends a read that waits, and Close leaves
// no goroutine.
func TestCancelledRead(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, end := range []string{"context", "close"} {
		ctx, cancel := context.WithCancel(t.Context())
		s := &server{data: make([]byte, 10)}
		r := s.remote()
		asked := make(chan struct{}, 1)
		r.Get = func(ctx context.Context, _, _ int64) (io.ReadCloser, error) {
			asked <- struct{}{}
			return io.NopCloser(hangs{ctx}), nil
		}
		o := newObject(ctx, r, quick)
		failed := make(chan error)
		go func() {
			_, err := o.ReadAt(make([]byte, 1), 0)
			failed <- err
		}()
		<-asked
		if end == "context" {
			cancel()
		} else {
			o.Close()
		}
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", end, err)
		}
		o.Close()
		cancel()
		if _, err := o.ReadAt(make([]byte, 1), 0); err == nil {
			t.Error("read after Close")
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
