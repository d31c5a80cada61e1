package simd

// The amd64 kernels are written by the program in gen, a module of its own so
// that users of this one do not download its dependencies.
//
//go:generate go -C gen run . -family codes -pkg simd -out ../codes_amd64.s -stubs ../codes_amd64.go
//go:generate go -C gen run . -family gemm -pkg simd -out ../gemm_amd64.s -stubs ../gemm_amd64.go
//go:generate go -C gen run . -family prefetch -pkg simd -out ../prefetch_amd64.s -stubs ../prefetch_amd64.go
//go:generate go -C gen run . -family rows -pkg simd -out ../rows_amd64.s -stubs ../rows_amd64.go
//go:generate go -C gen run . -family tile -pkg simd -out ../tile_amd64.s -stubs ../tile_amd64.go
