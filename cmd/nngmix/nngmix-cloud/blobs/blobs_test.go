package blobs

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/nngmix/nngmix/cmd/nngmix/nngmix-cloud/internal/servers"
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/store"
)

// noise returns n bytes that are others for each seed.
func noise(n int, seed byte) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// everyStore runs a test against each server.
func everyStore(t *testing.T, test func(t *testing.T, s *servers.Server, b *blobs)) {
	for _, s := range servers.All {
		t.Run(s.Name, func(t *testing.T) { test(t, s.Run(t), newBlobs()) })
	}
}

// put makes an object.
func put(t *testing.T, b *blobs, at store.URL, content []byte) {
	t.Helper()
	w, err := b.Create(t.Context(), at, true)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	_, err = w.Write(content)
	if err = cmp.Or(err, w.Commit()); err != nil {
		t.Fatal(err)
	}
}

// get returns the content of an object.
func get(t *testing.T, b *blobs, at store.URL) ([]byte, error) {
	t.Helper()
	o, err := b.Open(t.Context(), at)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	content, err := io.ReadAll(o)
	if err == nil && int64(len(content)) != o.Size() {
		err = fmt.Errorf("%d bytes of %d", len(content), o.Size())
	}
	return content, err
}

// TestStores: what package store promises of a store.
func TestStores(t *testing.T) {
	everyStore(t, func(t *testing.T, s *servers.Server, b *blobs) {
		ctx := t.Context()
		for _, n := range []int{0, 1, 100_000, 3*uploadPart + 5} {
			want := noise(n, 1)
			at := s.URL(fmt.Sprintf("sizes/%d.bin", n))
			put(t, b, at, want)
			if got, err := get(t, b, at); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes, %v", at, len(got), err)
			}
		}
		for _, key := range []string{"list/b.csv", "list/a/day=1/x y.csv", "list/a/ü&+;@.csv", "list2.csv", "list/a.csv"} {
			put(t, b, s.URL(key), []byte(key))
			if got, err := get(t, b, s.URL(key)); err != nil || string(got) != key {
				t.Errorf("%s: %q, %v", key, got, err)
			}
		}
		found, err := b.List(ctx, s.URL("list/"))
		var keys []string
		for _, o := range found {
			keys = append(keys, o.Key)
		}
		if got, want := strings.Join(keys, " | "), "list/a.csv | list/a/day=1/x y.csv | list/a/ü&+;@.csv | list/b.csv"; got != want || err != nil {
			t.Errorf("listed %s, %v; want %s", got, err, want)
		}
		if found, err := b.List(ctx, s.URL("none/")); err != nil || len(found) != 0 {
			t.Errorf("listed %v, %v", found, err)
		}
		if err := b.Remove(ctx, s.URL("list/a.csv")); err != nil {
			t.Error(err)
		}
		if _, err := b.Open(ctx, s.URL("list/a.csv")); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), s.Name+"://bucket/list/a.csv: no such object") {
			t.Errorf("a removed object: %v", err)
		}
	})
}

// TestManyObjects: more than one page of a listing.
func TestManyObjects(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand objects take a while")
	}
	s, b := servers.All[0].Run(t), newBlobs()
	for i := range 1005 {
		put(t, b, s.URL(fmt.Sprintf("many/%04d", i)), nil)
	}
	found, err := b.List(t.Context(), s.URL("many/"))
	if err != nil || len(found) != 1005 || found[1004].Key != "many/1004" {
		t.Errorf("%d objects, %v", len(found), err)
	}
}

