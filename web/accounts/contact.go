package accounts

import (
	"context"

	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

type contactView struct {
	sight
	Customer  customers.Customer
	Form      customers.Contact // as typed; ID 0: a new one
	RemoveKey string
}

func (p pages) drawContact(r *edge.Request, k customers.Contact, wrong error) (edge.Reply, error) {
	if wrong != nil && !problem.IsPersons(wrong) {
		return edge.Reply{}, wrong
	}
	v := contactView{sight: p.sight(r), Form: k, RemoveKey: string(id.NewKey())}
	var err error
	if v.Customer, err = customers.ByID(r.Context(), p.Read, the(r)); err != nil {
		return edge.Reply{}, err
	}
	if wrong == nil {
		return edge.Page(frame(v.title()), contactPage(v)), nil
	}
	v.Said = r.Problems(wrong)
	return edge.Redraw(wrong, frame(v.title()), contactPage(v)), nil
}

func (p pages) newContact(r *edge.Request) (edge.Reply, error) {
	return p.drawContact(r, customers.Contact{}, nil)
}

func (p pages) editContact(r *edge.Request) (edge.Reply, error) {
	all, err := customers.Contacts(r.Context(), p.Read, the(r))
	if err != nil {
		return edge.Reply{}, err
	}
	for _, k := range all {
		if k.ID == r.ID("contact") {
			return p.drawContact(r, k, nil)
		}
	}
	return edge.Reply{}, problem.Missing("contact")
}

func (p pages) addContact(r *edge.Request) (edge.Reply, error) {
	return p.saveContact(r, 0, func(ctx context.Context, tx *txn.Tx, k customers.Contact) error {
		_, err := customers.AddContact(ctx, tx, the(r), k)
		return err
	})
}

func (p pages) changeContact(r *edge.Request) (edge.Reply, error) {
	return p.saveContact(r, r.ID("contact"), func(ctx context.Context, tx *txn.Tx, k customers.Contact) error {
		return customers.ChangeContact(ctx, tx, the(r), k)
	})
}

func (p pages) saveContact(r *edge.Request, which int64, save func(context.Context, *txn.Tx, customers.Contact) error) (edge.Reply, error) {
	k := customers.Contact{ID: which, Name: r.Text("name"), Email: r.Text("email"), Phone: r.Text("phone"), Role: r.Text("role")}
	was, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return save(ctx, tx, k) })
	if err != nil {
		return p.drawContact(r, k, err)
	}
	return edge.SeeOther(path(the(r)), append(repeated(was), edge.Done("done.contact_saved"))...), nil
}

func (p pages) removeContact(r *edge.Request) (edge.Reply, error) {
	_, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return customers.RemoveContact(ctx, tx, the(r), r.ID("contact"))
	})
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther(path(the(r)), edge.Done("done.contact_removed")), nil
}

func (v contactView) title() string {
	if v.Form.ID == 0 {
		return "New contact"
	}
	return "Edit contact"
}

func (v contactView) head() ui.PageHead {
	h := ui.PageHead{Title: v.title(), Crumbs: crumbs(v.Customer)}
	if v.Form.ID != 0 {
		h.More = []ui.Action{{Label: "Remove this contact", Kind: ui.Danger, Post: v.action() + "/remove", Command: v.RemoveKey}}
	}
	return h
}

func (v contactView) action() string {
	if v.Form.ID == 0 {
		return path(v.Customer.ID) + "/contacts/new"
	}
	return path(v.Customer.ID) + "/contacts/" + text(v.Form.ID)
}
