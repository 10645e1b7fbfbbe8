package money

import (
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/govalues/decimal"

	"packhouse/internal/problem"
)

// PriceScale is the number of decimals a unit price may have: numeric(20,6).
const PriceScale = 6

// maxPrice is a million millions: beyond it six decimals no longer fit.
var maxPrice = decimal.MustNew(1_000_000_000_000, 0)

// UnitPrice is the price of one unit in whole currency units, with up to six
// decimals: wholesalers do price at 0.001. The zero value is 0. Equal prices
// are equal with ==.
type UnitPrice struct{ d decimal.Decimal }

// NewUnitPrice takes a decimal with at most six decimals below 10^12.
func NewUnitPrice(d decimal.Decimal) (UnitPrice, error) {
	d = d.Trim(0)
	if d.IsZero() {
		return UnitPrice{}, nil
	}
	if d.Scale() > PriceScale {
		return UnitPrice{}, problem.At("", "too_precise", "max", PriceScale)
	}
	if d.CmpAbs(maxPrice) >= 0 {
		return UnitPrice{}, problem.At("", "too_large", "max", "999999999999")
	}
	return UnitPrice{d}, nil
}

// MustUnitPrice reads a plain price such as "12.345" written in code.
func MustUnitPrice(s string) UnitPrice {
	p, err := NewUnitPrice(decimal.MustParse(s))
	if err != nil {
		panic(err)
	}
	return p
}

// PriceOf is the unit price that equals an amount.
func PriceOf(a Amount) (UnitPrice, error) {
	d, err := decimal.New(a.Minor, a.Currency.Exponent())
	if err != nil {
		return UnitPrice{}, ErrOverflow
	}
	return NewUnitPrice(d)
}

// Times is the price of quantity units in minor units of cur: multiplied
// exactly, then rounded once.
func (p UnitPrice) Times(quantity int64, cur Currency) (Amount, error) {
	minor, err := p.times(quantity, cur.Exponent())
	if err != nil {
		return Amount{}, err
	}
	return Amount{minor, cur}, nil
}

func (p UnitPrice) times(quantity int64, exponent int) (int64, error) {
	neg := p.d.IsNeg() != (quantity < 0)
	coef, scale := p.d.Coef(), p.d.Scale()
	if scale >= exponent {
		return mulDiv(neg, coef, abs(quantity), pow10[scale-exponent])
	}
	// At most 10^12 × 10^4 here: no overflow before the product.
	return mulDiv(neg, coef*pow10[exponent-scale], abs(quantity), 1)
}

// Decimal is the price as a decimal number.
func (p UnitPrice) Decimal() decimal.Decimal { return p.d }

// IsZero reports whether nothing is charged; Sign is -1, 0 or 1.
func (p UnitPrice) IsZero() bool { return p.d.IsZero() }

// Sign is -1, 0 or 1 as the price is below, at or above zero.
func (p UnitPrice) Sign() int { return p.d.Sign() }

// Cmp is -1, 0 or 1 as p is less than, equal to or more than q.
func (p UnitPrice) Cmp(q UnitPrice) int { return p.d.Cmp(q.d) }

// String is the plain price, "0.001": what forms, files and the database hold.
func (p UnitPrice) String() string { return p.d.String() }

// Input is the price as a form field shows it: with at least the decimals of
// the currency, no grouping.
func (p UnitPrice) Input(cur Currency) string { return p.d.Pad(cur.Exponent()).String() }

// Value hands the price to PostgreSQL as text, for numeric(20,6).
func (p UnitPrice) Value() (driver.Value, error) { return p.d.String(), nil }

// Scan reads a numeric column; null is an error, use *UnitPrice for that.
func (p *UnitPrice) Scan(src any) error {
	var text string
	switch v := src.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
	case int64:
		text = fmt.Sprint(v)
	default:
		return fmt.Errorf("money: %T is not a unit price", src)
	}
	return p.UnmarshalText([]byte(text))
}

// MarshalText is String, so that a price is a string in JSON.
func (p UnitPrice) MarshalText() ([]byte, error) { return []byte(p.d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (p *UnitPrice) UnmarshalText(text []byte) error {
	if len(text) > 22 { // the longest numeric(20,6); more the decimal would round
		return problem.At("", "too_large", "max", "999999999999")
	}
	s := string(text)
	if whole, fraction, ok := strings.Cut(s, "."); ok {
		s = whole + "." + strings.TrimRight(fraction, "0")
	}
	d, err := decimal.Parse(strings.TrimSuffix(s, "."))
	if err != nil {
		return fmt.Errorf("money: unit price: %w", err)
	}
	if *p, err = NewUnitPrice(d); err != nil {
		return fmt.Errorf("money: unit price %q: %w", text, err)
	}
	return nil
}
