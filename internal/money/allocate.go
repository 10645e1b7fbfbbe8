package money

import (
	"math/bits"
	"slices"
)

// Allocate cuts total into one part per weight, in proportion, so that the
// parts add up to total exactly. Each part is the exact share rounded towards
// zero; the minor units left over go one each to the largest remainders, and
// to the earlier position where two are alike, so the same question always has
// the same answer. A weight below zero counts as zero. Where no weight is
// above zero the parts are as even as they can be. No weights, no parts: the
// caller must not ask to cut something into nothing.
func Allocate(total int64, weights []int64) []int64 {
	if len(weights) == 0 {
		return nil
	}
	shares, sum := positive(weights)
	whole := abs(total)
	parts := make([]uint64, len(weights))
	remainders := make([]uint64, len(weights))
	left := whole
	for i, w := range shares {
		hi, lo := bits.Mul64(whole, w)
		parts[i], remainders[i] = bits.Div64(hi, lo, sum)
		left -= parts[i]
	}
	for _, i := range byRemainder(remainders)[:left] {
		parts[i]++
	}
	out := make([]int64, len(parts))
	for i, p := range parts {
		out[i] = int64(p)
		if total < 0 {
			out[i] = -out[i]
		}
	}
	return out
}

// positive returns the weights as shares that have a sum of 64 bits. Weights
// beyond that (no amount of money is) are halved together until they have.
func positive(weights []int64) (shares []uint64, sum uint64) {
	shares = make([]uint64, len(weights))
	for i, w := range weights {
		shares[i] = uint64(max(w, 0))
	}
	for {
		var carry, overflow uint64
		sum = 0
		for _, w := range shares {
			sum, carry = bits.Add64(sum, w, 0)
			overflow |= carry
		}
		if overflow == 0 {
			break
		}
		for i := range shares {
			shares[i] /= 2
		}
	}
	if sum == 0 {
		for i := range shares {
			shares[i] = 1
		}
		sum = uint64(len(shares))
	}
	return shares, sum
}

// byRemainder lists positions by remainder, the largest first.
func byRemainder(remainders []uint64) []int {
	order := make([]int, len(remainders))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case remainders[a] > remainders[b]:
			return -1
		case remainders[a] < remainders[b]:
			return 1
		}
		return 0
	})
	return order
}

// Buckets is an amount spread over units: Extra of the Units carry Base+1
// minor units, the others Base. Refunding any units in any order can so never
// miss the total: see Take.
type Buckets struct {
	Base  int64 `json:"base"`
	Extra int64 `json:"extra"`
	Units int64 `json:"units"`
}

// Spread divides total over units (pieces, at least 1; fewer is a fault of the
// caller and panics, since money would vanish) as evenly as whole minor units
// allow.
func Spread(total, units int64) Buckets {
	if units < 1 {
		panic("money: an amount spread over no units")
	}
	base, extra := total/units, total%units
	if extra < 0 {
		base, extra = base-1, extra+units
	}
	return Buckets{Base: base, Extra: extra, Units: units}
}

// Total is what was spread.
func (b Buckets) Total() int64 { return b.Base*b.Units + b.Extra }

// Take is the amount that the next n units carry, of which taken went before:
// the dearer units go first. Over any sequence that takes all units once it
// adds up to Total. Units outside 0..Units are cut off.
func (b Buckets) Take(taken, n int64) int64 {
	from := min(max(taken, 0), b.Units)
	to := from + min(max(n, 0), b.Units-from)
	return b.Base*(to-from) + min(to, b.Extra) - min(from, b.Extra)
}
