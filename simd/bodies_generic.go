//go:build purego || (!amd64 && !arm64)

package simd

// offered returns the levels above Generic that this CPU and build can run.
func offered() []Level { return nil }

// bodies returns the kernels of metric m at level l.
func bodies(_ Level, m Metric) impl { return generic[m] }

// gemmBodies returns the matrix product at level l.
func gemmBodies(Level) gemmBody { return genericGemm }

// codeBodies returns the kernels of 8-bit codes at level l.
func codeBodies(Level) codeBody { return genericCodes }

// prefetchBodyOf returns the body of PrefetchRows at level l: nothing.
func prefetchBodyOf(Level) prefetchBody { return nil }
