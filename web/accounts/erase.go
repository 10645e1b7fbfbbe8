package accounts

import (
	"context"

	"packhouse/internal/customers"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
)

// eraseView shows what will be gone before it is.
type eraseView struct {
	sight
	Customer  customers.Customer
	Open      int // orders that still need the data
	Addresses int
	Contacts  int
	Reason    string
	Version   string
}

func (p pages) eraseForm(r *edge.Request) (edge.Reply, error) { return p.drawErase(r, "", nil) }

func (p pages) drawErase(r *edge.Request, reason string, wrong error) (edge.Reply, error) {
	if wrong != nil && !problem.IsPersons(wrong) {
		return edge.Reply{}, wrong
	}
	ctx := r.Context()
	v := eraseView{sight: p.sight(r), Reason: reason}
	var err error
	if v.Customer, err = customers.ByID(ctx, p.Read, the(r)); err != nil {
		return edge.Reply{}, err
	}
	card, err := customers.Card(ctx, p.Read, the(r), "UTC")
	if err != nil {
		return edge.Reply{}, err
	}
	addresses, err := customers.Addresses(ctx, p.Read, the(r))
	if err != nil {
		return edge.Reply{}, err
	}
	contacts, err := customers.Contacts(ctx, p.Read, the(r))
	if err != nil {
		return edge.Reply{}, err
	}
	v.Open, v.Addresses, v.Contacts, v.Version = card.Open, len(addresses), len(contacts), text(v.Customer.Version)
	if wrong == nil {
		return edge.Page(frame("Erase personal data"), erasePage(v)), nil
	}
	v.Said = r.Problems(wrong)
	if s, ok := wrong.(*problem.Stale); ok {
		v.Version, v.Changed = text(s.Version), v.differences(s)
	}
	return edge.Redraw(wrong, frame("Erase personal data"), erasePage(v)), nil
}

func (p pages) erase(r *edge.Request) (edge.Reply, error) {
	reason := r.Text("reason")
	was, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		card, err := customers.Card(ctx, tx, the(r), "UTC")
		if err != nil {
			return err
		}
		return customers.Erase(ctx, tx, the(r), r.Version(), card.Open, reason)
	})
	if err != nil {
		return p.drawErase(r, reason, err)
	}
	return edge.SeeOther(path(the(r)), append(repeated(was), edge.Done("done.customer_erased"))...), nil
}

// why is what keeps the data from being erased now.
func (v eraseView) why() string {
	if v.Open == 0 {
		return ""
	}
	return v.Say("refused.customer_has_orders", "n", v.Open)
}
