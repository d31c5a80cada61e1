package table

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
)

// oddRow has columns of kinds that no table holds beside some that one does.
type oddRow struct {
	Plain   int16             `parquet:"plain"`
	Maybe   *float64          `parquet:"maybe,optional"`
	Text    string            `parquet:"text,dict"`
	Bytes   []byte            `parquet:"bytes"`
	List    []int32           `parquet:"list,list"`
	Many    []int32           `parquet:"many"`
	Decimal int64             `parquet:"decimal,decimal(2:10)"`
	Nested  struct{ A int32 } `parquet:"nested"`
	UUID    [16]byte          `parquet:"uuid,uuid"`
	Clock   time.Duration     `parquet:"clock,time(millisecond)"`
	Old     deprecated.Int96  `parquet:"old"`
	When    time.Time         `parquet:"when,timestamp(microsecond)"`
}

func TestReadParquet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.parquet")
	v := 2.5
	rows := []oddRow{
		{Plain: -3, Text: "b", Bytes: []byte("z"), Decimal: 123, Clock: 1500, When: time.UnixMicro(7),
			UUID: [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255}, Old: deprecated.Int96{0xffffffff, 0xffffffff, 2440588}},
		{Plain: 4, Maybe: &v, Text: "a", Bytes: []byte("z"), List: []int32{1, 2}, Decimal: -5, When: time.UnixMicro(-7),
			Old: deprecated.Int96{1, 0, 2440588}},
	}
	var out bytes.Buffer
	if err := parquet.Write(&out, rows, parquet.MaxRowsPerRowGroup(1), parquet.Compression(&parquet.Zstd)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	odd := []string{"list", "many", "nested"}
	for i := range odd {
		drop := append(append([]string{}, odd[:i]...), odd[i+1:]...)
		_, err := Read(t.Context(), path, ReadOptions{Drop: drop})
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "--drop "+odd[i]) {
			t.Errorf("%s: %v", odd[i], err)
		}
	}
	tab, err := Read(t.Context(), path, ReadOptions{Drop: odd})
	if err != nil {
		t.Fatal(err)
	}
	want := `plain int16: -3 4
maybe float64: - 2.5
text string: "b" "a"
bytes string: "z" "z"
decimal decimal: 1.23 -0.05
uuid string: "01020304-0506-0708-090a-0b0c0d0e0fff" "00000000-0000-0000-0000-000000000000"
clock int32: 1500 0
old int64: -1 1
when int64: 7 -7
`
	if got := show(tab); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for name, want := range map[string]Field{
		"decimal": {Precision: 10, Places: 2},
		"clock":   {Temporal: Temporal{Kind: TimeOfDay, Unit: time.Millisecond}},
		"old":     {Temporal: Temporal{Kind: Timestamp, Unit: time.Nanosecond}},
		"when":    {Temporal: Temporal{Kind: Timestamp, Unit: time.Microsecond, Zone: "UTC"}},
	} {
		j, err := tab.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := tab.Columns[j].Field(); got.Temporal != want.Temporal || got.Precision != want.Precision || got.Places != want.Places {
			t.Errorf("%s is %+v, want %+v", name, got, want)
		}
	}
	for _, cut := range []int{1, 8, 100, out.Len() / 2} {
		if err := os.WriteFile(path, out.Bytes()[:out.Len()-cut], 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(t.Context(), path, ReadOptions{Drop: odd}); !errors.Is(err, ErrCorrupt) {
			t.Errorf("without the last %d bytes: %v", cut, err)
		}
	}
}
