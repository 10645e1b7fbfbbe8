package orders

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"packhouse/internal/channel"
	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/trade"
	"packhouse/web/parts"
)

// entryForm is an order as somebody types it: text and nothing else, so that
// it can be shown again, and kept as a draft, exactly as it was typed.
type entryForm struct {
	Draft        string // the key of the draft
	Channel      string
	Customer     string // what stands in the customer field
	CustomerID   string
	ContactName  string
	Email        string
	Phone        string
	TaxID        string
	ShipTo       trade.Address
	Delivery     string
	RequestedDay string
	Wish         string
	PONumber     string
	NoteCustomer string
	NoteInternal string
	Discount     string
	Reason       string
	Shipping     string
	Paste        string
	NoMail       bool
	Lines        []entryLine
}

type entryLine struct{ SKU, Quantity, Price, Discount string }

const maxEntryLines = 1000

func readEntry(values url.Values) entryForm {
	get := func(name string) string { return strings.TrimSpace(values.Get(name)) }
	f := entryForm{Draft: get("draft"), Channel: get("channel"), Customer: get("customer"), CustomerID: get("customer_id"), ContactName: get("contact_name"), Email: get("email"),
		Phone: get("phone"), TaxID: get("tax_id"), ShipTo: parts.ReadAddress(get, "ship_to"), Delivery: get("delivery"), RequestedDay: get("requested_day"), Wish: get("wish"),
		PONumber: get("po_number"), NoteCustomer: get("note_customer"), NoteInternal: get("note_internal"), Discount: get("discount"), Reason: get("reason"),
		Shipping: get("shipping"), Paste: values.Get("paste"), NoMail: values.Get("no_mail") != ""}
	// A line that was taken away leaves a gap in the numbers.
	remove := get("remove-line")
	for _, i := range lineNumbers(values) {
		if at := "lines[" + i + "]."; i != remove {
			f.Lines = append(f.Lines, entryLine{get(at + "sku"), get(at + "quantity"), get(at + "price"), get(at + "discount")})
		}
	}
	return f
}

