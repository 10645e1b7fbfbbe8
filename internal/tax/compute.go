package tax

import (
	"fmt"
	"slices"

	"packhouse/internal/money"
	"packhouse/internal/problem"
)

// Compute answers what the order costs. Problems: at lines[i].quantity and
// lines[i].price too_small, at lines[i].discount and discount too_large {max},
// and the refusal amount_too_large.
func Compute(o Order) (Totals, error) {
	t := Totals{Lines: make([]LineTotals, len(o.Lines))}
	if err := t.price(o); err != nil {
		return Totals{}, err
	}
	if err := t.discount(o); err != nil {
		return Totals{}, err
	}
	for _, rate := range ratesOf(o.Lines) {
		if err := t.tax(o, rate); err != nil {
			return Totals{}, err
		}
	}
	return t, t.sum(o)
}

// price fills what each line costs before and after its own discounts.
func (t *Totals) price(o Order) error {
	v := &problem.Invalid{}
	for i, asked := range o.Lines {
		path, l := fmt.Sprintf("lines[%d].", i), &t.Lines[i]
		if asked.Quantity < 1 {
			v.Add(path+"quantity", "too_small", "min", 1)
			continue
		}
		if asked.Price.Sign() < 0 {
			v.Add(path+"price", "too_small", "min", 0)
			continue
		}
		cost, err := asked.Price.Times(asked.Quantity, o.Currency)
		if err != nil || cost.Minor > MaxTotal {
			return money.ErrOverflow
		}
		l.Before = cost.Minor
		ok := false
		if l.Discount, ok = off(l.Before, asked.DiscountMinor, asked.DiscountRate); !ok {
			v.Add(path+"discount", "too_large", "max", cost)
		}
	}
	return v.Err()
}

// discount cuts the discount of the order over the lines.
func (t *Totals) discount(o Order) error {
	weights := make([]int64, len(t.Lines))
	base := int64(0)
	for i, l := range t.Lines {
		if o.Lines[i].NoOrderDiscount {
			continue
		}
		weights[i] = l.Before - l.Discount
		var err error
		if base, err = money.Add(base, weights[i]); err != nil {
			return err
		}
	}
	total, ok := off(base, o.DiscountMinor, o.DiscountRate)
	if !ok {
		return problem.At("discount", "too_large", "max", money.Of(base, o.Currency))
	}
	if total == 0 {
		return nil
	}
	for i, part := range money.Allocate(total, weights) {
		t.Lines[i].OrderDiscount = part
	}
	return nil
}

// off is what a rate and an amount take off base; ok is false where that is
// more than all of it, or adds to it.
func off(base, minor int64, rate money.Rate) (int64, bool) {
	if minor < 0 || rate < 0 || rate > money.Whole {
		return 0, false
	}
	part, err := money.Share(base, int64(rate), money.Whole)
	if err != nil || minor > base-part {
		return 0, false
	}
	return part + minor, true
}

// ratesOf lists the rates, the highest first.
func ratesOf(lines []Line) []money.Rate {
	var rates []money.Rate
	for _, l := range lines {
		rates = append(rates, l.Rate)
	}
	slices.Sort(rates)
	slices.Reverse(rates)
	return slices.Compact(rates)
}

// tax fills tax, net and gross of the lines of one rate from the tax on their
// sum.
func (t *Totals) tax(o Order, rate money.Rate) error {
	paid := make([]int64, len(t.Lines))
	sum := int64(0)
	for i, l := range t.Lines {
		if o.Lines[i].Rate != rate {
			continue
		}
		paid[i] = l.paid()
		var err error
		if sum, err = money.Add(sum, paid[i]); err != nil {
			return err
		}
	}
	whole := int64(money.Whole)
	if o.IncludesTax {
		whole += int64(rate)
	}
	if rate < 0 || rate > money.Whole {
		return fmt.Errorf("tax: a rate of %v", rate)
	}
	due, err := money.Share(sum, int64(rate), whole)
	if err != nil {
		return err
	}
	parts := money.Allocate(due, paid)
	of := RateTotals{Rate: rate, Tax: due}
	for i, asked := range o.Lines {
		if asked.Rate == rate {
			t.Lines[i].divide(o.IncludesTax, paid[i], parts[i], asked.Quantity)
			of.Net += t.Lines[i].Net
		}
	}
	of.Gross = of.Net + of.Tax
	t.Rates = append(t.Rates, of)
	return nil
}

func (l *LineTotals) divide(includesTax bool, paid, tax, quantity int64) {
	l.Net, l.Tax, l.Gross = paid, tax, paid+tax
	if includesTax {
		l.Net, l.Gross = paid-tax, paid
	}
	l.UnitNet, l.UnitTax = money.Spread(l.Net, quantity), money.Spread(l.Tax, quantity)
}

func (t *Totals) sum(o Order) error {
	for _, r := range t.Rates {
		t.Net += r.Net
		t.Tax += r.Tax
	}
	if t.Gross = t.Net + t.Tax; t.Gross > MaxTotal {
		return money.ErrOverflow
	}
	return nil
}
