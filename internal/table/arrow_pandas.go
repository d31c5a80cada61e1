package table

import (
	"encoding/json"
	"regexp"

	"github.com/apache/arrow-go/v18/arrow"
)

// pandasLevel is how pandas names the levels of an index that has no name.
var pandasLevel = regexp.MustCompile(`^__index_level_\d+__$`)

// pandasIndex tells which columns were the index of a data frame: those that
// pandas lists in the metadata of the schema, and those that it named.
func pandasIndex(m arrow.Metadata) func(name string) bool {
	var frame struct {
		Index []any `json:"index_columns"` // names; a range is an object
	}
	if text, ok := m.GetValue("pandas"); ok {
		_ = json.Unmarshal([]byte(text), &frame) // of another shape: no names
	}
	listed := map[string]bool{}
	for _, level := range frame.Index {
		if name, ok := level.(string); ok {
			listed[name] = true
		}
	}
	return func(name string) bool { return listed[name] || pandasLevel.MatchString(name) }
}
