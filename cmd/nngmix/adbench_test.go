package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestADBenchDownloadErrors(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for _, c := range []struct {
		name string
		args []string
		code int
	}{
		{"no folder", []string{"adbench", "download"}, exitUsage},
		{"unknown group", []string{"adbench", "download", "--dir", t.TempDir(), "--groups", "Modern"}, exitUsage},
		{"nothing at the URL", []string{"adbench", "download", "--dir", t.TempDir(), "--base-url", server.URL}, exitFailure},
	} {
		t.Run(c.name, func(t *testing.T) {
			if code := run(t.Context(), c.args); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
		})
	}
}
