package table

// conversion makes of a column of a typed file, batch by batch, what options ask for,
// as convert does of a whole one. A first pass is seen, then others are converted.
type conversion struct {
	kind    Kind
	what    change
	missing *askedMissing
	field   Field // of the file
	final   Field // of what comes out

	touched bool // a row may be called missing
	looked  int  // texts of the dictionary that were looked at
	markers map[string]*Marker
	words   dictionary // of what is spelled
	texts   *texts     // of what is parsed
	valued  bool       // a row has a value
	err     error      // the first one
}

func newConversion(f Field, opt *ReadOptions) *conversion {
	v := &conversion{kind: opt.Kinds[f.Name], missing: newAskedMissing(opt.Missing, &plainRules), field: f, final: f, markers: map[string]*Marker{}}
	if v.kind != KindAuto {
		v.what = asked(v.kind, &f)
	}
	if v.touched = v.missing.touches(&f, nil); v.what == asParsed {
		v.texts = newTexts(v.kind, v.missing)
	}
	return v
}

// blind tells whether nothing has to be seen before the column can be converted.
func (v *conversion) blind() bool {
	return v.field.Type != String && !v.touched && (v.what == asItIs || v.what == asRefused)
}

// see looks at a batch, the first row of which is row first.
func (v *conversion) see(c Column, first int) {
	f := c.Field()
	v.touched = v.touched || v.missing.touches(&f, f.Dictionary[v.looked:])
	v.looked = len(f.Dictionary)
	if v.touched {
		if gone := v.missing.find(c, first, v.markers); len(gone) > 0 {
			c = &masked{Column: c, field: f, gone: gone}
		}
	}
	if c, err := v.change(c, first, true); err == nil {
		v.valued = v.valued || c.CountMissing(0, c.Len()) < c.Len()
	} else if v.err == nil {
		v.err = err
	}
}

// change makes the column one of the kind.
func (v *conversion) change(c Column, first int, seeing bool) (Column, error) {
	switch {
	case v.what == asSpelled:
		return spell(c, &v.words), nil
	case v.what == asParsed && seeing:
		v.texts.count(c, first)
	case v.what == asParsed:
		return v.texts.look(c), nil
	case v.what == asTruth:
		return retype(c, Bool, first)
	case v.what == asInteger:
		return retype(c, Int64, first)
	case v.what == asByte:
		return retype(c, Uint8, first)
	case v.what == asRefused:
		return nil, refuseTime(&v.field)
	}
	return c, nil
}

// finish settles the field, f being that of the file.
func (v *conversion) finish(f Field) error {
	if v.field = f; len(v.markers) > 0 {
		f.Reading = markedReading(f.Reading, v.markers)
	}
	v.final = f
	switch {
	case v.err != nil:
		return v.err
	case v.kind == KindAuto:
		return nil
	case v.what == asParsed:
		if err := v.texts.parse(f); err != nil {
			return err
		}
		v.final = *v.texts.values.describe()
	default:
		c, err := v.change(&masked{Column: Strided(f.Name, []float64(nil), 1, 0), field: f}, 0, false)
		if err != nil {
			return err
		}
		v.final = c.Field()
	}
	v.final = askedField(v.kind, v.final)
	return nil
}

// convert returns a batch, the first row of which is row first, as it was asked for.
func (v *conversion) convert(c Column, first int) (Column, error) {
	if len(v.markers) > 0 {
		if gone := v.missing.find(c, first, map[string]*Marker{}); len(gone) > 0 {
			c = &masked{Column: c, field: c.Field(), gone: gone}
		}
	} else if v.kind == KindAuto {
		return c, nil
	}
	c, err := v.change(c, first, false)
	if err != nil {
		return nil, err
	}
	return &masked{Column: c, field: v.final}, nil
}
