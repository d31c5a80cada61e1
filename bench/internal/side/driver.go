package side

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

//go:embed driver.py
var driverSource string

// Driver is a Python process that loads sets and runs peers, one request at a
// time. It is not safe for concurrent use.
type Driver struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Reader
}

// Start starts python with the peers, all of them on the given number of
// threads. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE, which pin OpenBLAS to slower
// kernels than those it picks, are taken out of its environment.
func Start(ctx context.Context, python string, threads int) (*Driver, error) {
	cmd := exec.CommandContext(ctx, python, "-c", driverSource)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "OPENBLAS_") || strings.HasPrefix(v, "OMP_")
	})
	for _, name := range []string{"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"} {
		cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%d", name, threads))
	}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the peers: %w", err)
	}
	return &Driver{cmd, in, bufio.NewReader(out)}, nil
}

// Call sends a request and decodes the answer to reply.
func (d *Driver) Call(request map[string]any, reply any) error {
	line, err := json.Marshal(request)
	if err != nil {
		return err
	}
	if _, err := d.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("peers, %v: %w", request["do"], err)
	}
	answer, err := d.answers.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("peers, %v: the Python process ended: %w (it needs Debian's python3-scipy, python3-sklearn and python3-faiss)", request["do"], err)
	}
	return json.Unmarshal(answer, reply)
}

// Close ends the process.
func (d *Driver) Close() error {
	d.in.Close()
	return d.cmd.Wait()
}
