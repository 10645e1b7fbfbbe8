package orders

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// amendForm is what was typed.
type amendForm struct {
	ContactName, Email, Phone, TaxID, RequestedDay, Wish, PONumber, NoteCustomer, NoteInternal string
	ShipTo, BillTo                                                                             trade.Address
}

func readAmendForm(r *edge.Request) amendForm {
	return amendForm{ContactName: r.Text("contact_name"), Email: r.Text("email"), Phone: r.Text("phone"), TaxID: r.Text("tax_id"), RequestedDay: r.Text("requested_day"),
		Wish: r.Text("wish"), PONumber: r.Text("po_number"), NoteCustomer: r.Text("note_customer"), NoteInternal: r.Text("note_internal"),
		ShipTo: parts.ReadAddress(r.Text, "ship_to"), BillTo: parts.ReadAddress(r.Text, "bill_to")}
}

func amendFormOf(o *sales.Order) amendForm {
	f := amendForm{ContactName: o.ContactName, Email: o.Email, Phone: o.Phone, TaxID: o.TaxID, Wish: string(o.Wish), PONumber: o.PONumber,
		NoteCustomer: o.NoteCustomer, NoteInternal: o.NoteInternal, ShipTo: o.ShipTo, BillTo: o.BillTo}
	if o.RequestedDay != nil {
		f.RequestedDay = o.RequestedDay.Format(time.DateOnly)
	}
	return f
}

// Input is the amendment, or everything wrong with the form.
func (f amendForm) Input(v *problem.Invalid) sales.Amendment {
	a := sales.Amendment{ContactName: trade.ReadLine(v, "contact_name", f.ContactName, 200), Email: trade.ReadEmail(v, "email", f.Email),
		ShipTo: f.ShipTo.Normalize(), BillTo: f.BillTo.Normalize(), Wish: readWish(v, f.Wish), PONumber: trade.ReadLine(v, "po_number", f.PONumber, 100),
		NoteCustomer: trade.ReadText(v, "note_customer", f.NoteCustomer, 2000), NoteInternal: trade.ReadText(v, "note_internal", f.NoteInternal, 2000)}
	if a.ContactName == "" {
		v.Add("contact_name", "required")
	}
	a.Phone = trade.ReadPhone(v, "phone", f.Phone, a.ShipTo.Country)
	a.TaxID = trade.ReadTaxID(v, "tax_id", f.TaxID, a.BillTo.Country)
	a.ShipTo.Validate("ship_to", v)
	a.BillTo.Validate("bill_to", v)
	a.RequestedDay = readDay(v, "requested_day", f.RequestedDay)
	return a
}

func readWish(v *problem.Invalid, s string) sales.Wish {
	switch w := sales.Wish(s); w {
	case sales.AsReady, sales.Together:
		return w
	}
	v.Add("wish", "not_a_choice")
	return sales.AsReady
}

func readDay(v *problem.Invalid, path, typed string) *time.Time {
	if typed == "" {
		return nil
	}
	d := trade.ReadDay(v, path, typed)
	if d.IsZero() {
		return nil
	}
	t := time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, time.UTC)
	return &t
}

// amendView is the form with what was typed.
type amendView struct {
	parts.Look
	Order       *sales.Order
	Form        amendForm
	Was         amendForm // as the order stood when the form was drawn
	Problems    ui.Problems
	Key         string
	Stale       string
	Differences []ui.Difference
	Since       []sales.Happening
}

func (p pages) amendForm(r *edge.Request) (edge.Reply, error) {
	o, err := sales.Get(r.Context(), p.Read, id.Order(r.ID("order")))
	if err != nil {
		return edge.Reply{}, err
	}
	v := amendView{Look: p.look(r), Order: o, Form: amendFormOf(o), Was: amendFormOf(o), Key: r.Key()}
	return edge.Page(v.frame(), amendPage(v)), nil
}

func (v amendView) frame() ui.Frame {
	return ui.Frame{Title: v.Say("edit_order", "number", v.Order.Number), Section: "/orders"}
}

func (p pages) amend(r *edge.Request) (edge.Reply, error) {
	order, form := id.Order(r.ID("order")), readAmendForm(r)
	invalid := r.Invalid()
	a := form.Input(invalid)
	err := invalid.Err()
	if err == nil {
		_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return flow.AmendOrder(ctx, tx, order, r.Version(), a) })
	}
	if err == nil {
		return edge.SeeOther(path(order), edge.Done("order_saved")), nil
	}
	if !problem.IsPersons(err) {
		return edge.Reply{}, err
	}
	o, getErr := sales.Get(r.Context(), p.Read, order)
	if getErr != nil {
		return edge.Reply{}, getErr
	}
	v := amendView{Look: p.look(r), Order: o, Form: form, Was: readWas(r), Key: r.Key(), Problems: r.Problems(err)}
	if _, refused := errors.AsType[*problem.Refusal](err); refused {
		v.Problems = ui.Problems{{Text: r.Sentence(err)}}
	}
	if _, stale := errors.AsType[*problem.Stale](err); stale {
		name, at := o.ChangedBy()
		v.Stale = v.Say("stale_order", "name", name, "at", v.Words.Near(at, v.Now))
		now := amendFormOf(o)
		v.Form = v.Form.over(v.Was, now)
		v.Problems, v.Differences, v.Was = nil, v.differences(), now
		if v.Since, getErr = sales.Timeline(r.Context(), p.Read, order, false, 5); getErr != nil {
			return edge.Reply{}, getErr
		}
	}
	return edge.Redraw(err, v.frame(), amendPage(v)), nil
}

