package products

import (
	"context"
	"maps"
	"slices"
	"strings"

	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
)

// variantView is the form of one variant with the small forms under it.
type variantView struct {
	sight
	catalog.Record
	SKU         catalog.SKU // zero: a new one
	Form        variantForm
	Seen        int64
	Currency    string
	Barcode     string // as typed
	Substitutes []rowForm
	Parts       []rowForm
	Reason      string
}

func (p pages) newVariantForm(r *edge.Request) (edge.Reply, error) {
	v, lists, err := p.readVariant(r, 0)
	if err != nil {
		return edge.Reply{}, err
	}
	v.Form = blankVariant(lists)
	return edge.Page(frame("New variant of "+v.Name), newVariantPage(v)), nil
}

func (p pages) addVariant(r *edge.Request) (edge.Reply, error) {
	product := id.Product(r.ID("product"))
	page, lists, err := p.readVariant(r, 0)
	if err != nil {
		return edge.Reply{}, err
	}
	page.Form = readVariant(r, lists)
	v := r.Invalid()
	in, prices := page.Form.Input(v, costCurrency(lists))
	if err = also(v, in); err == nil {
		_, err = edge.Do(r, func(ctx context.Context, tx *txn.Tx) (id.SKU, error) {
			sku, err := catalog.AddSKU(ctx, tx, product, in)
			if err != nil {
				return 0, err
			}
			return sku, setPrices(ctx, tx, in.Code, prices, true)
		})
	}
	if err != nil {
		page.told(r, err, nil)
		return edge.Redraw(err, frame("New variant of "+page.Name), newVariantPage(page)), nil
	}
	return edge.SeeOther(productPath(product), edge.Done("product.variant_created", "code", in.Code)), nil
}

func (p pages) variantForm(r *edge.Request) (edge.Reply, error) {
	v, _, err := p.readVariant(r, id.SKU(r.ID("sku")))
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(frame(v.SKU.Code), variantPage(v)), nil
}

func (p pages) changeVariant(r *edge.Request) (edge.Reply, error) {
	page, lists, err := p.readVariant(r, id.SKU(r.ID("sku")))
	if err != nil {
		return edge.Reply{}, err
	}
	before := page.Form
	page.Form = readVariant(r, lists)
	if !page.Costs {
		page.Form.Cost = before.Cost
	}
	v := r.Invalid()
	in, prices := page.Form.Input(v, costCurrency(lists))
	if err = also(v, in); err == nil {
		_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
			if err := catalog.ChangeSKU(ctx, tx, page.SKU.ID, r.Version(), in); err != nil {
				return err
			}
			if !page.SetPrices {
				return nil
			}
			return setPrices(ctx, tx, in.Code, prices, false)
		})
	}
	if err != nil {
		return p.redrawVariant(r, page, err)
	}
	return edge.SeeOther(productPath(page.ID), edge.Done("product.saved")), nil
}

// also adds what the catalogue would say of the input to what reading it said,
// so that a person hears everything at once.
func also(v *problem.Invalid, in catalog.SKUInput) error {
	if v.Err() == nil {
		return nil
	}
	_, w := in.Checked()
	for _, f := range w.Fields {
		if !v.Has(f.Path) {
			v.Fields = append(v.Fields, f)
		}
	}
	return v.Err()
}

// setPrices writes the plain base prices; on a new variant an empty one is
// none, else it takes the price away.
func setPrices(ctx context.Context, tx *txn.Tx, code string, prices map[id.PriceList]*money.UnitPrice, fresh bool) error {
	for _, list := range slices.Sorted(maps.Keys(prices)) {
		if prices[list] == nil && fresh {
			continue
		}
		if err := catalog.SetStanding(ctx, tx, list, code, prices[list]); err != nil {
			return err
		}
	}
	return nil
}

func (p pages) redrawVariant(r *edge.Request, page variantView, was error) (edge.Reply, error) {
	if !problem.IsPersons(was) {
		return edge.Reply{}, was
	}
	typed := page.Form.fields()
	typed["substitutes"], typed["parts"] = joined(page.Substitutes), joined(page.Parts)
	page.Seen = r.Version()
	if page.Seen == 0 {
		page.Seen = page.SKU.Version
	}
	if now := page.told(r, was, typed); now != 0 {
		page.Seen = now
	}
	return edge.Redraw(was, frame(page.SKU.Code), variantPage(page)), nil
}

func joined(rows []rowForm) string {
	words := make([]string, len(rows))
	for i, row := range rows {
		words[i] = row.Code
		if row.Quantity != "" {
			words[i] = row.Quantity + " × " + row.Code
		}
	}
	return strings.Join(words, ", ")
}

// readVariant reads the product and, if sku is not 0, fills the forms with what
// stands.
func (p pages) readVariant(r *edge.Request, sku id.SKU) (variantView, []catalog.List, error) {
	ctx := r.Context()
	v := variantView{sight: p.sight(r)}
	var err error
	if v.Record, err = catalog.Read(ctx, p.Read, id.Product(r.ID("product"))); err != nil {
		return v, nil, err
	}
	lists, err := catalog.BaseLists(ctx, p.Read)
	if err != nil {
		return v, nil, err
	}
	v.Currency = string(costCurrency(lists))
	if sku == 0 {
		return v, lists, nil
	}
	var ok bool
	if v.SKU, ok = v.One(sku); !ok {
		return v, nil, problem.Missing("sku")
	}
	standing, err := catalog.StandingPrices(ctx, p.Read, []id.SKU{sku})
	if err != nil {
		return v, nil, err
	}
	v.Seen = v.SKU.Version
	v.Form = typedVariant(v.Name, v.SKU, lists, standing[sku], costCurrency(lists))
	for _, s := range v.Record.Substitutes[sku] {
		v.Substitutes = append(v.Substitutes, rowForm{Code: s.Code, Title: s.Title})
	}
	for _, part := range v.Record.Parts[sku] {
		v.Parts = append(v.Parts, rowForm{Code: part.Code, Title: part.Title, Quantity: idText(part.Quantity)})
	}
	return v, lists, nil
}

func (v variantView) path() string { return variantPath(v.ID, v.SKU.ID) }

// costCurrency is the currency costs are kept in: that of the first base list.
func costCurrency(lists []catalog.List) money.Currency {
	if len(lists) == 0 {
		return "EUR"
	}
	return lists[0].Currency
}
