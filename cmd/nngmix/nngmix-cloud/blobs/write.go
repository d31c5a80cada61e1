package blobs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/store"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// What an upload holds in memory is uploadPart times uploads; 10,000 parts are the
// most that S3 takes, so an object may have 80 GB.
const (
	uploadPart = 8 << 20
	uploads    = 3
)

// Create starts an object.
func (s *blobs) Create(ctx context.Context, at store.URL, force bool) (store.Writer, error) {
	b, err := s.bucket(ctx, at)
	if err != nil {
		return nil, err
	}
	err = b.ask(ctx, at, func(ctx context.Context) error {
		_, err := b.Attributes(ctx, at.Key)
		return err
	})
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case err == nil && !force:
		return nil, exists(at)
	case missing:
		if err := b.whose(ctx, at, err); !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	case err != nil:
		return nil, err
	}
	w := &writer{bucket: b, at: at, force: force, ctx: ctx}
	uploading, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w.cancel, w.detach = cancel, context.AfterFunc(ctx, cancel)
	w.upload, err = b.NewWriter(uploading, at.Key, &blob.WriterOptions{
		BufferSize: uploadPart, MaxConcurrency: uploads, IfNotExist: !force,
		ContentType: "application/octet-stream", DisableContentTypeDetection: true,
	})
	if err != nil {
		w.cancel()
		return nil, fault(b, at, err)
	}
	return w, nil
}

func exists(at store.URL) error {
	return fmt.Errorf("%s: %w; --force replaces it", at, atomicfile.ErrExists)
}

// writer uploads an object, which the store makes when the upload is complete.
type writer struct {
	bucket *bucket
	at     store.URL
	force  bool
	upload *blob.Writer
	ctx    context.Context
	cancel context.CancelFunc // of the upload
	detach func() bool        // from the end of ctx; false where that has come
	err    error
	done   bool
}

func (w *writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.upload.Write(p)
	w.err = w.fault(err)
	return n, w.err
}

// Commit completes the upload. Once it has begun, the end of the context does not stop
// it: of a request that is cut off nobody knows whether the store has carried it out.
func (w *writer) Commit() error {
	switch {
	case w.done:
		return fs.ErrClosed
	case w.err != nil:
		w.Abort()
		return w.err
	case !w.detach():
		w.Abort()
		return w.ctx.Err()
	}
	w.done = true
	defer w.cancel()
	return w.fault(w.upload.Close())
}

// Abort gives the upload up.
func (w *writer) Abort() {
	if w.done {
		return
	}
	w.done = true
	w.detach()
	w.cancel()
	_ = w.upload.Close() // says that it was cancelled
}

// fault tells that the object came to be since Create.
func (w *writer) fault(err error) error {
	err2 := fault(w.bucket, w.at, err)
	if !w.force && (errors.Is(err2, store.ErrChanged) || gcerrors.Code(err) == gcerrors.AlreadyExists) {
		return exists(w.at)
	}
	return err2
}
