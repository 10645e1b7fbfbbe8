package notify

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/words"
)

// letter is a mail before it is drawn, in words of its language: the HTML and
// the plain part are made from it and so cannot disagree.
type letter struct {
	Lang      string
	House     House
	Ink       string // readable on the house's colour
	Subject   string
	Hello     string
	Texts     []string
	Button    string
	URL       string // of the button; empty: no button
	LinkNote  string // says what to do when the button does not work
	Heads     [3]string
	Rows      []letterRow
	Totals    []letterTotal
	DeliverTo string // heading
	Address   []string
	Foot      []string
}

type letterRow struct{ Name, SKU, Quantity, Amount string }

type letterTotal struct {
	Label, Amount string
	Strong        bool
}

// write puts a mail into the words of its language. url is where its button
// leads, order what it shows (nil: none).
func write(h House, m Mail, order *Order, url string) letter {
	c := words.For(m.Language)
	if loc, err := time.LoadLocation(h.Zone); err == nil {
		c = c.In(loc)
	}
	h.Name = oneLine(h.Name)
	if !isColour(h.Colour) {
		h.Colour = "#0b5f66"
	}
	w := writer{c: c, m: m, args: problem.Args{"company": h.Name}}
	for k, v := range m.Args {
		if s, ok := v.(string); ok {
			v = oneLine(s)
		}
		w.args[k] = v
	}
	if m.Kind.once() {
		w.args["wait"] = m.Kind.purpose.Lasts()
	}
	l := letter{Lang: c.Lang(), House: h, Ink: ink(h.Colour), URL: url}
	if order != nil {
		w.order(&l, order)
	}
	l.Subject = oneLine(w.say("subject"))
	l.Hello = c.Say("mail.hello_nobody", nil)
	if name, _ := w.args["name"].(string); name != "" {
		l.Hello = c.Say("mail.hello", w.args)
	}
	l.Texts = append([]string{w.say("text")}, l.Texts...)
	if reason, _ := w.args["reason"].(string); reason != "" {
		l.Texts = append(l.Texts, c.Say("mail.reason", w.args))
	}
	if url != "" {
		l.Button = w.say("button")
		l.LinkNote = c.Say("mail.link_note", nil)
	}
	l.Foot = append(l.Foot, c.Say("mail.foot", w.args))
	if !m.Kind.staff {
		l.Foot = append(l.Foot, c.Say("mail.answer", w.args))
	}
	return l
}

func (k Kind) once() bool { return k.purpose.Once() }

type writer struct {
	c    *words.Catalogue
	m    Mail
	args problem.Args
}

// say is a sentence of this kind of mail: "mail.order.received.subject".
func (w writer) say(part string) string {
	return w.c.Say("mail."+w.m.Kind.name+"."+part, w.args)
}

func (w writer) order(l *letter, o *Order) {
	w.args["number"] = o.Number
	if _, given := w.args["name"]; !given {
		w.args["name"] = oneLine(o.Contact)
	}
	cancelled := w.m.Kind == OrderCancelled
	amount := func(minor int64) string { return w.c.Money(money.Of(minor, o.Currency)) }
	l.Heads = [3]string{w.c.Say("mail.item", nil), w.c.Say("mail.quantity", nil), w.c.Say("mail.amount", nil)}
	if cancelled {
		l.Heads[2] = ""
	}
	for _, line := range o.Lines {
		row := letterRow{Name: oneLine(line.Name), SKU: oneLine(line.SKU), Quantity: w.c.Number(int64(line.Ordered))}
		if !cancelled {
			open := line.Ordered - line.Cancelled
			if open == 0 {
				continue
			}
			row.Quantity, row.Amount = w.c.Number(int64(open)), amount(line.Amount)
		}
		l.Rows = append(l.Rows, row)
	}
	if cancelled {
		return
	}
	total := func(code string, minor int64, strong bool) {
		l.Totals = append(l.Totals, letterTotal{w.c.Say("mail.total."+code, nil), amount(minor), strong})
	}
	if o.Discount > 0 || o.Shipping > 0 {
		total("goods", o.Goods, false)
	}
	if o.Discount > 0 {
		total("discount", -o.Discount, false)
	}
	if o.Shipping > 0 {
		total("shipping", o.Shipping, false)
	}
	if o.PricesIncludeTax {
		total("total", o.Total, true)
		total("included", o.Tax, false)
	} else {
		total("net", o.Net, false)
		total("tax", o.Tax, false)
		total("total", o.Total, true)
	}
	w.promise(l, o)
	if o.PONumber != "" {
		l.Texts = append(l.Texts, w.c.Say("mail.po", problem.With("po", oneLine(o.PONumber))))
	}
	for _, line := range o.ShipTo.Format(l.Lang) {
		l.Address = append(l.Address, oneLine(line))
	}
	l.DeliverTo = w.c.Say("mail.deliver_to", nil)
}

func (w writer) promise(l *letter, o *Order) {
	if w.m.Kind != OrderConfirmed {
		return
	}
	if o.Promised != nil {
		// A civil day, kept at midnight UTC: it must not move with the zone.
		l.Texts = append(l.Texts, w.c.Say("mail.promised", problem.With("day", w.c.In(time.UTC).LongDay(*o.Promised))))
	}
	if o.Open {
		l.Texts = append(l.Texts, w.c.Say("mail.no_day_yet", nil))
	}
}

// oneLine makes text from people fit for a header and for one line: anything
// that could break a line or steer a terminal becomes a space.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f' || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}), " ")
}

func isColour(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	for _, c := range s[1:] {
		if !strings.ContainsRune("0123456789abcdefABCDEF", c) {
			return false
		}
	}
	return true
}

// ink is black or white, whichever is read more easily on the colour (WCAG 2
// relative luminance, with the usual power in place of its two-part curve).
func ink(colour string) string {
	n, _ := strconv.ParseUint(colour[1:], 16, 32) // isColour has seen it
	var light float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v := float64(n>>(16-8*i)&0xff) / 255
		light += weight * v * v
	}
	if light > 0.22 {
		return "#000000"
	}
	return "#ffffff"
}
