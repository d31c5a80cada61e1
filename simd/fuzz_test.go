package simd

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
)

// fuzzFloats reads data as float32 values.
func fuzzFloats(data []byte) []float32 {
	v := make([]float32, len(data)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return v
}

// fuzzSeeds adds inputs of every kind of number.
func fuzzSeeds(f *testing.F) {
	for i, kind := range kinds {
		var data []byte
		for _, x := range values(kind, uint64(i), 40*(i+1)) {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
		}
		f.Add(data, uint8(7*i+1), uint8(i))
	}
}

// FuzzRows compares the row kernels of every level with the portable ones.
func FuzzRows(f *testing.F) {
	fuzzSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte, dim, gap uint8) {
		v := fuzzFloats(data)
		d := int(dim)
		if d == 0 || len(v) < 2*d {
			return
		}
		q, rows, stride := v[:d], v[d:], d+int(gap%5)
		n := (len(rows)-d)/stride + 1
		ids := make([]uint32, n)
		for i := range ids {
			ids[i] = uint32(n - 1 - i)
		}
		for m := range metrics {
			want := make([]float32, n)
			table[Generic][m].Rows(want, q, rows, stride)
			for _, l := range Supported()[1:] {
				got, gathered := make([]float32, n), make([]float32, n)
				table[l][m].Rows(got, q, rows, stride)
				table[l][m].Gather(gathered, q, rows, stride, ids)
				for i := range want {
					if !same(got[i], want[i]) || !same(gathered[n-1-i], want[i]) {
						t.Fatalf("%v %s row %d: Rows %v, Gather %v, want %v", l, metricNames[m], i, got[i], gathered[n-1-i], want[i])
					}
				}
			}
		}
	})
}

// FuzzBlocks compares Tile and Scan of every level with the portable ones.
func FuzzBlocks(f *testing.F) {
	fuzzSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte, dim, nominal uint8) {
		v := fuzzFloats(data)
		d := int(dim)
		if d == 0 || len(v) < 2*d {
			return
		}
		b := &blocksFixture{kind: "fuzz", dim: d, nominal: int(nominal) % (d + 1)}
		b.numeric = d - b.nominal
		n := min(len(v)/d, 3*BlockRows)
		b.queries, b.packed, b.blocks = v[:d], make([]float32, d*TileQueries), make([]float32, BlocksLen(n, d))
		PackQueries(b.packed, v, d, d, min(n, TileQueries))
		PackBlocks(b.blocks, v, d, d, n)
		for m := range metrics {
			for _, l := range Supported()[1:] {
				for _, bound := range b.bounds(&table[Generic][m]) {
					b.checkScan(t, bound[0], &table[l][m], &table[Generic][m])
					b.checkTile(t, bound, &table[l][m], &table[Generic][m])
				}
			}
		}
	})
}

// FuzzGemm compares every level with the definition.
func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint8(13), uint8(33), uint16(257))
	f.Fuzz(func(t *testing.T, seed uint64, m, n uint8, k uint16) {
		r := rand.New(rand.NewPCG(seed, 7))
		checkGemm(t, newProduct(r, kinds[seed%uint64(len(kinds))], int(m%40), int(n%70), int(k%600)))
	})
}

// FuzzCodes compares every level with the definition.
func FuzzCodes(f *testing.F) {
	f.Add(make([]byte, 4*CodeStride), uint8(1))
	f.Add(randomCodes(rand.New(rand.NewPCG(3, 4)), 12*CodeStride), uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, lines uint8) {
		stride := (int(lines%4) + 1) * CodeStride
		if len(data) < 2*stride {
			return
		}
		q, rows := data[:stride], data[stride:]
		n := len(rows) / stride
		dst, gathered, ids := make([]uint32, n), make([]uint32, n), make([]uint32, n)
		for i := range ids {
			ids[i] = uint32(n - 1 - i)
		}
		for _, l := range Supported() {
			codeTable[l].rowsU8(dst, q, rows, stride)
			codeTable[l].gatherU8(gathered, q, rows, stride, ids)
			for i, got := range dst {
				if want := exactCodes(q, rows[i*stride:][:stride]); got != want || gathered[n-1-i] != want {
					t.Fatalf("%v row %d: RowsU8 %d, GatherU8 %d, want %d", l, i, got, gathered[n-1-i], want)
				}
			}
		}
	})
}

// FuzzFMA32 compares fma32 with exact arithmetic.
func FuzzFMA32(f *testing.F) {
	f.Add(uint32(0x3f800001), uint32(0x3f800001), uint32(0x00000001))
	f.Fuzz(func(t *testing.T, a, b, c uint32) {
		x, y, z := math.Float32frombits(a), math.Float32frombits(b), math.Float32frombits(c)
		if got, want := fma32(x, y, z), exactFMA(x, y, z); !same(got, want) {
			t.Errorf("fma32(%x, %x, %x): got %x, want %x", x, y, z, got, want)
		}
	})
}
