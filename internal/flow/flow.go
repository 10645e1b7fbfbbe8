// Package flow holds every command that touches two or more rooms, a file
// each. A flow reads as a story of verbs: lock, decide, write. It holds no
// statement and no rule of its own; what must follow from a change stands in
// its last lines.
package flow

import (
	"context"
	"time"

	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/pg"
	"packhouse/internal/sales"
	"packhouse/internal/settings"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// factsOf gathers what the checks of an order need, stock apart, and the
// order's channel, in one round trip. more are reads that go along.
func factsOf(ctx context.Context, r pg.Reader, o *sales.Order, more ...pg.Query) (sales.Facts, channel.Channel, error) {
	var company settings.Company
	var ch channel.Channel
	var rules []catalog.Rule
	var limit *int64
	reads := append([]pg.Query{settings.Reading(&company), channel.Reading(&ch, o.Channel), catalog.Rules(&rules, skusOf(o)), customers.CreditLimit(&limit, o.Customer)}, more...)
	if err := pg.ReadAll(ctx, r, reads...); err != nil {
		return sales.Facts{}, ch, err
	}
	f := sales.Facts{MaxLines: company.MaxLines, MaxPieces: company.MaxPieces, MaxTotal: company.MaxTotal, Severity: severity(ch)}
	f.Articles = make(map[id.SKU]sales.Article, len(rules))
	for _, a := range rules {
		f.Articles[a.SKU] = sales.Article{Code: a.Code, Pack: a.Pack, Min: a.Min, Withdrawn: a.Withdrawn}
	}
	if o.TaxID != "" {
		_, err := trade.TaxID(o.TaxID, o.BillTo.Country)
		f.TaxID = err == nil
	}
	if limit == nil {
		return f, ch, nil
	}
	if tx, writing := r.(*txn.Tx); writing {
		customers.LockCredit(tx, o.Customer)
	}
	open, err := sales.Exposure(ctx, r, o.Customer, o.ID)
	f.Credit = &sales.Credit{Limit: *limit, Open: open}
	return f, ch, err
}

// severity says how strict a channel is. Where it refuses a shortage the
// stock check blocks, since confirming would be refused anyway.
func severity(ch channel.Channel) func(string) (on, blocks bool) {
	return func(check string) (bool, bool) {
		s, set := ch.Checks[check]
		switch {
		case check == "stock" && ch.Shortage == channel.Refuse:
			return true, true
		case set:
			return s != channel.Off, s == channel.Block
		case check == "stock":
			return true, false
		}
		return true, true
	}
}

func skusOf(o *sales.Order) []id.SKU {
	out := make([]id.SKU, 0, len(o.Lines))
	for _, l := range o.Lines {
		if l.SKU != 0 {
			out = append(out, l.SKU)
		}
	}
	return out
}

// needsOf is what the order's lines still want beyond what they hold.
func needsOf(o *sales.Order, held []inventory.Allocation) []inventory.Need {
	has := make(map[id.Line]int, len(held))
	for _, a := range held {
		has[a.Line] += a.Quantity
	}
	var out []inventory.Need
	for _, l := range o.Lines {
		if want := l.Open() - has[l.ID]; l.Stocked() && want > 0 {
			out = append(out, inventory.Need{Line: l.ID, SKU: l.SKU, Quantity: want})
		}
	}
	return out
}

func termsOf(ch channel.Channel) inventory.Terms {
	return inventory.Terms{Locations: ch.LocationIDs(), Buffer: ch.Buffer}
}

func shortsOf(p inventory.Plan) map[id.Line]sales.ShortFact {
	out := make(map[id.Line]sales.ShortFact, len(p.Shorts))
	for _, s := range p.Shorts {
		out[s.Line] = sales.ShortFact{Missing: s.Missing, Free: s.Free}
	}
	return out
}

func pieces(held []inventory.Allocation) int {
	n := 0
	for _, a := range held {
		n += a.Quantity
	}
	return n
}

// leaves is the day on which goods from a place leave, not before the day the
// customer asked for.
func leaves(p channel.Place, now time.Time, asked *time.Time) time.Time {
	c := inventory.Calendar{Zone: p.Zone, LeadDays: p.LeadDays}
	copy(c.Workdays[:], p.Workdays)
	if t, err := time.Parse("15:04:05", p.Cutoff); err == nil {
		c.Cutoff = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second
	}
	day := c.Leaves(now)
	if asked == nil || !day.Before(*asked) {
		return day
	}
	day = *asked
	for range 7 {
		if c.Workday(day) {
			break
		}
		day = day.AddDate(0, 0, 1)
	}
	return day
}
