package ann

import (
	"bufio"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/nngmix/nngmix/exact"
)

// TestKill kills a program that adds rows and saves again and again: the file must
// be one that it saved, or not be there at all before the first.
func TestKill(t *testing.T) {
	if path := os.Getenv("NNGMIX_TEST_KILL"); path != "" {
		saveForever(t, path)
	}
	kills := 200
	if testing.Short() {
		kills = 20
	}
	path := filepath.Join(t.TempDir(), "index.nngx")
	r := rand.New(rand.NewPCG(1, 1))
	there := 0
	span := 40_000 // microseconds up to a kill
	for range kills {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
		cmd.Env = append(os.Environ(), "NNGMIX_TEST_KILL="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); errors.Is(err, syscall.ENOEXEC) {
			t.Skip("an emulated program cannot start another")
		} else if err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadByte(); err != nil {
			t.Fatalf("the program does not start: %v", err)
		}
		time.Sleep(time.Duration(r.IntN(span)) * time.Microsecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		switch err := Verify(t.Context(), path); {
		case err == nil:
			there++
		case !errors.Is(err, fs.ErrNotExist) || there > 0:
			t.Fatal(err)
		default:
			span += 20_000 // a slow machine has not saved yet
		}
	}
	if there == 0 {
		t.Errorf("killed %d times, never after a first save: the test shows nothing", kills)
	}
}

// saveForever builds an index, adds to it and saves it until it is killed.
func saveForever(t *testing.T, path string) {
	os.Stdout.WriteString("started\n")
	for i := uint64(0); ; i++ {
		x := mustBuild(t, clustered(500, 8, i), 8, exact.L2Squared, small)
		for range 20 {
			if _, err := x.Add(t.Context(), clustered(10, 8, i), ChangeOptions{}); err != nil {
				t.Fatal(err)
			}
			if err := x.Save(t.Context(), path); err != nil {
				t.Fatal(err)
			}
		}
	}
}
