package main

import (
	"os"
	"strconv"
	"strings"
)

// peak returns the most memory that this process has had resident, in bytes, 0
// where there is no /proc. What rusage tells of a child counts its parent, too.
func peak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kilobytes, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}
