package stock

import (
	"context"

	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
)

// conditionForm is what was typed to change the condition of pieces.
type conditionForm struct {
	place
	Quantity, From, To, Reason, Note string
}

type conditionView struct {
	sight
	Form      conditionForm
	Locations []inventory.Location
}

func (p pages) conditionForm(r *edge.Request) (edge.Reply, error) {
	return p.drawCondition(r, conditionForm{place: readPlace(r), From: string(inventory.Sellable), To: string(inventory.Damaged)}, nil)
}

func (p pages) drawCondition(r *edge.Request, f conditionForm, wrong error) (edge.Reply, error) {
	if wrong != nil && !problem.IsPersons(wrong) {
		return edge.Reply{}, wrong
	}
	v := conditionView{sight: p.sight(r), Form: f}
	var err error
	if v.Locations, err = inventory.Locations(r.Context(), p.Read, v.Bound); err != nil {
		return edge.Reply{}, err
	}
	if wrong == nil {
		return edge.Page(frame("Change condition"), conditionPage(v)), nil
	}
	v.Said = r.Problems(wrong)
	return edge.Redraw(wrong, frame("Change condition"), conditionPage(v)), nil
}

func (p pages) condition(r *edge.Request) (edge.Reply, error) {
	f := conditionForm{place: readPlace(r), Quantity: r.Text("quantity"), From: r.Text("from"), To: r.Text("to"), Reason: r.Text("reason"), Note: r.Text("note")}
	v := r.Invalid()
	at, err := f.find(r.Context(), p.Read, v, r.Person.Locations)
	if err != nil {
		return edge.Reply{}, err
	}
	n := int(trade.ReadQuantity(v, "quantity", f.Quantity))
	m := inventory.ConditionMove{SKU: at.goods.ID, Location: at.location.ID, Bin: at.bin, Lot: at.lot,
		From: inventory.Condition(f.From), To: inventory.Condition(f.To), Quantity: n, Reason: inventory.Reason(v, f.Reason, f.Note)}
	if err := v.Err(); err != nil {
		return p.drawCondition(r, f, err)
	}
	was, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return inventory.MoveCondition(ctx, tx, m) })
	if err != nil {
		return p.drawCondition(r, f, err)
	}
	return edge.SeeOther("/stock/goods/"+text(at.goods.ID), append(repeated(was), edge.Done("done.condition_changed", "n", n, "sku", at.goods.Code))...), nil
}

// binMoveForm is what was typed to carry pieces to another bin.
type binMoveForm struct {
	place
	Quantity, From, To, Condition string
}

type binMoveView struct {
	sight
	Form      binMoveForm
	Locations []inventory.Location
}

func (p pages) binMoveForm(r *edge.Request) (edge.Reply, error) {
	return p.drawBinMove(r, binMoveForm{place: readPlace(r), From: inventory.MainBin, Condition: string(inventory.Sellable)}, nil)
}

func (p pages) drawBinMove(r *edge.Request, f binMoveForm, wrong error) (edge.Reply, error) {
	if wrong != nil && !problem.IsPersons(wrong) {
		return edge.Reply{}, wrong
	}
	v := binMoveView{sight: p.sight(r), Form: f}
	var err error
	if v.Locations, err = inventory.Locations(r.Context(), p.Read, v.Bound); err != nil {
		return edge.Reply{}, err
	}
	if wrong == nil {
		return edge.Page(frame("Change bin"), binMovePage(v)), nil
	}
	v.Said = r.Problems(wrong)
	return edge.Redraw(wrong, frame("Change bin"), binMovePage(v)), nil
}

func (p pages) binMove(r *edge.Request) (edge.Reply, error) {
	ctx := r.Context()
	f := binMoveForm{place: readPlace(r), Quantity: r.Text("quantity"), From: r.Text("from"), To: r.Text("to"), Condition: r.Text("condition")}
	v := r.Invalid()
	at, err := f.find(ctx, p.Read, v, r.Person.Locations)
	if err != nil {
		return edge.Reply{}, err
	}
	n := int(trade.ReadQuantity(v, "quantity", f.Quantity))
	m := inventory.BinMove{SKU: at.goods.ID, Location: at.location.ID, Condition: inventory.Condition(f.Condition), Lot: at.lot, Quantity: n}
	if _, ok := inventory.ParseCondition(f.Condition); !ok {
		v.Add("condition", "not_a_choice")
	}
	for _, side := range []struct {
		path, typed string
		to          *id.Bin
	}{{"from", f.From, &m.From}, {"to", f.To, &m.To}} {
		if side.typed == "" {
			v.Add(side.path, "required")
		}
		if *side.to, err = binTyped(ctx, p.Read, v, side.path, at.location.ID, side.typed); err != nil {
			return edge.Reply{}, err
		}
	}
	if err := v.Err(); err != nil {
		return p.drawBinMove(r, f, err)
	}
	was, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return inventory.MoveBin(ctx, tx, m) })
	if err != nil {
		return p.drawBinMove(r, f, err)
	}
	return edge.SeeOther("/stock/goods/"+text(at.goods.ID), append(repeated(was), edge.Done("done.bin_changed", "n", n, "sku", at.goods.Code))...), nil
}

type safetyView struct {
	sight
	At    found
	Typed string
}

// safetyAt is the level whose safety stock is set: both ids are of links and
// hidden fields.
func (p pages) safetyAt(r *edge.Request) (found, error) {
	var at found
	var err error
	if at.goods, err = inventory.SKUNamed(r.Context(), p.Read, id.SKU(number(r.Text("sku"))), ""); err != nil {
		return at, err
	}
	at.location, err = inventory.LocationByID(r.Context(), p.Read, id.Location(number(r.Text("location"))), r.Person.Locations)
	return at, err
}

func (p pages) safetyForm(r *edge.Request) (edge.Reply, error) {
	at, err := p.safetyAt(r)
	if err != nil {
		return edge.Reply{}, err
	}
	level, err := at.level(r.Context(), p.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(frame("Safety stock"), safetyPage(safetyView{sight: p.sight(r), At: at, Typed: text(level.Safety)})), nil
}

func (p pages) safety(r *edge.Request) (edge.Reply, error) {
	at, err := p.safetyAt(r)
	if err != nil {
		return edge.Reply{}, err
	}
	v := r.Invalid()
	typed := r.Text("safety")
	n, err := money.ParseInt(typed)
	if wrong, ok := err.(*problem.Invalid); ok {
		for _, f := range wrong.Fields {
			v.Add("safety", f.Code)
			v.Fields[len(v.Fields)-1].Args = f.Args
		}
	}
	if err := v.Err(); err == nil {
		_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
			return inventory.SetSafety(ctx, tx, at.goods.ID, at.location.ID, int(n))
		})
		if err == nil {
			return edge.SeeOther("/stock/goods/"+text(at.goods.ID), edge.Done("done.safety_set")), nil
		}
		if !problem.IsPersons(err) {
			return edge.Reply{}, err
		}
		return p.safetyAgain(r, at, typed, err)
	}
	return p.safetyAgain(r, at, typed, v.Err())
}

func (p pages) safetyAgain(r *edge.Request, at found, typed string, wrong error) (edge.Reply, error) {
	s := p.sight(r)
	s.Said = r.Problems(wrong)
	return edge.Redraw(wrong, frame("Safety stock"), safetyPage(safetyView{sight: s, At: at, Typed: typed})), nil
}
