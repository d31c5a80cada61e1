package simd

import (
	"errors"
	"fmt"
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

// again runs this test binary with NNGMIX_SIMD set and another variable.
func again(t *testing.T, level, variable string) (out, errs string, code int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	var exit *exec.ExitError
	if err := exec.Command(exe, "-test.run=^$").Run(); err != nil && !errors.As(err, &exit) {
		t.Skipf("this binary runs under an emulator that does not start it by itself: %v", err)
	}
	cmd := exec.Command(exe, "-test.run=^$")
	cmd.Env = append(os.Environ(), "NNGMIX_SIMD="+level, variable+"=1")
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // the exit code tells
	return strings.TrimSpace(stdout.String()), stderr.String(), cmd.ProcessState.ExitCode()
}

// missing returns a level that this machine does not have.
func missing() Level {
	if table[NEON][L2Squared].impl.pair != nil {
		return AVX2
	}
	return NEON
}

func TestForcedLevel(t *testing.T) {
	for _, l := range Supported() {
		if out, errs, code := again(t, l.String(), "SIMD_TEST_PRINT_LEVEL"); out != l.String() || code != 0 {
			t.Errorf("%v: got %q, %q, exit code %d", l, out, errs, code)
		}
	}
}

// TestUnusableLevel asks for levels that cannot be. That must not end the program by
// itself, nor use another level: Err tells, At has an error, and kernels panic.
func TestUnusableLevel(t *testing.T) {
	for level, want := range map[string]string{
		"sse9":             `NNGMIX_SIMD=sse9: simd: unknown level "sse9": want one of generic, neon, avx2, avx512`,
		missing().String(): "not available here: this CPU and build offer [generic",
	} {
		if out, errs, code := again(t, level, "SIMD_TEST_PRINT_LEVEL"); out != "unusable" || code != 0 {
			t.Errorf("%s: importing it: got %q, %q, exit code %d", level, out, errs, code)
		}
		out, errs, code := again(t, level, "SIMD_TEST_USE_KERNELS")
		lines := strings.Split(out, "\n")
		if code != 0 || len(lines) != 7 {
			t.Errorf("%s: got %q, %q, exit code %d", level, out, errs, code)
		}
		for _, line := range lines {
			if !strings.Contains(line, want) {
				t.Errorf("%s: got %q, want %q", level, line, want)
			}
		}
	}
}

// useKernels prints what calls panic with, and errors.
func useKernels() {
	_, err := At(Active(), L1)
	fmt.Println(err)
	fmt.Println(Err())
	a, rows := make([]float32, 64), make([]uint8, 64)
	for _, call := range []func(){
		func() { For(L1).Pair(a, a) },
		func() { For(InnerProduct).Rows(a[:1], a, a, 64) },
		func() { RowsU8(make([]uint32, 1), rows, rows, 64) },
		func() { DecodeU8(a, rows, a, 1) },
		func() { Gemm(false, false, 2, 2, 2, 1, a, 2, a, 2, 0, make([]float32, 4), 2) },
	} {
		func() {
			defer func() { fmt.Println(recover()) }()
			call()
		}()
	}
}
