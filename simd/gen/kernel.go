package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	op "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Sizes that kernels share with package simd.
const (
	lanes       = 16 // partial sums of a row
	blockRows   = 64
	tileQueries = 4
	float       = 4 // bytes
)

// shared declares the types of package simd that signatures name.
const shared = `package simd
const TileQueries = 4
const BlockRows = 64
type TileHit struct { Dist [TileQueries][BlockRows]float32; Hit [TileQueries]uint64 }
type ScanHit struct { Dist [BlockRows]float32; Hit uint64 }`

var sharedTypes = func() *types.Package {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "shared.go", shared, 0)
	if err != nil {
		panic(err)
	}
	pkg, err := new(types.Config).Check("simd", fset, []*ast.File{file}, nil)
	if err != nil {
		panic(err)
	}
	return pkg
}()

// kernel emits instructions of one instruction set.
type kernel struct {
	*build.Context
	isa
	labels int
	table  op.Mem // maskTable, once it exists
}

// begin starts the function name of this instruction set with the given
// signature. of says which part of package simd it is.
func (k *kernel) begin(name, signature, of string) {
	k.Function(name + k.name)
	k.Attributes(attr.NOSPLIT)
	k.Pragma("noescape")
	k.Doc(fmt.Sprintf("%s%s is %s.", name, k.name, of))
	sig, err := gotypes.ParseSignatureInPackage(sharedTypes, signature)
	if err != nil {
		panic(err)
	}
	k.Signature(sig)
	k.labels = 0
}

// end clears the upper halves, which keeps SSE code after us fast, and returns.
func (k *kernel) end() {
	k.VZEROUPPER()
	k.RET()
}

// label returns a label that is used once in the current function.
func (k *kernel) label(name string) string {
	k.labels++
	return fmt.Sprintf("%s%d", name, k.labels)
}

// arg loads the integer or pointer argument called name.
func (k *kernel) arg(name string) reg.GPVirtual {
	r := k.GP64()
	k.Load(k.Param(name), r)
	return r
}

// argMem returns the place of an argument.
func (k *kernel) argMem(name string) op.Mem {
	b, err := k.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// retMem returns the place of the only result.
func (k *kernel) retMem() op.Mem {
	b, err := k.ReturnIndex(0).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// at is the memory at base+disp.
func at(base reg.Register, disp int) op.Mem { return op.Mem{Base: base, Disp: disp} }

// atIndex is the memory at base+index+disp.
func atIndex(base, index reg.Register, disp int) op.Mem {
	return op.Mem{Base: base, Index: index, Scale: 1, Disp: disp}
}
