//go:build !linux

package mutate

func limitMemory(uint64) {}

func resetPeak() {}

func peak() int64 { return 0 }
