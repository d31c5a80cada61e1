package table

import "time"

// Temporal says how an integer column counts time, so that dates and timestamps
// of Parquet and Arrow files keep their type. The zero value is a plain number.
type Temporal struct {
	Kind TemporalKind
	Unit time.Duration // one count of a Timestamp: second, millisecond, microsecond or nanosecond
	Zone string        // of a Timestamp: "" local time, else a name such as "UTC"
}

// TemporalKind tells dates from timestamps.
type TemporalKind uint8

// The kinds.
const (
	NotTemporal TemporalKind = iota
	Date                     // Int32, days since 1970-01-01
	Timestamp                // Int64, units since 1970-01-01
)
