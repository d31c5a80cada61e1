//go:build !unix

package cli

// PeakRSS returns 0: the figure is not to be had here.
func PeakRSS() int64 { return 0 }
