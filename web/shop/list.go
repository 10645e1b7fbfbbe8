package shop

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// shelf is how many products a page shows.
const shelf = 24

// listView is the page on which products are chosen. Before details are typed
// it is a GET and the basket stands in its address; later it is a POST that
// carries the whole order form along.
type listView struct {
	base
	Query    string
	After    id.SKU
	Items    []catalog.ShopItem
	Offers   []offer
	Typed    []string // quantities, by item
	Next     id.SKU   // of the next page; 0: none
	Basket   []line
	Form     *orderForm // carried along; nil: the basket is in the address
	Key      string     // of the order under way
	Problems ui.Problems

	titles map[string]string // of what is in the basket, by catalog.Key
}

func (p pages) list(r *edge.Request) (edge.Reply, error) {
	b, shut, err := p.openShop(r)
	if err != nil {
		return edge.Reply{}, err
	}
	if shut {
		return edge.Page(b.frame(b.Say("shop.title")), closedPage(b)), nil
	}
	v, err := p.listView(r, b, readBasket(r.Values()))
	if err != nil {
		return edge.Reply{}, err
	}
	added, invalid := v.choose(r)
	switch {
	case invalid.Err() != nil:
		v.Problems = r.Problems(invalid)
		return edge.Redraw(invalid, v.frame(b.Say("shop.title")), listPage(v)), nil
	case r.Text("do") == "go":
		return edge.SeeOther(v.address("/shop/order", v.Basket)), nil
	case len(added) > 0:
		return edge.SeeOther(v.address("/shop", v.Basket), edge.Done("shop.added", "products", added)), nil
	}
	return edge.Page(v.frame(b.Say("shop.title")), listPage(v)), nil
}

// more is the same page within an order that is being typed.
func (p pages) more(r *edge.Request) (edge.Reply, error) {
	b, shut, err := p.openShop(r)
	if err != nil {
		return edge.Reply{}, err
	}
	if shut {
		return edge.Page(b.frame(b.Say("shop.title")), closedPage(b)), nil
	}
	f := readOrder(r.Values())
	v, err := p.listView(r, b, f.Lines)
	if err != nil {
		return edge.Reply{}, err
	}
	v.Form, v.Key = &f, r.Key()
	added, invalid := v.choose(r)
	f.Lines = v.Basket
	if invalid.Err() != nil {
		v.Problems = r.Problems(invalid)
		return edge.Redraw(invalid, v.frame(b.Say("shop.title")), listPage(v)), nil
	}
	if err := p.nameBasket(r.Context(), &v); err != nil {
		return edge.Reply{}, err
	}
	reply := edge.Page(v.frame(b.Say("shop.title")), listPage(v))
	if len(added) > 0 {
		reply = reply.WithFlash(edge.Done("shop.added", "products", added))
	}
	return reply, nil
}

func (p pages) listView(r *edge.Request, b base, basket []line) (listView, error) {
	v := listView{base: b, Query: r.Text("q"), Basket: basket}
	if n, err := strconv.ParseInt(r.Text("after"), 10, 64); err == nil && n > 0 && r.Text("do") != "search" {
		v.After = id.SKU(n)
	}
	var err error
	if v.Items, err = catalog.ShopFind(r.Context(), p.Read, v.Query, v.After, shelf+1); err != nil {
		return v, err
	}
	if len(v.Items) > shelf {
		v.Items = v.Items[:shelf]
		v.Next = v.Items[shelf-1].SKU
	}
	lines := make([]line, len(v.Items))
	for i, it := range v.Items {
		lines[i] = line{Code: it.Code, Quantity: strconv.FormatInt(it.MinQuantity, 10)}
	}
	v.Typed = make([]string, len(v.Items))
	if v.Offers, err = p.offers(r.Context(), b, lines); err != nil {
		return v, err
	}
	return v, p.nameBasket(r.Context(), &v)
}

// nameBasket finds what the lines of the basket are called; a code nobody
// knows is called by itself.
func (p pages) nameBasket(ctx context.Context, v *listView) error {
	v.titles = make(map[string]string, len(v.Basket))
	codes := make([]string, len(v.Basket))
	for i, l := range v.Basket {
		codes[i], v.titles[catalog.Key(l.Code)] = l.Code, l.Code
	}
	items, err := catalog.Lines(ctx, p.Read, codes)
	if err != nil {
		return err
	}
	for key, it := range items {
		if it.ShopVisible {
			v.titles[key] = it.Title
		}
	}
	return nil
}

