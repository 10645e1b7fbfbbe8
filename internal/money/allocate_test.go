package money

import (
	"math"
	"math/big"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestAllocateGivesTheLeftOverToTheLargestRemainder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		total   int64
		weights []int64
		want    []int64
	}{
		{100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		{-100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		{2, []int64{1, 1, 1}, []int64{1, 1, 0}},
		{10, []int64{0, 3, 0}, []int64{0, 10, 0}},
		{5, []int64{0, 0}, []int64{3, 2}},
		{5, []int64{-7, 1}, []int64{0, 5}},
		{7, []int64{10, 25, 65}, []int64{1, 2, 4}},
		{0, []int64{4, 5}, []int64{0, 0}},
		{9, nil, nil},
	} {
		if got := Allocate(c.total, c.weights); !reflect.DeepEqual(got, c.want) {
			t.Errorf("Allocate(%d, %v) = %v, want %v", c.total, c.weights, got, c.want)
		}
	}
}

func TestAllocatedPartsAddUpAndStandWithinOneOfTheirShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := anyInt64().Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, math.MaxInt64/64), 1, 40).Draw(t, "weights")
		sum, all := new(big.Int), new(big.Int)
		for _, w := range weights {
			all.Add(all, big.NewInt(w))
		}
		for i, p := range Allocate(total, weights) {
			sum.Add(sum, big.NewInt(p))
			if all.Sign() == 0 {
				continue
			}
			// |p × all - total × w| < all
			off := new(big.Int).Mul(big.NewInt(p), all)
			off.Sub(off, new(big.Int).Mul(big.NewInt(total), big.NewInt(weights[i]))).Abs(off)
			if off.Cmp(all) >= 0 {
				t.Fatalf("part %d is more than one off its share", i)
			}
			if weights[i] == 0 && p != 0 {
				t.Fatalf("a weight of nothing got %d", p)
			}
		}
		if sum.Cmp(big.NewInt(total)) != 0 {
			t.Fatalf("parts of %d add up to %v", total, sum)
		}
	})
}

func TestAllocateStandsWeightsBeyondAllMoney(t *testing.T) {
	t.Parallel()
	parts := Allocate(math.MinInt64, []int64{math.MaxInt64, math.MaxInt64, math.MaxInt64, 1})
	sum := new(big.Int)
	for _, p := range parts {
		sum.Add(sum, big.NewInt(p))
	}
	if sum.Cmp(big.NewInt(math.MinInt64)) != 0 {
		t.Errorf("%v adds up to %v", parts, sum)
	}
}

// A20, A68: any sequence of parts takes exactly what was spread.
func TestTakingUnitsInAnyStepsTakesTheTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "total")
		units := rapid.Int64Range(1, 500).Draw(t, "units")
		b := Spread(total, units)
		if b.Total() != total || b.Extra < 0 || b.Extra >= units {
			t.Fatalf("%+v of %d", b, total)
		}
		var taken, money int64
		for taken < units {
			n := rapid.Int64Range(1, units-taken).Draw(t, "n")
			money += b.Take(taken, n)
			taken += n
		}
		if money != total {
			t.Fatalf("took %d of %d", money, total)
		}
		if b.Take(units, 5) != 0 || b.Take(0, units+9) != total || b.Take(-3, 0) != 0 {
			t.Fatal("more units than there are carry money")
		}
	})
}

func TestSpreadOverNoUnitsIsAFault(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("money vanished")
		}
	}()
	Spread(5, 0)
}
