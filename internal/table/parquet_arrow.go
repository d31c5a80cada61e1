package table

import (
	"bytes"
	"encoding/base64"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// Arrow's libraries, and so pandas and Polars, note in a Parquet file which Arrow
// types its columns had. The note tells durations, which Parquet has no type for,
// from numbers, and the names of time zones.

const arrowNote = "ARROW:schema"

// Members of the union of Arrow's types, and how time is counted.
const (
	arrowTimestamp = 10
	arrowDuration  = 18
)

var arrowUnits = [...]time.Duration{time.Second, time.Millisecond, time.Microsecond, time.Nanosecond}

// arrowTimes returns what the note tells of columns that count time; nil where
// there is none, or one that makes no sense.
func (f *parquetFooter) arrowTimes() map[string]Temporal {
	note, err := base64.StdEncoding.DecodeString(f.keys[arrowNote])
	if err != nil || len(note) < 16 {
		return nil
	}
	times := map[string]Temporal{}
	if guard(func() error { readArrowTimes(note, times); return nil }) != nil {
		return nil
	}
	return times
}

// readArrowTimes adds the columns at the top of the schema in a message, which
// stands behind a mark and its length. It panics outside of the message.
func readArrowTimes(message flat, times map[string]Temporal) {
	b := message[8:]
	schema := b.follow(b.field(b.follow(0), 2))
	first, n := b.vector(schema, 1, 4)
	for i := range n {
		field := b.follow(first + 4*i)
		kind, at := b.optional(field, 2), b.optional(field, 3)
		if kind == 0 || at == 0 {
			continue
		}
		var t Temporal
		switch kind := b[kind]; kind {
		case arrowDuration:
			t = Temporal{Kind: Duration, Unit: b.unit(b.follow(at), time.Millisecond)}
		case arrowTimestamp:
			t = Temporal{Kind: Timestamp, Unit: b.unit(b.follow(at), time.Second), Zone: b.text(b.follow(at), 1)}
		default:
			continue
		}
		times[b.text(field, 0)] = t
	}
}

// unit returns the unit in the first slot of a table.
func (b flat) unit(table int, without time.Duration) time.Duration {
	if at := b.optional(table, 0); at != 0 {
		return arrowUnits[b[at]]
	}
	return without
}

// text returns the string in a slot of a table.
func (b flat) text(table, slot int) string {
	first, n := b.vector(table, slot, 1)
	return string(b[first : first+n])
}

// refine makes f what the note tells of it, where that fits what is stored.
func refine(f *Field, note Temporal) {
	switch t := &f.Temporal; {
	case note.Kind == Duration && t.Kind == NotTemporal && f.Type == Int64:
		*t = note
	case note.Kind == Timestamp && t.Kind == Timestamp && t.Zone != "" && note.Zone != "":
		t.Zone = note.Zone
	}
}

// noteArrow returns the note for fields, "" where it would tell nothing.
func noteArrow(fields []Field) (string, error) {
	needed := false
	list := make([]arrow.Field, len(fields))
	for j, f := range fields {
		t := f.Temporal
		needed = needed || t.Kind == Duration || t.Kind == Timestamp && t.Zone != "" && t.Zone != "UTC"
		list[j] = arrow.Field{Name: f.Name, Type: notedType(f), Nullable: true}
	}
	if !needed {
		return "", nil
	}
	var note bytes.Buffer
	err := ipc.NewWriter(&note, ipc.WithSchema(arrow.NewSchema(list, nil))).Close()
	return base64.StdEncoding.EncodeToString(note.Bytes()), err
}

// notedType returns the Arrow type of what the file stores for f.
func notedType(f Field) arrow.DataType {
	unit := arrowUnit(f.Temporal.Unit)
	switch f.Temporal.Kind {
	case Duration:
		return &arrow.DurationType{Unit: unit}
	case Date:
		return arrow.FixedWidthTypes.Date32
	case Timestamp:
		return &arrow.TimestampType{Unit: max(unit, arrow.Millisecond), TimeZone: f.Temporal.Zone}
	case TimeOfDay:
		if unit <= arrow.Millisecond {
			return arrow.FixedWidthTypes.Time32ms
		}
		return &arrow.Time64Type{Unit: unit}
	}
	if f.Type == Decimal {
		return &arrow.Decimal128Type{Precision: int32(storedPrecision(f)), Scale: int32(f.Places)}
	}
	return arrowType(Field{Type: f.Type})
}
