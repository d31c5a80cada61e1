package table

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// Members of the union of logical types.
const (
	logicalString    = 1
	logicalEnum      = 4
	logicalDecimal   = 5
	logicalDate      = 6
	logicalTime      = 7
	logicalTimestamp = 8
	logicalInteger   = 10
	logicalNull      = 11
	logicalJSON      = 12
	logicalUUID      = 14
	logicalFloat16   = 15
)

// logicalNames are those of types that no table holds.
var logicalNames = map[int64]string{13: "BSON", 16: "VARIANT", 17: "GEOMETRY", 18: "GEOGRAPHY"}

// parquetLeaf is a column that stands at the top of the schema. Dots in its name
// are part of it.
type parquetLeaf struct {
	parquetElement
	at     int  // among the leaves of the whole schema
	nested bool // it is a group, or a list
	far    bool // an INT96 that nanoseconds do not hold
}

// leaves returns the columns at the top.
func (f *parquetFooter) leaves() ([]parquetLeaf, error) {
	bad := func(why string, args ...any) ([]parquetLeaf, error) {
		return nil, fmt.Errorf("%w: schema: "+why, append([]any{ErrCorrupt}, args...)...)
	}
	if len(f.schema) == 0 || f.schema[0].children > int64(len(f.schema)) {
		return bad("its root lacks columns")
	}
	var top []parquetLeaf
	nodes, leaves := f.schema[1:], 0
	for range f.schema[0].children {
		if len(nodes) == 0 {
			return bad("%d columns of %d are there", len(top), f.schema[0].children)
		}
		e := nodes[0]
		if !utf8.ValidString(e.name) {
			return nil, fmt.Errorf("%w: the name %q of column %d is not UTF-8", ErrUnsupported, e.name, len(top)+1)
		}
		top = append(top, parquetLeaf{parquetElement: e, at: leaves, nested: !e.leaf || e.repetition == format.Repeated})
		for open := int64(1); open > 0; open-- {
			if len(nodes) == 0 || nodes[0].children < 0 || nodes[0].children > int64(len(nodes)) {
				return bad("column %q ends early", e.name)
			}
			if open += nodes[0].children; nodes[0].leaf {
				leaves++
			}
			nodes = nodes[1:]
		}
	}
	return top, f.checkGroups(leaves)
}

// checkGroups compares the row groups with what the file has in all.
func (f *parquetFooter) checkGroups(leaves int) error {
	rows := int64(0)
	for g, group := range f.groups {
		if len(group.chunks) != leaves {
			return fmt.Errorf("%w: row group %d has %d columns, the schema %d", ErrCorrupt, g, len(group.chunks), leaves)
		}
		if rows += group.rows; group.rows < 0 || rows > f.rows {
			break
		}
	}
	if rows != f.rows {
		return fmt.Errorf("%w: the row groups do not have the %d rows of the table", ErrCorrupt, f.rows)
	}
	return nil
}

// logicalOf returns the logical type of e; old files tell a converted type.
func (e *parquetElement) logicalOf() parquetLogical {
	if e.logical.id != 0 || e.converted < 0 {
		return e.logical
	}
	switch c := deprecated.ConvertedType(e.converted); c {
	case deprecated.UTF8:
		return parquetLogical{id: logicalString}
	case deprecated.Enum:
		return parquetLogical{id: logicalEnum}
	case deprecated.Json:
		return parquetLogical{id: logicalJSON}
	case deprecated.Decimal:
		return parquetLogical{id: logicalDecimal, scale: e.scale, precision: e.precision}
	case deprecated.Date:
		return parquetLogical{id: logicalDate}
	case deprecated.TimeMillis, deprecated.TimeMicros:
		return parquetLogical{id: logicalTime, unit: 1 + int64(c-deprecated.TimeMillis)}
	case deprecated.TimestampMillis, deprecated.TimestampMicros:
		// Readers agree that these are local, whatever the specification says.
		return parquetLogical{id: logicalTimestamp, unit: 1 + int64(c-deprecated.TimestampMillis)}
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return parquetLogical{id: logicalInteger, width: 8 << (c - deprecated.Uint8)}
	case deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64:
		return parquetLogical{id: logicalInteger, width: 8 << (c - deprecated.Int8), signed: true}
	default:
		return parquetLogical{id: -1}
	}
}

// typeName describes the type of e in an error.
func (e *parquetElement) typeName() string {
	name := e.physical.String()
	if e.physical == format.FixedLenByteArray {
		name = fmt.Sprintf("%s of %d bytes", name, e.length)
	}
	switch l := e.logicalOf(); {
	case l.id < 0:
		return convertedName(e.converted)
	case logicalNames[l.id] != "":
		return logicalNames[l.id]
	case l.id != 0:
		return fmt.Sprintf("%s of logical type %d", name, l.id)
	}
	return name
}

// convertedName names an old kind of logical type that no table holds.
func convertedName(converted int64) string {
	switch deprecated.ConvertedType(converted) {
	case deprecated.Bson:
		return "BSON"
	case deprecated.Interval:
		return "INTERVAL"
	default:
		return fmt.Sprintf("of converted type %d", converted)
	}
}

// timeUnit returns the unit of a time, 0 where it is none that is known.
func (l *parquetLogical) timeUnit() time.Duration {
	switch l.unit {
	case 1:
		return time.Millisecond
	case 2:
		return time.Microsecond
	case 3:
		return time.Nanosecond
	default:
		return 0
	}
}

// zone returns the zone of a timestamp.
func (l *parquetLogical) zone() string {
	if l.utc {
		return "UTC"
	}
	return ""
}

var indexLevel = regexp.MustCompile(`^__index_level_\d+__$`)

// indexes returns the names of columns that are the index of a data frame of
// pandas, which leaves a note in the metadata.
func (f *parquetFooter) indexes(names []string) map[string]bool {
	var note struct {
		Index []any `json:"index_columns"` // names, or how to count a range
	}
	index := map[string]bool{}
	if json.Unmarshal([]byte(f.keys["pandas"]), &note) == nil {
		for _, name := range note.Index {
			if name, ok := name.(string); ok {
				index[name] = true
			}
		}
	}
	for _, name := range names {
		if indexLevel.MatchString(name) {
			index[name] = true
		}
	}
	return index
}
