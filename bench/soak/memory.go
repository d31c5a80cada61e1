package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// watchMachine sleeps again and again until ctx ends, and then sends how late it woke up
// at most: other programs may keep this one from running at all.
func watchMachine(ctx context.Context) <-chan time.Duration {
	result := make(chan time.Duration, 1)
	go func() {
		const nap = 5 * time.Millisecond
		var late time.Duration
		for ctx.Err() == nil {
			start := time.Now()
			time.Sleep(nap)
			late = max(late, time.Since(start)-nap)
		}
		fmt.Printf("a goroutine that only sleeps was late by at most %v\n", late.Round(time.Microsecond))
		result <- late
	}()
	return result
}

// memorySamples is how often memory is measured.
const memorySamples = 40

// watchMemory measures the heap after a collection again and again until ctx ends. Then
// it sends an error where the last quarter of a run needs far more than the second one.
func watchMemory(ctx context.Context, length time.Duration) <-chan error {
	result := make(chan error, 1)
	go func() {
		var heaps []uint64
		tick := time.NewTicker(length / memorySamples)
		defer tick.Stop()
		for ctx.Err() == nil {
			select {
			case <-tick.C:
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				heaps = append(heaps, m.HeapAlloc)
			case <-ctx.Done():
			}
		}
		result <- grown(heaps)
	}()
	return result
}

// grown compares the second quarter of heaps with the last one.
func grown(heaps []uint64) error {
	quarter := len(heaps) / 4
	if quarter == 0 {
		return nil
	}
	early, late := slices.Max(heaps[quarter:2*quarter]), slices.Max(heaps[len(heaps)-quarter:])
	fmt.Printf("heap after collections: at most %.1f MB in the second quarter, %.1f MB in the last\n", float64(early)/1e6, float64(late)/1e6)
	if late > early+early/2+16<<20 {
		return fmt.Errorf("memory has grown from %d to %d bytes", early, late)
	}
	return nil
}