// choose puts the quantities typed beside products into the basket, or says
// what is wrong with them. Those of products that are not on this page, as
// after another search, count too.
func (v *listView) choose(r *edge.Request) (added []string, invalid *problem.Invalid) {
	invalid = r.Invalid()
	at := map[string]int{}
	for i, it := range v.Items {
		at[it.Code] = i
	}
	basket := v.Basket
	for i := range shelf {
		code, typed := r.Text(fmt.Sprintf("pick[%d].code", i)), r.Text(fmt.Sprintf("pick[%d].quantity", i))
		if code == "" || typed == "" {
			continue
		}
		row, here := at[code]
		if !here {
			row = -1
			basket = with(basket, line{Code: code, Quantity: typed}) // checked with the order
			added = append(added, code)
			continue
		}
		v.Typed[row] = typed
		before := len(invalid.Fields)
		line{Code: code, Quantity: typed}.pieces(invalid, pick(row), v.base, v.Offers[row])
		if len(invalid.Fields) == before {
			basket = with(basket, line{Code: code, Quantity: typed})
			added = append(added, v.Offers[row].Title)
		}
	}
	if len(basket) > maxBasket && v.Form == nil {
		invalid.Add("", "too_many_lines", "max", maxBasket)
	}
	if invalid.Err() == nil {
		v.Basket, v.Typed = basket, make([]string, len(v.Items))
	}
	return added, invalid
}

func pick(i int) string { return fmt.Sprintf("pick[%d].quantity", i) }

// address is a page of the shop with the basket, the search and the language.
func (v listView) address(path string, basket []line) string {
	q := basketQuery(basket)
	if path == "/shop" && v.Query != "" {
		q.Set("q", v.Query)
	}
	if path == "/shop" && v.After != 0 {
		q.Set("after", id.Text(v.After))
	}
	return v.base.address(path, q)
}

// address is a path with its query and the language chosen by hand.
func (b base) address(path string, q url.Values) string {
	if q == nil {
		q = url.Values{}
	}
	if b.Lang != "" {
		q.Set("lang", b.Lang)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// in is this page in another language.
func (v listView) in(lang string) string {
	v.Lang = lang
	return v.address("/shop", v.Basket)
}

// nextPage is the address of the products that follow.
func (v listView) nextPage() string {
	v.After = v.Next
	return v.address("/shop", v.Basket)
}

func (v listView) grid() ui.Grid {
	g := ui.Grid{Caption: v.Say("shop.products"), Columns: []ui.Column{{Label: v.Say("shop.product")}, {Label: v.Say("shop.availability")},
		{Label: v.Say("shop.price_each"), Num: true, End: true}, {Label: v.Say("field.quantity")}}}
	for i, it := range v.Items {
		o := v.Offers[i]
		price := v.Say("shop.no_price")
		if o.HasPrice {
			price = o.Price.Unit.Format(v.Words.Lang(), v.Channel.Currency)
		}
		g.Rows = append(g.Rows, ui.Row{Cells: cells(ui.Two(it.Title, v.about(it)), stockBadge(v.base, o.Stock), ui.Money(price), v.quantityBox(i, o))})
	}
	return g
}

// about is the muted line under a product's name.
func (b base) about(it catalog.ShopItem) string {
	out := []string{it.Code}
	if it.PackSize > 1 {
		out = append(out, b.Say("shop.packs_of", "n", it.PackSize))
	}
	if it.MinQuantity > max(1, it.PackSize) {
		out = append(out, b.Say("shop.at_least", "n", it.MinQuantity))
	}
	return strings.Join(out, " · ")
}

// quantity is the box beside product i.
func (v listView) quantity(i int) ui.Input {
	return ui.Input{Label: v.Say("shop.quantity_of", "product", v.Items[i].Title), HideLabel: true, Name: pick(i), Type: ui.Quantity, Value: v.Typed[i],
		Problem: v.Problems.For(pick(i)), Width: "xs", InputMode: "numeric", MaxLength: 40}
}
