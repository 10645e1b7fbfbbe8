package accounts

import (
	"context"

	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

type addressView struct {
	sight
	Customer  customers.Customer
	Form      customers.Address // as typed; ID 0: a new one
	Warnings  []string          // what may be right but should be looked at
	RemoveKey string
}

func readAddress(r *edge.Request) customers.Address {
	return customers.Address{Label: r.Text("label"), Shipping: r.Ticked("shipping"), Billing: r.Ticked("billing"), Address: parts.ReadAddress(r.Text, "address")}
}

func (p pages) drawAddress(r *edge.Request, a customers.Address, wrong error) (edge.Reply, error) {
	if wrong != nil && !problem.IsPersons(wrong) {
		return edge.Reply{}, wrong
	}
	v := addressView{sight: p.sight(r), Form: a, RemoveKey: string(id.NewKey())}
	var err error
	if v.Customer, err = customers.ByID(r.Context(), p.Read, the(r)); err != nil {
		return edge.Reply{}, err
	}
	if v.Form.Line1 != "" {
		for _, note := range a.Normalize().Notes() {
			if note.Code != "address.warn.no_phone" { // the customer's own is used then
				v.Warnings = append(v.Warnings, v.Words.Say(note.Code, note.Args))
			}
		}
	}
	if wrong == nil {
		return edge.Page(frame(v.title()), addressPage(v)), nil
	}
	v.Said = r.Problems(wrong)
	return edge.Redraw(wrong, frame(v.title()), addressPage(v)), nil
}

func (p pages) newAddress(r *edge.Request) (edge.Reply, error) {
	return p.drawAddress(r, customers.Address{Shipping: true, Billing: true, Address: trade.Address{Country: p.Company().Country}}, nil)
}

// address is the one of the path, if it is this customer's.
func (p pages) address(r *edge.Request) (customers.Address, error) {
	all, err := customers.Addresses(r.Context(), p.Read, the(r))
	if err != nil {
		return customers.Address{}, err
	}
	for _, a := range all {
		if a.ID == id.Address(r.ID("address")) {
			return a, nil
		}
	}
	return customers.Address{}, problem.Missing("address")
}

func (p pages) editAddress(r *edge.Request) (edge.Reply, error) {
	a, err := p.address(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return p.drawAddress(r, a, nil)
}

func (p pages) addAddress(r *edge.Request) (edge.Reply, error) {
	return p.saveAddress(r, 0, func(ctx context.Context, tx *txn.Tx, a customers.Address) error {
		_, err := customers.AddAddress(ctx, tx, the(r), a)
		return err
	})
}

func (p pages) changeAddress(r *edge.Request) (edge.Reply, error) {
	return p.saveAddress(r, id.Address(r.ID("address")), func(ctx context.Context, tx *txn.Tx, a customers.Address) error {
		return customers.ChangeAddress(ctx, tx, the(r), a)
	})
}

func (p pages) saveAddress(r *edge.Request, which id.Address, save func(context.Context, *txn.Tx, customers.Address) error) (edge.Reply, error) {
	a := readAddress(r)
	a.ID = which
	if r.Text("step") == "country" { // the fields of another country were asked for
		return p.drawAddress(r, a, nil)
	}
	was, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return save(ctx, tx, a) })
	if err != nil {
		return p.drawAddress(r, a, err)
	}
	return edge.SeeOther(path(the(r)), append(repeated(was), edge.Done("done.address_saved"))...), nil
}

func (p pages) removeAddress(r *edge.Request) (edge.Reply, error) {
	_, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return customers.RemoveAddress(ctx, tx, the(r), id.Address(r.ID("address")))
	})
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther(path(the(r)), edge.Done("done.address_removed")), nil
}

func (v addressView) title() string {
	if v.Form.ID == 0 {
		return "New address"
	}
	return "Edit address"
}

func (v addressView) head() ui.PageHead {
	h := ui.PageHead{Title: v.title(), Crumbs: crumbs(v.Customer)}
	if v.Form.ID != 0 {
		h.More = []ui.Action{{Label: "Remove this address", Kind: ui.Danger, Post: v.action() + "/remove", Command: v.RemoveKey}}
	}
	return h
}

func crumbs(c customers.Customer) []ui.Crumb {
	return []ui.Crumb{{Label: "Customers", Href: "/customers"}, {Label: c.Name, Href: path(c.ID)}}
}

func (v addressView) action() string {
	if v.Form.ID == 0 {
		return path(v.Customer.ID) + "/addresses/new"
	}
	return path(v.Customer.ID) + "/addresses/" + text(v.Form.ID)
}

// purpose says in words what goes to an address.
func purpose(a customers.Address) string {
	switch {
	case a.Shipping && a.Billing:
		return "Goods and invoices"
	case a.Shipping:
		return "Goods"
	}
	return "Invoices"
}

// adds is the button of a card that adds one of what it lists.
func (v customerView) adds(what string) []ui.Action {
	if !v.Manage || v.Customer.Erased() {
		return nil
	}
	if what == "address" {
		return []ui.Action{{Label: "Add address", Href: path(v.Customer.ID) + "/addresses/new"}}
	}
	return []ui.Action{{Label: "Add contact", Href: path(v.Customer.ID) + "/contacts/new"}}
}
