package products

import (
	"sort"
	"strconv"
	"strings"

	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/web/edge"
)

// productForm is a product as typed.
type productForm struct {
	Name, Description, Kind, TaxClass, HandlingClass, Attributes string
}

func readProduct(r *edge.Request) productForm {
	return productForm{Name: r.Text("name"), Description: r.Text("description"), Kind: r.Text("kind"), TaxClass: r.Text("tax_class"),
		HandlingClass: r.Text("handling_class"), Attributes: r.Text("attributes")}
}

func typedProduct(p catalog.Product) productForm {
	return productForm{Name: p.Name, Description: p.Description, Kind: string(p.Kind), TaxClass: p.TaxClass, HandlingClass: p.HandlingClass, Attributes: typedAttributes(p.Attributes)}
}

// Input is the form as the catalogue takes it.
func (f productForm) Input(v *problem.Invalid) catalog.ProductInput {
	return catalog.ProductInput{Name: f.Name, Description: f.Description, Kind: catalog.Kind(f.Kind), TaxClass: f.TaxClass, HandlingClass: f.HandlingClass,
		Attributes: readAttributes(v, "attributes", f.Attributes)}
}

// fields are the typed values by the names that changes have.
func (f productForm) fields() map[string]string {
	return map[string]string{"name": f.Name, "description": f.Description, "tax_class": f.TaxClass, "handling_class": f.HandlingClass, "attributes": strings.ReplaceAll(f.Attributes, "\n", "; ")}
}

// variantForm is a variant as typed.
type variantForm struct {
	Code, Title, Variant, Attributes           string
	Weight, Length, Width, Height              string
	SoldUnit, UnitRatio, PackSize, MinQuantity string
	Cost                                       string
	InShop                                     bool
	Prices                                     []basePrice
}

// basePrice is the plain price of the variant in one base list, as typed.
type basePrice struct {
	List  catalog.List
	Typed string
}

func (b basePrice) name() string { return "price_" + strconv.FormatInt(int64(b.List.ID), 10) }

func (b basePrice) label() string {
	tax := "without tax"
	if b.List.IncludesTax {
		tax = "with tax"
	}
	return "Base price in " + string(b.List.Currency) + ", " + tax
}

func readVariant(r *edge.Request, lists []catalog.List) variantForm {
	f := variantForm{Code: r.Text("code"), Title: r.Text("title"), Variant: r.Text("variant"), Attributes: r.Text("sku_attributes"),
		Weight: r.Text("weight"), Length: r.Text("length"), Width: r.Text("width"), Height: r.Text("height"),
		SoldUnit: r.Text("sold_unit"), UnitRatio: r.Text("unit_ratio"), PackSize: r.Text("pack_size"), MinQuantity: r.Text("min_quantity"),
		Cost: r.Text("cost"), InShop: r.Ticked("in_shop")}
	for _, l := range lists {
		b := basePrice{List: l}
		b.Typed = r.Text(b.name())
		f.Prices = append(f.Prices, b)
	}
	return f
}

func blankVariant(lists []catalog.List) variantForm {
	f := variantForm{SoldUnit: "piece", UnitRatio: "1", PackSize: "1", MinQuantity: "1", InShop: true}
	for _, l := range lists {
		f.Prices = append(f.Prices, basePrice{List: l})
	}
	return f
}

// typedVariant is the form of a variant as it stands. A title that follows the
// product's name is left out, so that it goes on following.
func typedVariant(product string, s catalog.SKU, lists []catalog.List, standing []catalog.Standing, cur money.Currency) variantForm {
	n := func(n int64) string { return strconv.FormatInt(n, 10) }
	f := variantForm{Code: s.Code, Title: s.Title, Variant: s.Variant, Attributes: typedAttributes(s.Attributes),
		Weight: catalog.Weight(s.WeightG), Length: catalog.Length(s.LengthMM), Width: catalog.Length(s.WidthMM), Height: catalog.Length(s.HeightMM),
		SoldUnit: s.SoldUnit, UnitRatio: n(s.UnitRatio), PackSize: n(s.PackSize), MinQuantity: n(s.MinQuantity), InShop: s.ShopVisible}
	if s.Title == catalog.TitleOf(product, s.Variant) {
		f.Title = ""
	}
	if s.Cost != nil {
		f.Cost = s.Cost.Input(cur)
	}
	for _, l := range lists {
		b := basePrice{List: l}
		for _, st := range standing {
			if st.List == l.ID {
				b.Typed = st.Unit.Input(l.Currency)
			}
		}
		f.Prices = append(f.Prices, b)
	}
	return f
}

