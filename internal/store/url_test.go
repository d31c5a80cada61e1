package store

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		text string
		want URL
		ok   bool
	}{
		{"s3://b/k/x.csv", URL{"s3", "b", "k/x.csv", ""}, true},
		{"S3://b", URL{"s3", "b", "", ""}, true},
		{"gs://b//x", URL{"gs", "b", "/x", ""}, true},
		{"s3://b/k%20?.csv", URL{"s3", "b", "k%20?.csv", ""}, true},
		{"s3://b/day=?/x?.csv?region=x&endpoint=http://h:1/a?b=c", URL{"s3", "b", "day=?/x?.csv", "region=x&endpoint=http://h:1/a?b=c"}, true},
		{"table.csv", URL{}, false},
		{"a/b://c", URL{}, false},
		{"-", URL{}, false},
		{`C:\x\y`, URL{}, false},
		{"C://x", URL{}, false}, // a drive
	} {
		got, ok := Parse(tc.text)
		if got != tc.want || ok != tc.ok {
			t.Errorf("%s: got %+v, %v", tc.text, got, ok)
		}
		if again, _ := Parse(got.String()); ok && again != got {
			t.Errorf("%s: %s is read as %+v", tc.text, got, again)
		}
	}
}

func TestLocal(t *testing.T) {
	for _, tc := range []struct{ text, want, fault string }{
		{"a.csv", "a.csv", ""},
		{"s3://b/k", "s3://b/k", ""},
		{"file:///tmp/a%20b?.csv", "/tmp/a b?.csv", ""},
		{"file://localhost/tmp/", "/tmp/", ""},
		{"file://tmp/a.csv", "", "three slashes before the path: file:///tmp/a.csv"},
		{"file:///tmp/a.csv?metadata=skip", "", "takes no ?metadata=skip"},
		{"file:///tmp/100%.csv", "", "%25"},
	} {
		got, err := Local(tc.text)
		if tc.fault == "" && (err != nil || got != tc.want) || tc.fault != "" && (err == nil || !strings.Contains(err.Error(), tc.fault)) {
			t.Errorf("%s: got %q, %v", tc.text, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("s3://b/k?region=x")
	f.Fuzz(func(t *testing.T, text string) {
		if at, ok := Parse(text); ok {
			if again, ok := Parse(at.String()); !ok || again != at {
				t.Errorf("%q is %+v, then %+v", text, at, again)
			}
		}
	})
}
