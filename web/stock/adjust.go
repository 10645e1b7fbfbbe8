package stock

import (
	"context"

	"packhouse/internal/inventory"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// adjustForm is what was typed to correct how many there are.
type adjustForm struct {
	place
	Condition string
	Way       string // "add" or "take"
	Quantity  string
	Reason    string
	Note      string
}

type adjustView struct {
	sight
	Form      adjustForm
	Locations []inventory.Location
	Preview   *adjustPreview // what it will do; the page then asks to confirm
}

// adjustPreview says in numbers what an adjustment will change.
type adjustPreview struct {
	Goods, Location, Condition, Reason string
	Delta, Before, After               int64
	FreeBefore, FreeAfter              int64
	Sellable                           bool
}

func readAdjust(r *edge.Request) adjustForm {
	f := adjustForm{place: readPlace(r), Condition: r.Text("condition"), Way: r.Text("way"), Quantity: r.Text("quantity"), Reason: r.Text("reason"), Note: r.Text("note")}
	if f.Condition == "" {
		f.Condition = string(inventory.Sellable)
	}
	return f
}

// input is what the form asks for, with everything wrong with it.
func (p pages) input(ctx context.Context, r *edge.Request, f adjustForm) (inventory.Adjustment, found, error) {
	v := r.Invalid()
	at, err := f.find(ctx, p.Read, v, r.Person.Locations)
	if err != nil {
		return inventory.Adjustment{}, at, err
	}
	a := inventory.Adjustment{SKU: at.goods.ID, Location: at.location.ID, Bin: at.bin, Lot: at.lot, Kind: inventory.Correction, Condition: inventory.Condition(f.Condition)}
	if _, ok := inventory.ParseCondition(f.Condition); !ok {
		v.Add("condition", "not_a_choice")
	}
	a.Delta = int(trade.ReadQuantity(v, "quantity", f.Quantity))
	switch f.Way {
	case "add":
	case "take":
		a.Delta = -a.Delta
	default:
		v.Add("way", "not_a_choice")
	}
	a.Reason = inventory.Reason(v, f.Reason, f.Note)
	return a, at, v.Err()
}

// adjustForm draws the form; with step=preview in the address it also says what
// the adjustment will change and asks to confirm it.
func (p pages) adjustForm(r *edge.Request) (edge.Reply, error) {
	f := readAdjust(r)
	if r.Text("step") != "preview" {
		return p.drawAdjust(r, f, nil, nil)
	}
	a, at, err := p.input(r.Context(), r, f)
	if err != nil {
		return p.drawAdjust(r, f, nil, err)
	}
	level, err := at.level(r.Context(), p.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	before := of(level, a.Condition)
	look := p.sight(r)
	preview := &adjustPreview{Goods: at.goods.Code + " " + at.goods.Title, Location: at.location.Name, Condition: look.Say("stock.condition." + string(a.Condition)),
		Reason: reasonText(look, a.Reason), Delta: int64(a.Delta), Before: before, After: before + int64(a.Delta),
		FreeBefore: level.Free, FreeAfter: max(0, level.OnHand+int64(a.Delta)-level.Reserved-level.Safety), Sellable: a.Condition == inventory.Sellable}
	return p.drawAdjust(r, f, preview, nil)
}

func (p pages) drawAdjust(r *edge.Request, f adjustForm, preview *adjustPreview, wrong error) (edge.Reply, error) {
	v := adjustView{sight: p.sight(r), Form: f, Preview: preview}
	var err error
	if v.Locations, err = inventory.Locations(r.Context(), p.Read, v.Bound); err != nil {
		return edge.Reply{}, err
	}
	v.Form.Location = f.location(v.Locations)
	if wrong == nil {
		return edge.Page(frame("Adjust stock"), adjustPage(v)), nil
	}
	v.Said = r.Problems(wrong)
	return edge.Redraw(wrong, frame("Adjust stock"), adjustPage(v)), nil
}

func (p pages) adjust(r *edge.Request) (edge.Reply, error) {
	f := readAdjust(r)
	a, at, err := p.input(r.Context(), r, f)
	if err != nil {
		return p.again(r, f, err)
	}
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (inventory.Adjusted, error) {
		return inventory.Adjust(ctx, tx, a)
	})
	if err != nil {
		return p.again(r, f, err)
	}
	said := edge.Done("done.stock_adjusted", "sku", at.goods.Code, "location", at.location.Name, "before", out.Value.Before, "after", out.Value.After)
	return edge.SeeOther("/stock/goods/"+text(at.goods.ID), append(repeated(out.Repeated), said)...), nil
}

// again draws the form with what was typed and what is wrong; what is our fault
// goes on to the edge.
func (p pages) again(r *edge.Request, f adjustForm, err error) (edge.Reply, error) {
	if !problem.IsPersons(err) {
		return edge.Reply{}, err
	}
	return p.drawAdjust(r, f, nil, err)
}

// repeated says that the form had been sent before.
func repeated(was bool) []edge.Flash {
	if was {
		return []edge.Flash{edge.Note("repeated")}
	}
	return nil
}

func (v adjustView) wayOptions() []ui.Option {
	return []ui.Option{{Value: "add", Label: "Add: more lie there than the books say"}, {Value: "take", Label: "Take away: fewer lie there"}}
}

// hiddens carry the form to its confirmation.
func (f adjustForm) hiddens() []ui.Hidden {
	return []ui.Hidden{{Name: "sku", Value: f.SKU}, {Name: "location", Value: f.Location}, {Name: "bin", Value: f.Bin}, {Name: "lot", Value: f.Lot}, {Name: "condition", Value: f.Condition},
		{Name: "way", Value: f.Way}, {Name: "quantity", Value: f.Quantity}, {Name: "reason", Value: f.Reason}, {Name: "note", Value: f.Note}}
}

// verb is the button that confirms, in words.
func (p adjustPreview) verb(s sight) string {
	if p.Delta < 0 {
		return "Take away " + s.Say("count.pieces", "n", -p.Delta)
	}
	return "Add " + s.Say("count.pieces", "n", p.Delta)
}
