package simd

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestParseLevel(t *testing.T) {
	for i, name := range levelNames {
		for _, spelling := range []string{name, strings.ToUpper(name)} {
			if l, err := ParseLevel(spelling); err != nil || l != Level(i) || l.String() != name {
				t.Errorf("ParseLevel(%q): got %v, %v", spelling, l, err)
			}
		}
	}
	for _, name := range []string{"", "sse", "avx", "avx512 "} {
		if l, err := ParseLevel(name); err == nil {
			t.Errorf("ParseLevel(%q): got %v, want an error", name, l)
		}
	}
}

func TestActiveIsBest(t *testing.T) {
	levels := Supported()
	want := levels[len(levels)-1]
	if forced := os.Getenv("NNGMIX_SIMD"); forced != "" {
		want, _ = ParseLevel(forced)
	}
	if Active() != want || For(L1).Level() != want {
		t.Errorf("active level: got %v, kernels %v, want %v", Active(), For(L1).Level(), want)
	}
}

func TestAt(t *testing.T) {
	offered := map[Level]bool{}
	for _, l := range Supported() {
		offered[l] = true
	}
	for i := range levelNames {
		l := Level(i)
		k, err := At(l, L2Squared)
		if (err == nil) != offered[l] || (err == nil && k.Level() != l) {
			t.Errorf("At(%v): got %v, offered: %v", l, err, offered[l])
		}
	}
}

// TestForcedLevel runs this test binary again with NNGMIX_SIMD set.
func TestForcedLevel(t *testing.T) {
	missing := NEON
	if table[NEON][L2Squared].impl.pair != nil {
		missing = AVX2
	}
	type test struct{ value, out, err string }
	tests := []test{
		{"sse9", "", `unknown level "sse9": want one of generic, neon, avx2, avx512`},
		{missing.String(), "", "not available here: this CPU and build offer [generic"},
	}
	for _, l := range Supported() {
		tests = append(tests, test{l.String(), l.String(), ""})
	}
	exe, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	var exit *exec.ExitError
	if err := exec.Command(exe, "-test.run=^$").Run(); err != nil && !errors.As(err, &exit) {
		t.Skipf("this binary runs under an emulator that does not start it by itself: %v", err)
	}
	for _, c := range tests {
		t.Run(c.value, func(t *testing.T) {
			cmd := exec.Command(exe)
			cmd.Env = append(os.Environ(), "NNGMIX_SIMD="+c.value, "SIMD_TEST_PRINT_LEVEL=1")
			var out, errs strings.Builder
			cmd.Stdout, cmd.Stderr = &out, &errs
			err := cmd.Run()
			if (err == nil) != (c.err == "") || strings.TrimSpace(out.String()) != c.out || !strings.Contains(errs.String(), c.err) {
				t.Errorf("got %q, %q, %v; want %q, %q", out.String(), errs.String(), err, c.out, c.err)
			}
			if c.err != "" && cmd.ProcessState.ExitCode() != 2 {
				t.Errorf("exit code: got %d, want 2", cmd.ProcessState.ExitCode())
			}
		})
	}
}
