package synth

import "github.com/nngmix/nngmix/internal/xrand"

// anomaly draws an anomaly of any kind, each as often as the others.
func anomaly(s *xrand.Stream) Payment {
	kind := Local + Kind(s.IntN(int(kinds-Local)))
	p := draws[kind](s)
	p.Kind = kind
	return p
}

var draws = [kinds]func(*xrand.Stream) Payment{
	Normal: normal, Local: local, Global: global, Clustered: clustered, Dependency: dependency,
}

// local draws a payment above what is usual for its account, after more of
// them that day.
func local(s *xrand.Stream) Payment {
	p := normal(s)
	p.Amount = cents(float64(p.UsualAmount * (2 + float64(8*s.Uniform()))))
	p.LastDay += 1 + geometric(s, 2)
	return p
}

// global draws every column from all that can be, and beyond.
func global(s *xrand.Stream) Payment {
	return Payment{
		Amount:      cents(300 + float64(4700*s.Uniform())),
		UsualAmount: cents(1 + float64(1500*s.Uniform())),
		Minute:      s.IntN(1440),
		LastDay:     10 + s.IntN(60),
		AgeDays:     s.IntN(9000),
		DistanceKm:  tenths(2000 + float64(8000*s.Uniform())),
		Merchant:    s.IntN(len(Merchants)),
		Country:     home + s.IntN(len(Countries)-home),
		Channel:     s.IntN(len(Channels)),
		CardPresent: s.Uniform() < 0.5,
		NewDevice:   s.Uniform() < 0.7,
	}
}

// clustered draws one trial of a robot that tests stolen card numbers: small
// amounts on young accounts, at night, in quick succession.
func clustered(s *xrand.Stream) Payment {
	return Payment{
		Amount:      cents(0.5 + s.Uniform()),
		UsualAmount: cents(logNormal(s, 20, 0.2)),
		Minute:      180 + s.IntN(60),
		LastDay:     30 + s.IntN(10),
		AgeDays:     5 + s.IntN(20),
		DistanceKm:  tenths(logNormal(s, 7000, 0.02)),
		Merchant:    index(Merchants, "digital_goods"),
		Country:     index(Countries, "BR"),
		Channel:     index(Channels, "web"),
		NewDevice:   true,
	}
}

// dependency takes every column from a normal payment of its own.
func dependency(s *xrand.Stream) Payment {
	return Payment{
		Amount:      normal(s).Amount,
		UsualAmount: normal(s).UsualAmount,
		Minute:      normal(s).Minute,
		LastDay:     normal(s).LastDay,
		AgeDays:     normal(s).AgeDays,
		DistanceKm:  normal(s).DistanceKm,
		Merchant:    normal(s).Merchant,
		Country:     normal(s).Country,
		Channel:     normal(s).Channel,
		CardPresent: normal(s).CardPresent,
		NewDevice:   normal(s).NewDevice,
	}
}
