package money

import (
	"errors"
	"math"
	"math/bits"

	"github.com/govalues/decimal"

	"packhouse/internal/problem"
)

// ErrOverflow says that an amount does not fit 64 bits of minor units. It is a
// refusal, because only typed figures can be that large: the page answers 422.
var ErrOverflow error = &problem.Refusal{Code: "amount_too_large"}

// ErrCurrency says that two currencies were mixed: a fault of ours.
var ErrCurrency = errors.New("money: two currencies in one sum")

// Rounding in this house is half away from zero, in this file and nowhere
// else: commercial rounding as EN 16931-1:2017 (6.5.2, "rounded to two
// decimals, half up") and DIN 1333 mean it, applied to the absolute value so
// that a credit note is the exact mirror of its invoice.

// Round is d rounded to a whole number, half away from zero.
func Round(d decimal.Decimal) (int64, error) {
	return mulDiv(d.IsNeg(), d.Coef(), 1, pow10[d.Scale()])
}

// Share is total × part ÷ whole, exact in 128 bits and rounded once. whole
// must not be zero.
func Share(total, part, whole int64) (int64, error) {
	neg := (total < 0) != (part < 0) != (whole < 0)
	return mulDiv(neg, abs(total), abs(part), abs(whole))
}

// mulDiv is ±a × b ÷ div rounded half away from zero.
func mulDiv(neg bool, a, b, div uint64) (int64, error) {
	hi, lo := bits.Mul64(a, b)
	if hi >= div {
		return 0, ErrOverflow
	}
	quo, rem := bits.Div64(hi, lo, div)
	if rem >= div-rem {
		if quo == math.MaxUint64 {
			return 0, ErrOverflow
		}
		quo++
	}
	return signed(neg, quo)
}

func signed(neg bool, n uint64) (int64, error) {
	switch {
	case neg && n <= 1<<63:
		return -int64(n), nil // -int64(1<<63) is the smallest int64 itself
	case !neg && n <= math.MaxInt64:
		return int64(n), nil
	}
	return 0, ErrOverflow
}

func abs(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

var pow10 = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()
