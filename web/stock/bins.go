package stock

import (
	"context"

	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// binForm is what was typed about a bin.
type binForm struct {
	Code, Kind, Walk string
	Active           bool
}

type binView struct {
	sight
	Location inventory.Location
	Bin      inventory.Bin // zero: a new one
	Form     binForm
	Version  string
}

func readBin(r *edge.Request) binForm {
	return binForm{Code: r.Text("code"), Kind: r.Text("kind"), Walk: r.Text("walk"), Active: r.Ticked("active")}
}

// Input is the bin the form describes.
func (f binForm) Input(v *problem.Invalid, at id.Location) inventory.Bin {
	b := inventory.Bin{Location: at, Code: f.Code, Kind: f.Kind, Active: f.Active}
	if f.Walk == "" {
		return b
	}
	n, err := money.ParseInt(f.Walk)
	if err != nil {
		v.Add("walk", "not_a_number")
	}
	b.Walk = int(min(max(n, -1), 10_000_000))
	return b
}

func (p pages) drawBin(r *edge.Request, l inventory.Location, b inventory.Bin, version int64, f binForm, wrong error) (edge.Reply, error) {
	if wrong != nil && !problem.IsPersons(wrong) {
		return edge.Reply{}, wrong
	}
	v := binView{sight: p.sight(r), Location: l, Bin: b, Form: f, Version: text(version)}
	if wrong == nil {
		return edge.Page(frame("Bin"), binPage(v)), nil
	}
	v.Said = r.Problems(wrong)
	if s, ok := wrong.(*problem.Stale); ok {
		v.Version, v.Changed = text(s.Version), differences(s)
	}
	return edge.Redraw(wrong, frame("Bin"), binPage(v)), nil
}

func (p pages) newBin(r *edge.Request) (edge.Reply, error) {
	l, err := p.mine(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return p.drawBin(r, l, inventory.Bin{}, 0, binForm{Kind: "shelf", Active: true}, nil)
}

func (p pages) addBin(r *edge.Request) (edge.Reply, error) {
	l, err := p.mine(r)
	if err != nil {
		return edge.Reply{}, err
	}
	f, v := readBin(r), r.Invalid()
	b := f.Input(v, l.ID)
	if err := v.Err(); err != nil {
		return p.drawBin(r, l, inventory.Bin{}, 0, f, err)
	}
	was, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		_, err := inventory.AddBin(ctx, tx, b)
		return err
	})
	if err != nil {
		return p.drawBin(r, l, inventory.Bin{}, 0, f, err)
	}
	return edge.SeeOther("/stock/locations/"+text(l.ID), append(repeated(was), edge.Done("done.bin_saved", "code", b.Code))...), nil
}

// theBin is the bin of the path, at a location of the person.
func (p pages) theBin(r *edge.Request) (inventory.Location, inventory.Bin, error) {
	l, err := p.mine(r)
	if err != nil {
		return l, inventory.Bin{}, err
	}
	b, err := inventory.BinByID(r.Context(), p.Read, l.ID, id.Bin(r.ID("bin")))
	return l, b, err
}

func (p pages) editBin(r *edge.Request) (edge.Reply, error) {
	l, b, err := p.theBin(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return p.drawBin(r, l, b, b.Version, binForm{Code: b.Code, Kind: b.Kind, Walk: text(b.Walk), Active: b.Active}, nil)
}

func (p pages) changeBin(r *edge.Request) (edge.Reply, error) {
	l, was, err := p.theBin(r)
	if err != nil {
		return edge.Reply{}, err
	}
	f, v := readBin(r), r.Invalid()
	b := f.Input(v, l.ID)
	b.ID = was.ID
	if err := v.Err(); err != nil {
		return p.drawBin(r, l, was, r.Version(), f, err)
	}
	again, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return inventory.ChangeBin(ctx, tx, r.Version(), b) })
	if err != nil {
		return p.drawBin(r, l, was, r.Version(), f, err)
	}
	return edge.SeeOther("/stock/locations/"+text(l.ID), append(repeated(again), edge.Done("done.bin_saved", "code", b.Code))...), nil
}

func (v binView) action() string {
	path := "/stock/locations/" + text(v.Location.ID) + "/bins/"
	if v.Bin.ID == 0 {
		return path + "new"
	}
	return path + text(v.Bin.ID)
}

func (v binView) title() string {
	if v.Bin.ID == 0 {
		return "New bin"
	}
	return "Bin " + v.Bin.Code
}

func (v binView) kinds() []ui.Option {
	var out []ui.Option
	for _, k := range inventory.BinKinds {
		out = append(out, ui.Option{Value: k, Label: v.Say("stock.bin_kind." + k)})
	}
	return out
}
