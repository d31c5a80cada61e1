// Command gen writes the amd64 kernels of package simd; see ../generate.go.
//
// Each family of kernels is one file here and one pair of files there. A family
// is written once, in terms of an instruction set (vector width, masks) and a
// metric (how one column joins a sum), and emitted for every combination.
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
)

// families are the files this program can write.
var families = map[string]func(k *kernel){
	"codes":    codesFamily,
	"gemm":     gemmFamily,
	"prefetch": prefetchFamily,
	"rows":     rowsFamily,
	"tile":     tileFamily,
}

func main() {
	flags := flag.NewFlagSet("gen", flag.ExitOnError)
	family := flags.String("family", "", "kernels to write")
	out := build.NewFlags(flags)
	flags.Parse(os.Args[1:])
	write, ok := families[*family]
	if !ok {
		fmt.Fprintf(os.Stderr, "gen: no family %q: want one of %v\n", *family, slices.Sorted(maps.Keys(families)))
		os.Exit(2)
	}
	c := build.NewContext()
	c.ConstraintExpr("!purego")
	for _, s := range []isa{avx2, avx512} {
		write(&kernel{Context: c, isa: s})
	}
	config := out.Config()
	const afterCompile = 1 // the first pass makes code of the kernels, the others print it
	config.Passes = slices.Insert(config.Passes, afterCompile, pass.Interface(pass.FunctionPass(verify)))
	os.Exit(build.Main(config, c))
}
