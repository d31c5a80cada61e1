package tableindex

import (
	"slices"
	"testing"

	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/table"
	"pgregory.net/rapid"

	_ "github.com/nngmix/nngmix/internal/steady"
)

// TestFingerprints compares columns in pairs: equal values give equal sums
// whatever they are stored in, and one value that differs gives another.
func TestFingerprints(t *testing.T) {
	const big = 1<<60 + 1
	decimal := func(places int, counts ...int64) table.Column {
		return table.Live(table.Field{Name: "c", Type: table.Decimal, Places: places, Precision: 18}, counts, make([]bool, len(counts)))
	}
	gap := func(typ table.Type, v int64) table.Column {
		return table.Live(table.Field{Name: "c", Type: typ}, []int64{v, 7}, []bool{true, false})
	}
	text := func(codes []uint32, texts ...string) table.Column { return table.Codes("c", codes, texts) }
	tests := []struct {
		name string
		a, b table.Column
		same bool
	}{
		{"storage", table.New("c", []int32{5, -3}), table.New("c", []float64{5, -3}), true},
		{"small and large", table.New("c", []uint8{5, 255}), table.New("c", []uint64{5, 255}), true},
		{"zeros", table.New("c", []float64{0}), table.New("c", []float64{-1 / 1e400}), true},
		{"wide ids", table.New("c", []int64{big}), table.New("c", []int64{big + 1}), false},
		{"wide id and its float", table.New("c", []int64{big}), table.New("c", []float64{big}), false},
		{"wide id that is a float", table.New("c", []int64{1 << 60}), table.New("c", []float64{1 << 60}), true},
		{"wide ids, unsigned", table.New("c", []uint64{big}), table.New("c", []int64{big}), true},
		{"2^64-1 and -1", table.New("c", []uint64{1<<64 - 1}), table.New("c", []int64{-1}), false},
		{"2^63 as uint64", table.New("c", []uint64{1 << 63}), table.New("c", []float64{1 << 63}), true},
		{"greatest int64", table.New("c", []int64{1<<63 - 1}), table.New("c", []float64{1 << 63}), false},
		{"greatest uint64", table.New("c", []uint64{1<<64 - 1}), table.New("c", []uint64{1<<64 - 2}), false},
		{"decimals", decimal(2, 1050, -20), decimal(3, 10500, -200), true},
		{"decimals as floats", decimal(2, 1049, -20), table.New("c", []float64{10.49, -0.2}), true},
		{"decimals as integers", decimal(2, 1000), table.New("c", []int64{10}), true},
		{"wide decimals", decimal(2, big), decimal(2, big+1), false},
		{"a decimal and its count", decimal(2, big), table.New("c", []int64{big}), false},
		{"gaps", gap(table.Int64, 1), gap(table.Int64, 2), true},
		{"a gap and zero", gap(table.Int64, 0), table.New("c", []int64{0, 7}), false},
		{"text", text([]uint32{0, 1}, "a", "b"), text([]uint32{1, 0}, "b", "a"), true},
		{"other text", text([]uint32{0, 1}, "a", "b"), text([]uint32{0, 1}, "a", "c"), false},
		{"a text twice", text([]uint32{0, 1}, "a", "a"), text([]uint32{0, 0}, "a"), true},
		{"wide ids in other places", table.New("c", []int64{big, big + 2}), table.New("c", []int64{big + 2, big}), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sums := func(c table.Column) string { return fingerprints([]table.Column{c}, c.Len())[0] }
			if same := sums(tt.a) == sums(tt.b); same != tt.same {
				t.Errorf("equal sums: %v, want %v", same, tt.same)
			}
		})
	}
}

// TestFingerprintsProperty: a column and its copy with one value changed have
// equal sums just where that value is equal.
func TestFingerprintsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Uint64(), 1, 3*columns.ChunkRows).Draw(t, "values")
		at := rapid.IntRange(0, len(values)-1).Draw(t, "at")
		other := append([]uint64(nil), values...)
		other[at] += rapid.Uint64Range(0, 2).Draw(t, "by")
		sums := fingerprints([]table.Column{table.New("a", values), table.New("b", other)}, len(values))
		if (sums[0] == sums[1]) != (values[at] == other[at]) {
			t.Errorf("value %d is %d and %d, sums %v", at, values[at], other[at], sums)
		}
	})
}

// TestFingerprintsOfBatches: where batches end does not matter.
func TestFingerprintsOfBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 100, columns.ChunkRows - 1, columns.ChunkRows, columns.ChunkRows + 1, 3*columns.ChunkRows + 7}).Draw(t, "rows")
		wide, floats, codes, gaps := make([]int64, n), make([]float64, n), make([]uint32, n), make([]bool, n)
		for i := range n {
			wide[i], floats[i], codes[i], gaps[i] = 1<<60+int64(i*i), float64(i)/7, uint32(i%3), i%11 == 4
		}
		list := []table.Column{
			table.Live(table.Field{Name: "w", Type: table.Int64}, wide, gaps), table.New("f", floats),
			table.Codes("t", codes, []string{"a", "b", "c"}),
		}
		want := fingerprints(list, n)
		p := newPrints(len(list))
		for from := 0; from < n; {
			to := min(n, from+rapid.SampledFrom([]int{1, 99, columns.ChunkRows, 2*columns.ChunkRows + 3}).Draw(t, "batch"))
			var batch []table.Column
			for _, c := range list {
				batch = append(batch, table.Rows(c, from, to))
			}
			p.add(batch, to-from)
			from = to
		}
		if got := p.sums(); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
