package stock

import (
	"context"
	"errors"

	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// place is what every form of this section asks for first, as typed: which
// goods, at which location, in which bin.
type place struct {
	SKU, Location, Bin, Lot string
}

func readPlace(r *edge.Request) place {
	return place{SKU: r.Text("sku"), Location: r.Text("location"), Bin: r.Text("bin"), Lot: r.Text("lot")}
}

// found is a place whose goods, location and bin are there.
type found struct {
	goods    inventory.Named
	location inventory.Location
	bin      id.Bin // 0: the main bin
	lot      string
}

// find looks up what was typed, within the locations of the person.
func (f place) find(ctx context.Context, r pg.Reader, v *problem.Invalid, bound []id.Location) (found, error) {
	var got found
	var err error
	if f.SKU == "" {
		v.Add("sku", "required")
	} else if got.goods, err = inventory.SKUNamed(ctx, r, 0, f.SKU); missed(err) {
		v.Add("sku", "stock.no_such_sku")
	} else if err != nil {
		return got, err
	}
	if got.location, err = inventory.LocationByID(ctx, r, id.Location(number(f.Location)), bound); missed(err) {
		v.Add("location", "stock.no_such_location")
	} else if err != nil {
		return got, err
	}
	if got.bin, err = binTyped(ctx, r, v, "bin", got.location.ID, f.Bin); err != nil {
		return got, err
	}
	got.lot = trade.ReadLine(v, "lot", f.Lot, inventory.MaxLot)
	return got, nil
}

// binTyped finds a bin as typed; nothing typed is 0.
func binTyped(ctx context.Context, r pg.Reader, v *problem.Invalid, path string, at id.Location, code string) (id.Bin, error) {
	if code == "" || at == 0 {
		return 0, nil
	}
	b, err := inventory.BinByCode(ctx, r, at, code)
	if missed(err) {
		v.Add(path, "stock.no_such_bin")
		return 0, nil
	}
	return b, err
}

func missed(err error) bool {
	_, ok := errors.AsType[*problem.NotFound](err)
	return ok
}

// level is the goods' level at the location; all zero where there never was
// any.
func (f found) level(ctx context.Context, r pg.Reader) (inventory.LevelRow, error) {
	if f.goods.ID == 0 || f.location.ID == 0 {
		return inventory.LevelRow{}, nil
	}
	rows, err := inventory.LevelsOf(ctx, r, []id.SKU{f.goods.ID}, []id.Location{f.location.ID})
	if err != nil || len(rows) == 0 {
		return inventory.LevelRow{}, err
	}
	return rows[0], nil
}

// of is how many pieces of the condition there are.
func of(l inventory.LevelRow, c inventory.Condition) int64 {
	switch c {
	case inventory.Damaged:
		return l.Damaged
	case inventory.Quarantine:
		return l.Quarantine
	}
	return l.OnHand
}

func locationOptions(all []inventory.Location) []ui.Option {
	var out []ui.Option
	for _, l := range all {
		if l.Active {
			out = append(out, ui.Option{Value: text(l.ID), Label: l.Name})
		}
	}
	return out
}

// location is what stands in the field: what was typed, or the only one there
// is.
func (f place) location(all []inventory.Location) string {
	if options := locationOptions(all); f.Location == "" && len(options) == 1 {
		return options[0].Value
	}
	return f.Location
}

func (s sight) conditionOptions() []ui.Option {
	var out []ui.Option
	for _, c := range inventory.Conditions {
		out = append(out, ui.Option{Value: string(c), Label: s.Say("stock.condition." + string(c))})
	}
	return out
}

func (s sight) reasonOptions() []ui.Option {
	var out []ui.Option
	for _, code := range inventory.Reasons {
		out = append(out, ui.Option{Value: code, Label: s.Say("stock.reason." + code)})
	}
	return out
}
