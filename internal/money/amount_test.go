package money

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/govalues/decimal"
	"pgregory.net/rapid"
)

var limits = []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}

func anyInt64() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.SampledFrom(limits), rapid.Int64(), rapid.Int64Range(-1000, 1000))
}

// agrees fails unless got, err is what exact arithmetic says.
func agrees(t *rapid.T, want *big.Int, got int64, err error) {
	t.Helper()
	if !want.IsInt64() {
		if !errors.Is(err, ErrOverflow) {
			t.Fatalf("%v does not fit, yet %d, %v", want, got, err)
		}
		return
	}
	if err != nil || got != want.Int64() {
		t.Fatalf("want %v, got %d, %v", want, got, err)
	}
}

func TestSumsAgreeWithExactArithmeticAndNeverWrap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x, y := anyInt64().Draw(t, "x"), anyInt64().Draw(t, "y")
		a, b := Of(x, "EUR"), Of(y, "EUR")
		bx, by := big.NewInt(x), big.NewInt(y)
		sum, err := a.Add(b)
		agrees(t, new(big.Int).Add(bx, by), sum.Minor, err)
		diff, err := a.Sub(b)
		agrees(t, new(big.Int).Sub(bx, by), diff.Minor, err)
		product, err := a.Mul(y)
		agrees(t, new(big.Int).Mul(bx, by), product.Minor, err)
		neg, err := a.Neg()
		agrees(t, new(big.Int).Neg(bx), neg.Minor, err)
		c, err := a.Cmp(b)
		if err != nil || c != bx.Cmp(by) {
			t.Fatalf("cmp %d %d = %d, %v", x, y, c, err)
		}
	})
}

func TestTwoCurrenciesAreNeverMixed(t *testing.T) {
	t.Parallel()
	a, b := Of(1, "EUR"), Of(1, "USD")
	_, add := a.Add(b)
	_, sub := a.Sub(b)
	_, cmp := a.Cmp(b)
	_, sum := Sum("EUR", a, b)
	for _, err := range []error{add, sub, cmp, sum} {
		if !errors.Is(err, ErrCurrency) {
			t.Errorf("got %v", err)
		}
	}
}

// halfAway is the rounding rule written a second time, with rationals.
func halfAway(num, den *big.Int) *big.Int {
	two := big.NewInt(2)
	n := new(big.Int).Abs(num)
	d := new(big.Int).Abs(den)
	n.Mul(n, two).Add(n, d).Quo(n, d.Mul(d, two))
	if num.Sign()*den.Sign() < 0 {
		n.Neg(n)
	}
	return n
}

func TestShareRoundsTheExactProductOnceHalfAwayFromZero(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total, part := anyInt64().Draw(t, "total"), anyInt64().Draw(t, "part")
		whole := anyInt64().Filter(func(n int64) bool { return n != 0 }).Draw(t, "whole")
		got, err := Share(total, part, whole)
		num := new(big.Int).Mul(big.NewInt(total), big.NewInt(part))
		agrees(t, halfAway(num, big.NewInt(whole)), got, err)
	})
}

func TestRoundIsHalfAwayFromZero(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"0.5": 1, "-0.5": -1, "1.5": 2, "2.5": 3, "-2.5": -3, "0.49999": 0, "-0.49999": 0, "2.4999": 2, "7": 7, "0.0": 0,
		"9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64,
	} {
		if got, err := Round(decimal.MustParse(in)); err != nil || got != want {
			t.Errorf("Round(%s) = %d, %v, want %d", in, got, err, want)
		}
	}
	if _, err := Round(decimal.MustParse("9223372036854775808")); !errors.Is(err, ErrOverflow) {
		t.Errorf("got %v beyond 64 bits", err)
	}
}

func TestUnitPriceTimesQuantityIsExactAndRoundedOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(-999_999_999_999_999_999, 999_999_999_999_999_999).Draw(t, "micros")
		p, err := NewUnitPrice(decimal.MustNew(micros, 6))
		if err != nil {
			t.Fatal(err)
		}
		n := anyInt64().Draw(t, "n")
		cur := rapid.SampledFrom([]Currency{"EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency")
		got, err := p.Times(n, cur)
		num := new(big.Int).Mul(big.NewInt(micros), big.NewInt(n))
		num.Mul(num, new(big.Int).SetUint64(pow10[cur.Exponent()]))
		agrees(t, halfAway(num, big.NewInt(1_000_000)), got.Minor, err)
	})
}

func TestPricesOfAThousandthAddUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		price    string
		quantity int64
		cur      Currency
		want     int64
	}{
		{"0.001", 4, "EUR", 0}, {"0.001", 5, "EUR", 1}, {"0.001", 12_000, "EUR", 1200}, {"-0.001", 5, "EUR", -1},
		{"12.345", 3, "EUR", 3704}, {"150", 3, "JPY", 450}, {"1.2345", 2, "KWD", 2469},
	} {
		if got, err := MustUnitPrice(c.price).Times(c.quantity, c.cur); err != nil || got.Minor != c.want {
			t.Errorf("%s × %d = %v, %v", c.price, c.quantity, got, err)
		}
	}
}

func TestPercentOfAnAmount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor int64
		rate  Rate
		want  int64
	}{{10_000, 190_000, 1900}, {50, 190_000, 10}, {-50, 190_000, -10}, {1, 500_000, 1}, {333, 77_500, 26}} {
		if got, err := Of(c.minor, "EUR").Percent(c.rate); err != nil || got.Minor != c.want {
			t.Errorf("%v of %d = %v, %v", c.rate, c.minor, got, err)
		}
	}
}

func TestEveryCurrencyHasTheDigitsOfTheStandard(t *testing.T) {
	t.Parallel()
	if n := len(Currencies()); n != 167 {
		t.Errorf("%d currencies", n)
	}
	for c, want := range map[Currency]int{"EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4, "USD": 2, "ISK": 0, "HUF": 2, "XCG": 2} {
		if !c.Valid() || c.Exponent() != want {
			t.Errorf("%s has %d digits", c, c.Exponent())
		}
	}
	if c, err := ParseCurrency(" eur "); err != nil || c != "EUR" {
		t.Errorf("%v %v", c, err)
	}
	for _, s := range []string{"", "XXX", "EURO", "€", "E U", "XAU"} {
		if _, err := ParseCurrency(s); err == nil {
			t.Errorf("%q is no currency", s)
		}
	}
}
