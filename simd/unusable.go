package simd

// The kernels of the unusable level: each call panics with Err.

func refuse() { panic(activeErr) }

var unusableImpl = impl{
	pair:   func(_, _ *float32, _ int) float32 { refuse(); return 0 },
	rows:   func(_, _, _ *float32, _, _, _ int) { refuse() },
	gather: func(_, _, _ *float32, _, _ int, _ *uint32, _ int) { refuse() },
	tile: func(_, _ *float32, _, _, _ int, _ *[TileQueries]float32, _ *TileHit) int {
		refuse()
		return 0
	},
	scan: func(_, _ *float32, _, _, _ int, _ float32, _ *ScanHit) int { refuse(); return 0 },
}

var unusableCodes = codeBody{
	rows:   func(_ *uint32, _, _ *uint8, _, _ int) { refuse() },
	gather: func(_ *uint32, _, _ *uint8, _ int, _ *uint32, _ int) { refuse() },
	decode: func(_ *float32, _ *uint8, _ *float32, _ float64, _ int) { refuse() },
}

var unusableGemm = gemmBody{cols: maxGemmCols, tile: []gemmTile{
	func(_ *float32, _, _ int, _ *float32, _, _ int, _, _ float32, _ *float32, _, _ int) { refuse() },
}}
