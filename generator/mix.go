package generator

// nngMix makes a sample by NNG-Mix:
//
//  1. Draw a labeled anomaly a, the branch, and the weight lambda.
//  2. Unlabeled branch: draw b among the K nearest unlabeled rows of a.
//     Labeled branch: draw b among the KLabeled nearest labeled anomalies of a,
//     which count a itself, but not a.
//  3. Mix: x = lambda·(a+e) + (1-lambda)·(b+f), where e and f are independent
//     N(0, NoiseStd²) in each column. The noise of x is then normal with standard
//     deviation NoiseStd·√(lambda²+(1-lambda)²), so one draw does for both.
//
// Where the labeled branch has no row but a, b is a: a copy with that noise.
func (g *Generator) nngMix(dst []float64, s *draws) Origin {
	source := s.IntN(g.na)
	fromUnlabeled := s.Uniform() < 0.5
	lambda := g.weight(s)
	noise := spread(lambda)
	if fromUnlabeled {
		list := g.far.of(source)
		o := Origin{Source: source, Other: int(list[s.IntN(len(list))]), Lambda: lambda}
		g.mix(dst, o, noise, s)
		return o
	}
	// Without noise the reference gives lambda to b instead of a, which shows
	// when Alpha and Beta differ.
	if g.opt.NoiseStd == 0 {
		lambda = 1 - lambda
	}
	return g.mixLabeled(dst, source, lambda, noise, s)
}

// smote makes a point uniform on the segment between a labeled anomaly and one of
// its neighbors among them, or a copy where there is none.
func (g *Generator) smote(dst []float64, s *draws) Origin {
	source := s.IntN(g.na)
	return g.mixLabeled(dst, source, s.Uniform(), 0, s)
}

// mixup mixes a labeled anomaly with any other row, or copies it where there is none.
func (g *Generator) mixup(dst []float64, s *draws) Origin {
	source := s.IntN(g.na)
	o := g.anyOther(source, s)
	if o.Other >= 0 {
		o.Lambda = g.weight(s)
	}
	g.mix(dst, o, 0, s)
	return o
}

// mixLabeled mixes labeled anomaly source with another of its KLabeled nearest
// labeled anomalies, all equally likely, or copies it where there is none. noise is
// that of mix.
func (g *Generator) mixLabeled(dst []float64, source int, lambda, noise float64, s *draws) Origin {
	list, self := g.near.of(source), int(g.self[source])
	others := len(list)
	if self >= 0 {
		others--
	}
	if others == 0 {
		o := g.copyOf(dst, source)
		g.addNoise(dst, noise, s)
		return o
	}
	pick := s.IntN(others)
	if self >= 0 && pick >= self {
		pick++
	}
	o := Origin{Source: source, Other: int(list[pick]), OtherLabeled: true, Lambda: lambda}
	g.mix(dst, o, noise, s)
	return o
}

// anyOther draws a second parent from all rows but source: the labeled anomalies
// and, unless LabeledOnly, the unlabeled rows. Lambda is 1.
func (g *Generator) anyOther(source int, s *draws) Origin {
	o := Origin{Source: source, Other: -1, Lambda: 1}
	n := g.parents()
	if n == 1 {
		return o
	}
	o.Other = s.IntN(n - 1)
	if o.Other >= source {
		o.Other++
	}
	o.OtherLabeled = o.Other < g.na
	if !o.OtherLabeled {
		o.Other -= g.na
	}
	return o
}

// parents returns the number of rows from which any row is drawn.
func (g *Generator) parents() int {
	if g.opt.LabeledOnly {
		return g.na
	}
	return g.na + g.nu
}

// copyOf writes labeled anomaly source to dst.
func (g *Generator) copyOf(dst []float64, source int) Origin {
	copy(dst, g.labeled.row(source))
	return Origin{Source: source, Other: -1, Lambda: 1}
}

// readOther writes the second parent to dst.
func (g *Generator) readOther(dst []float64, o Origin) {
	if o.OtherLabeled {
		copy(dst, g.labeled.row(o.Other))
	} else {
		g.unlabeled.Row(dst, o.Other)
	}
}

// mix writes the mixture that o describes to dst, with noise of so many times the
// standard deviations of g.std. Columns in which the parents agree keep their value,
// before noise, to the last bit.
func (g *Generator) mix(dst []float64, o Origin, noise float64, s *draws) {
	if o.Other < 0 {
		g.copyOf(dst, o.Source)
		g.addNoise(dst, noise, s)
		return
	}
	g.readOther(dst, o)
	if g.opt.Noise == NoiseKeep {
		g.mixKeeping(dst, o, noise, s)
		return
	}
	rest := 1 - o.Lambda
	for j, a := range g.labeled.row(o.Source) {
		b := dst[j]
		switch {
		case a == b:
		case a != a || b != b:
			dst[j] = oneOf(a, b, o.Lambda, &s.own)
		case !g.space.columns[j].Nominal:
			dst[j] = float64(o.Lambda*a) + float64(rest*b)
		case s.Uniform() < o.Lambda:
			dst[j] = a
		}
	}
	g.addNoise(dst, noise, s)
}

// weight draws the weight of the first parent.
func (g *Generator) weight(s *draws) float64 {
	if g.opt.UniformLambda {
		return s.Uniform()
	}
	return g.beta.Draw(&s.Stream)
}
