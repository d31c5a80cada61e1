package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/reg"
)

// allowed are the instruction set extensions that each level checks for, as avo
// calls them (MMX+ is PREFETCHT0).
var allowed = map[string][]string{
	avx2.name:   {"AVX", "AVX2", "CMOV", "FMA3", "MMX+"},
	avx512.name: {"AVX", "AVX2", "CMOV", "FMA3", "MMX+", "BMI2", "AVX512F", "AVX512DQ", "AVX512BW", "AVX512VL"},
}

// verify fails where a function needs more than its level promises. Registers
// 16 to 31 need AVX-512 in any instruction.
func verify(f *ir.Function) error {
	level := avx2.name
	if strings.HasSuffix(f.Name, avx512.name) {
		level = avx512.name
	}
	for _, isa := range f.ISA {
		if !slices.Contains(allowed[level], isa) {
			return fmt.Errorf("%s needs %s", f.Name, isa)
		}
	}
	if level == avx512.name {
		return nil
	}
	for _, i := range f.Instructions() {
		for _, r := range i.Registers() {
			if p := reg.ToPhysical(r); p != nil && p.Kind() == reg.KindVector && p.PhysicalIndex() >= 16 {
				return fmt.Errorf("%s: %s uses register %s", f.Name, i.Opcode, p.Asm())
			}
		}
	}
	return nil
}
