package adbench

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Options say what to fetch, from where.
type Options struct {
	Dir      string                  // folder for the groups' folders, made when missing
	BaseURL  string                  // folder that has the groups' folders
	Files    []File                  // what to fetch
	Progress func(done, total int64) // bytes; may be nil
	// Idle is how long the server may send nothing before the connection is given up; 0 = a
	// minute.
	Idle time.Duration
}

// ErrIdle says that the server sent nothing for too long.
var ErrIdle = errors.New("the server stopped sending")

// Outcome counts files.
type Outcome struct {
	Fetched int
	Present int // were there, and as published
}

// Download fetches the files that are not there yet, one after the other. While a file
// comes in it is NAME.part; only when its checksum is right it gets its name. A NAME.part
// of an earlier call is continued.
//
// A connection that breaks, or brings nothing for a while (ErrIdle), is made again where the
// file stopped, as long as more of it comes.
//
// An error stops it and leaves what is fetched. A file that is there, or arrives, with
// another checksum is ErrChecksum; the one that arrived is removed.
func Download(ctx context.Context, opt Options) (Outcome, error) {
	opt.Idle = cmp.Or(opt.Idle, time.Minute)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = opt.Idle
	d := &download{Options: opt, client: &http.Client{Transport: transport}}
	defer transport.CloseIdleConnections()
	for _, f := range opt.Files {
		d.total += f.Size
	}
	var out Outcome
	for _, f := range opt.Files {
		fetched, err := d.file(ctx, f)
		if err != nil {
			return out, fmt.Errorf("adbench: %w", err)
		}
		d.done, d.part = d.done+f.Size, 0
		d.report()
		if fetched {
			out.Fetched++
		} else {
			out.Present++
		}
	}
	return out, nil
}

// download is a call of Download.
type download struct {
	Options
	client            *http.Client
	done, part, total int64 // bytes of files that are complete, of the one that comes in, of all
}

// advanceTo tells that so much of the current file is there.
func (d *download) advanceTo(part int64) {
	d.part = part
	d.report()
}

// report calls Progress.
func (d *download) report() {
	if d.Progress != nil {
		d.Progress(d.done+d.part, d.total)
	}
}

// file makes sure that f is there and tells whether it had to be fetched.
func (d *download) file(ctx context.Context, f File) (fetched bool, err error) {
	path := filepath.Join(d.Dir, filepath.FromSlash(f.Path))
	switch err := check(path, f); {
	case err == nil:
		return false, nil
	case errors.Is(err, ErrChecksum):
		return false, fmt.Errorf("%w; move it away to fetch it", err)
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return false, err
	}
	part := path + ".part"
	for {
		before := size(part)
		err := d.fetch(ctx, f, part)
		if err == nil {
			break
		}
		if !errors.Is(err, errCut) || ctx.Err() != nil || size(part) <= before {
			return false, err
		}
	}
	if err := check(part, f); err != nil {
		return false, errors.Join(fmt.Errorf("from %s: %w; it was removed", d.url(f), err), os.Remove(part))
	}
	return true, os.Rename(part, path)
}

// size returns the size of the file at path, 0 without one.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// check returns ErrChecksum when the file at path is not f.
func check(path string, f File) error {
	r, err := os.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	h := sha256.New()
	size, err := io.Copy(h, r)
	if err != nil {
		return err
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != f.SHA256 {
		return fmt.Errorf("%s: %w: %d bytes with SHA-256 %s, want %d bytes with %s", path, ErrChecksum, size, sum, f.Size, f.SHA256)
	}
	return nil
}

func (d *download) url(f File) string { return strings.TrimSuffix(d.BaseURL, "/") + "/" + f.Path }

// errCut marks the end of a connection before that of the file.
var errCut = errors.New("the same command continues")

// fetch brings what is missing of f to the file part, durably.
func (d *download) fetch(ctx context.Context, f File, part string) (err error) {
	at := size(part)
	if at == f.Size { // cut after the last byte; its checksum tells
		d.advanceTo(at)
		return nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	body, at, err := d.open(ctx, f, at)
	if err != nil {
		return err
	}
	defer body.Close()
	w, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if err := w.Truncate(at); err != nil {
		return err
	}
	if _, err := w.Seek(at, io.SeekStart); err != nil {
		return err
	}
	d.advanceTo(at)
	idle := time.AfterFunc(d.Idle, func() { stop(fmt.Errorf("%w for %v", ErrIdle, d.Idle)) })
	defer idle.Stop()
	n, err := io.Copy(w, io.TeeReader(io.LimitReader(body, f.Size-at+1), counter{d, idle})) // one byte more shows a longer file
	if err == nil && at+n < f.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return errors.Join(fmt.Errorf("%s: %d of %d bytes came: %w; %w", d.url(f), at+n, f.Size, err, errCut), w.Sync())
	}
	return w.Sync()
}

// counter advances a download by what is written to it, and starts its wait for more anew.
type counter struct {
	*download
	idle *time.Timer
}

func (c counter) Write(p []byte) (int, error) {
	c.idle.Reset(c.Idle)
	c.part += int64(len(p))
	c.report()
	return len(p), nil
}

// open asks for f from byte at on and returns the bytes and where they start, which is 0
// when the server does not continue files.
func (d *download) open(ctx context.Context, f File, at int64) (io.ReadCloser, int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url(f), nil)
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Accept-Encoding", "identity") // the checksum is of the file as it is
	if at > f.Size {
		at = 0
	}
	if at > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", at))
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, 0, err
	}
	switch {
	case resp.StatusCode == http.StatusPartialContent && strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", at)):
		return resp.Body, at, nil
	case resp.StatusCode == http.StatusOK:
		return resp.Body, 0, nil
	}
	resp.Body.Close()
	if at > 0 { // whatever the server dislikes of continuing: once more, from the start
		return d.open(ctx, f, 0)
	}
	hint := ""
	if resp.StatusCode == http.StatusNotFound {
		hint = "; --base-url must name the folder that has the folders Classical, CV_by_ResNet18 and NLP_by_BERT"
	}
	return nil, 0, fmt.Errorf("%s: the server answers %s%s", d.url(f), resp.Status, hint)
}
