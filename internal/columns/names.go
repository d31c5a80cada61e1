package columns

import (
	"fmt"
	"strings"
	"time"

	"github.com/nngmix/nngmix/internal/table"
)

// SomeNames joins names, the first ones where there are many.
func SomeNames(names []string) string {
	const most = 8
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// TypeName returns the type of a field as info and reports show it.
func TypeName(f table.Field) string {
	switch t := f.Temporal; t.Kind {
	case table.Date:
		return "date"
	case table.Timestamp:
		if t.Zone != "" {
			return fmt.Sprintf("timestamp[%s, %s]", unitName(t.Unit), t.Zone)
		}
		return fmt.Sprintf("timestamp[%s]", unitName(t.Unit))
	case table.TimeOfDay:
		return fmt.Sprintf("time[%s]", unitName(t.Unit))
	case table.Duration:
		return fmt.Sprintf("duration[%s]", unitName(t.Unit))
	}
	if f.Type == table.Decimal {
		return fmt.Sprintf("decimal(%d,%d)", f.Precision, f.Places)
	}
	return f.Type.String()
}

// unitName returns a unit of time as Arrow writes it.
func unitName(unit time.Duration) string {
	switch unit {
	case time.Second:
		return "s"
	case time.Millisecond:
		return "ms"
	case time.Microsecond:
		return "us"
	default:
		return "ns"
	}
}
