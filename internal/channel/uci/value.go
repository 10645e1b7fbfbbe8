package uci

import (
	"fmt"
	"math/big"
	"strings"

	"packhouse/internal/money"
)

// Value is an exact sum of prices times quantities, in whole currency units
// with as many decimals as the prices have. The zero value is 0.
type Value struct{ micro big.Int }

const microScale = 6

func valueOf(p money.UnitPrice, quantity int64) Value {
	d := p.Decimal()
	var v Value
	v.micro.SetUint64(d.Coef())
	for range microScale - d.Scale() {
		v.micro.Mul(&v.micro, big.NewInt(10))
	}
	if d.IsNeg() {
		v.micro.Neg(&v.micro)
	}
	v.micro.Mul(&v.micro, big.NewInt(quantity))
	return v
}

// Minor is an amount in hundredths as a value.
func Minor(hundredths int64) Value {
	var v Value
	v.micro.Mul(big.NewInt(hundredths), big.NewInt(10_000))
	return v
}

// Add adds o to v.
func (v *Value) Add(o Value) {
	var sum big.Int // a fresh one: values are copied, and a copy shares its digits
	v.micro = *sum.Add(&v.micro, &o.micro)
}

// Minus is v less o.
func (v Value) Minus(o Value) Value {
	var out Value
	out.micro.Sub(&v.micro, &o.micro)
	return out
}

// Sign is -1, 0 or 1 as the value is below, at or above zero.
func (v Value) Sign() int { return v.micro.Sign() }

// String is the plain value with at least two decimals: "748957.02", "0.001".
func (v Value) String() string {
	var whole, part big.Int
	whole.QuoRem(new(big.Int).Abs(&v.micro), big.NewInt(1_000_000), &part)
	decimals := fmt.Sprintf("%06d", part.Int64())
	for len(decimals) > 2 && strings.HasSuffix(decimals, "0") {
		decimals = decimals[:len(decimals)-1]
	}
	sign := ""
	if v.micro.Sign() < 0 {
		sign = "-"
	}
	return sign + whole.String() + "." + decimals
}

// MarshalText is String, so that the value is exact in JSON.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }
