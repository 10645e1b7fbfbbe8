package products

import (
	"context"

	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
)

func (p pages) withdrawForm(r *edge.Request) (edge.Reply, error) {
	v, _, err := p.readVariant(r, id.SKU(r.ID("sku")))
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(frame("Withdraw "+v.SKU.Code), withdrawPage(v)), nil
}

func (p pages) withdraw(r *edge.Request) (edge.Reply, error) {
	v, _, err := p.readVariant(r, id.SKU(r.ID("sku")))
	if err != nil {
		return edge.Reply{}, err
	}
	v.Reason = r.Text("reason")
	_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return catalog.Withdraw(ctx, tx, v.SKU.ID, r.Version(), v.Reason)
	})
	if err == nil {
		return edge.SeeOther(productPath(v.ID), edge.Done("product.was_withdrawn", "code", v.SKU.Code)), nil
	}
	if !problem.IsPersons(err) {
		return edge.Reply{}, err
	}
	v.Seen = r.Version()
	if now := v.told(r, err, nil); now != 0 {
		v.Seen = now
	}
	return edge.Redraw(err, frame("Withdraw "+v.SKU.Code), withdrawPage(v)), nil
}

func (p pages) reinstate(r *edge.Request) (edge.Reply, error) {
	v, _, err := p.readVariant(r, id.SKU(r.ID("sku")))
	if err != nil {
		return edge.Reply{}, err
	}
	_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return catalog.Reinstate(ctx, tx, v.SKU.ID, r.Version())
	})
	if err != nil {
		return p.redrawVariant(r, v, err)
	}
	return edge.SeeOther(productPath(v.ID), edge.Done("product.was_reinstated", "code", v.SKU.Code)), nil
}
