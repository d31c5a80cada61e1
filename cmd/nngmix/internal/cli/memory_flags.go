package cli

import (
	"fmt"

	"github.com/dustin/go-humanize"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/pflag"
)

// MemoryFlags are the options that say how much memory a command may take.
type MemoryFlags struct {
	Memory  string `json:"memory,omitempty"`
	Scratch string `json:"scratch,omitempty"`
	Batch   int    `json:"batch_rows,omitempty"`

	// More, where it is not nil, returns what the command takes beside a table of that
	// size in memory.
	More func(rows, columns int) int64 `json:"-"`
	// Why says, once the table is open, why it is not in memory; "" where it is. Held
	// says what it takes there.
	Why  string `json:"-"`
	Held string `json:"-"`
}

// Add declares the options.
func (f *MemoryFlags) Add(flags *pflag.FlagSet) {
	flags.StringVar(&f.Memory, "memory", "", "memory to use, such as 2GB: a table that needs more is gone through in batches, with the same output (default half of what is free)")
	flags.StringVar(&f.Scratch, "scratch", "", "folder for what a pass through the table leaves for the next (default that for temporary files)")
	flags.IntVar(&f.Batch, "batch-rows", 0, "go through the table in batches of about so many rows even if memory holds it; the output is the same")
}

// leastMemory is what a run through batches takes at least.
const leastMemory = 32e6

// Bytes returns how much memory may be used, or 0 where nothing says so.
func (f *MemoryFlags) Bytes() (int64, error) {
	if f.Batch < 0 {
		return 0, fmt.Errorf("--batch-rows %d: want at least 1", f.Batch)
	}
	if f.Memory == "" {
		return FreeMemory() / 2, nil
	}
	n, err := humanize.ParseBytes(f.Memory)
	if err != nil || n > 1<<60 {
		return 0, fmt.Errorf("--memory %s: want a number of bytes, such as 500MB or 2GB", f.Memory)
	}
	if n < leastMemory {
		return 0, fmt.Errorf("--memory %s: want at least %s", f.Memory, humanize.Bytes(leastMemory))
	}
	return int64(n), nil
}

// tableBytes is what a table of that size takes in memory at most, with its rows in
// search space and an index of them. Runs of generate took less: 140 MB where it says
// 161 (donors, 619,326 x 11), 594 where 989 (daily_sports_1m, 1,030,200 x 46), 190 of
// CSV and 200 of Parquet where 280 (1 M x 12), 1,971 where 2,800 (10 M x 12).
func tableBytes(rows, columns int) int64 {
	return int64(rows) * (int64(columns)*20 + 40)
}

// Options returns how a table is opened: in memory where the bytes that Bytes gave
// suffice.
func (f *MemoryFlags) Options(bytes int64) table.StreamOptions {
	return table.StreamOptions{BatchRows: f.Batch, Memory: bytes / 4, Scratch: f.Scratch, Fits: func(rows, columns int) bool {
		if f.Batch > 0 {
			f.Why = "--batch-rows asks for it"
			return false
		}
		need := tableBytes(rows, columns)
		if f.More != nil {
			need += f.More(rows, columns)
		}
		text := humanize.Bytes(uint64(need))
		if bytes == 0 {
			f.Held = fmt.Sprintf("at most about %s, and nothing says how much may be used (--memory)", text)
			return true
		}
		may := humanize.Bytes(uint64(bytes))
		if need <= bytes {
			f.Held = fmt.Sprintf("at most about %s, and %s may be used (--memory)", text, may)
			return true
		}
		f.Why = fmt.Sprintf("in memory the table would take about %s, and %s may be used (--memory)", text, may)
		return false
	}}
}
