package accounts

import (
	"context"

	"packhouse/internal/catalog"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// form is what was typed about a customer.
type form struct {
	Kind, Name, Email, Phone, TaxID, Language string
	TermsDays, CreditLimit, Currency          string
	PriceList                                 string
	TaxExempt                                 bool
	NotePublic, NoteInternal                  string
}

type formView struct {
	sight
	Form    form
	ID      id.Customer // 0: a new one
	Version string
	Lists   []catalog.List
}

func readForm(r *edge.Request) form {
	return form{Kind: r.Text("kind"), Name: r.Text("name"), Email: r.Text("email"), Phone: r.Text("phone"), TaxID: r.Text("tax_id"), Language: r.Text("language"),
		TermsDays: r.Text("terms_days"), CreditLimit: r.Text("credit_limit"), Currency: r.Text("currency"), PriceList: r.Text("price_list"), TaxExempt: r.Ticked("tax_exempt"),
		NotePublic: r.Text("note_public"), NoteInternal: r.Text("note_internal")}
}

func formOf(c customers.Customer) form {
	f := form{Kind: c.Kind, Name: c.Name, Email: c.Email, Phone: c.Phone, TaxID: c.TaxID, Language: c.Language, TermsDays: text(c.TermsDays), TaxExempt: c.TaxExempt,
		NotePublic: c.NotePublic, NoteInternal: c.NoteInternal}
	if c.CreditLimit != nil {
		f.CreditLimit, f.Currency = c.CreditLimit.Plain(), string(c.CreditLimit.Currency)
	}
	if c.PriceList != 0 {
		f.PriceList = text(c.PriceList)
	}
	return f
}

// Input is the customer the form describes; everything wrong with it is noted.
// country is that of numbers typed without their prefix.
func (f form) Input(v *problem.Invalid, country string) customers.Details {
	d := customers.Details{Kind: f.Kind, Name: f.Name, Email: f.Email, Phone: f.Phone, TaxID: f.TaxID, TaxCountry: country, Language: f.Language,
		PriceList: id.PriceList(number(f.PriceList)), TaxExempt: f.TaxExempt, NotePublic: f.NotePublic, NoteInternal: f.NoteInternal}
	if f.TermsDays != "" {
		n, err := money.ParseInt(f.TermsDays)
		if err != nil {
			n = -1
		}
		d.TermsDays = int(min(max(n, -1), 100_000))
	}
	if f.CreditLimit != "" {
		currency, err := money.ParseCurrency(f.Currency)
		if err != nil {
			v.Add("currency", "unknown_currency", "code", f.Currency)
		} else {
			a := money.Read(v, "credit_limit", f.CreditLimit, currency)
			d.CreditLimit = &a
		}
	}
	rules := &problem.Invalid{}
	d.Checked(rules)
	for _, wrong := range rules.Fields {
		if !v.Has(wrong.Path) {
			v.Fields = append(v.Fields, wrong)
		}
	}
	return d
}

func (p pages) draw(r *edge.Request, c id.Customer, version int64, f form, wrong error) (edge.Reply, error) {
	if wrong != nil && !problem.IsPersons(wrong) {
		return edge.Reply{}, wrong
	}
	v := formView{sight: p.sight(r), Form: f, ID: c, Version: text(version)}
	var err error
	if v.Lists, err = catalog.Lists(r.Context(), p.Read); err != nil {
		return edge.Reply{}, err
	}
	title := "New customer"
	if c != 0 {
		title = "Edit customer"
	}
	if wrong == nil {
		return edge.Page(frame(title), formPage(v)), nil
	}
	v.Said = r.Problems(wrong)
	if s, ok := wrong.(*problem.Stale); ok {
		v.Version, v.Changed = text(s.Version), v.differences(s)
	}
	return edge.Redraw(wrong, frame(title), formPage(v)), nil
}

func (p pages) newForm(r *edge.Request) (edge.Reply, error) {
	return p.draw(r, 0, 0, form{Kind: customers.Company, Language: "en", TermsDays: "0"}, nil)
}

func (p pages) create(r *edge.Request) (edge.Reply, error) {
	f, v := readForm(r), r.Invalid()
	d := f.Input(v, p.Company().Country)
	if err := v.Err(); err != nil {
		return p.draw(r, 0, 0, f, err)
	}
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (id.Customer, error) { return customers.Create(ctx, tx, d) })
	if err != nil {
		return p.draw(r, 0, 0, f, err)
	}
	return edge.SeeOther(path(out.Value), append(repeated(out.Repeated), edge.Done("done.customer_saved"))...), nil
}

func (p pages) editForm(r *edge.Request) (edge.Reply, error) {
	c, err := customers.ByID(r.Context(), p.Read, the(r))
	if err != nil {
		return edge.Reply{}, err
	}
	return p.draw(r, c.ID, c.Version, formOf(c), nil)
}

func (p pages) edit(r *edge.Request) (edge.Reply, error) {
	f, v := readForm(r), r.Invalid()
	d := f.Input(v, p.Company().Country)
	if err := v.Err(); err != nil {
		return p.draw(r, the(r), r.Version(), f, err)
	}
	was, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return customers.Change(ctx, tx, the(r), r.Version(), d) })
	if err != nil {
		return p.draw(r, the(r), r.Version(), f, err)
	}
	return edge.SeeOther(path(the(r)), append(repeated(was), edge.Done("done.customer_saved"))...), nil
}

func (v formView) action() string {
	if v.ID == 0 {
		return "/customers/new"
	}
	return path(v.ID) + "/edit"
}

func (v formView) back() string {
	if v.ID == 0 {
		return "/customers"
	}
	return path(v.ID)
}

func (v formView) head() ui.PageHead {
	if v.ID == 0 {
		return ui.PageHead{Title: "New customer", Crumbs: []ui.Crumb{{Label: "Customers", Href: "/customers"}}}
	}
	return ui.PageHead{Title: "Edit customer", Crumbs: []ui.Crumb{{Label: "Customers", Href: "/customers"}, {Label: v.Form.Name, Href: path(v.ID)}}}
}

func (v formView) lists() []ui.Option {
	var out []ui.Option
	for _, l := range v.Lists {
		if !l.Base {
			out = append(out, ui.Option{Value: text(l.ID), Label: l.Name + " (" + string(l.Currency) + ")"})
		}
	}
	return out
}

// currencies are those that prices are kept in.
func (v formView) currencies() []ui.Option {
	have := map[string]bool{}
	var out []ui.Option
	add := func(c string) {
		if c != "" && !have[c] {
			have[c] = true
			out = append(out, ui.Option{Value: c, Label: c})
		}
	}
	add(v.Form.Currency)
	for _, l := range v.Lists {
		add(string(l.Currency))
	}
	if len(out) == 0 {
		add("EUR")
	}
	return out
}