// Input is the form as the catalogue takes it, with the prices by list; a nil
// price is one that was left empty.
func (f variantForm) Input(v *problem.Invalid, cur money.Currency) (catalog.SKUInput, map[id.PriceList]*money.UnitPrice) {
	in := catalog.SKUInput{Code: f.Code, Title: f.Title, Variant: f.Variant, Attributes: readAttributes(v, "sku_attributes", f.Attributes),
		WeightG: catalog.ReadWeight(v, "weight", f.Weight), LengthMM: catalog.ReadLength(v, "length", f.Length),
		WidthMM: catalog.ReadLength(v, "width", f.Width), HeightMM: catalog.ReadLength(v, "height", f.Height),
		SoldUnit: f.SoldUnit, HideInShop: !f.InShop,
		UnitRatio: int64(trade.ReadQuantity(v, "unit_ratio", f.UnitRatio)), PackSize: int64(trade.ReadQuantity(v, "pack_size", f.PackSize)),
		MinQuantity: int64(trade.ReadQuantity(v, "min_quantity", f.MinQuantity))}
	if f.Cost != "" {
		cost := money.ReadPrice(v, "cost", f.Cost, cur)
		in.Cost = &cost
	}
	prices := map[id.PriceList]*money.UnitPrice{}
	for _, b := range f.Prices {
		prices[b.List.ID] = nil
		if b.Typed == "" {
			continue
		}
		unit := money.ReadPrice(v, b.name(), b.Typed, b.List.Currency)
		if unit.Sign() < 0 {
			v.Add(b.name(), "too_small", "min", 0)
		}
		prices[b.List.ID] = &unit
	}
	return in, prices
}

func (f variantForm) fields() map[string]string {
	return map[string]string{"code": f.Code, "title": f.Title, "variant": f.Variant, "weight": f.Weight, "length": f.Length, "width": f.Width, "height": f.Height,
		"sold_unit": f.SoldUnit, "unit_ratio": f.UnitRatio, "pack_size": f.PackSize, "min_quantity": f.MinQuantity, "cost": f.Cost,
		"shop_visible": strconv.FormatBool(f.InShop), "attributes": strings.ReplaceAll(f.Attributes, "\n", "; ")}
}

// readAttributes reads "Colour: sand", one per line.
func readAttributes(v *problem.Invalid, path, typed string) catalog.Attributes {
	out := catalog.Attributes{}
	for i, line := range strings.Split(strings.ReplaceAll(typed, "\r\n", "\n"), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || value == "" {
			v.Add(path, "bad_attribute", "line", i+1)
			return nil
		}
		out[name] = value
	}
	return out
}

func typedAttributes(a catalog.Attributes) string {
	lines := make([]string, 0, len(a))
	for _, name := range a.Names() {
		lines = append(lines, name+": "+a[name])
	}
	return strings.Join(lines, "\n")
}

// rowForm is one row of a list of codes: a part of a kit, or a substitute.
type rowForm struct {
	Code, Quantity, Title string
}

// readRows reads rows "name[0].code", "name[0].quantity"; rows without anything
// in them are left out, and what is left is counted anew.
func readRows(r *edge.Request, name string) []rowForm {
	type numbered struct {
		n   int
		row rowForm
	}
	var all []numbered
	for field := range r.Values() {
		rest, ok := strings.CutPrefix(field, name+"[")
		if !ok {
			continue
		}
		digits, part, ok := strings.Cut(rest, "].")
		n, err := strconv.Atoi(digits)
		if !ok || err != nil || n < 0 || n > 500 || part != "code" {
			continue
		}
		row := rowForm{Code: r.Text(field), Quantity: r.Text(name + "[" + digits + "].quantity")}
		if row.Code != "" || row.Quantity != "" {
			all = append(all, numbered{n, row})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].n < all[j].n })
	rows := make([]rowForm, len(all))
	for i, a := range all {
		rows[i] = a.row
	}
	return rows
}

// roomFor adds empty rows to type into.
func roomFor(rows []rowForm, n int) []rowForm {
	return append(append([]rowForm(nil), rows...), make([]rowForm, n)...)
}
