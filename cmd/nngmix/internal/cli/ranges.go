package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagRange bounds the numbers that an option takes. Beyond them work would be
// endless or would not fit any memory.
type flagRange struct {
	low, high float64
	above     bool // low itself is out
}

const (
	most     = math.MaxInt32
	all      = math.MaxInt64 // more neighbors than rows are all rows
	anything = math.MaxFloat64
)

// flagRanges are the bounds of the numeric options, by name; those that only
// some commands have go by command and name. Options that are not here take any
// number (--seed), or are checked where they are used.
var flagRanges = map[string]flagRange{
	"threads":         {low: 0, high: 1 << 12},
	"k":               {low: 1, high: all},
	"k-factor":        {low: 0, high: all},
	"k-labeled":       {low: 1, high: all},
	"ef-search":       {low: 1, high: 1 << 24},
	"max-queries":     {low: 1, high: most},
	"rounds":          {low: 1, high: 1e6},
	"seeds":           {low: 1, high: 1e6},
	"rows":            {low: 1, high: 1e12},
	"rows-per-file":   {low: 1, high: 1 << 53},
	"max-points":      {low: 1, high: 1e8},
	"count":           {low: -anything, high: 1 << 53},
	"multiplier":      {low: 0, high: 1 << 53},
	"noise-std":       {low: 0, high: math.MaxFloat32},
	"balance":         {low: 0, high: 1 << 53},
	"eval multiplier": {low: 0, high: 1e5},
	"multipliers":     {low: 0, high: 1e5},
	"eval balance":    {low: 0, high: 1e3, above: true},
}

// CheckRanges returns an error for a number among the given options of cmd that
// is out of its bounds.
func CheckRanges(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		r, ok := flagRanges[f.Name]
		if cmd.HasParent() {
			if special, found := flagRanges[cmd.Parent().Name()+" "+f.Name]; found {
				r, ok = special, true
			}
		}
		if !ok || err != nil {
			return
		}
		for _, text := range flagNumbers(f) {
			if bad := r.check(text); bad != "" {
				err = Usage(fmt.Errorf("--%s is %s, want %s", f.Name, text, bad))
				return
			}
		}
	})
	return err
}

// flagNumbers returns the values of an option.
func flagNumbers(f *pflag.Flag) []string {
	list, ok := f.Value.(pflag.SliceValue)
	if !ok {
		return []string{f.Value.String()}
	}
	var texts []string
	for _, text := range list.GetSlice() {
		if x, err := strconv.ParseFloat(text, 64); err == nil && strings.Contains(text, ".") {
			text = rangeText(x)
		}
		texts = append(texts, text)
	}
	return texts
}

// check returns what r wants instead of the number in text, "" where it is
// within.
func (r flagRange) check(text string) (want string) {
	x, err := strconv.ParseFloat(text, 64)
	if err == nil && (x > r.low || x == r.low && !r.above) && x <= r.high {
		return ""
	}
	want = "at most " + rangeText(r.high)
	switch {
	case r.above:
		return fmt.Sprintf("more than %s and %s", rangeText(r.low), want)
	case r.low > -anything:
		return fmt.Sprintf("at least %s and %s", rangeText(r.low), want)
	}
	return want
}

// rangeText returns a bound as one would write it.
func rangeText(x float64) string {
	if math.Abs(x) >= 1e15 {
		return fmt.Sprint(x)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
