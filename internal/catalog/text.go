package catalog

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"

	"packhouse/internal/problem"
	"packhouse/internal/trade"
)

// Attributes are the free properties of a product or variant: "Colour" →
// "sand".
type Attributes map[string]string

// String lists the attributes, "Colour: sand; Size: L", in the order of their
// names.
func (a Attributes) String() string {
	parts := make([]string, 0, len(a))
	for _, name := range a.Names() {
		parts = append(parts, name+": "+a[name])
	}
	return strings.Join(parts, "; ")
}

// Names are the names in alphabetical order.
func (a Attributes) Names() []string { return slices.Sorted(maps.Keys(a)) }

func (a Attributes) json() string {
	if len(a) == 0 {
		return "{}"
	}
	b, err := json.Marshal(map[string]string(a))
	if err != nil {
		return "{}" // a map of strings always has a JSON form
	}
	return string(b)
}

// Key is how codes are compared: two SKUs never differ in the case of a letter
// alone.
func Key(code string) string { return strings.ToLower(strings.TrimSpace(code)) }

// text checks one line of text and gives it clean.
func text(v *problem.Invalid, path, typed string, limit int, required bool) string {
	s := trade.ReadLine(v, path, typed, limit)
	if s == "" && required && !v.Has(path) {
		v.Add(path, "required")
	}
	return s
}

// codeText checks a SKU code or a barcode: what a scanner sends and a person
// can type.
func codeText(v *problem.Invalid, path, typed string) string {
	s := text(v, path, typed, maxCode, true)
	switch {
	case v.Has(path):
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		v.Add(path, "code_unprintable")
	case strings.Contains(s, "  "):
		v.Add(path, "code_double_space")
	}
	return s
}

func between(v *problem.Invalid, path string, n, low, high int64) {
	switch {
	case v.Has(path):
	case n < low:
		v.Add(path, "too_small", "min", low)
	case n > high:
		v.Add(path, "too_large", "max", high)
	}
}

func attributes(v *problem.Invalid, path string, a Attributes) Attributes {
	if len(a) > maxAttrs {
		v.Add(path, "too_many_entries", "max", maxAttrs)
	}
	out := Attributes{}
	for name, value := range a {
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if name == "" || v.Has(path) {
			continue
		}
		out[text(v, path, name, maxShort, true)] = text(v, path, value, maxName, false)
	}
	return out
}
