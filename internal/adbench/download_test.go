package adbench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nngmix/nngmix/internal/testdata"
)

// server has sets of ADBench's form at /sets, and keeps what was asked for.
type server struct {
	*httptest.Server
	files map[string][]byte
	cut   int  // bytes after which the connection breaks, 0 = never
	piece int  // bytes of a range after which the connection breaks, 0 = never
	stall int  // bytes after which nothing more is sent, 0 = never
	plain bool // ranges are ignored

	mu    sync.Mutex
	asked []string // path and range
}

func newServer(t *testing.T) (*server, []File) {
	s := &server{files: map[string][]byte{}}
	var files []File
	for i, path := range []string{"CV_by_ResNet18/c.npz", "Classical/a.npz", "Classical/b.npz"} {
		raw := bytes.Repeat([]byte{byte(i), 7, byte(i * 3)}, 50_000+i)
		sum := sha256.Sum256(raw)
		s.files["/sets/"+path] = raw
		files = append(files, File{path, int64(len(raw)), hex.EncodeToString(sum[:])})
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s, files
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.URL.Path+" "+r.Header.Get("Range"))
	s.mu.Unlock()
	raw, ok := s.files[r.URL.Path]
	switch {
	case !ok:
		http.NotFound(w, r)
	case s.cut > 0:
		w.Header().Set("Content-Length", fmt.Sprint(len(raw)))
		_, _ = w.Write(raw[:s.cut]) // the client notices
		panic(http.ErrAbortHandler)
	case s.stall > 0:
		w.Header().Set("Content-Length", fmt.Sprint(len(raw)))
		_, _ = w.Write(raw[:s.stall])
		w.(http.Flusher).Flush()
		<-r.Context().Done() // the client gave up
	case s.piece > 0:
		var at int
		_, _ = fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &at) // 0 without one
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", at, len(raw)-1, len(raw)))
		w.Header().Set("Content-Length", fmt.Sprint(len(raw)-at))
		if at > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = w.Write(raw[at:min(at+s.piece, len(raw))])
		if at+s.piece < len(raw) {
			panic(http.ErrAbortHandler)
		}
	default:
		if s.plain {
			r.Header.Del("Range")
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(raw))
	}
}

