package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// tally counts calls by name.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (t *tally) add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	t.counts[name]++
}

func (t *tally) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(t.counts)) {
		fmt.Fprintf(&b, "%10d %s\n", t.counts[name], name)
	}
	return b.String()
}

// latencies keeps how long reads took, and the longest of each kind.
type latencies struct {
	mu      sync.Mutex
	all     [40]int // of up to 2^i microseconds
	longest map[string]time.Duration
}

// stall is how long a read may take.
const stall = time.Second

func (l *latencies) add(name string, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.longest == nil {
		l.longest = map[string]time.Duration{}
	}
	l.longest[name] = max(l.longest[name], took)
	l.all[min(39, int(math.Ceil(math.Log2(max(1, float64(took.Microseconds()))))))]++
}

func (l *latencies) String() string {
	n, below := 0, 0
	for _, c := range l.all {
		n += c
	}
	var b strings.Builder
	fmt.Fprintf(&b, "reads: %d", n)
	for _, share := range []float64{0.5, 0.99, 0.999} {
		i := 0
		for below = l.all[0]; float64(below) < share*float64(n); below += l.all[i] {
			i++
		}
		fmt.Fprintf(&b, ", %v%% within %v", 100*share, time.Duration(1<<i)*time.Microsecond)
	}
	b.WriteString("; longest:")
	for _, name := range slices.Sorted(maps.Keys(l.longest)) {
		fmt.Fprintf(&b, " %s %v", name, l.longest[name].Round(time.Microsecond))
	}
	return b.String() + "\n"
}

// check returns an error where a read took too long on a machine that was late.
func (l *latencies) check(late time.Duration) (err error) {
	for name, took := range l.longest {
		if took > stall+late {
			err = errors.Join(err, fmt.Errorf("%s took %v", name, took))
		}
	}
	return err
}

// shares is how much searches found of what was there.
type shares struct {
	mu           sync.Mutex
	found, there int
}

func (r *shares) add(found, there int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found += found
	r.there += there
}

func (r *shares) share() float64 { return float64(r.found) / float64(max(1, r.there)) }

func (r *shares) String() string {
	return fmt.Sprintf("recall of searches of graphs: %.5f\n", r.share())
}

// leastRecall is the recall below which something is wrong with graphs: searches are of
// all widths, down to 4.
const leastRecall = 0.93

func (r *shares) check() error {
	if r.there > 0 && r.share() < leastRecall {
		return fmt.Errorf("recall is %.4f, want at least %v", r.share(), leastRecall)
	}
	return nil
}

// resources are what a process may leak.
type resources struct{ goroutines, mappings, files int }

// resourcesNow counts goroutines, and the mappings of files in folder and open files
// there, where the system tells.
func resourcesNow(folder string) resources {
	r := resources{goroutines: runtime.NumGoroutine()}
	if folder == "" {
		return r
	}
	if maps, err := os.ReadFile("/proc/self/maps"); err == nil {
		r.mappings = strings.Count(string(maps), folder)
	}
	links, _ := filepath.Glob("/proc/self/fd/*")
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && strings.HasPrefix(to, folder) {
			r.files++
		}
	}
	return r
}

// check returns an error where more is left than before, once the collector had time.
func (r resources) check(folder string) error {
	var now resources
	for range 100 {
		runtime.GC()
		if now = resourcesNow(folder); now.goroutines <= r.goroutines && now.mappings == 0 && now.files == 0 {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%d goroutines are left, %d at the beginning; %d mappings and %d open files", now.goroutines, r.goroutines, now.mappings, now.files)
}
