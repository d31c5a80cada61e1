package adbench

import (
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
}

// Outcome counts files.
type Outcome struct {
	Fetched int
	Present int // were there, and as published
}

// Download fetches the files that are not there yet, one after the other. While a file
// comes in it is NAME.part; only when its checksum is right it gets its name. A NAME.part
// of an earlier call is continued.
//
// An error stops it and leaves what is fetched. A file that is there, or arrives, with
// another checksum is ErrChecksum; the one that arrived is removed.
func Download(ctx context.Context, opt Options) (Outcome, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = time.Minute
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
	client      *http.Client
	done, total int64 // bytes
}

func (d *download) advance(n int64) {
	d.done += n
	if d.Progress != nil {
		d.Progress(d.done, d.total)
	}
}

// file makes sure that f is there and tells whether it had to be fetched.
func (d *download) file(ctx context.Context, f File) (fetched bool, err error) {
	path := filepath.Join(d.Dir, filepath.FromSlash(f.Path))
	switch err := check(path, f); {
	case err == nil:
		d.advance(f.Size)
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
	if err := d.fetch(ctx, f, part); err != nil {
		return false, err
	}
	if err := check(part, f); err != nil {
		return false, errors.Join(fmt.Errorf("from %s: %w; it was removed", d.url(f), err), os.Remove(part))
	}
	return true, os.Rename(part, path)
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

// fetch brings what is missing of f to the file part, durably.
func (d *download) fetch(ctx context.Context, f File, part string) (err error) {
	var at int64
	if info, err := os.Stat(part); err == nil {
		at = info.Size()
	}
	if at == f.Size { // cut after the last byte; its checksum tells
		d.advance(at)
		return nil
	}
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
	d.advance(at)
	n, err := io.Copy(w, io.TeeReader(io.LimitReader(body, f.Size-at+1), counter{d})) // one byte more shows a longer file
	if err == nil && at+n < f.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %d of %d bytes came: %w; the same command continues", d.url(f), at+n, f.Size, err), w.Sync())
	}
	return w.Sync()
}

// counter advances a download by what is written to it.
type counter struct{ *download }

func (c counter) Write(p []byte) (int, error) {
	c.advance(int64(len(p)))
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
