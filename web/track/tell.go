package track

import (
	"slices"
	"strings"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/trade"
	"packhouse/web/ui"
)

// share is what leaves on one day, or waits without one.
type share struct {
	Day    *time.Time
	Pieces []piece
}

type piece struct {
	N    int
	Name string
}

// latest are the promises that count: of each line those made last.
func latest(all []sales.PromiseRow) []sales.PromiseRow {
	last := map[id.Line]time.Time{}
	for _, p := range all {
		if p.Recorded.After(last[p.Line]) {
			last[p.Line] = p.Recorded
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(p sales.PromiseRow) bool { return p.Recorded.Before(last[p.Line]) })
}

// shares are what is still to come, by day, what has no day last.
func (v view) shares() []share {
	if v.Order.State() == sales.Cancelled {
		return nil
	}
	var out []share
	left := map[id.Line]int{}
	for _, l := range v.Order.Lines {
		left[l.ID] = l.Open()
	}
	promises := latest(v.Promises)
	slices.SortStableFunc(promises, func(a, b sales.PromiseRow) int { return compareDays(a.Day, b.Day) })
	for _, p := range promises {
		l, ok := v.Order.Line(p.Line)
		n := min(p.Pieces, left[p.Line])
		if !ok || n < 1 {
			continue
		}
		left[p.Line] -= n
		if len(out) == 0 || compareDays(out[len(out)-1].Day, p.Day) != 0 {
			out = append(out, share{Day: p.Day})
		}
		last := &out[len(out)-1]
		if i := slices.IndexFunc(last.Pieces, func(x piece) bool { return x.Name == l.Name }); i >= 0 {
			last.Pieces[i].N += n
		} else {
			last.Pieces = append(last.Pieces, piece{n, l.Name})
		}
	}
	return out
}

func compareDays(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}

// day is a civil day, which must not move with the zone.
func (v view) day(d time.Time) string { return v.Words.In(time.UTC).LongDay(d) }

// headline is where the order is and when it comes, in one sentence and one
// that follows.
func (v view) headline() (title, text string) {
	switch v.Order.State() {
	case sales.Cancelled:
		return v.Say("track.head.cancelled"), v.Say("track.text.cancelled")
	case sales.Placed, sales.Draft:
		return v.Say("track.head.placed"), v.Say("track.text.placed")
	}
	pickup := ""
	if v.Order.DeliveryMethod == "pickup" {
		pickup = "_pickup"
	}
	shares := v.shares()
	switch {
	case len(shares) == 0:
		return v.Say("track.head.confirmed"), v.Say("track.text.confirmed")
	case shares[0].Day == nil:
		return v.Say("track.head.confirmed"), v.Say("track.text.no_day")
	case len(shares) == 1:
		return v.Say("track.head.leaves"+pickup, "day", v.day(*shares[0].Day)), v.Say("track.text.leaves" + pickup)
	}
	return v.Say("track.head.leaves_first"+pickup, "day", v.day(*shares[0].Day)), v.Say("track.text.in_parts", "n", len(shares))
}

// state is the badge of a share.
func (v view) state(s share) (ui.Kind, string) {
	if s.Day == nil {
		return ui.Amber, v.Say("track.waits_for_stock")
	}
	if v.packing() {
		return ui.Blue, v.Say("track.being_packed")
	}
	return ui.Neutral, v.Say("track.reserved")
}

func (v view) shareText(s share) string {
	if s.Day == nil {
		return v.Say("track.share.no_day")
	}
	if v.Order.DeliveryMethod == "pickup" {
		return v.Say("track.share.ready", "day", v.day(*s.Day))
	}
	return v.Say("track.share.leaves", "day", v.day(*s.Day))
}

// packing reports whether somebody works on it now.
func (v view) packing() bool {
	for _, w := range v.Work {
		if w.State == "in_progress" {
			return true
		}
	}
	return false
}

// stages are the steps of an order's way; only what is true now is marked.
func (v view) stages() []ui.Stage {
	names := []string{"track.step.received", "track.step.confirmed", "track.step.packing", "track.step.on_its_way", "track.step.with_you"}
	if v.Order.DeliveryMethod == "pickup" {
		names[3], names[4] = "track.step.ready", "track.step.collected"
	}
	at := 0
	if !v.Order.ConfirmedAt().IsZero() {
		at = 1
	}
	if at == 1 && v.packing() {
		at = 2
	}
	when := []time.Time{v.Order.PlacedAt(), v.Order.ConfirmedAt()}
	var out []ui.Stage
	for i, name := range names {
		s := ui.Stage{Label: v.Say(name), Done: i < at, Now: i == at}
		if i <= at && i < len(when) && !when[i].IsZero() {
			s.When = v.Words.Moment(when[i])
		}
		out = append(out, s)
	}
	return out
}

// said is a day as it was promised once.
type said struct {
	At   time.Time
	Text string
}

// history is what was said before about when it comes; the latest is what the
// page says above.
func (v view) history() []said {
	var out []said
	for _, p := range v.Promises {
		text := v.Say("track.share.no_day_then")
		if p.Day != nil {
			text = v.day(*p.Day)
		}
		if n := len(out); n > 0 && out[n-1].At.Equal(p.Recorded) {
			if !strings.Contains(out[n-1].Text, text) {
				out[n-1].Text += "; " + text
			}
			continue
		}
		out = append(out, said{p.Recorded, text})
	}
	if len(out) < 2 {
		return nil
	}
	return out[:len(out)-1]
}

// events are what happened, as sentences made for the customer. A kind that
// has none is not shown: what the staff read may hold what is not theirs to
// know.
func (v view) events() []ui.Happening {
	var out []ui.Happening
	for _, h := range v.Events {
		code := "track.event." + h.Kind
		if !v.Words.Has(code) {
			continue
		}
		args := problem.Args{}
		for _, name := range []string{"number", "pieces", "before", "after"} {
			if value, ok := h.Data[name]; ok {
				args[name] = value
			}
		}
		kind := ui.Neutral
		switch h.Kind {
		case "order.confirmed":
			kind = ui.Green
		case "order.cancelled", "order.reduced":
			kind = ui.Amber
		}
		out = append(out, ui.Happening{At: v.When(h.Occurred), Sentence: v.Words.Say(code, args), Kind: kind})
	}
	return out
}

// lines are what was ordered, without parts of kits and without delivery.
func (v view) lines() ui.Grid {
	g := ui.Grid{Caption: v.Say("track.lines"), Plain: true, Columns: []ui.Column{{Label: v.Say("shop.product")}, {Label: v.Say("field.quantity"), Num: true}, {Label: v.Say("shop.sum"), Num: true, End: true}}}
	for _, l := range v.Order.Lines {
		if l.Kind == sales.KitPart || l.Kind == sales.Shipping {
			continue
		}
		second := l.Code
		if l.Cancelled > 0 {
			second += " · " + v.Say("track.of_it_cancelled", "n", l.Cancelled)
		}
		g.Rows = append(g.Rows, ui.Row{Cells: cells(ui.Two(l.Name, second), ui.Text(v.N(l.Open())), ui.Money(v.Money(v.amount(l), v.Order.Currency)))})
	}
	return g
}

// amount is what is left of a line, as it is priced.
func (v view) amount(l sales.Line) int64 {
	if v.Order.PricesIncludeTax {
		return l.Total - l.CancelledNet - l.CancelledTax
	}
	return l.Net - l.CancelledNet
}

func (v view) sums() []ui.Pair {
	o := v.Order
	var goods, delivery int64
	for _, l := range o.Lines {
		if l.Kind == sales.Shipping {
			delivery += v.amount(l)
		} else {
			goods += v.amount(l)
		}
	}
	pair := func(code string, minor int64) ui.Pair {
		return ui.Pair{Key: v.Say(code), Value: v.Money(minor, o.Currency), Num: true}
	}
	total, tax := pair("shop.total", o.Total), pair("shop.tax", o.Tax)
	total.Total = true
	out := []ui.Pair{pair("shop.goods", goods)}
	if delivery > 0 {
		out = append(out, pair("shop.delivery", delivery))
	}
	if o.PricesIncludeTax {
		tax.Key, tax.Muted = v.Say("shop.tax_included"), true
		return append(out, total, tax)
	}
	return append(out, tax, total)
}

// facts are who and where, as little as helps to know the order by.
func (v view) facts() []ui.Pair {
	o := v.Order
	where := o.ShipTo.City
	if o.ShipTo.Country != "" {
		where = strings.TrimPrefix(where+", "+trade.CountryOf(o.ShipTo.Country).Name(v.Words.Lang()), ", ")
	}
	out := []ui.Pair{{Key: v.Say("track.for"), Value: o.ShipTo.Recipient()}, {Key: v.Say("track.to"), Value: where}, {Key: v.Say("track.placed"), Value: v.Words.Moment(o.PlacedAt())}}
	if o.RequestedDay != nil {
		out = append(out, ui.Pair{Key: v.Say("shop.requested_day"), Value: v.day(*o.RequestedDay)})
	}
	if o.PONumber != "" {
		out = append(out, ui.Pair{Key: v.Say("shop.po_number"), Value: o.PONumber})
	}
	return out
}
