package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestMain commits a file, where a test asks for it through the environment, as
// soon as standard input ends.
func TestMain(m *testing.M) {
	path := os.Getenv("NNGMIX_TEST_COMMIT")
	if path == "" {
		os.Exit(m.Run())
	}
	f, err := Create(path, false)
	if err == nil {
		_, err = fmt.Fprint(f, os.Getpid())
	}
	if err != nil {
		panic(err)
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	switch err := f.Commit(); {
	case err == nil:
		fmt.Println("won")
	case errors.Is(err, ErrExists):
		fmt.Println("exists")
	default:
		fmt.Println(err)
	}
}

// TestOneWins: of many that write a file at once, one succeeds, whose bytes are
// there; the others hear of it and leave nothing.
func TestOneWins(t *testing.T) {
	for range 50 {
		path := filepath.Join(t.TempDir(), "out")
		files := make([]*File, 32)
		for i := range files {
			f, err := Create(path, false)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := fmt.Fprint(f, i); err != nil {
				t.Fatal(err)
			}
			files[i] = f
		}
		results := make([]error, len(files))
		var wait sync.WaitGroup
		for i, f := range files {
			wait.Go(func() { results[i] = f.Commit() })
		}
		wait.Wait()
		winner := -1
		for i, err := range results {
			switch {
			case err == nil && winner < 0:
				winner = i
			case err == nil:
				t.Errorf("both %d and %d succeed", winner, i)
			case !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), "--force replaces it"):
				t.Error(err)
			}
		}
		if got := names(t, path); got != "out" || content(t, path) != fmt.Sprint(winner) {
			t.Fatalf("the folder holds %q, the file %q of %d", got, content(t, path), winner)
		}
	}
}

// TestOneProcessWins is TestOneWins with processes.
func TestOneProcessWins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	type child struct {
		cmd *exec.Cmd
		in  io.Closer
		out *bufio.Reader
	}
	var children []child
	for range 8 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "NNGMIX_TEST_COMMIT="+path)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, child{cmd, in, bufio.NewReader(out)})
	}
	for _, c := range children {
		if line, err := c.out.ReadString('\n'); line != "ready\n" {
			t.Fatal(line, err)
		}
	}
	for _, c := range children {
		c.in.Close()
	}
	winner, results := 0, map[string]int{}
	for _, c := range children {
		line, err := c.out.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if err := c.cmd.Wait(); err != nil {
			t.Error(err)
		}
		if results[line]++; line == "won\n" {
			winner = c.cmd.Process.Pid
		}
	}
	if results["won\n"] != 1 || results["exists\n"] != 7 {
		t.Errorf("got %v", results)
	}
	if got := names(t, path); got != "out" || content(t, path) != fmt.Sprint(winner) {
		t.Errorf("the folder holds %q, the file %q of %d", got, content(t, path), winner)
	}
}

// TestRenameNew runs all ways, those that this system falls back to included.
func TestRenameNew(t *testing.T) {
	for name, rename := range map[string]func(old, path string) error{"rename": renameNew, "link": linkNew, "look": lookNew} {
		dir := t.TempDir()
		path := filepath.Join(dir, "out")
		for i, want := range []error{nil, fs.ErrExist} {
			old := filepath.Join(dir, fmt.Sprint(i))
			if err := os.WriteFile(old, []byte(old), 0o666); err != nil {
				t.Fatal(err)
			}
			if err := rename(old, path); !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", name, err, want)
			}
		}
		if got := names(t, path); got != "1 out" || content(t, path) != filepath.Join(dir, "0") {
			t.Errorf("%s: the folder holds %q", name, got)
		}
		if err := rename(filepath.Join(dir, "none"), filepath.Join(dir, "new")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a file that is not there: %v", name, err)
		}
	}
}

// TestDanglingLinkStays: a link that leads nowhere is something, too.
func TestDanglingLinkStays(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "out")
	if err := os.Symlink(filepath.Join(dir, "none"), link); err != nil {
		t.Skip(err)
	}
	if err := create(t, link, false).Commit(); !errors.Is(err, ErrExists) {
		t.Errorf("got %v", err)
	}
	if got := names(t, link); got != "out" {
		t.Errorf("the folder holds %q", got)
	}
}
