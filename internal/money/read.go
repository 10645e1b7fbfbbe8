package money

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/govalues/decimal"

	"packhouse/internal/problem"
)

// Parse reads an amount as people type it: "1284.5", "1.284,50", "1 284,50",
// "€12", "12 EUR", "5,-". It refuses, and never guesses: required,
// not_a_number, ambiguous_number {one, other}, too_precise {max decimals},
// too_large {max}, wrong_currency {want}. The problem has the path "".
func Parse(s string, cur Currency) (Amount, error) {
	s, err := withoutSign(s, cur)
	if err != nil {
		return Amount{}, err
	}
	n, err := scan(s, cur.Exponent() == 0)
	if err != nil {
		return Amount{}, err
	}
	d, err := n.decimal(cur.Exponent())
	if err != nil {
		return Amount{}, err
	}
	minor, err := UnitPrice{d}.times(1, cur.Exponent())
	return Amount{minor, cur}, err
}

// Read is Parse for a form: it notes the problem at path and returns zero.
func Read(v *problem.Invalid, path, typed string, cur Currency) Amount {
	a, err := Parse(typed, cur)
	if note(v, path, err) {
		return Amount{Currency: cur}
	}
	return a
}

// ParsePrice reads a unit price, which may have six decimals, with the
// problems of Parse.
func ParsePrice(s string, cur Currency) (UnitPrice, error) {
	s, err := withoutSign(s, cur)
	if err != nil {
		return UnitPrice{}, err
	}
	d, err := ParseDecimal(s, PriceScale)
	if err != nil {
		return UnitPrice{}, err
	}
	return NewUnitPrice(d)
}

// ReadPrice is ParsePrice for a form.
func ReadPrice(v *problem.Invalid, path, typed string, cur Currency) UnitPrice {
	p, err := ParsePrice(typed, cur)
	if note(v, path, err) {
		return UnitPrice{}
	}
	return p
}

// ParseRate reads a percentage: "19", "7,75 %". Up to four decimals.
func ParseRate(s string) (Rate, error) {
	s = strings.TrimSuffix(strings.TrimSpace(s), "%")
	d, err := ParseDecimal(s, 4)
	if err != nil {
		return 0, err
	}
	ppm, err := UnitPrice{d}.times(1, 4)
	return Rate(ppm), err
}

// ReadRate is ParseRate for a form.
func ReadRate(v *problem.Invalid, path, typed string) Rate {
	r, err := ParseRate(typed)
	if note(v, path, err) {
		return 0
	}
	return r
}

// ParseDecimal reads a number with at most places decimals, with the problems
// of Parse; with places 0 the problem of "1,5" is not_whole.
func ParseDecimal(s string, places int) (decimal.Decimal, error) {
	n, err := scan(s, false)
	if err != nil {
		return decimal.Decimal{}, err
	}
	return n.decimal(places)
}

// ParseInt reads a whole number: "12", "1 000". "1,5" is not_whole.
func ParseInt(s string) (int64, error) {
	d, err := ParseDecimal(s, 0)
	if err != nil {
		return 0, err
	}
	return Round(d)
}

// note copies the problem of a reader to a form field.
func note(v *problem.Invalid, path string, err error) bool {
	var found *problem.Invalid
	var refused *problem.Refusal
	switch {
	case err == nil:
		return false
	case errors.As(err, &found):
		for _, f := range found.Fields {
			f.Path = path
			v.Fields = append(v.Fields, f)
		}
	case errors.As(err, &refused):
		v.Fields = append(v.Fields, problem.Field{Path: path, Code: refused.Code, Args: refused.Args})
	default:
		v.Add(path, "not_a_number")
	}
	return true
}

// withoutSign takes the currency off either end, and the dash of "5,-". A
// currency that is not the one asked for is refused: € 10 in a dollar field is
// no slip to pass over.
func withoutSign(s string, cur Currency) (string, error) {
	if len(s) > 4*maxTyped {
		return "", problem.At("", "not_a_number")
	}
	s = strings.TrimSpace(strings.Map(plainRune, s))
	from, to := strings.IndexFunc(s, unicode.IsDigit), strings.LastIndexFunc(s, unicode.IsDigit)
	if from < 0 {
		return s, nil // empty or no number, which scan says
	}
	_, last := utf8.DecodeRuneInString(s[to:])
	before, number, after := s[:from], s[from:to+last], s[to+last:]
	before, negative := strings.CutPrefix(before, "-")
	if rest, ok := strings.CutSuffix(before, "-"); ok && !negative { // "€ -5"
		before, negative = rest, true
	}
	before = strings.TrimSpace(strings.TrimPrefix(before, "+"))
	if known, _ := cur.named(before); !known && (strings.HasSuffix(before, ".") || strings.HasSuffix(before, ",")) { // "€ .5"
		before, number = before[:len(before)-1], before[len(before)-1:]+number
	}
	if strings.HasPrefix(after, ",-") || strings.HasPrefix(after, ".-") { // "5,-" is five and no cents
		after = strings.TrimLeft(after[1:], "-")
	}
	for _, sign := range []string{strings.TrimSpace(before), strings.TrimSpace(after)} {
		switch known, same := cur.named(sign); {
		case sign == "" || same:
		case known:
			return "", problem.At("", "wrong_currency", "want", string(cur))
		default:
			return "", problem.At("", "not_a_number")
		}
	}
	if negative {
		return "-" + number, nil
	}
	return number, nil
}