// readWas is how the order stood when the form was drawn.
func readWas(r *edge.Request) (was amendForm) {
	if json.Unmarshal([]byte(r.Raw("was")), &was) != nil {
		return readAmendForm(r) // a form of another make: nothing counts as untouched
	}
	return was
}

// was is the hidden field that tells what a person touched from what they only
// had before them.
func (v amendView) was() []ui.Hidden {
	raw, err := json.Marshal(v.Was)
	if err != nil {
		return nil
	}
	return []ui.Hidden{{Name: "was", Value: string(raw)}}
}

// over is what was typed, put over what stands in the order now: a field that
// this person left as it was takes the other's value, so that saving again
// does not undo what they never saw.
func (f amendForm) over(was, now amendForm) amendForm {
	for _, x := range []struct{ typed, was, now *string }{{&f.ContactName, &was.ContactName, &now.ContactName}, {&f.Email, &was.Email, &now.Email}, {&f.Phone, &was.Phone, &now.Phone},
		{&f.TaxID, &was.TaxID, &now.TaxID}, {&f.RequestedDay, &was.RequestedDay, &now.RequestedDay}, {&f.Wish, &was.Wish, &now.Wish}, {&f.PONumber, &was.PONumber, &now.PONumber},
		{&f.NoteCustomer, &was.NoteCustomer, &now.NoteCustomer}, {&f.NoteInternal, &was.NoteInternal, &now.NoteInternal}} {
		if *x.typed == *x.was {
			*x.typed = *x.now
		}
	}
	if f.ShipTo == was.ShipTo {
		f.ShipTo = now.ShipTo
	}
	if f.BillTo == was.BillTo {
		f.BillTo = now.BillTo
	}
	return f
}

// differences sets what stands in the order now beside what was typed. The
// next save keeps what was typed.
func (v amendView) differences() []ui.Difference {
	now, typed := amendFormOf(v.Order), v.Form
	var out []ui.Difference
	add := func(code, now, typed string) {
		if now != typed {
			out = append(out, ui.Difference{Label: v.Say(code), After: now, Yours: typed})
		}
	}
	add("contact_name", now.ContactName, typed.ContactName)
	add("email", now.Email, typed.Email)
	add("phone", now.Phone, typed.Phone)
	add("tax_id", now.TaxID, typed.TaxID)
	add("ship_to", oneLine(now.ShipTo, v.Words.Lang()), oneLine(typed.ShipTo, v.Words.Lang()))
	add("bill_to", oneLine(now.BillTo, v.Words.Lang()), oneLine(typed.BillTo, v.Words.Lang()))
	add("requested_day", now.RequestedDay, typed.RequestedDay)
	add("wish", v.Say("wish."+now.Wish), v.Say("wish."+typed.Wish))
	add("po_number", now.PONumber, typed.PONumber)
	add("note_customer", now.NoteCustomer, typed.NoteCustomer)
	add("note_internal", now.NoteInternal, typed.NoteInternal)
	return out
}

func (v amendView) since() []ui.Happening {
	var out []ui.Happening
	for _, h := range v.Since {
		out = append(out, parts.Event(v.Look, h))
	}
	return out
}

func (v amendView) value(name string) string {
	f := v.Form
	return map[string]string{"contact_name": f.ContactName, "email": f.Email, "phone": f.Phone, "tax_id": f.TaxID, "requested_day": f.RequestedDay,
		"po_number": f.PONumber, "note_customer": f.NoteCustomer, "note_internal": f.NoteInternal}[name]
}

func (v amendView) in(code, name string) ui.Input {
	return ui.Input{Label: v.Say(code), Name: name, Value: v.value(name), Problem: v.Problems.For(name), MaxLength: 200}
}

func (v amendView) typedIn(code, name string, typ ui.FieldType) ui.Input {
	in := v.in(code, name)
	in.Type, in.Rows = typ, 2
	if typ == ui.Area {
		in.MaxLength = 2000
	}
	return in
}

func (v amendView) optional(in ui.Input) ui.Input {
	in.Optional = true
	return in
}

func (v amendView) wish() ui.Input { return wishInput(v.Look, v.Form.Wish, v.Problems) }

func wishInput(l parts.Look, value string, problems ui.Problems) ui.Input {
	if value == "" {
		value = string(sales.AsReady)
	}
	return ui.Input{Label: l.Say("wish"), Name: "wish", Type: ui.Radios, Value: value, Problem: problems.For("wish"),
		Options: []ui.Option{{Value: string(sales.AsReady), Label: l.Say("wish.as_ready")}, {Value: string(sales.Together), Label: l.Say("wish.together")}}}
}

// oneLine is an address in a row of a table.
func oneLine(a trade.Address, lang string) string { return strings.Join(a.Format(lang), ", ") }
