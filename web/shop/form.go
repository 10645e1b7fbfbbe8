package shop

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"packhouse/internal/flow"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/trade"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// orderForm is an order as somebody types it. What it does not name, such as a
// price or a state, nobody reads.
type orderForm struct {
	Lines        []line
	Email        string
	ShipTo       trade.Address
	Delivery     string
	RequestedDay string
	Wish         string
	TaxID        string
	PONumber     string
	Note         string
	Trap         string // a field people do not see
}

const (
	standard = "standard"
	pickup   = "pickup"
	trap     = "website"
)

// maxTyped is how many lines are read of a form; a limit of the company's own
// lies below it.
const maxTyped = 1000

func readOrder(values url.Values) orderForm {
	get := func(name string) string { return strings.TrimSpace(values.Get(name)) }
	f := orderForm{Email: get("email"), ShipTo: parts.ReadAddress(get, "ship_to"), Delivery: get("delivery"), RequestedDay: get("requested_day"),
		Wish: get("wish"), TaxID: get("tax_id"), PONumber: get("po_number"), Note: strings.TrimSpace(values.Get("note")), Trap: values.Get(trap)}
	if f.Delivery == "" {
		f.Delivery = standard
	}
	if f.Wish == "" {
		f.Wish = string(sales.AsReady)
	}
	remove := get("remove")
	for i := range maxTyped {
		at := fmt.Sprintf("lines[%d].", i)
		if !values.Has(at + "code") {
			break
		}
		if remove != strconv.Itoa(i) {
			f.Lines = append(f.Lines, line{get(at + "code"), get(at + "quantity"), get(at + "seen")})
		}
	}
	return f
}

// hidden is the whole form as hidden fields, for the page on which more is
// chosen: whoever goes there and back finds everything as typed.
func (f orderForm) hidden() []ui.Hidden {
	out := []ui.Hidden{{Name: "email", Value: f.Email}, {Name: "ship_to.name", Value: f.ShipTo.Name}, {Name: "ship_to.company", Value: f.ShipTo.Company},
		{Name: "ship_to.line1", Value: f.ShipTo.Line1}, {Name: "ship_to.line2", Value: f.ShipTo.Line2}, {Name: "ship_to.city", Value: f.ShipTo.City},
		{Name: "ship_to.region", Value: f.ShipTo.Region}, {Name: "ship_to.postcode", Value: f.ShipTo.Postcode}, {Name: "ship_to.country", Value: f.ShipTo.Country},
		{Name: "ship_to.phone", Value: f.ShipTo.Phone}, {Name: "delivery", Value: f.Delivery}, {Name: "requested_day", Value: f.RequestedDay}, {Name: "wish", Value: f.Wish},
		{Name: "tax_id", Value: f.TaxID}, {Name: "po_number", Value: f.PONumber}, {Name: "note", Value: f.Note}}
	for i, l := range f.Lines {
		at := fmt.Sprintf("lines[%d].", i)
		out = append(out, ui.Hidden{Name: at + "code", Value: l.Code}, ui.Hidden{Name: at + "quantity", Value: l.Quantity})
	}
	return out
}

// Input is the order as the flow takes it, with everything that is wrong noted
// at once.
func (f orderForm) Input(v *problem.Invalid, b base, offers []offer) flow.NewOrder {
	in := flow.NewOrder{Channel: b.Channel.ID, Customer: b.Customer.ID, Kind: b.Customer.Kind, Email: trade.ReadEmail(v, "email", f.Email), Language: b.Words.Lang(),
		ShipTo: f.ShipTo.Normalize(), DeliveryMethod: f.Delivery, PONumber: trade.ReadLine(v, "po_number", f.PONumber, 100),
		NoteCustomer: trade.ReadText(v, "note", f.Note, 2000), AtShop: true}
	if f.Email == "" {
		v.Add("email", "required")
	}
	in.ShipTo.Validate("ship_to", v)
	in.ContactName, in.Phone = in.ShipTo.Recipient(), in.ShipTo.Phone
	if in.Kind == "" && in.ShipTo.Company != "" {
		in.Kind = "company"
	}
	if f.TaxID != "" {
		in.TaxID = trade.ReadTaxID(v, "tax_id", f.TaxID, in.ShipTo.Country)
	}
	if f.Delivery != standard && (f.Delivery != pickup || len(b.stores()) == 0) {
		v.Add("delivery", "not_a_choice")
	}
	if in.Wish = sales.Wish(f.Wish); in.Wish != sales.AsReady && in.Wish != sales.Together {
		v.Add("wish", "not_a_choice")
	}
	in.RequestedDay = f.day(v, b)
	switch {
	case len(f.Lines) == 0:
		v.Add("lines", "shop.empty_basket")
	case len(f.Lines) > b.Company.MaxLines:
		v.Add("lines", "too_many_lines", "max", b.Company.MaxLines)
	}
	for i, l := range f.Lines {
		in.Lines = append(in.Lines, flow.NewLine{Code: l.Code, Pieces: l.pieces(v, fmt.Sprintf("lines[%d].quantity", i), b, offers[i])})
	}
	return in
}

// pieces is the quantity of a line that the shop can take.
func (l line) pieces(v *problem.Invalid, path string, b base, o offer) int64 {
	if !o.offered() {
		v.Add(path, "shop.not_offered", "code", l.Code)
		return 0
	}
	n := int64(trade.ReadQuantity(v, path, l.Quantity))
	switch {
	case v.Has(path):
	case n > int64(b.Company.MaxPieces):
		v.Add(path, "too_large", "max", b.Company.MaxPieces)
	case n < o.MinQuantity:
		v.Add(path, "too_small", "min", o.MinQuantity)
	case o.PackSize > 1 && n%o.PackSize != 0:
		v.Add(path, "shop.pack", "pack", o.PackSize, "less", max(o.PackSize, n-n%o.PackSize), "more", n-n%o.PackSize+o.PackSize)
	case l.dearer(o):
		v.Add(path, "shop.price_rose", "price", o.Price.Unit.Format(b.Words.Lang(), b.Channel.Currency))
	}
	return n
}

// dearer reports whether the price rose after the person saw it: nobody orders
// at a price they were not shown.
func (l line) dearer(o offer) bool {
	var seen money.UnitPrice
	return l.Seen != "" && seen.UnmarshalText([]byte(l.Seen)) == nil && o.Price.Unit.Cmp(seen) > 0
}

func (f orderForm) day(v *problem.Invalid, b base) *time.Time {
	if f.RequestedDay == "" {
		return nil
	}
	d := trade.ReadDay(v, "requested_day", f.RequestedDay)
	today := trade.DayOf(b.Now, b.Company.Location())
	switch {
	case d.IsZero():
		return nil
	case d.Before(today):
		v.Add("requested_day", "shop.day_past")
	case today.Add(366).Before(d):
		v.Add("requested_day", "shop.day_far")
	}
	t := d.Start(time.UTC)
	return &t
}