// holds checks that dir holds just the files, as the server has them.
func (s *server) holds(t *testing.T, dir string, files []File) {
	t.Helper()
	var got, want []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			got = append(got, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		want = append(want, f.Path)
		if raw, err := os.ReadFile(filepath.Join(dir, f.Path)); err != nil || !bytes.Equal(raw, s.files["/sets/"+f.Path]) {
			t.Errorf("%s is not what the server has: %v", f.Path, err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDownload(t *testing.T) {
	s, files := newServer(t)
	dir := filepath.Join(t.TempDir(), "new")
	var done, total int64
	opt := Options{Dir: dir, BaseURL: s.URL + "/sets/", Files: files, Progress: func(d, n int64) {
		if d < done {
			t.Errorf("progress goes from %d to %d", done, d)
		}
		done, total = d, n
	}}
	for _, want := range []Outcome{{Fetched: 3}, {Present: 3}} {
		done, total, s.asked = 0, 0, nil
		got, err := Download(t.Context(), opt)
		if err != nil || got != want {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
		if len(s.asked) != want.Fetched || done != total || total != files[0].Size+files[1].Size+files[2].Size {
			t.Errorf("%d requests, %d of %d bytes", len(s.asked), done, total)
		}
		s.holds(t, dir, files)
	}
}

// TestResume breaks the connection, then continues with a server that can, one that
// ignores ranges, and a part that is not the start of the file.
func TestResume(t *testing.T) {
	const cut = 100_000
	for _, c := range []struct {
		name   string
		plain  bool
		change func(part []byte) []byte
		ranged string // the second request
		fails  bool
	}{
		{"continues", false, func(p []byte) []byte { return p }, "bytes=100000-", false},
		{"no ranges", true, func(p []byte) []byte { return p }, "bytes=100000-", false},
		{"longer than the file", false, func(p []byte) []byte { return make([]byte, 1<<20) }, "", false},
		{"other start", false, func(p []byte) []byte { return make([]byte, cut) }, "bytes=100000-", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, files := newServer(t)
			dir := t.TempDir()
			opt := Options{Dir: dir, BaseURL: s.URL + "/sets", Files: files[1:2]}
			s.cut = cut
			if _, err := Download(t.Context(), opt); err == nil || !strings.Contains(err.Error(), "100000 of 150003 bytes came") {
				t.Fatalf("after a cut: %v", err)
			}
			part := filepath.Join(dir, "Classical", "a.npz.part")
			raw, err := os.ReadFile(part)
			if err != nil || len(raw) != cut {
				t.Fatalf("part of %d bytes, %v", len(raw), err)
			}
			if err := os.WriteFile(part, c.change(raw), 0o666); err != nil {
				t.Fatal(err)
			}
			s.cut, s.plain, s.asked = 0, c.plain, nil
			_, err = Download(t.Context(), opt)
			if got := s.asked[0]; got != "/sets/Classical/a.npz "+c.ranged {
				t.Errorf("asked for %q", got)
			}
			if c.fails {
				if !errors.Is(err, ErrChecksum) {
					t.Errorf("got %v, want ErrChecksum", err)
				}
				_, err = Download(t.Context(), opt) // the part was removed
			}
			if err != nil {
				t.Fatal(err)
			}
			s.holds(t, dir, files[1:2])
		})
	}
}

// TestCutOften lets every connection break after some bytes: one call fetches the file.
func TestCutOften(t *testing.T) {
	s, files := newServer(t)
	s.piece = 40_000
	dir := t.TempDir()
	if _, err := Download(t.Context(), Options{Dir: dir, BaseURL: s.URL + "/sets", Files: files[1:2]}); err != nil {
		t.Fatal(err)
	}
	s.holds(t, dir, files[1:2])
	if want := "/sets/Classical/a.npz bytes=120000-"; len(s.asked) != 4 || s.asked[3] != want {
		t.Errorf("asked for %q", s.asked)
	}
}

// TestIdle lets the server stop sending without an end of the connection.
func TestIdle(t *testing.T) {
	s, files := newServer(t)
	s.stall = 50_000
	dir := t.TempDir()
	opt := Options{Dir: dir, BaseURL: s.URL + "/sets", Files: files[1:2], Idle: 50 * time.Millisecond}
	start := time.Now()
	_, err := Download(t.Context(), opt)
	if !errors.Is(err, ErrIdle) || !strings.Contains(err.Error(), "50000 of 150003 bytes came: the server stopped sending for 50ms; the same command continues") {
		t.Errorf("got %v, want ErrIdle", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("gave up after %v", took)
	}
	s.stall, s.asked = 0, nil
	if _, err := Download(t.Context(), opt); err != nil || s.asked[0] != "/sets/Classical/a.npz bytes=50000-" {
		t.Errorf("continued with %q, %v", s.asked, err)
	}
	s.holds(t, dir, files[1:2])
}

func TestErrors(t *testing.T) {
	s, files := newServer(t)
	download := func(dir, folder string) error {
		_, err := Download(t.Context(), Options{Dir: dir, BaseURL: s.URL + folder, Files: files[1:2]})
		return err
	}
	if err := download(t.TempDir(), "/wrong"); err == nil || !strings.Contains(err.Error(), "/wrong/Classical/a.npz: the server answers 404 Not Found; --base-url") {
		t.Errorf("not found: %v", err)
	}
	t.Run("nothing is left of what is not there", func(t *testing.T) {
		dir := t.TempDir()
		_ = download(dir, "/wrong") // tested above
		s.holds(t, dir, nil)
	})
	t.Run("foreign file", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "Classical", "a.npz")
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte("mine"), 0o666)); err != nil {
			t.Fatal(err)
		}
		if err := download(dir, "/sets"); !errors.Is(err, ErrChecksum) {
			t.Errorf("got %v, want ErrChecksum", err)
		}
		if raw, _ := os.ReadFile(path); string(raw) != "mine" {
			t.Error("the file was replaced")
		}
	})
	for _, change := range []func([]byte) []byte{
		func(raw []byte) []byte { raw[9]++; return raw },
		func(raw []byte) []byte { return append(raw, 1) },
	} {
		s.files["/sets/Classical/a.npz"] = change(s.files["/sets/Classical/a.npz"])
		dir := t.TempDir()
		if err := download(dir, "/sets"); !errors.Is(err, ErrChecksum) {
			t.Errorf("got %v, want ErrChecksum", err)
		}
		s.holds(t, dir, nil)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Download(ctx, Options{Dir: t.TempDir(), BaseURL: s.URL + "/sets", Files: files}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestInGroups(t *testing.T) {
	files := Files()
	for _, c := range []struct {
		groups []string
		want   int
	}{{nil, 53}, {[]string{"Classical"}, 35}, {[]string{"CV"}, 17}, {[]string{"NLP_by_BERT", "CV_by_ResNet18"}, 18}} {
		if got, err := InGroups(files, c.groups); err != nil || len(got) != c.want {
			t.Errorf("%v: %d files, %v, want %d", c.groups, len(got), err, c.want)
		}
	}
	if _, err := InGroups(files, []string{"C"}); err == nil || !strings.Contains(err.Error(), "Classical, NLP_by_BERT") {
		t.Errorf("unknown group: %v", err)
	}
}

// TestFiles tests the list itself: its form, and, where the sets are at hand, that it is
// of them.
func TestFiles(t *testing.T) {
	files := Files()
	if !slices.IsSortedFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) }) {
		t.Error("not sorted")
	}
	form := regexp.MustCompile(`^(Classical|CV_by_ResNet18|NLP_by_BERT)/[\w.-]+\.npz$`)
	for _, f := range files {
		if !form.MatchString(f.Path) || len(f.SHA256) != 64 || f.Size < 1000 {
			t.Errorf("%+v", f)
		}
	}
	dir := testdata.Path(t, "adbench")
	for _, f := range files {
		if err := check(filepath.Join(dir, f.Path), f); err != nil {
			t.Error(err)
		}
	}
}