// TestExisting: no object is replaced that may not be, also one that came between.
func TestExisting(t *testing.T) {
	everyStore(t, func(t *testing.T, s *servers.Server, b *blobs) {
		ctx, at := t.Context(), s.URL("out.bin")
		first, err := b.Create(ctx, at, false)
		if err != nil {
			t.Fatal(err)
		}
		second, err := b.Create(ctx, at, false)
		if err != nil {
			t.Fatal(err)
		}
		for name, w := range map[string]store.Writer{"first": first, "second": second} {
			if _, err := w.Write([]byte(name)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Open(ctx, at); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("before Commit: %v", err)
		}
		if err := first.Commit(); err != nil {
			t.Fatal(err)
		}
		if err := second.Commit(); !errors.Is(err, atomicfile.ErrExists) {
			t.Errorf("the second one: %v", err)
		}
		if _, err := b.Create(ctx, at, false); !errors.Is(err, atomicfile.ErrExists) || !strings.Contains(err.Error(), "--force") {
			t.Errorf("a third one: %v", err)
		}
		third, err := b.Create(ctx, at, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := third.Write(noise(2*uploadPart, 1)); err != nil {
			t.Fatal(err)
		}
		third.Abort()
		if got, err := get(t, b, at); err != nil || string(got) != "first" {
			t.Errorf("%.20q, %v", got, err)
		}
		if err := third.Commit(); err == nil {
			t.Error("committed after Abort")
		}
		put(t, b, at, []byte("forced"))
		if got, err := get(t, b, at); err != nil || string(got) != "forced" {
			t.Errorf("%.20q, %v", got, err)
		}
	})
}

// TestCancelledUpload: an upload whose context ends leaves nothing.
func TestCancelledUpload(t *testing.T) {
	everyStore(t, func(t *testing.T, s *servers.Server, b *blobs) {
		at := s.URL("out.bin")
		ctx, cancel := context.WithCancel(t.Context())
		w, err := b.Create(ctx, at, false)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(noise(2*uploadPart, 1))
		cancel()
		if err := w.Commit(); err == nil {
			t.Error("it was committed")
		}
		if _, err := b.Open(t.Context(), at); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("it is there: %v", err)
		}
	})
}

// TestReplacedWhileRead: no reader gets bytes of two objects.
func TestReplacedWhileRead(t *testing.T) {
	everyStore(t, func(t *testing.T, s *servers.Server, b *blobs) {
		at := s.URL("in.bin")
		for _, after := range []int{40 << 20, 30 << 20} { // as long, shorter
			put(t, b, at, noise(40<<20, 1))
			o, err := b.Open(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.ReadAt(make([]byte, 1000), 0); err != nil {
				t.Fatal(err)
			}
			put(t, b, at, noise(after, 2))
			if _, err := o.ReadAt(make([]byte, 1000), 29<<20); !errors.Is(err, store.ErrChanged) {
				t.Errorf("%d bytes: %v", after, err)
			}
			again, err := b.Open(t.Context(), at)
			if err != nil || again.Version() == o.Version() {
				t.Errorf("%d bytes: the version is the same, %v", after, err)
			}
			again.Close()
			o.Close()
		}
	})
}

// TestKilledServer: a server that is killed and comes back in the middle of a read.
func TestKilledServer(t *testing.T) {
	everyStore(t, func(t *testing.T, s *servers.Server, b *blobs) {
		const size = 96 << 20
		want := noise(size, 1)
		at := s.URL("in.bin")
		put(t, b, at, want)
		s.Settle(t, at.Key)
		o, err := b.Open(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		defer o.Close()
		got := make([]byte, size)
		for step := range 6 {
			if _, err := io.ReadFull(o, got[step*size/6:(step+1)*size/6]); err != nil {
				t.Fatalf("step %d: %v", step, err)
			}
			if step == 1 || step == 3 {
				s.Kill()
				time.AfterFunc(time.Second, func() { s.Start(t) })
			}
		}
		if !bytes.Equal(got, want) {
			t.Error("other bytes")
		}
	})
}

// TestFaults: what errors say.
func TestFaults(t *testing.T) {
	everyStore(t, func(t *testing.T, s *servers.Server, b *blobs) {
		ctx := t.Context()
		nowhere := s.URL("x.csv")
		nowhere.Bucket = "no-bucket"
		says := func(what string, err error, want string) {
			t.Helper()
			if err == nil || !strings.HasPrefix(err.Error(), s.Name+"://") || !strings.Contains(err.Error(), want) || want != "regionn" && strings.Count(err.Error(), s.Name+"://") > 1 {
				t.Errorf("%s: got %v, want %q", what, err, want)
			}
		}
		_, err := b.Open(ctx, nowhere)
		says("open in no bucket", err, "there is no bucket no-bucket")
		_, err = b.List(ctx, nowhere)
		says("list no bucket", err, "there is no bucket no-bucket")
		_, err = b.Create(ctx, nowhere, false)
		says("write to no bucket", err, "there is no bucket no-bucket")
		wrong := s.URL("x.csv")
		wrong.Query = "regionn=x"
		_, err = b.Open(ctx, wrong)
		says("a parameter that is none", err, "regionn")
		s.Kill()
		_, err = newBlobs().Open(ctx, s.URL("x.csv"))
		says("no server", err, "the store fails, or does not answer")
	})
}

// openAsked is the URL that a process of TestCredentials opens.
const openAsked = "NNGMIX_TEST_OPEN"

func TestMain(m *testing.M) {
	if at, ok := store.Parse(os.Getenv(openAsked)); ok {
		_, err := newBlobs().Open(context.Background(), at)
		fmt.Println(err)
		return
	}
	os.Exit(m.Run())
}

// TestCredentials: missing ones, wrong ones, each in a process of its own, since
// drivers look at the environment once.
func TestCredentials(t *testing.T) {
	for _, tc := range []struct{ server, name, value, want string }{
		{"s3", "AWS_SECRET_ACCESS_KEY", "other", "access denied: set AWS_PROFILE, or"},
		{"s3", "AWS_ACCESS_KEY_ID", "", "no credentials were found: set AWS_PROFILE, or"},
		{"s3", "AWS_PROFILE", "nobody", "there is no such AWS_PROFILE"},
		{"s3", "AWS_REGION", "", "set AWS_REGION or ?region="},
		{"s3", "AWS_REGION", "eu-west-1", "set AWS_REGION or ?region="},
		{"azblob", "AZURE_STORAGE_KEY", "b3RoZXI=", "access denied: set AZURE_STORAGE_ACCOUNT with"},
		{"azblob", "AZURE_STORAGE_ACCOUNT", "", "the storage account is not known: set AZURE_STORAGE_ACCOUNT with"},
	} {
		t.Run(tc.name+"="+tc.value, func(t *testing.T) {
			for _, s := range servers.All {
				if s.Name == tc.server {
					s.Run(t)
				}
			}
			t.Setenv(tc.name, tc.value)
			t.Setenv(openAsked, tc.server+"://bucket/x.csv")
			got, err := exec.Command(os.Args[0]).CombinedOutput()
			if err != nil || !strings.Contains(string(got), tc.want) {
				t.Errorf("got %s, %v, want %q", got, err, tc.want)
			}
		})
	}
}
