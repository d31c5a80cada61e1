package table

import (
	"strconv"
	"time"
)

// Temporal says how an integer column counts time, so that dates and timestamps
// of Parquet and Arrow files keep their type. The zero value is a plain number.
type Temporal struct {
	Kind TemporalKind
	Unit time.Duration // one count: second, millisecond, microsecond or nanosecond; of a Date in Int32 days are counted
	Zone string        // of a Timestamp: "" local time, else a name such as "UTC" or "+02:00"
	// Layout is how a CSV file wrote the values, as package time describes it; ""
	// is RFC 3339.
	Layout string
}

// TemporalKind tells dates from timestamps.
type TemporalKind uint8

// The kinds.
const (
	NotTemporal TemporalKind = iota
	Date                     // Int32: days since 1970-01-01; Int64: units since then, whole days
	Timestamp                // Int64: units since 1970-01-01
	TimeOfDay                // Int32 or Int64: units since midnight
	Duration                 // Int64: units
)

// PerSecond returns how many counts a second has: below 1 for a Date in days.
func (f Field) PerSecond() float64 {
	switch t := f.Temporal; {
	case t.Kind == NotTemporal:
		return 1
	case t.Kind == Date && f.Type == Int32:
		return 1. / 86400
	default:
		return float64(time.Second / t.Unit)
	}
}

// appendTime adds count v of a temporal field as text: a date (2006-01-02), a
// timestamp (RFC 3339; without a zone where there is none) or a time of day, or
// in the layout that the field came in. A Duration is a number of units.
func (f *Field) appendTime(dst []byte, v int64) []byte {
	t := f.Temporal
	if t.Kind == Duration {
		return strconv.AppendInt(dst, v, 10)
	}
	unit := t.Unit
	if t.Kind == Date && f.Type == Int32 {
		unit, v = time.Second, v*86400
	}
	perSecond := int64(time.Second / unit)
	seconds := v / perSecond
	if v%perSecond < 0 {
		seconds--
	}
	at := time.Unix(seconds, (v-seconds*perSecond)*int64(unit)).In(t.location())
	return at.AppendFormat(dst, t.layout())
}

// layout returns the layout of texts.
func (t *Temporal) layout() string {
	switch {
	case t.Layout != "":
		return t.Layout
	case t.Kind == Date:
		return time.DateOnly
	case t.Kind == TimeOfDay:
		return "15:04:05.999999999"
	case t.Zone == "":
		return "2006-01-02T15:04:05.999999999"
	default:
		return time.RFC3339Nano
	}
}

// location returns where a text in Layout counts hours: at the offset that Zone
// is, else in UTC.
func (t *Temporal) location() *time.Location {
	if at, err := time.Parse("-07:00", t.Zone); err == nil && t.Layout != "" {
		_, offset := at.Zone()
		return time.FixedZone("", offset) // not the local zone, which may have a summer time
	}
	return time.UTC
}
