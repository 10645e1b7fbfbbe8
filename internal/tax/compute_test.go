package tax

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"packhouse/internal/money"
	"packhouse/internal/problem"
)

func price(s string) money.UnitPrice { return money.MustUnitPrice(s) }

func TestOrdersCostWhatTheStandardSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o     Order
		lines string // net+tax of each
		want  string // net tax gross
	}{
		"tax on the sum of a rate, not per line": {
			Order{Lines: []Line{{Price: price("0.33"), Quantity: 1, Rate: 190_000}, {Price: price("0.33"), Quantity: 1, Rate: 190_000}, {Price: price("0.33"), Quantity: 1, Rate: 190_000}}},
			"33+7 33+6 33+6", "99 19 118"}, // per line it would be 3 × 6 = 18
		"prices with tax are exact": {
			Order{IncludesTax: true, Lines: []Line{{Price: price("9.99"), Quantity: 3, Rate: 190_000}}},
			"2518+479", "2518 479 2997"},
		"each rate by itself, zero among them": {
			Order{Lines: []Line{{Price: price("100"), Quantity: 1, Rate: 190_000}, {Price: price("50"), Quantity: 2, Rate: 70_000}, {Price: price("7"), Quantity: 1}}},
			"10000+1900 10000+700 700+0", "20700 2600 23300"},
		"a line is rounded once": {
			Order{Lines: []Line{{Price: price("0.001"), Quantity: 1500, Rate: 200_000}, {Price: price("0.005"), Quantity: 1}}},
			"150+30 1+0", "151 30 181"},
		"discounts of line and order": {
			Order{DiscountMinor: 1000, Lines: []Line{{Price: price("100"), Quantity: 1, Rate: 190_000, DiscountRate: 100_000}, {Price: price("10"), Quantity: 1, Rate: 190_000}, {Price: price("5"), Quantity: 1, Rate: 190_000, NoOrderDiscount: true}}},
			"8100+1539 900+171 500+95", "9500 1805 11305"},
		"rate and amount together": {
			Order{DiscountMinor: 1, DiscountRate: 500_000, Lines: []Line{{Price: price("1"), Quantity: 1}, {Price: price("1"), Quantity: 1, DiscountMinor: 50}}},
			"49+0 25+0", "74 0 74"},
		"everything given away": {
			Order{DiscountRate: money.Whole, Lines: []Line{{Price: price("1.99"), Quantity: 3, Rate: 190_000}}},
			"0+0", "0 0 0"},
		"no lines": {Order{}, "", "0 0 0"},
	} {
		c.o.Currency = "EUR"
		got, err := Compute(c.o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		lines := ""
		for _, l := range got.Lines {
			lines += fmt.Sprintf(" %d+%d", l.Net, l.Tax)
		}
		if sum := fmt.Sprintf("%d %d %d", got.Net, got.Tax, got.Gross); sum != c.want || lines != "" && lines[1:] != c.lines {
			t.Errorf("%s: lines%s, total %s; want %s, %s", name, lines, sum, c.lines, c.want)
		}
	}
}

func TestWhatCannotBeComputedIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	one := Line{Price: price("1"), Quantity: 1}
	for path, o := range map[string]Order{
		"lines[1].quantity": {Lines: []Line{one, {Price: price("1")}}},
		"lines[0].price":    {Lines: []Line{{Price: price("-1"), Quantity: 1}}},
		"lines[0].discount": {Lines: []Line{{Price: price("1"), Quantity: 1, DiscountMinor: 101}}},
		"discount":          {Lines: []Line{one}, DiscountMinor: 101},
		"discount ":         {Lines: []Line{{Price: price("9"), Quantity: 1, NoOrderDiscount: true}}, DiscountMinor: 1},
	} {
		o.Currency = "EUR"
		_, err := Compute(o)
		var v *problem.Invalid
		if !errors.As(err, &v) || len(v.Fields) != 1 || v.Fields[0].Path != path && v.Fields[0].Path+" " != path {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, o := range []Order{
		{Lines: []Line{{Price: price("999999999999"), Quantity: math.MaxInt64}}},
		{Lines: []Line{{Price: price("1000000000.01"), Quantity: 1}}},
		{Lines: []Line{{Price: price("900000000"), Quantity: 1, Rate: 190_000}}},
	} {
		o.Currency = "EUR"
		if _, err := Compute(o); !errors.Is(err, money.ErrOverflow) {
			t.Errorf("%v", err)
		}
	}
}

func anyOrder(t *rapid.T) Order {
	o := Order{
		Currency: rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD"}).Draw(t, "currency"), IncludesTax: rapid.Bool().Draw(t, "with tax"),
		DiscountRate: money.Rate(rapid.SampledFrom([]int64{0, 0, 50_000, 333_333, 1_000_000}).Draw(t, "order discount")),
	}
	for range rapid.IntRange(1, 12).Draw(t, "lines") {
		unit, err := money.NewUnitPrice(decimal.MustNew(rapid.OneOf(rapid.Int64Range(0, 100_000), rapid.Int64Range(0, 1_000_000)).Draw(t, "price"), rapid.SampledFrom([]int{2, 3, 6}).Draw(t, "decimals")))
		if err != nil {
			t.Fatal(err)
		}
		o.Lines = append(o.Lines, Line{
			Price: unit, Quantity: rapid.OneOf(rapid.Int64Range(1, 12), rapid.Int64Range(1, 200)).Draw(t, "quantity"),
			Rate:            money.Rate(rapid.SampledFrom([]int64{0, 55_000, 70_000, 77_500, 190_000, 200_000, 255_000, 1_000_000}).Draw(t, "rate")),
			DiscountRate:    money.Rate(rapid.SampledFrom([]int64{0, 0, 100_000, 123_456, 1_000_000}).Draw(t, "discount")),
			NoOrderDiscount: rapid.IntRange(0, 5).Draw(t, "shipping") == 0,
		})
	}
	return o
}

// A20: with 10,000 random orders the stored unit amounts sum to the total to
// the cent.
func TestUnitAmountsOfTenThousandOrdersSumToTheTotal(t *testing.T) {
	t.Parallel()
	for range 100 { // of the 100 orders that each check draws
		rapid.Check(t, func(t *rapid.T) { sumsUp(t, anyOrder(t)) })
	}
}

func sumsUp(t *rapid.T, o Order) {
	got, err := Compute(o)
	if err != nil {
		t.Fatal(err)
	}
	var net, tax, gross, units, off int64
	for i, l := range got.Lines {
		net, tax, gross, off = net+l.Net, tax+l.Tax, gross+l.Gross, off+l.OrderDiscount
		units += unitSum(t, l.UnitNet, o.Lines[i].Quantity) + unitSum(t, l.UnitTax, o.Lines[i].Quantity)
		paid := l.Net
		if o.IncludesTax {
			paid = l.Gross
		}
		if paid != l.Before-l.Discount-l.OrderDiscount || l.Gross != l.Net+l.Tax || l.Net < 0 || l.Tax < 0 || o.Lines[i].NoOrderDiscount && l.OrderDiscount != 0 {
			t.Fatalf("line %d: %+v", i, l)
		}
		if exact, err := money.Share(l.Net, int64(o.Lines[i].Rate), money.Whole); err != nil || exact-l.Tax > 2 || l.Tax-exact > 2 {
			t.Fatalf("line %d has tax %d where %d is due", i, l.Tax, exact)
		}
	}
	if net != got.Net || tax != got.Tax || gross != got.Gross || units != got.Gross {
		t.Fatalf("lines %d + %d = %d, pieces %d, total %+v", net, tax, gross, units, got)
	}
	for _, r := range got.Rates {
		net, tax = net-r.Net, tax-r.Tax
		exact, err := money.Share(r.Net, int64(r.Rate), money.Whole)
		if err != nil || exact-r.Tax > 1 || r.Tax-exact > 1 || !o.IncludesTax && exact != r.Tax {
			t.Fatalf("%+v: tax should be %d", r, exact)
		}
	}
	if net != 0 || tax != 0 {
		t.Fatalf("rates miss %d and %d", net, tax)
	}
}

func unitSum(t *rapid.T, b money.Buckets, quantity int64) int64 {
	sum := int64(0)
	for taken := int64(0); taken < quantity; {
		step := min(quantity-taken, taken/2+1)
		sum += b.Take(taken, step)
		taken += step
	}
	if sum != b.Total() || b.Units != quantity {
		t.Fatalf("%+v taken in steps is %d", b, sum)
	}
	return sum
}
