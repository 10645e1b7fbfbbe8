package shop

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"packhouse/internal/trade"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

func cells(all ...templ.Component) []templ.Component { return all }

func stockBadge(b base, s stock) templ.Component {
	if s == unstocked {
		return nil
	}
	return ui.Badge(s.kind(), b.Say(string(s)))
}

// quantityBox is the box beside product i, where there is one to be had.
func (v listView) quantityBox(i int, o offer) templ.Component {
	if !o.offered() || o.Stock == soldOut {
		return nil
	}
	return pickBox(v, i)
}

// lineInput is the quantity of line i of the order.
func (v orderView) lineInput(i int) ui.Input {
	name := fmt.Sprintf("lines[%d].quantity", i)
	return ui.Input{Label: v.Say("shop.quantity_of", "product", v.Form.Lines[i].Code), HideLabel: true, Name: name, Type: ui.Quantity, Value: v.Form.Lines[i].Quantity,
		Problem: v.Problems.For(name), Width: "xs", InputMode: "numeric", MaxLength: 40}
}

func (v orderView) hiddenLine(i int, field string) string {
	return fmt.Sprintf("lines[%d].%s", i, field)
}

// product is the first cell of line i.
func (v orderView) product(i int, title string) templ.Component {
	return productCell(title, v.Form.Lines[i].Code, stockBadge(v.base, v.Offers[i].Stock))
}

// input is a plain field of the order form.
func (v orderView) input(label, name, value string) ui.Input {
	return ui.Input{Label: v.Say(label), Name: name, Value: value, Problem: v.Problems.For(name), MaxLength: 200}
}

var autocomplete = map[string]string{"name": "shipping name", "company": "shipping organization", "line1": "shipping address-line1", "line2": "shipping address-line2",
	"city": "shipping address-level2", "region": "shipping address-level1", "postcode": "shipping postal-code", "phone": "tel"}

func (v orderView) country() ui.Input {
	in := v.input("field.country", "ship_to.country", v.Form.ShipTo.Country)
	in.Type, in.Blank, in.Width, in.Autocomplete = ui.Select, "-", "m", "shipping country"
	in.Options = parts.Countries(v.Words.Lang())
	return in
}

// address are the fields the country asks for, in its order.
func (v orderView) addressFields() []ui.Input {
	a := v.Form.ShipTo
	values := map[string]string{"name": a.Name, "company": a.Company, "line1": a.Line1, "line2": a.Line2, "city": a.City, "region": a.Region, "postcode": a.Postcode, "phone": a.Phone}
	var out []ui.Input
	for _, f := range trade.CountryOf(a.Country).Fields() {
		if f.Name == "country" || f.Name == "region" && !f.Required && a.Region == "" {
			continue
		}
		in := v.input(f.Label, "ship_to."+f.Name, values[f.Name])
		in.Optional, in.Autocomplete = !f.Required && f.Name != "name", autocomplete[f.Name]
		switch f.Name {
		case "phone":
			in.Type, in.Width, in.Help = ui.Phone, "m", v.Say("shop.phone_help")
		case "postcode", "region":
			in.Width = "s"
		case "city":
			in.Width = "m"
		}
		out = append(out, in)
	}
	return out
}

func (v orderView) deliveries() ui.Input {
	in := v.input("shop.delivery_method", "delivery", v.Form.Delivery)
	in.Type = ui.Radios
	hint := v.Say("shop.delivery_free")
	if v.Channel.Shipping > 0 {
		hint = v.Money(v.Channel.Shipping, v.Channel.Currency)
	}
	in.Options = []ui.Option{{Value: standard, Label: v.Say("shop.delivery_standard"), Hint: hint}}
	for i, s := range v.stores() {
		if i == 0 { // which store it is, the order's check of stock decides
			in.Options = append(in.Options, ui.Option{Value: pickup, Label: v.Say("shop.delivery_pickup", "store", s.Name), Hint: v.Say("shop.delivery_free")})
		}
	}
	return in
}

func (v orderView) wishes() ui.Input {
	in := v.input("shop.wish", "wish", v.Form.Wish)
	in.Type = ui.Radios
	in.Options = []ui.Option{{Value: "as_ready", Label: v.Say("shop.wish_as_ready"), Hint: v.Say("shop.wish_as_ready_hint")},
		{Value: "together", Label: v.Say("shop.wish_together"), Hint: v.Say("shop.wish_together_hint")}}
	return in
}

func (v orderView) day() ui.Input {
	in := v.input("shop.requested_day", "requested_day", v.Form.RequestedDay)
	in.Type, in.Optional, in.Width = ui.Date, true, "s"
	in.Min = trade.DayOf(v.Now, v.Company.Location()).String()
	return in
}

func (v orderView) email() ui.Input {
	in := v.input("field.email", "email", v.Form.Email)
	in.Type, in.Help, in.Autocomplete, in.MaxLength = ui.Email, v.Say("shop.email_help"), "email", 254
	return in
}

func (v orderView) note() ui.Input {
	in := v.input("shop.note", "note", v.Form.Note)
	in.Type, in.Optional, in.MaxLength = ui.Area, true, 2000
	return in
}

func optional(in ui.Input, width string) ui.Input {
	in.Optional, in.Width = true, width
	return in
}

func onlyIf(yes bool, k ui.ButtonKind) ui.ButtonKind {
	if yes {
		return k
	}
	return ui.Secondary
}

func attrs(pairs ...string) templ.Attributes {
	a := templ.Attributes{}
	for i := 0; i+1 < len(pairs); i += 2 {
		a[pairs[i]] = pairs[i+1]
	}
	return a
}

func (b base) otherLang() string {
	lang, _ := b.other()
	return lang
}

// all is the products without a search.
func (v listView) all() string {
	v.Query, v.After = "", 0
	return v.address("/shop", v.Basket)
}

// summary names each field before its sentence: "this is needed" alone says
// nothing at the top of a page.
func (v orderView) summary() ui.Problems {
	labels := map[string]string{"email": v.Say("field.email"), "ship_to.country": v.Say("field.country"), "delivery": v.Say("shop.delivery_method"), "wish": v.Say("shop.wish"),
		"requested_day": v.Say("shop.requested_day"), "tax_id": v.Say("field.tax_id"), "po_number": v.Say("shop.po_number"), "note": v.Say("shop.note")}
	for _, in := range v.addressFields() {
		labels[in.Name] = in.Label
	}
	for i, l := range v.Form.Lines {
		labels[fmt.Sprintf("lines[%d].quantity", i)] = l.Code
	}
	out := make(ui.Problems, len(v.Problems))
	for i, one := range v.Problems {
		if label, ok := labels[one.Field]; ok && !strings.HasPrefix(one.Text, label) {
			one.Text = label + ": " + one.Text
		}
		out[i] = one
	}
	return out
}
