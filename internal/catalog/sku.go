package catalog

import (
	"strconv"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
)

// SKUInput is what a person says about one variant. Quantities are in pieces.
type SKUInput struct {
	Code        string
	Title       string // on orders and papers; empty: the product's name and the variant
	Variant     string // "sand, large"; empty where there is only one
	Attributes  Attributes
	WeightG     *int64 // grams; nil: not known
	LengthMM    *int64
	WidthMM     *int64
	HeightMM    *int64
	SoldUnit    string // "piece", "box"
	UnitRatio   int64  // pieces in one sold unit
	PackSize    int64  // orders come in multiples of so many pieces
	MinQuantity int64  // the least one may order, in pieces
	Cost        *money.UnitPrice
	HideInShop  bool
}

// Checked gives the input cleaned, or everything wrong with it by the names of
// the form's fields.
func (in SKUInput) Checked() (SKUInput, *problem.Invalid) {
	v := &problem.Invalid{}
	in.Code = codeText(v, "code", in.Code)
	in.Title = text(v, "title", in.Title, maxName, false)
	in.Variant = text(v, "variant", in.Variant, maxName, false)
	in.Attributes = attributes(v, "sku_attributes", in.Attributes)
	measure(v, "weight", in.WeightG, maxGrams)
	measure(v, "length", in.LengthMM, maxMM)
	measure(v, "width", in.WidthMM, maxMM)
	measure(v, "height", in.HeightMM, maxMM)
	if in.SoldUnit = text(v, "sold_unit", in.SoldUnit, maxShort, false); in.SoldUnit == "" {
		in.SoldUnit = "piece"
	}
	between(v, "unit_ratio", in.UnitRatio, 1, maxPieces)
	between(v, "pack_size", in.PackSize, 1, maxPieces)
	between(v, "min_quantity", in.MinQuantity, 1, maxPieces)
	if v.Err() == nil && in.PackSize%in.UnitRatio != 0 && in.UnitRatio%in.PackSize != 0 {
		v.Add("pack_size", "pack_against_unit", "ratio", in.UnitRatio)
	}
	if in.Cost != nil && in.Cost.Sign() < 0 {
		v.Add("cost", "too_small", "min", 0)
	}
	return in, v
}

func measure(v *problem.Invalid, path string, n *int64, limit int64) {
	if n != nil {
		between(v, path, *n, 0, limit)
	}
}

// SKU is a variant as it stands.
type SKU struct {
	ID          id.SKU
	Product     id.Product
	Code        string
	Title       string
	Variant     string
	Attributes  Attributes
	WeightG     *int64
	LengthMM    *int64
	WidthMM     *int64
	HeightMM    *int64
	SoldUnit    string
	UnitRatio   int64
	PackSize    int64
	MinQuantity int64
	Cost        *money.UnitPrice
	WithdrawnAt *time.Time
	ShopVisible bool
	Version     int64
}

// Withdrawn reports whether it is no longer sold.
func (s SKU) Withdrawn() bool { return s.WithdrawnAt != nil }

// TitleOf is what a variant is called where nobody named it: the product's name
// and what tells it from its sisters.
func TitleOf(product, variant string) string {
	if variant == "" {
		return product
	}
	return product + ", " + variant
}

// change is the variant after the input, with what differs. The cost is told
// apart: not everybody who may read the history may read it.
func (s SKU) change(in SKUInput) (SKU, []problem.Change, []problem.Change) {
	d, secret := diff{}, diff{}
	d.say("code", s.Code, in.Code)
	d.say("title", s.Title, in.Title)
	d.say("variant", s.Variant, in.Variant)
	d.say("attributes", s.Attributes.String(), in.Attributes.String())
	d.say("weight", digits(s.WeightG), digits(in.WeightG))
	d.say("length", digits(s.LengthMM), digits(in.LengthMM))
	d.say("width", digits(s.WidthMM), digits(in.WidthMM))
	d.say("height", digits(s.HeightMM), digits(in.HeightMM))
	d.say("sold_unit", s.SoldUnit, in.SoldUnit)
	d.say("unit_ratio", digits(&s.UnitRatio), digits(&in.UnitRatio))
	d.say("pack_size", digits(&s.PackSize), digits(&in.PackSize))
	d.say("min_quantity", digits(&s.MinQuantity), digits(&in.MinQuantity))
	d.say("shop_visible", strconv.FormatBool(s.ShopVisible), strconv.FormatBool(!in.HideInShop))
	secret.say("cost", price(s.Cost), price(in.Cost))
	s.Code, s.Title, s.Variant, s.Attributes = in.Code, in.Title, in.Variant, in.Attributes
	s.WeightG, s.LengthMM, s.WidthMM, s.HeightMM = in.WeightG, in.LengthMM, in.WidthMM, in.HeightMM
	s.SoldUnit, s.UnitRatio, s.PackSize, s.MinQuantity = in.SoldUnit, in.UnitRatio, in.PackSize, in.MinQuantity
	s.Cost, s.ShopVisible = in.Cost, !in.HideInShop
	return s, d, secret
}

func digits(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func price(p *money.UnitPrice) string {
	if p == nil {
		return ""
	}
	return p.String()
}
