// Package blobs reads and writes objects of S3, Google Cloud Storage and Azure Blob
// Storage through gocloud.dev/blob. Credentials and endpoints are taken as the clouds'
// own tools take them, and from the parameters of URLs that gocloud.dev knows.
package blobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/storage"
	"github.com/nngmix/nngmix/internal/store"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/azureblob" // azblob://
	_ "gocloud.dev/blob/gcsblob"   // gs://
	_ "gocloud.dev/blob/s3blob"    // s3://
)

// Register makes s3://, gs:// and azblob:// URLs known to package store.
func Register() {
	b := newBlobs()
	for _, scheme := range []string{"s3", "gs", "azblob"} {
		store.Register(scheme, b)
	}
}

// blobs is a store.Store; buckets stay open.
type blobs struct {
	mu      sync.Mutex
	buckets map[string]*bucket // by URL without a key
}

func newBlobs() *blobs { return &blobs{buckets: map[string]*bucket{}} }

// bucket is a bucket and whether it ever answered.
type bucket struct {
	*blob.Bucket
	scheme string
	mu     sync.Mutex
	known  bool
}

// bucket opens the bucket of a URL, which asks no server yet.
func (s *blobs) bucket(ctx context.Context, at store.URL) (*bucket, error) {
	root := at.With("")
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.buckets[root.String()]; b != nil {
		return b, nil
	}
	parameters, err := url.ParseQuery(root.Query)
	if err != nil {
		return nil, fault(nil, at, err)
	}
	if root.Scheme == "s3" {
		amazonDefaults(parameters)
	}
	opened, err := blob.DefaultURLMux().OpenBucketURL(context.WithoutCancel(ctx), &url.URL{Scheme: root.Scheme, Host: root.Bucket, RawQuery: parameters.Encode()})
	if err != nil {
		return nil, fault(nil, at, err)
	}
	var google *storage.Client
	if opened.As(&google) {
		google.SetRetry(storage.WithMaxAttempts(2)) // else it goes on for ever
	}
	b := &bucket{Bucket: opened, scheme: root.Scheme}
	s.buckets[root.String()] = b
	return b, nil
}

// amazonDefaults sets what a URL leaves open. A server under an address or on this
// machine has no names for its buckets. Ranges have no checksums, of which the driver
// would complain on standard error each time.
func amazonDefaults(parameters url.Values) {
	endpoint := cmp.Or(parameters.Get("endpoint"), os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"))
	if u, err := url.Parse(endpoint); err == nil && !parameters.Has("use_path_style") {
		if _, err := netip.ParseAddr(u.Hostname()); err == nil || u.Hostname() == "localhost" {
			parameters.Set("use_path_style", "true")
		}
	}
	if !parameters.Has("response_checksum_validation") && os.Getenv("AWS_RESPONSE_CHECKSUM_VALIDATION") == "" {
		parameters.Set("response_checksum_validation", "when_required")
	}
}

// A bucket that never answered is not waited for long: the endpoint may be wrong. A
// single try ends after a while in any case.
const (
	hasty  = 4 * time.Second
	oneTry = 20 * time.Second
)

// ask calls f, again where that may help. Its error is one of at.
func (b *bucket) ask(ctx context.Context, at store.URL, f func(ctx context.Context) error) error {
	wait := store.Patient
	b.mu.Lock()
	if !b.known {
		wait.Give = hasty
	}
	b.mu.Unlock()
	err := wait.Do(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, oneTry)
		defer cancel()
		return fault(b, at, f(ctx))
	})
	if err == nil {
		b.mu.Lock()
		b.known = true
		b.mu.Unlock()
	}
	return err
}

// Open opens an object for reading.
func (s *blobs) Open(ctx context.Context, at store.URL) (store.Object, error) {
	b, err := s.bucket(ctx, at)
	if err != nil {
		return nil, err
	}
	var of *blob.Attributes
	if err := b.ask(ctx, at, func(ctx context.Context) (err error) {
		of, err = b.Attributes(ctx, at.Key)
		return err
	}); err != nil {
		return nil, b.whose(ctx, at, err)
	}
	version := versionOf(of)
	return store.NewObject(ctx, store.Remote{Size: of.Size, Version: version.name, Get: func(ctx context.Context, from, n int64) (io.ReadCloser, error) {
		r, err := b.NewRangeReader(ctx, at.Key, from, n, &blob.ReaderOptions{BeforeRead: version.pin})
		if err = explain(b, at, err); errors.Is(err, fs.ErrNotExist) {
			return nil, store.Final(store.ErrChanged) // old versions are not kept
		} else if err != nil {
			return nil, err
		}
		if r.Size() != of.Size {
			return nil, errors.Join(store.Final(store.ErrChanged), r.Close())
		}
		return r, nil
	}}), nil
}

// whose returns err, or where that says that there is no object, and there is not
// even its bucket, that.
func (b *bucket) whose(ctx context.Context, at store.URL, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		if there, failed := b.IsAccessible(ctx); failed == nil && !there {
			return noBucket(at)
		}
	}
	return err
}

func noBucket(at store.URL) error {
	return fmt.Errorf("%s: there is no bucket %s, or it may not be listed: see the name, and the endpoint", at, at.Bucket)
}

// List returns the objects whose keys begin with that of prefix.
func (s *blobs) List(ctx context.Context, prefix store.URL) ([]store.URL, error) {
	b, err := s.bucket(ctx, prefix)
	if err != nil {
		return nil, err
	}
	var found []*blob.ListObject
	var token []byte
	for first := true; first || len(token) > 0; first = false {
		if token == nil {
			token = blob.FirstPageToken
		}
		if err := b.ask(ctx, prefix, func(ctx context.Context) error {
			page, next, err := b.ListPage(ctx, token, 1000, &blob.ListOptions{Prefix: prefix.Key})
			if err == nil {
				found, token = append(found, page...), next
			}
			return err
		}); errors.Is(err, fs.ErrNotExist) {
			return nil, noBucket(prefix)
		} else if err != nil {
			return nil, err
		}
	}
	return urls(prefix, found), nil
}

// urls returns those of objects, by key. Empty ones that stand for folders, as in
// hierarchical namespaces of Azure, are left out.
func urls(prefix store.URL, objects []*blob.ListObject) []store.URL {
	slices.SortFunc(objects, func(a, b *blob.ListObject) int { return strings.Compare(a.Key, b.Key) })
	var all []store.URL
	for i, o := range objects {
		folder := o.Size == 0 && slices.ContainsFunc(objects[i+1:], func(p *blob.ListObject) bool { return strings.HasPrefix(p.Key, o.Key+"/") })
		if !o.IsDir && !folder {
			all = append(all, prefix.With(o.Key))
		}
	}
	return all
}

// Remove deletes an object.
func (s *blobs) Remove(ctx context.Context, at store.URL) error {
	b, err := s.bucket(ctx, at)
	if err != nil {
		return err
	}
	return b.ask(ctx, at, func(ctx context.Context) error { return b.Delete(ctx, at.Key) })
}
