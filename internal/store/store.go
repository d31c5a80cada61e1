package store

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// Object is an object that is read. ReadAt may be called by several goroutines at
// once, Read and Seek by one. The context that it was opened with ends its reads.
// Reads of an object that was replaced since it was opened fail. Errors of reads do
// not name the URL.
type Object interface {
	io.Reader
	io.ReaderAt
	io.Seeker
	io.Closer
	Size() int64     // in bytes
	Version() string // another one as soon as the content is another one
}

// Writer is an object that is written: it appears whole with Commit, or not at all.
// It is not safe for concurrent use. Abort after Commit, or again, does nothing.
type Writer interface {
	io.Writer
	Commit() error
	Abort()
}

// Store reads and writes the objects of one kind of URL. It is safe for concurrent
// use. Errors name the URL and say what to do; that of an object that is not there is
// fs.ErrNotExist.
type Store interface {
	// Open opens an object for reading.
	Open(ctx context.Context, at URL) (Object, error)
	// List returns all objects whose keys begin with that of prefix, by key.
	List(ctx context.Context, prefix URL) ([]URL, error)
	// Create starts an object. One that is there is an error (atomicfile.ErrExists)
	// unless force is set; Commit looks once more.
	Create(ctx context.Context, at URL, force bool) (Writer, error)
	// Remove deletes an object.
	Remove(ctx context.Context, at URL) error
}

var (
	mu     sync.RWMutex
	stores = map[string]Store{}
)

// Register makes s the store of a scheme such as "s3". It is called when the
// program starts.
func Register(scheme string, s Store) {
	mu.Lock()
	defer mu.Unlock()
	stores[scheme] = s
}

// clouds are the schemes that drivers can be had for.
var clouds = []string{"s3", "gs", "azblob"}

// Of returns the store of a URL.
func Of(at URL) (Store, error) {
	mu.RLock()
	defer mu.RUnlock()
	s := stores[at.Scheme]
	switch {
	case at.Bucket == "" || strings.Contains(at.Bucket, "@"):
		return nil, fmt.Errorf("%s: a URL is %s://BUCKET/KEY, with what the cloud's own tools need in the environment", at, at.Scheme)
	case s != nil:
		return s, nil
	case slices.Contains(clouds, at.Scheme):
		return nil, fmt.Errorf("%s: this nngmix has no %s:// in it: the one that has is made by `make cloud` in the sources (bin/nngmix-cloud), or copy the object to a file", at, at.Scheme)
	}
	return nil, fmt.Errorf("%s: there is no %s://: want a file, or s3://, gs://, azblob:// or file://", at, at.Scheme)
}
