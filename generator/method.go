package generator

import (
	"fmt"
	"slices"
	"strings"
)

// Method is a way to make pseudo-anomalies; the package comment describes each.
type Method uint8

// The methods.
const (
	NNGMix Method = iota
	Mixup
	CutMix
	Cutout
	Gaussian
	SMOTE
	Oversample
)

var methodNames = []string{"nng-mix", "mixup", "cutmix", "cutout", "gaussian", "smote", "oversample"}

// Methods returns all methods.
func Methods() []Method {
	return []Method{NNGMix, Mixup, CutMix, Cutout, Gaussian, SMOTE, Oversample}
}

// String returns the name that ParseMethod takes.
func (m Method) String() string {
	if int(m) >= len(methodNames) {
		return fmt.Sprintf("unknown(%d)", m)
	}
	return methodNames[m]
}

// ParseMethod returns the method called name. The error lists the names.
func ParseMethod(name string) (Method, error) {
	if i := slices.Index(methodNames, name); i >= 0 {
		return Method(i), nil
	}
	return 0, fmt.Errorf("generator: unknown method %q: want one of %s", name, strings.Join(methodNames, ", "))
}

// MarshalText returns the name of m.
func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText sets m to the method called text.
func (m *Method) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMethod(string(text))
	return err
}

// usesUnlabeled reports whether samples of m have unlabeled rows as parents.
func (o *Options) usesUnlabeled() bool {
	switch o.Method {
	case NNGMix:
		return true
	case Mixup, CutMix, Cutout:
		return !o.LabeledOnly
	}
	return false
}

// searchesLabeled reports whether the method needs neighbors among the labeled anomalies.
func (o *Options) searchesLabeled() bool { return o.Method == NNGMix || o.Method == SMOTE }
