package orders

import (
	"fmt"
	"strconv"
	"strings"

	"packhouse/internal/sales"
	"packhouse/web/ui"
)

func (v entryView) in(code, name, value string) ui.Input {
	return ui.Input{Label: v.Say(code), Name: name, Value: value, Problem: v.Problems.For(name), MaxLength: 200}
}

func (v entryView) optional(in ui.Input, typ ui.FieldType) ui.Input {
	in.Optional, in.Type, in.Rows = true, typ, 2
	if typ == ui.Area {
		in.MaxLength = 2000
	}
	return in
}

func (v entryView) channels() ui.Input {
	in := ui.Input{Label: v.Say("channel"), Name: "channel", Type: ui.Select, Value: v.Channel.Code, Width: "m"}
	for _, c := range v.Channels {
		in.Options = append(in.Options, ui.Option{Value: c.Code, Label: c.Name})
	}
	return in
}

func (v entryView) customer() ui.Lookup {
	in := v.in("customer", "customer", v.Form.Customer)
	in.Optional, in.Help, in.Autofocus, in.Autocomplete = true, v.Say("customer_help"), v.Form.Customer == "" && v.Form.ContactName == "", "off"
	return ui.Lookup{Input: in, Source: "/customers/find", Sets: "customer_id", ID: v.Form.CustomerID}
}

func (v entryView) delivery() ui.Input {
	return ui.Input{Label: v.Say("delivery_method"), Name: "delivery", Type: ui.Radios, Value: or(v.Form.Delivery, "standard"), Problem: v.Problems.For("delivery"),
		Options: []ui.Option{{Value: "standard", Label: v.Say("delivery.standard")}, {Value: "pickup", Label: v.Say("delivery.pickup")}}}
}

// sheet is the table of lines with what each row means.
func (v entryView) sheet() ui.LineSheet {
	s := ui.LineSheet{Lookup: "/products/find", Also: "customer_id channel", Discount: v.Discount, PriceOff: !v.Discount, Currency: string(v.Channel.Currency),
		PasteWas: v.Form.Paste, PasteBad: v.Problems.For("paste")}
	for i, l := range v.Form.Lines {
		row := ui.LineRow{SKU: l.SKU, Quantity: l.Quantity, Price: l.Price, Discount: l.Discount, Problems: map[string]string{}}
		for _, f := range []string{"sku", "quantity", "price", "discount"} {
			if text := v.Problems.For(fmt.Sprintf("lines[%d].%s", i, f)); text != "" {
				row.Problems[f] = text
			}
		}
		if i < len(v.Items) && v.Items[i].Found {
			it := v.Items[i]
			row.Name = it.Title
			if it.HasPrice {
				row.Note = v.Say("list_price", "price", v.Unit(it.Price.Unit, v.Channel.Currency))
			}
			if it.Withdrawn {
				row.Note, row.NoteKind = v.Say("withdrawn"), ui.Amber
			}
			if v.Totals != nil && i < len(v.Totals.Lines) {
				t := v.Totals.Lines[i]
				row.Total = v.Look.Money(t.Before-t.Discount, v.Channel.Currency)
			}
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

func (v entryView) totalRows() []ui.Pair {
	if v.Totals == nil {
		return []ui.Pair{{Key: v.Say("money.total"), Value: v.Say("not_yet_known"), Num: true, Total: true}}
	}
	m := func(code string, minor int64) ui.Pair {
		return ui.Pair{Key: v.Say(code), Value: v.Look.Money(minor, v.Channel.Currency), Num: true}
	}
	var goods, discount, shipping int64
	for i, l := range v.Totals.Lines {
		if i >= len(v.Form.Lines) {
			shipping += l.Before
			continue
		}
		goods += l.Before
		discount += l.Discount + l.OrderDiscount
	}
	out := []ui.Pair{m("money.goods", goods)}
	if discount > 0 {
		out = append(out, m("money.discount", -discount))
	}
	if shipping > 0 {
		out = append(out, m("money.shipping", shipping))
	}
	code := "money.tax"
	if v.Channel.PricesIncludeTax {
		code = "money.tax_within"
	}
	total := m("money.total", v.Totals.Gross)
	total.Total = true
	return append(out, m(code, v.Totals.Tax), total)
}

// draftLine tells a draft: who, how many lines, when.
func (v entryView) draftLine(d sales.Unfinished) string {
	who, count, _ := strings.Cut(d.Summary, "|")
	n, _ := strconv.Atoi(count) // we wrote it
	if who == "" {
		who = v.Say("nobody_yet")
	}
	return v.Say("draft_line", "who", who, "lines", n, "at", v.Words.Near(d.Changed, v.Now))
}
