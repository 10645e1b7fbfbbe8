package products

import (
	"strings"

	"packhouse/web/ui"
)

// about is what is known of the product and, where it has one, its variant.
func (v productView) about() []ui.Pair {
	pairs := []ui.Pair{{Key: "Kind", Value: v.Say("product.kind." + string(v.Kind))}, {Key: "Tax class", Value: v.TaxClassName}}
	if v.HandlingClass != "" {
		pairs = append(pairs, ui.Pair{Key: "Handling class", Value: v.HandlingClass})
	}
	for _, name := range v.Attributes.Names() {
		pairs = append(pairs, ui.Pair{Key: name, Value: v.Attributes[name]})
	}
	for _, s := range v.SKUs {
		for _, name := range s.Attributes.Names() {
			key := name
			if len(v.SKUs) > 1 {
				key = s.Code + ", " + name
			}
			pairs = append(pairs, ui.Pair{Key: key, Value: s.Attributes[name]})
		}
		if !s.ShopVisible {
			pairs = append(pairs, ui.Pair{Key: "Shop", Value: s.Code + " is not shown"})
		}
	}
	return pairs
}

func (v productView) hasRelated() bool {
	return len(v.Substitutes)+len(v.Standing)+len(v.InKits) > 0
}

func (v variantView) head() ui.PageHead {
	h := ui.PageHead{Crumbs: []ui.Crumb{{Label: "Products", Href: "/products"}, {Label: v.Name, Href: productPath(v.ID)}}, Title: v.SKU.Code, Sub: v.SKU.Title}
	if v.SKU.Withdrawn() {
		h.Badges = []ui.State{{Kind: ui.Neutral, Word: v.Say("product.withdrawn")}}
		h.Quiet = []ui.Action{{Label: "Sell it again", Post: v.path() + "/reinstate", Command: fresh(), Version: idText(v.SKU.Version)}}
		return h
	}
	h.Quiet = []ui.Action{{Label: "Withdraw", Href: v.path() + "/withdraw"}}
	return h
}

// handlingHint shows the commonest handling classes as an example.
func handlingHint(used []string) string {
	if len(used) == 0 {
		return "fragile, cold, bulky"
	}
	return strings.Join(used[:min(3, len(used))], ", ")
}
