package eval

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// What counts as a loss of AUROC and as high recall.
const (
	tolerance  = 0.003
	highRecall = 0.95
)

// Need answers, for one group, detector and share of labels, how much recall NNG-Mix needs
// before the AUROC of the detector suffers.
type Need struct {
	Group, Detector string
	Labeled         float64
	// Suffers is the point of the largest recall that [TradeoffPoint.Suffers], nil when there
	// is none.
	Suffers *TradeoffPoint
	// Lowest is the lowest recall among the points.
	Lowest float64
	// High counts the points of approximate search with recall 0.95 or more; HighGain is
	// the mean of their Gain, NaN where there are none.
	High     int
	HighGain float64
}

// Needs returns the answers that points give, in their order.
func Needs(points []TradeoffPoint) []Need {
	var needs []Need
	at := func(p TradeoffPoint) *Need {
		for i := range needs {
			if n := &needs[i]; n.Group == p.Group && n.Detector == p.Detector && n.Labeled == p.Labeled {
				return n
			}
		}
		needs = append(needs, Need{Group: p.Group, Detector: p.Detector, Labeled: p.Labeled, Lowest: 1})
		return &needs[len(needs)-1]
	}
	for _, p := range points {
		n := at(p)
		if p.Search == (Search{}) {
			continue
		}
		n.Lowest = min(n.Lowest, p.Recall)
		if p.Recall >= highRecall {
			n.High++
			n.HighGain += p.Gain
		}
		if p.Suffers() && (n.Suffers == nil || p.Recall > n.Suffers.Recall) {
			n.Suffers = &p
		}
	}
	for i := range needs {
		needs[i].HighGain /= float64(needs[i].High) // NaN for none
	}
	return needs
}

// Suffers tells whether AUROC is lower than with exact search by more than 0.003, or the
// interval of the difference is below 0.
func (p TradeoffPoint) Suffers() bool { return p.Gain < -tolerance || p.High < 0 }

// String returns n as a sentence.
func (n Need) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %s %% labeled: ", n.Group, n.Detector, strconv.FormatFloat(n.Labeled*100, 'g', 6, 64))
	if p := n.Suffers; p == nil {
		fmt.Fprintf(&b, "no loss of AUROC down to recall %.2f", n.Lowest)
	} else {
		fmt.Fprintf(&b, "AUROC suffers at recall %.2f (%s: %+.4f", p.Recall, p.Search, p.Gain)
		if !math.IsNaN(p.Low) {
			fmt.Fprintf(&b, ", 95 %% interval %+.4f to %+.4f", p.Low, p.High)
		}
		b.WriteString("), not above")
	}
	if n.High > 0 {
		fmt.Fprintf(&b, "; at recall %.2f and more it changes by %+.4f (%s)", highRecall, n.HighGain, plural(n.High, "search", "searches"))
	}
	return b.String() + "."
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
