package store

import (
	"fmt"
	"net/url"
	"regexp"
	"runtime"
	"strings"
)

// URL says where an object is, or with a pattern as key or the begin of one, where
// several are.
type URL struct {
	Scheme, Bucket, Key string
	Query               string // "region=eu-west-1&..."; may be ""
}

var (
	scheme     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+://`)
	parameters = regexp.MustCompile(`\?[A-Za-z][A-Za-z0-9_]*=`)
)

// Parse returns the URL that text is; ok is false where it is a path.
func Parse(text string) (at URL, ok bool) {
	begin := scheme.FindString(text)
	if begin == "" {
		return URL{}, false
	}
	at.Scheme = strings.ToLower(strings.TrimSuffix(begin, "://"))
	rest := text[len(begin):]
	if q := parameters.FindStringIndex(rest); q != nil {
		rest, at.Query = rest[:q[0]], rest[q[0]+1:]
	}
	at.Bucket, at.Key, _ = strings.Cut(rest, "/")
	return at, true
}

// String returns the URL as Parse takes it.
func (u URL) String() string {
	text := u.Scheme + "://" + u.Bucket + "/" + u.Key
	if u.Query != "" {
		text += "?" + u.Query
	}
	return text
}

// With returns the URL of another key in the same bucket.
func (u URL) With(key string) URL {
	u.Key = key
	return u
}

// Local returns the path of a file:// URL; other text is a path, or a URL, already.
func Local(text string) (string, error) {
	at, ok := Parse(text)
	if !ok || at.Scheme != "file" {
		return text, nil
	}
	if at.Bucket != "" && at.Bucket != "localhost" {
		return "", fmt.Errorf("%s: a file:// URL has three slashes before the path: file:///%s/%s", text, at.Bucket, at.Key)
	}
	if at.Query != "" {
		return "", fmt.Errorf("%s: a file:// URL takes no ?%s", text, at.Query)
	}
	file, err := url.PathUnescape(at.Key)
	if err != nil {
		return "", fmt.Errorf("%s: write %% as %%25 in a file:// URL, or give the path without file://", text)
	}
	if runtime.GOOS == "windows" {
		return file, nil
	}
	return "/" + file, nil
}
