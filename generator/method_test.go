package generator

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMethodNames(t *testing.T) {
	for _, m := range Methods() {
		got, err := ParseMethod(m.String())
		if err != nil || got != m {
			t.Errorf("ParseMethod(%q) = %v, %v", m.String(), got, err)
		}
	}
	_, err := ParseMethod("nngmix")
	if err == nil {
		t.Fatal("no error for an unknown name")
	}
	for _, m := range Methods() {
		if !strings.Contains(err.Error(), m.String()) {
			t.Errorf("error %q does not list %v", err, m)
		}
	}
	if got := Method(200).String(); got != "unknown(200)" {
		t.Errorf("got %q", got)
	}
}

func TestOptionsAsJSON(t *testing.T) {
	opt := DefaultOptions()
	opt.Method = CutMix
	raw, err := json.Marshal(opt)
	if err != nil {
		t.Fatal(err)
	}
	var got Options
	if err := json.Unmarshal(raw, &got); err != nil || got.Method != CutMix || got.Alpha != opt.Alpha {
		t.Errorf("%s became %+v, %v", raw, got, err)
	}
	if err := json.Unmarshal([]byte(`{"method": "magic"}`), &got); err == nil {
		t.Error("no error for an unknown method")
	}
}
