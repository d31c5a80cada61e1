package synth

import (
	"math"

	"github.com/nngmix/nngmix/internal/xrand"
)

// The names of merchant categories, countries and channels.
var (
	Merchants = []string{"grocery", "pharmacy", "fuel", "transport", "restaurant", "clothing", "electronics",
		"digital_goods", "hotel", "airline", "wholesale", "utilities", "streaming", "cash"}
	Countries = []string{"DE", "FR", "NL", "AT", "ES", "IT", "GB", "US", "TH", "BR"}
	Channels  = []string{"contactless", "chip", "web", "app", "transfer", "recurring", "atm"}
)

const home = 4 // countries below this index are home countries

// profile is one normal way to pay.
type profile struct {
	weight    float64 // share of the normal rows
	merchants []string
	channels  []string
	amount    float64 // median of the usual amount
	spread    float64 // of the logarithm of amount / usual amount
	hour      float64 // mean
	hours     float64 // standard deviation
	perDay    float64 // mean of further payments that day
	km        float64 // median distance in the home country
	abroad    float64 // share of payments abroad
}

// profiles are all normal ways to pay but standing orders.
var profiles = []profile{
	{0.30, []string{"grocery", "pharmacy"}, []string{"contactless", "chip"}, 26, 0.5, 17, 2.5, 1.0, 3, 0},
	{0.18, []string{"fuel", "transport"}, []string{"contactless", "app"}, 11, 0.4, 8, 1.3, 2.2, 9, 0.02},
	{0.16, []string{"restaurant"}, []string{"contactless", "chip"}, 34, 0.5, 20, 1.6, 1.5, 6, 0.05},
	{0.20, []string{"clothing", "electronics", "digital_goods"}, []string{"web", "app"}, 58, 0.8, 21, 2.5, 0.7, 1, 0.05},
	{0.06, []string{"hotel", "airline", "restaurant"}, []string{"chip", "web"}, 170, 0.6, 13, 4, 2.0, 40, 0.85},
	{0.05, []string{"wholesale"}, []string{"transfer"}, 620, 0.4, 11, 1.8, 3.5, 15, 0.1},
	{0.05, []string{"cash"}, []string{"atm"}, 90, 0.4, 14, 4, 0.4, 4, 0.08},
}

// normal draws a payment of one of the profiles.
func normal(s *xrand.Stream) Payment {
	u := s.Uniform()
	for _, p := range profiles {
		if u -= p.weight; u < 0 {
			return p.draw(s)
		}
	}
	return profiles[0].draw(s)
}

func (p *profile) draw(s *xrand.Stream) Payment {
	usual := logNormal(s, p.amount, 0.4)
	pay := Payment{
		Amount:      cents(logNormal(s, usual, p.spread)),
		UsualAmount: cents(usual),
		Minute:      clock(p.hour + float64(p.hours*s.Normal())),
		LastDay:     1 + geometric(s, p.perDay),
		AgeDays:     age(s, 1100),
		DistanceKm:  tenths(logNormal(s, p.km, 0.7)),
		Merchant:    index(Merchants, one(s, p.merchants)),
		Country:     s.IntN(home),
		Channel:     index(Channels, one(s, p.channels)),
		NewDevice:   s.Uniform() < 0.03,
	}
	if s.Uniform() < p.abroad {
		pay.Country = home + s.IntN(len(Countries)-home)
		pay.DistanceKm = tenths(logNormal(s, 1200, 0.5))
	}
	pay.CardPresent = present(Channels[pay.Channel])
	return pay
}

// standingOrder draws a plan: its payments repeat each other in every column.
func standingOrder(s *xrand.Stream) Payment {
	prices := []float64{4.99, 9.99, 12.99, 17.99, 29.9, 39, 49.9, 85, 120}
	price := prices[s.IntN(len(prices))]
	return Payment{
		Amount:      price,
		UsualAmount: cents(logNormal(s, price, 0.3)),
		Minute:      120 + s.IntN(180),
		LastDay:     1 + geometric(s, 0.5),
		AgeDays:     age(s, 1500),
		Merchant:    index(Merchants, one(s, []string{"utilities", "streaming"})),
		Country:     s.IntN(home),
		Channel:     index(Channels, "recurring"),
	}
}

// present reports whether the card is there when one pays through a channel.
func present(channel string) bool {
	return channel == "contactless" || channel == "chip" || channel == "atm"
}

// one draws an element of list.
func one[T any](s *xrand.Stream, list []T) T { return list[s.IntN(len(list))] }

// index returns the position of name in names, which holds it.
func index(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	panic("synth: unknown name " + name)
}

// logNormal draws from a log-normal distribution with the given median and
// standard deviation of the logarithm.
func logNormal(s *xrand.Stream, median, sigma float64) float64 {
	return float64(median * xrand.Exp(float64(sigma*s.Normal())))
}

// geometric draws the whole part of an exponential variate with the given mean.
func geometric(s *xrand.Stream, mean float64) int {
	return int(float64(-mean * xrand.Log(1-s.Uniform())))
}

// age draws the age of an account in days, at most 25 years.
func age(s *xrand.Stream, median float64) int {
	return min(int(logNormal(s, median, 0.8)), 9125)
}

// clock returns the minute of the day at h hours, which may lie before or after
// that day.
func clock(h float64) int { return ((int(math.Floor(float64(h*60)))%1440 + 1440) % 1440) }

func cents(x float64) float64 { return math.Round(float64(x*100)) / 100 }

func tenths(x float64) float64 { return math.Round(float64(x*10)) / 10 }
