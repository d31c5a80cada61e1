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

// appendText adds v as a date (2006-01-02) or a timestamp (RFC 3339; without a
// zone where there is none).
func (t Temporal) appendText(dst []byte, v int64) []byte {
	if t.Kind == Date {
		return time.Unix(v*86400, 0).UTC().AppendFormat(dst, time.DateOnly)
	}
	perSecond := int64(time.Second / t.Unit)
	seconds := v / perSecond
	if v%perSecond < 0 {
		seconds--
	}
	at := time.Unix(seconds, (v-seconds*perSecond)*int64(t.Unit)).UTC()
	if t.Zone == "" {
		return at.AppendFormat(dst, "2006-01-02T15:04:05.999999999")
	}
	return at.AppendFormat(dst, time.RFC3339Nano)
}
