package synth

import (
	"errors"
	"fmt"
	"math"

	"github.com/nngmix/nngmix/internal/xrand"
)

// Options say which table is made.
type Options struct {
	Rows         int     // at least 1
	AnomalyShare float64 // share of rows that are anomalies, in [0, 0.5]
	LabeledShare float64 // share of anomalies that are labeled, in [0, 1]
	Seed         uint64
	Threads      int // goroutines that make rows, 0 for GOMAXPROCS; rows do not depend on it
}

// DefaultOptions returns 200,000 rows with 2,000 anomalies, 200 of them labeled.
// The same options with LabeledShare 1 give the same rows with all anomalies
// labeled, which is the truth to compare with.
func DefaultOptions() Options {
	return Options{Rows: 200_000, AnomalyShare: 0.01, LabeledShare: 0.1}
}

// Validate returns an error that lists every option out of range.
func (o Options) Validate() error {
	var errs []error
	if o.Rows < 1 {
		errs = append(errs, fmt.Errorf("synth: %d rows, want at least 1", o.Rows))
	}
	if !(o.AnomalyShare >= 0 && o.AnomalyShare <= 0.5) {
		errs = append(errs, fmt.Errorf("synth: anomaly share %g, want 0 to 0.5", o.AnomalyShare))
	}
	if !(o.LabeledShare >= 0 && o.LabeledShare <= 1) {
		errs = append(errs, fmt.Errorf("synth: labeled share %g, want 0 to 1", o.LabeledShare))
	}
	if o.Threads < 0 {
		errs = append(errs, fmt.Errorf("synth: %d threads, want at least 0", o.Threads))
	}
	return errors.Join(errs...)
}

// Payment is one row. Merchant, Country and Channel are indices into the lists
// of those names.
type Payment struct {
	Amount       float64 // in euros, whole cents
	UsualAmount  float64 // mean of the account over the last month, whole cents
	Minute       int     // of the day, 0 to 1439
	LastDay      int     // payments of the account within the last day, at least 1
	AgeDays      int     // age of the account
	DistanceKm   float64 // from the account's home, one decimal
	Merchant     int
	Country      int
	Channel      int
	CardPresent  bool
	NewDevice    bool
	Kind         Kind // Normal, or which anomaly it is
	LabeledFraud bool // always false for Normal
}

// Kind says what a row is. The kinds of anomalies are those of ADBench (Han et
// al., ADBench: Anomaly Detection Benchmark, NeurIPS 2022, section 3.2).
type Kind uint8

// The kinds of rows.
const (
	Normal     Kind = iota
	Local           // a normal profile, with too high an amount and pace
	Global          // far from everything in most columns
	Clustered       // many alike: card numbers tried out by a robot
	Dependency      // every value usual, their combination impossible
	kinds
)

// Streams of one seed. Streams of rows, plans and labels never meet.
const (
	rowStream   = 0x726f77 << 40
	planStream  = 0x706c616e << 32
	placeStream = 0x706c616365 << 24
	labelStream = 0x6c6162656c << 24
)

const (
	repeatShare = 0.4   // share of normal rows that repeat a standing order exactly
	plans       = 2_000 // standing orders there are
)

// Row returns row i of the table.
func Row(opt Options, i int) Payment {
	s := xrand.New(opt.Seed^rowStream, uint64(i))
	if nth, ok := pick(opt.Seed^placeStream, i, opt.AnomalyShare); ok {
		p := anomaly(&s)
		_, p.LabeledFraud = pick(opt.Seed^labelStream, nth, opt.LabeledShare)
		return p
	}
	if s.Uniform() < repeatShare {
		u := s.Uniform()
		u *= u
		u *= u // few plans have many payments, many have few
		s = xrand.New(opt.Seed^planStream, uint64(plans*u))
		return standingOrder(&s)
	}
	return normal(&s)
}

// pick chooses about share of all i >= 0, evenly: one in each block of 1/share.
// For a chosen i it returns how many are chosen before it, and true.
func pick(seed uint64, i int, share float64) (nth int, ok bool) {
	if share <= 0 {
		return 0, false
	}
	nth = int(float64(float64(i) * share))
	first, next := blockStart(nth, share), blockStart(nth+1, share)
	s := xrand.New(seed, uint64(nth))
	return nth, i == first+s.IntN(next-first)
}

// blockStart returns the least i with int(i·share) == nth.
func blockStart(nth int, share float64) int {
	i := int(math.Ceil(float64(nth) / share))
	for i > 0 && int(float64(float64(i-1)*share)) >= nth {
		i--
	}
	for int(float64(float64(i)*share)) < nth {
		i++
	}
	return i
}
