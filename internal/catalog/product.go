package catalog

import (
	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
)

// ProductInput is what a person says about a product; all its variants share
// it.
type ProductInput struct {
	Name          string
	Description   string
	Kind          Kind // on a new product only
	TaxClass      string
	HandlingClass string // "fragile", "cold": free words of the warehouse
	Attributes    Attributes
}

// Checked gives the input cleaned, or everything wrong with it by the names of
// the form's fields.
func (in ProductInput) Checked() (ProductInput, *problem.Invalid) {
	v := &problem.Invalid{}
	in.Name = text(v, "name", in.Name, maxName, true)
	in.Description = trade.ReadText(v, "description", in.Description, maxText)
	if _, ok := ParseKind(string(in.Kind)); !ok {
		v.Add("kind", "required")
	}
	in.TaxClass = text(v, "tax_class", in.TaxClass, maxShort, true)
	in.HandlingClass = text(v, "handling_class", in.HandlingClass, maxShort, false)
	in.Attributes = attributes(v, "attributes", in.Attributes)
	return in, v
}

// Product is a product as it stands.
type Product struct {
	ID            id.Product
	Name          string
	Description   string
	Kind          Kind
	TaxClass      string
	TaxClassName  string
	HandlingClass string
	Picture       id.File // 0: none
	Attributes    Attributes
	Version       int64
}

// change is the product after the input, with what differs.
func (p Product) change(in ProductInput) (Product, []problem.Change) {
	d := diff{}
	d.say("name", p.Name, in.Name)
	d.say("description", p.Description, in.Description)
	d.say("tax_class", p.TaxClass, in.TaxClass)
	d.say("handling_class", p.HandlingClass, in.HandlingClass)
	d.say("attributes", p.Attributes.String(), in.Attributes.String())
	p.Name, p.Description, p.TaxClass = in.Name, in.Description, in.TaxClass
	p.HandlingClass, p.Attributes = in.HandlingClass, in.Attributes
	return p, d
}

// diff collects what differs, in the words of the fields ("field.name").
type diff []problem.Change

func (d *diff) say(field, before, after string) {
	if before != after {
		*d = append(*d, problem.Change{Field: field, Before: before, After: after})
	}
}
