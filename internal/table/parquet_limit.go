package table

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// Parquet packs a million equal values into a few bytes, and so do codecs, so
// that a small file can claim to be a very large table. The limits are far above
// what tables do that hold anything.
const (
	freeBytes  = 64 << 20 // what any file may take
	mostFactor = 1024     // and for each of its bytes
	pageBytes  = 96 << 20 // what pages of any file may take at once
	pageFactor = 16
)

// errOutsized is returned for a file that stands for far more than it has bytes,
// which need not be damage.
var errOutsized = errors.New("table: much more than its bytes can hold of a real table")

// ledger counts bytes that a file makes the reader take, and refuses too many.
type ledger func(bytes int64) error

// newLedger returns a ledger for a file of size bytes. It may be used by several
// goroutines.
func newLedger(size int64, what string) ledger {
	var left atomic.Int64
	left.Store(freeBytes + mostFactor*size)
	return func(bytes int64) error {
		if bytes < 0 || left.Add(-bytes) < 0 {
			return fmt.Errorf("%w: %s of more than %d MB in a file of %d bytes: leave the column out with --drop, or write the table in another format", errOutsized, what, (freeBytes+mostFactor*size)>>20, size)
		}
		return nil
	}
}

// limits are shared by the columns of a file.
type limits struct {
	rows   ledger // bytes of columns
	pages  ledger // bytes of all pages
	atOnce *semaphore.Weighted
	most   int64 // what atOnce has in all
	size   int64 // of the file
}

func newLimits(size int64) *limits {
	most := pageBytes + pageFactor*size
	return &limits{newLedger(size, "values"), newLedger(size, "pages"), semaphore.NewWeighted(most), most, size}
}

// open waits until a page of n bytes may be unpacked; done ends its time.
func (l *limits) open(ctx context.Context, n int64) (done func(), err error) {
	if n > l.most {
		return nil, fmt.Errorf("%w: a page of %d MB in a file of %d bytes: write it again with smaller pages", errOutsized, n>>20, l.size)
	}
	if err := l.pages(n); err != nil {
		return nil, err
	}
	if err := l.atOnce.Acquire(ctx, n); err != nil {
		return nil, err
	}
	return func() { l.atOnce.Release(n) }, nil
}
