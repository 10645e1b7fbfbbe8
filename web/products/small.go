package products

import (
	"context"
	"strings"

	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
)

func (p pages) addBarcode(r *edge.Request) (edge.Reply, error) {
	page, _, err := p.readVariant(r, id.SKU(r.ID("sku")))
	if err != nil {
		return edge.Reply{}, err
	}
	page.Barcode = r.Text("barcode")
	_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return catalog.AddBarcode(ctx, tx, page.SKU.ID, page.Barcode)
	})
	if err != nil {
		return p.redrawVariant(r, page, err)
	}
	return edge.SeeOther(page.path(), edge.Done("product.barcode_added", "barcode", page.Barcode, "code", page.SKU.Code)), nil
}

func (p pages) removeBarcode(r *edge.Request) (edge.Reply, error) {
	page, _, err := p.readVariant(r, id.SKU(r.ID("sku")))
	if err != nil {
		return edge.Reply{}, err
	}
	code := r.Text("barcode")
	_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return catalog.RemoveBarcode(ctx, tx, page.SKU.ID, code)
	})
	if err != nil {
		return p.redrawVariant(r, page, err)
	}
	return edge.SeeOther(page.path(), edge.Done("product.barcode_removed", "barcode", code, "code", page.SKU.Code)), nil
}

func (p pages) setSubstitutes(r *edge.Request) (edge.Reply, error) {
	page, _, err := p.readVariant(r, id.SKU(r.ID("sku")))
	if err != nil {
		return edge.Reply{}, err
	}
	page.Substitutes = readRows(r, "substitutes")
	codes := make([]string, len(page.Substitutes))
	for i, row := range page.Substitutes {
		codes[i] = row.Code
	}
	_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return inRows(catalog.SetSubstitutes(ctx, tx, page.SKU.ID, r.Version(), codes))
	})
	if err != nil {
		return p.redrawVariant(r, page, err)
	}
	return edge.SeeOther(page.path(), edge.Done("product.saved")), nil
}

// inRows names the boxes of the substitutes as the form has them.
func inRows(err error) error {
	if v, ok := err.(*problem.Invalid); ok {
		for i := range v.Fields {
			if strings.HasSuffix(v.Fields[i].Path, "]") {
				v.Fields[i].Path += ".code"
			}
		}
	}
	return err
}

func (p pages) setParts(r *edge.Request) (edge.Reply, error) {
	page, _, err := p.readVariant(r, id.SKU(r.ID("sku")))
	if err != nil {
		return edge.Reply{}, err
	}
	page.Parts = readRows(r, "parts")
	v := r.Invalid()
	parts := make([]catalog.PartInput, len(page.Parts))
	for i, row := range page.Parts {
		parts[i] = catalog.PartInput{Code: row.Code, Quantity: int64(trade.ReadQuantity(v, "parts["+idText(int64(i))+"].quantity", row.Quantity))}
	}
	if err = v.Err(); err == nil {
		_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
			return catalog.SetParts(ctx, tx, page.SKU.ID, r.Version(), parts)
		})
	}
	if err != nil {
		return p.redrawVariant(r, page, err)
	}
	return edge.SeeOther(page.path(), edge.Done("product.saved")), nil
}
