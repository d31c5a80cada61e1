package blobs

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nngmix/nngmix/internal/store"
)

// TestAnswers: what each status of a server becomes, and whether it is asked again.
func TestAnswers(t *testing.T) {
	var status int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
	}))
	defer server.Close()
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for _, tc := range []struct {
		status int
		want   string
		again  bool // it may come right
	}{
		{http.StatusForbidden, "access denied: set AWS_PROFILE, or", false},
		{http.StatusUnauthorized, "access denied", false},
		{http.StatusBadRequest, "set AWS_REGION or ?region=", false},
		{http.StatusMovedPermanently, "set AWS_REGION or ?region=", false},
		{http.StatusNotImplemented, "--force asks less of it", false},
		{http.StatusPreconditionFailed, "replaced or removed while it was read", false},
		{http.StatusMethodNotAllowed, "405", false},
		{http.StatusInternalServerError, "the store fails, or does not answer", true},
		{http.StatusServiceUnavailable, "the store fails, or does not answer", true},
		{http.StatusTooManyRequests, "the store fails, or does not answer", true},
	} {
		status = tc.status
		b := newBlobs()
		at := store.URL{Scheme: "s3", Bucket: "b", Key: "k", Query: "region=x&anonymous=true&endpoint=" + server.URL}
		bucket, err := b.bucket(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		_, cause := bucket.Attributes(t.Context(), "k")
		got := fault(bucket, at, cause)
		if got == nil || !strings.HasPrefix(got.Error(), at.String()+": ") || !strings.Contains(got.Error(), tc.want) {
			t.Errorf("%d: got %v, want %q", tc.status, got, tc.want)
		}
		tries := 0
		_ = store.Patience{First: time.Microsecond, Most: time.Microsecond, Give: 20 * time.Millisecond}.Do(t.Context(), func(context.Context) error {
			tries++
			return got
		})
		if (tries > 1) != tc.again {
			t.Errorf("%d: tried %d times", tc.status, tries)
		}
	}
	status = http.StatusNotFound
	if _, err := newBlobs().Open(t.Context(), store.URL{Scheme: "s3", Bucket: "b", Key: "k", Query: "region=x&anonymous=true&endpoint=" + server.URL}); errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "no bucket b") {
		t.Errorf("404: %v", err)
	}
}