// lineNumbers are the numbers of the form's lines in order, as written.
func lineNumbers(values url.Values) []string {
	var out []string
	for name := range values {
		if i, ok := strings.CutPrefix(name, "lines["); ok {
			if i, ok = strings.CutSuffix(i, "].sku"); ok && len(i) < 6 {
				if _, err := strconv.Atoi(i); err == nil {
					out = append(out, i)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return x - y
	})
	return out[:min(len(out), maxEntryLines)]
}

// blank reports whether nothing was typed into the line.
func (l entryLine) blank() bool { return l == entryLine{} }

// withPasted adds the lines of the paste box; what cannot be read stays in it.
func (f entryForm) withPasted(v *problem.Invalid) entryForm {
	if strings.TrimSpace(f.Paste) == "" {
		return f
	}
	before := len(v.Fields)
	got := trade.PastedLines(v, "paste", f.Paste, maxEntryLines-len(f.Lines))
	if len(v.Fields) > before {
		return f
	}
	var kept []entryLine
	for _, l := range f.Lines {
		if !l.blank() {
			kept = append(kept, l)
		}
	}
	for _, l := range got {
		kept = append(kept, entryLine{SKU: l.SKU, Quantity: strconv.Itoa(int(l.Quantity))})
	}
	f.Lines, f.Paste = kept, ""
	return f
}

// Input is the order, or everything wrong with the form at once. Blank lines
// are nothing; a line's problems keep the row it was typed in.
func (f entryForm) Input(v *problem.Invalid, ch channel.Channel, mayDiscount bool) (flow.NewOrder, []int) {
	in := flow.NewOrder{Channel: ch.ID, ContactName: trade.ReadLine(v, "contact_name", f.ContactName, 200), Email: trade.ReadEmail(v, "email", f.Email),
		ShipTo: f.ShipTo.Normalize(), DeliveryMethod: or(f.Delivery, "standard"), Wish: sales.AsReady, PONumber: trade.ReadLine(v, "po_number", f.PONumber, 100),
		NoteCustomer: trade.ReadText(v, "note_customer", f.NoteCustomer, 2000), NoteInternal: trade.ReadText(v, "note_internal", f.NoteInternal, 2000), NoMail: f.NoMail}
	if n, err := strconv.ParseInt(f.CustomerID, 10, 64); err == nil && n > 0 && f.Customer != "" {
		in.Customer = id.Customer(n)
	}
	if f.Wish != "" {
		in.Wish = readWish(v, f.Wish)
	}
	if in.DeliveryMethod != "standard" && in.DeliveryMethod != "pickup" {
		v.Add("delivery", "not_a_choice")
	}
	if in.ContactName == "" && in.Customer == 0 {
		v.Add("contact_name", "required")
	}
	in.Phone = trade.ReadPhone(v, "phone", f.Phone, in.ShipTo.Country)
	in.TaxID = trade.ReadTaxID(v, "tax_id", f.TaxID, in.ShipTo.Country)
	in.ShipTo.Validate("ship_to", v)
	in.RequestedDay = readDay(v, "requested_day", f.RequestedDay)
	if f.Shipping != "" {
		if a := money.Read(v, "shipping", f.Shipping, ch.Currency); a.Minor >= 0 {
			in.Shipping = &a.Minor
		} else {
			v.Add("shipping", "too_small", "min", 0)
		}
	}
	in.Discount = f.discount(v, ch, mayDiscount)
	var rows []int
	for i, l := range f.Lines {
		if l.blank() {
			continue
		}
		in.Lines = append(in.Lines, l.read(v, fmt.Sprintf("lines[%d]", i), ch, mayDiscount, in.Discount.Reason))
		rows = append(rows, i)
	}
	if len(in.Lines) == 0 {
		v.Add("lines[0].sku", "no_lines")
	}
	return in, rows
}

// discount reads "10 %" as a rate and "5" as an amount.
func (f entryForm) discount(v *problem.Invalid, ch channel.Channel, may bool) flow.OrderDiscount {
	d := flow.OrderDiscount{Reason: trade.ReadLine(v, "reason", f.Reason, 200)}
	switch {
	case f.Discount == "":
		return d
	case !may:
		v.Add("discount", "forbidden")
	case strings.HasSuffix(f.Discount, "%"):
		d.Rate = money.ReadRate(v, "discount", strings.TrimSuffix(f.Discount, "%"))
	default:
		d.Minor = money.Read(v, "discount", f.Discount, ch.Currency).Minor
	}
	if d.Minor < 0 || d.Rate < 0 {
		v.Add("discount", "too_small", "min", 0)
	}
	if d.Reason == "" && (d.Minor != 0 || d.Rate != 0) {
		v.Add("reason", "required")
	}
	return d
}

func (l entryLine) read(v *problem.Invalid, path string, ch channel.Channel, mayDiscount bool, reason string) flow.NewLine {
	n := flow.NewLine{Code: trade.ReadLine(v, path+".sku", l.SKU, 64), Reason: reason}
	if n.Code == "" {
		v.Add(path+".sku", "required")
	}
	if l.Quantity == "" {
		n.Pieces = 1
	} else {
		n.Pieces = int64(trade.ReadQuantity(v, path+".quantity", l.Quantity))
	}
	if l.Price != "" {
		if !mayDiscount {
			v.Add(path+".price", "forbidden")
		} else if p := money.ReadPrice(v, path+".price", l.Price, ch.Currency); p.Sign() < 0 {
			v.Add(path+".price", "too_small", "min", 0)
		} else {
			n.Price, n.PriceSource = &p, "price.by_hand"
		}
	}
	if l.Discount != "" {
		if !mayDiscount {
			v.Add(path+".discount", "forbidden")
		}
		n.DiscountRate = money.ReadRate(v, path+".discount", strings.TrimSuffix(strings.TrimSpace(l.Discount), "%"))
		if n.DiscountRate < 0 || n.DiscountRate > money.Whole {
			v.Add(path+".discount", "too_large", "max", 100)
		}
		if n.DiscountRate > 0 && reason == "" {
			v.Add("reason", "required")
		}
	}
	return n
}

func or(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
