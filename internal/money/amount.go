// Package money holds amounts in integer minor units with their currency,
// unit prices with up to six decimals, the one rounding rule, and the ways to
// divide an amount without losing a cent. It reads what people type and writes
// amounts per language.
//
// Words: amount (minor units of a currency), unit price (per piece, finer than
// the minor unit), rate (a percentage in parts per million), share (a part of
// an amount, rounded), allocation (a whole cut into parts that add up to it).
// There is no floating point here and none may come in.
package money

import (
	"cmp"
	"math/bits"
)

// Amount is money in the minor units of its currency: {128450, "EUR"} is
// € 1,284.50. Compare amounts with ==.
type Amount struct {
	Minor    int64    `json:"minor"`
	Currency Currency `json:"currency"`
}

// Of makes an amount from minor units.
func Of(minor int64, c Currency) Amount { return Amount{minor, c} }

// IsZero reports whether no money is meant, in whatever currency.
func (a Amount) IsZero() bool { return a.Minor == 0 }

// Add is a + b: ErrCurrency for two currencies, ErrOverflow beyond 64 bits.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, ErrCurrency
	}
	sum, err := Add(a.Minor, b.Minor)
	return Amount{sum, a.Currency}, err
}

// Sub is a - b, with the errors of Add.
func (a Amount) Sub(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, ErrCurrency
	}
	diff, err := Sub(a.Minor, b.Minor)
	return Amount{diff, a.Currency}, err
}

// Mul is a × n.
func (a Amount) Mul(n int64) (Amount, error) {
	minor, err := Mul(a.Minor, n)
	return Amount{minor, a.Currency}, err
}

// Neg is -a.
func (a Amount) Neg() (Amount, error) {
	minor, err := Sub(0, a.Minor)
	return Amount{minor, a.Currency}, err
}

// Cmp is -1, 0 or 1 as a is less than, equal to or more than b.
func (a Amount) Cmp(b Amount) (int, error) {
	if a.Currency != b.Currency {
		return 0, ErrCurrency
	}
	return cmp.Compare(a.Minor, b.Minor), nil
}

// Percent is the rate of a, rounded once: Percent(190_000) is 19 % of it.
func (a Amount) Percent(r Rate) (Amount, error) {
	minor, err := Share(a.Minor, int64(r), Whole)
	return Amount{minor, a.Currency}, err
}

// Sum adds amounts of one currency; of none it is zero in c.
func Sum(c Currency, amounts ...Amount) (Amount, error) {
	total := Amount{Currency: c}
	for _, a := range amounts {
		var err error
		if total, err = total.Add(a); err != nil {
			return Amount{}, err
		}
	}
	return total, nil
}

// Add is a + b in minor units, or ErrOverflow.
func Add(a, b int64) (int64, error) {
	sum := a + b
	if (sum < a) != (b < 0) {
		return 0, ErrOverflow
	}
	return sum, nil
}

// Sub is a - b in minor units, or ErrOverflow.
func Sub(a, b int64) (int64, error) {
	diff := a - b
	if (diff < a) != (b > 0) {
		return 0, ErrOverflow
	}
	return diff, nil
}

// Mul is a × b in minor units, or ErrOverflow.
func Mul(a, b int64) (int64, error) {
	hi, lo := bits.Mul64(abs(a), abs(b))
	if hi != 0 {
		return 0, ErrOverflow
	}
	return signed((a < 0) != (b < 0), lo)
}
