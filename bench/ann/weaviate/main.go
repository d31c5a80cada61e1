// Command weaviate runs the hnsw package of github.com/weaviate/weaviate: one request
// per line on stdin, one answer per line on stdout, as bench/ann describes. Arguments:
// K, M, efConstruction. It is a module of its own, so that nngmix does not depend on a
// server.
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weaviate/weaviate/adapters/repos/db/vector/hnsw"
	"github.com/weaviate/weaviate/adapters/repos/db/vector/hnsw/distancer"
	"github.com/weaviate/weaviate/entities/cyclemanager"
	config "github.com/weaviate/weaviate/entities/vectorindex/hnsw"
	"github.com/weaviate/weaviate/usecases/memwatch"
)

func main() {
	var p peer
	if err := p.parse(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		seconds, err := p.answer(lines.Text())
		if err != nil {
			fmt.Println("error", err)
			continue
		}
		fmt.Println(seconds)
	}
}

// peer is the index with its rows, which it refers to.
type peer struct {
	k, m, efConstruction int

	dim   int
	rows  []float32
	index *hnsw.HNSW
}

func (p *peer) parse(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("weaviate: want K, M and efConstruction")
	}
	for i, to := range []*int{&p.k, &p.m, &p.efConstruction} {
		var err error
		if *to, err = strconv.Atoi(args[i]); err != nil {
			return fmt.Errorf("weaviate: %w", err)
		}
	}
	return nil
}

func (p *peer) answer(request string) (float64, error) {
	var what, file, out string
	var ef, threads, repeats int
	if _, err := fmt.Sscan(request, &what); err != nil {
		return 0, err
	}
	if what == "build" {
		if _, err := fmt.Sscan(request, &what, &file, &p.dim, &threads); err != nil {
			return 0, err
		}
		return p.build(file, threads)
	}
	if _, err := fmt.Sscan(request, &what, &file, &ef, &threads, &repeats, &out); err != nil {
		return 0, err
	}
	return p.search(file, out, ef, threads, repeats)
}

// userConfig returns the settings at one efSearch.
func (p *peer) userConfig(ef int) config.UserConfig {
	c := config.NewDefaultUserConfig()
	c.MaxConnections, c.EFConstruction, c.EF = p.m, p.efConstruction, ef
	c.VectorCacheMaxObjects = 1 << 40
	c.RQ.Enabled = false // plain float32, as the other peers
	return c
}

func (p *peer) vector(_ context.Context, id uint64) ([]float32, error) {
	i := int(id) * p.dim
	return p.rows[i : i+p.dim : i+p.dim], nil
}

func (p *peer) build(file string, threads int) (seconds float64, err error) {
	if p.index != nil {
		p.index.Shutdown(context.Background())
		p.index, p.rows = nil, nil
		debug.FreeOSMemory()
	}
	if p.rows, err = readFloats(file); err != nil {
		return 0, err
	}
	start := time.Now()
	p.index, err = hnsw.New(hnsw.Config{
		RootPath:              os.TempDir(),
		ID:                    "bench",
		MakeCommitLoggerThunk: hnsw.MakeNoopCommitLogger,
		VectorForIDThunk:      p.vector,
		TempVectorForIDThunk:  nil,
		DistanceProvider:      distancer.NewL2SquaredProvider(),
		AllocChecker:          memwatch.NewDummyMonitor(),
		MakeBucketOptions:     nil,
	}, p.userConfig(0), cyclemanager.NewCallbackGroupNoop(), nil)
	if err != nil {
		return 0, err
	}
	err = parallel(len(p.rows)/p.dim, threads, func(i int) error {
		v, _ := p.vector(context.Background(), uint64(i))
		return p.index.Add(context.Background(), uint64(i), v)
	})
	seconds = time.Since(start).Seconds()
	debug.FreeOSMemory()
	return seconds, err
}

func (p *peer) search(file, out string, ef, threads, repeats int) (float64, error) {
	queries, err := readFloats(file)
	if err != nil {
		return 0, err
	}
	if err := p.index.UpdateUserConfig(p.userConfig(ef), func() {}); err != nil {
		return 0, err
	}
	n := len(queries) / p.dim
	found := make([][]uint64, n)
	start := time.Now()
	for range repeats {
		err := parallel(n, threads, func(q int) (err error) {
			found[q], _, err = p.index.SearchByVector(context.Background(), queries[q*p.dim:(q+1)*p.dim], p.k, nil)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	seconds := time.Since(start).Seconds() / float64(repeats)
	if out == "-" {
		return seconds, nil
	}
	return seconds, p.writeIDs(out, found)
}

func (p *peer) writeIDs(path string, found [][]uint64) error {
	var raw []byte
	for _, ids := range found {
		for i := range p.k {
			id := int64(-1)
			if i < len(ids) {
				id = int64(ids[i])
			}
			raw = binary.LittleEndian.AppendUint64(raw, uint64(id))
		}
	}
	return os.WriteFile(path, raw, 0o600)
}

// parallel calls f for all i below n from the given number of threads.
func parallel(n, threads int, f func(i int) error) error {
	runtime.GOMAXPROCS(threads)
	var next atomic.Int64
	var workers sync.WaitGroup
	errs := make([]error, threads)
	for t := range threads {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && errs[t] == nil; i = int(next.Add(1)) - 1 {
				errs[t] = f(i)
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func readFloats(path string) ([]float32, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values := make([]float32, len(raw)/4)
	_, err = binary.Decode(raw, binary.LittleEndian, values)
	return values, err
}
