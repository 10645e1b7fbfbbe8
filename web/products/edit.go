package products

import (
	"context"

	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// editView is the form of a product; of a new one with its first variant.
type editView struct {
	sight
	ID       id.Product // 0: a new one
	Version  int64
	Called   string
	Form     productForm
	Variant  variantForm
	Currency string // of the cost
	Classes  []catalog.TaxClass
	Handling []string
}

func (p pages) newForm(r *edge.Request) (edge.Reply, error) {
	lists, err := catalog.BaseLists(r.Context(), p.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	v, err := p.editView(r, 0, productForm{Kind: string(catalog.Goods)}, blankVariant(lists), lists)
	if err != nil {
		return edge.Reply{}, err
	}
	if len(v.Classes) == 1 {
		v.Form.TaxClass = v.Classes[0].Code
	}
	return edge.Page(frame("New product"), newPage(v)), nil
}

func (p pages) create(r *edge.Request) (edge.Reply, error) {
	lists, err := catalog.BaseLists(r.Context(), p.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	form, variant := readProduct(r), readVariant(r, lists)
	v := r.Invalid()
	in := form.Input(v)
	first, prices := variant.Input(v, costCurrency(lists))
	if v.Err() != nil { // what the catalogue would say too is said at once
		_, w := in.Checked()
		_, x := first.Checked()
		for _, f := range append(w.Fields, x.Fields...) {
			if !v.Has(f.Path) {
				v.Fields = append(v.Fields, f)
			}
		}
	}
	var out txn.Outcome[id.Product]
	if err = v.Err(); err == nil {
		out, err = edge.Do(r, func(ctx context.Context, tx *txn.Tx) (id.Product, error) {
			product, _, err := catalog.Create(ctx, tx, in, first)
			if err != nil {
				return 0, err
			}
			return product, setPrices(ctx, tx, first.Code, prices, true)
		})
	}
	if err != nil {
		return p.redrawNew(r, err, form, variant, lists)
	}
	if out.Repeated {
		return edge.SeeOther(productPath(out.Value), edge.Note("repeated")), nil
	}
	return edge.SeeOther(productPath(out.Value), edge.Done("product.created", "name", in.Name)), nil
}

func (p pages) redrawNew(r *edge.Request, was error, form productForm, variant variantForm, lists []catalog.List) (edge.Reply, error) {
	if !problem.IsPersons(was) {
		return edge.Reply{}, was
	}
	v, err := p.editView(r, 0, form, variant, lists)
	if err != nil {
		return edge.Reply{}, err
	}
	v.told(r, was, nil)
	return edge.Redraw(was, frame("New product"), newPage(v)), nil
}

func (p pages) editForm(r *edge.Request) (edge.Reply, error) {
	rec, err := catalog.Read(r.Context(), p.Read, id.Product(r.ID("product")))
	if err != nil {
		return edge.Reply{}, err
	}
	v, err := p.editView(r, rec.ID, typedProduct(rec.Product), variantForm{}, nil)
	if err != nil {
		return edge.Reply{}, err
	}
	v.Version, v.Called = rec.Version, rec.Name
	return edge.Page(frame("Edit "+rec.Name), editPage(v)), nil
}

func (p pages) edit(r *edge.Request) (edge.Reply, error) {
	product := id.Product(r.ID("product"))
	form := readProduct(r)
	v := r.Invalid()
	in := form.Input(v)
	err := v.Err()
	if err == nil {
		_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
			return catalog.ChangeProduct(ctx, tx, product, r.Version(), in)
		})
	}
	if err == nil {
		return edge.SeeOther(productPath(product), edge.Done("product.saved")), nil
	}
	if !problem.IsPersons(err) {
		return edge.Reply{}, err
	}
	rec, rerr := catalog.Read(r.Context(), p.Read, product)
	if rerr != nil {
		return edge.Reply{}, rerr
	}
	form.Kind = string(rec.Kind)
	page, rerr := p.editView(r, product, form, variantForm{}, nil)
	if rerr != nil {
		return edge.Reply{}, rerr
	}
	page.Version, page.Called = r.Version(), rec.Name
	if now := page.told(r, err, form.fields()); now != 0 {
		page.Version = now
	}
	return edge.Redraw(err, frame("Edit "+rec.Name), editPage(page)), nil
}

func (p pages) editView(r *edge.Request, product id.Product, form productForm, variant variantForm, lists []catalog.List) (editView, error) {
	v := editView{sight: p.sight(r), ID: product, Form: form, Variant: variant, Currency: string(costCurrency(lists))}
	var err error
	if v.Classes, err = catalog.TaxClasses(r.Context(), p.Read); err != nil {
		return v, err
	}
	v.Handling, err = catalog.HandlingClasses(r.Context(), p.Read)
	return v, err
}

func (v editView) classes() []ui.Option {
	out := make([]ui.Option, len(v.Classes))
	for i, c := range v.Classes {
		out[i] = ui.Option{Value: c.Code, Label: c.Name}
	}
	return out
}

func (v editView) kinds() []ui.Option {
	hints := map[catalog.Kind]string{catalog.Goods: "counted and picked", catalog.Service: "ordered and billed, never picked", catalog.Kit: "sold as one, picked as its parts"}
	out := make([]ui.Option, len(catalog.Kinds))
	for i, k := range catalog.Kinds {
		out[i] = ui.Option{Value: string(k), Label: v.Say("product.kind." + string(k)), Hint: hints[k]}
	}
	return out
}
