package products

import (
	"strings"

	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// productView is a product's page.
type productView struct {
	sight
	catalog.Record
	Levels   []inventory.LevelRow
	Free     map[id.SKU]int64
	Entries  []catalog.Entry
	History  []catalog.Happened
	Today    trade.Day
	Currency money.Currency // of costs
}

const historyShown = 30

func (p pages) product(r *edge.Request) (edge.Reply, error) {
	v, err := p.readProduct(r, id.Product(r.ID("product")))
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(v.frame(), productPage(v)), nil
}

// redrawProduct shows the page again with what was wrong with a small form on
// it.
func (p pages) redrawProduct(r *edge.Request, product id.Product, was error) (edge.Reply, error) {
	if !problem.IsPersons(was) {
		return edge.Reply{}, was
	}
	v, err := p.readProduct(r, product)
	if err != nil {
		return edge.Reply{}, err
	}
	v.told(r, was, nil)
	return edge.Redraw(was, v.frame(), productPage(v)), nil
}

func (p pages) readProduct(r *edge.Request, product id.Product) (productView, error) {
	ctx := r.Context()
	v := productView{sight: p.sight(r), Today: p.today()}
	var err error
	if v.Record, err = catalog.Read(ctx, p.Read, product); err != nil {
		return v, err
	}
	skus := make([]id.SKU, len(v.SKUs))
	for i, s := range v.SKUs {
		skus[i] = s.ID
	}
	if v.Stock {
		if v.Levels, err = inventory.LevelsOf(ctx, p.Read, skus, r.Person.Locations); err != nil {
			return v, err
		}
		if v.Free, err = free(ctx, p.Read, skus, r.Person.Locations); err != nil {
			return v, err
		}
	}
	if v.Prices {
		if v.Entries, err = catalog.PricesOf(ctx, p.Read, product); err != nil {
			return v, err
		}
	}
	if v.Costs {
		lists, err := catalog.BaseLists(ctx, p.Read)
		if err != nil {
			return v, err
		}
		v.Currency = costCurrency(lists)
	}
	v.History, err = catalog.History(ctx, p.Read, product, v.Costs, v.Prices, historyShown)
	return v, err
}

func (v productView) frame() ui.Frame {
	f := frame(v.Name)
	f.Wide = true
	return f
}

func (v productView) sold() (n int) {
	for _, s := range v.SKUs {
		if !s.Withdrawn() {
			n++
		}
	}
	return n
}

func (v productView) head() ui.PageHead {
	h := ui.PageHead{Crumbs: []ui.Crumb{{Label: "Products", Href: "/products"}}, Title: v.Name}
	if v.Kind != catalog.Goods {
		h.Badges = append(h.Badges, ui.State{Kind: ui.Blue, Word: v.Say("product.kind." + string(v.Kind))})
	}
	if v.sold() == 0 {
		h.Badges = append(h.Badges, ui.State{Kind: ui.Neutral, Word: v.Say("product.withdrawn")})
	}
	sub := []string{v.Say("product.kind." + string(v.Kind)), v.TaxClassName}
	if v.HandlingClass != "" {
		sub = append(sub, v.HandlingClass)
	}
	h.Sub = strings.Join(sub, " · ")
	if v.Manage {
		h.Quiet = []ui.Action{{Label: "Add a variant", Href: productPath(v.ID) + "/variants/new"}, {Label: "Edit", Href: productPath(v.ID) + "/edit", Key: "e"}}
	}
	return h
}

// next is the one thing that keeps the product from being sold, if there is
// one.
func (v productView) next() *ui.NextStep {
	if v.sold() == 0 {
		return nil
	}
	for _, s := range v.SKUs {
		if v.Kind == catalog.Kit && !s.Withdrawn() && len(v.Parts[s.ID]) == 0 {
			n := &ui.NextStep{Kind: ui.Amber, Sentence: s.Code + " has no parts yet, so it cannot be ordered.", Detail: "A kit is picked as its parts."}
			if v.Manage {
				n.Action = &ui.Action{Label: "Say what it is made of", Href: variantPath(v.ID, s.ID) + "#parts"}
			}
			return n
		}
	}
	if !v.Prices {
		return nil
	}
	for _, s := range v.SKUs {
		if !s.Withdrawn() && !v.priced(s.ID) {
			n := &ui.NextStep{Kind: ui.Amber, Sentence: s.Code + " has no base price.", Detail: "Orders with it need a price set by hand."}
			if v.SetPrices {
				n.Action = &ui.Action{Label: "Set its price", Href: variantPath(v.ID, s.ID) + "#prices"}
			}
			return n
		}
	}
	return nil
}

func (v productView) priced(sku id.SKU) bool {
	for _, e := range v.Entries {
		if e.SKU == sku && e.Base {
			return true
		}
	}
	return false
}

func (v productView) timeline() []ui.Happening {
	out := make([]ui.Happening, len(v.History))
	for i, h := range v.History {
		args := problem.Args{"code": h.Code, "name": h.Name, "barcode": h.Barcode, "reason": h.Reason, "list": h.List}
		one := ui.Happening{At: v.When(h.At), Who: h.By, Sentence: v.Words.Say("event."+h.Kind, args), Internal: true, Icon: "pencil"}
		var details []string
		for _, c := range h.Changes {
			details = append(details, v.change(c))
		}
		one.Detail = strings.Join(details, "; ")
		if h.List != "" && h.Kind != "price_list.created" {
			one.Detail = h.List + ": " + one.Detail
		}
		out[i] = one
	}
	return out
}

func (s sight) change(c problem.Change) string {
	label, before, after := s.Say("product.field."+c.Field), s.value(c.Field, c.Before), s.value(c.Field, c.After)
	switch {
	case before == "":
		return label + " " + after
	case after == "":
		return label + " no longer " + before
	}
	return label + " from " + before + " to " + after
}
