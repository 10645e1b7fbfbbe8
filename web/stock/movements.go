package stock

import (
	"context"
	"encoding/csv"
	"io"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/problem"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// movementsView is the ledger as the page draws it.
type movementsView struct {
	sight
	Filter     inventory.MovementFilter
	Typed      string // the SKU as typed
	Goods      *inventory.Named
	Rows       []inventory.Movement
	After      []int64 // how many there were after each row; nil where that cannot be said
	Sum        *int64  // of the ledger within the filter
	Locations  []inventory.Location
	Prev, Next string
}

// filter reads the address bar. Goods are given by
// their id, or a SKU as typed.
func (p pages) filter(ctx context.Context, r *edge.Request) (f inventory.MovementFilter, goods *inventory.Named, err error) {
	f = inventory.MovementFilter{Bound: r.Person.Locations, Location: id.Location(number(r.Text("location"))), Bin: id.Bin(number(r.Text("bin"))),
		Older: number(r.Text("older")), Newer: number(r.Text("newer")), Limit: size}
	f.Condition, _ = known(inventory.ParseCondition(r.Text("condition")))
	f.Kind, _ = known(inventory.ParseKind(r.Text("kind")))
	which, typed := id.SKU(number(r.Text("goods"))), r.Text("sku")
	if which == 0 && typed == "" {
		return f, nil, nil
	}
	named, err := inventory.SKUNamed(ctx, p.Read, which, typed)
	if err != nil {
		if problem.IsPersons(err) {
			f.SKU = -1 // nothing is of a SKU that is not there
			return f, nil, nil
		}
		return f, nil, err
	}
	f.SKU = named.ID
	return f, &named, nil
}

// known is the zero value for what is not in a list.
func known[T any](v T, ok bool) (T, bool) {
	if !ok {
		var none T
		return none, false
	}
	return v, true
}

func ledgerAddress(path string, f inventory.MovementFilter, typed, direction string, at int64) string {
	v := url.Values{}
	goods := int64(0)
	if typed == "" {
		goods = int64(f.SKU)
	}
	for name, n := range map[string]int64{"goods": goods, "location": int64(f.Location), "bin": int64(f.Bin)} {
		if n != 0 {
			v.Set(name, text(n))
		}
	}
	set(v, "sku", typed)
	set(v, "condition", string(f.Condition))
	set(v, "kind", string(f.Kind))
	if at != 0 {
		v.Set(direction, text(at))
	}
	return joined(path, v)
}

func (p pages) movements(r *edge.Request) (edge.Reply, error) {
	ctx := r.Context()
	v := movementsView{sight: p.sight(r), Typed: r.Text("sku")}
	var err error
	if v.Filter, v.Goods, err = p.filter(ctx, r); err != nil {
		return edge.Reply{}, err
	}
	var more bool
	if v.Rows, more, err = inventory.Movements(ctx, p.Read, v.Filter); err != nil {
		return edge.Reply{}, err
	}
	if v.Locations, err = inventory.Locations(ctx, p.Read, v.Bound); err != nil {
		return edge.Reply{}, err
	}
	if err := p.sums(ctx, &v); err != nil {
		return edge.Reply{}, err
	}
	if n := len(v.Rows); n > 0 {
		back := v.Filter.Newer != 0
		if back && more || !back && v.Filter.Older != 0 {
			v.Prev = ledgerAddress("/stock/movements", v.Filter, v.Typed, "newer", v.Rows[0].ID)
		}
		if back || more {
			v.Next = ledgerAddress("/stock/movements", v.Filter, v.Typed, "older", v.Rows[n-1].ID)
		}
	}
	return edge.Page(wide("Movements"), movementsPage(v)), nil
}

// sums adds up the ledger of one SKU, and says how many there were after each
// row; with only some kinds shown the numbers between would be missing.
func (p pages) sums(ctx context.Context, v *movementsView) error {
	if v.Goods == nil || v.Filter.Kind != "" {
		return nil
	}
	sum, err := inventory.LedgerSum(ctx, p.Read, v.Filter, 0)
	if err != nil {
		return err
	}
	v.Sum = &sum
	if len(v.Rows) == 0 {
		return nil
	}
	left, err := inventory.LedgerSum(ctx, p.Read, v.Filter, v.Rows[0].ID)
	if err != nil {
		return err
	}
	for _, m := range v.Rows {
		v.After = append(v.After, left)
		left -= m.Quantity
	}
	return nil
}

func (p pages) exportMovements(r *edge.Request) (edge.Reply, error) {
	ctx, s := r.Context(), p.sight(r)
	f, _, err := p.filter(ctx, r)
	if err != nil {
		return edge.Reply{}, err
	}
	f.Older, f.Newer, f.Limit = 0, 0, 1000
	return edge.File("movements.csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		out := csv.NewWriter(w)
		head := []string{"id", "at", "sku", "title", "location", "bin", "condition", "lot", "pieces", "kind", "reason", "cause", "by"}
		if s.Costs {
			head = append(head, "unit_cost")
		}
		if err := out.Write(head); err != nil {
			return err
		}
		for n := 0; n < most; {
			rows, more, err := inventory.Movements(ctx, p.Read, f)
			if err != nil {
				return err
			}
			for _, m := range rows {
				cells := []string{text(m.ID), m.At.UTC().Format(time.RFC3339), parts.Cell(m.Code), parts.Cell(m.Title), parts.Cell(m.LocationCode), parts.Cell(m.Bin),
					string(m.Condition), parts.Cell(m.Lot), text(m.Quantity), string(m.Kind), parts.Cell(m.Reason), parts.Cell(m.Cause.Type), parts.Cell(m.Actor)}
				if s.Costs {
					cells = append(cells, m.UnitCost.String())
				}
				if err := out.Write(cells); err != nil {
					return err
				}
			}
			if n += len(rows); !more {
				break
			}
			f.Older = rows[len(rows)-1].ID
		}
		out.Flush()
		return out.Error()
	}), nil
}

func (v movementsView) head() ui.PageHead {
	h := ui.PageHead{Title: "Movements", Sub: "Every change of what is on hand, written once and never changed.", Crumbs: []ui.Crumb{{Label: "Stock", Href: "/stock"}},
		Quiet: []ui.Action{{Label: "Export", Href: ledgerAddress("/stock/movements/export", v.Filter, v.Typed, "", 0), Icon: "download"}}}
	if v.Goods != nil {
		h.Title = "Movements of " + v.Goods.Code
		h.Crumbs = append(h.Crumbs, ui.Crumb{Label: v.Goods.Code, Href: "/stock/goods/" + text(v.Goods.ID)})
		h.Sub = v.Goods.Title
	}
	return h
}

func (v movementsView) filters() ui.Filters {
	typed := v.Typed
	if v.Goods != nil {
		typed = v.Goods.Code
	}
	f := ui.Filters{Action: "/stock/movements", Search: &ui.Input{Label: "SKU or barcode", Name: "sku", Value: typed}}
	if v.Filter.Bin != 0 {
		f.Keep = append(f.Keep, ui.Hidden{Name: "bin", Value: text(v.Filter.Bin)})
	}
	without := func(change func(*inventory.MovementFilter)) string {
		q := v.Filter
		change(&q)
		return ledgerAddress("/stock/movements", q, v.Typed, "", 0)
	}
	if len(v.Locations) > 1 {
		f.Chips = append(f.Chips, locationChip(v.Locations, v.Filter.Location, without(func(q *inventory.MovementFilter) { q.Location = 0 })))
	}
	condition := ui.Chip{Label: "Condition", Name: "condition", One: true}
	for _, c := range inventory.Conditions {
		condition.Options = append(condition.Options, ui.Option{Value: string(c), Label: v.Say("stock.condition." + string(c)), Chosen: c == v.Filter.Condition})
	}
	kind := ui.Chip{Label: "Kind", Name: "kind", One: true}
	for _, k := range inventory.Kinds {
		kind.Options = append(kind.Options, ui.Option{Value: string(k), Label: v.Say("stock.kind." + string(k)), Chosen: k == v.Filter.Kind})
	}
	f.Chips = append(f.Chips, chosen(condition, without(func(q *inventory.MovementFilter) { q.Condition = "" })), chosen(kind, without(func(q *inventory.MovementFilter) { q.Kind = "" })))
	if joined := ledgerAddress("/stock/movements", v.Filter, v.Typed, "", 0); joined != "/stock/movements" {
		f.Clear = "/stock/movements"
	}
	return f
}

// chosen says in the chip which of its options is.
func chosen(c ui.Chip, clear string) ui.Chip {
	for _, o := range c.Options {
		if o.Chosen {
			c.Value, c.Clear = o.Label, clear
		}
	}
	return c
}

// movementTable draws lines of the ledger; after is how many there were after
// each, alone is whether all are of one SKU.
func movementTable(s sight, rows []inventory.Movement, alone bool, after []int64) ui.Grid {
	g := ui.Grid{Caption: "Movements", Columns: []ui.Column{{Label: "When"}}}
	if !alone {
		g.Columns = append(g.Columns, ui.Column{Label: "SKU"})
	}
	g.Columns = append(g.Columns, ui.Column{Label: "What"}, ui.Column{Label: "Where"}, ui.Column{Label: "Pieces", Num: true, End: true})
	if after != nil {
		g.Columns = append(g.Columns, ui.Column{Label: "Then", Num: true})
	}
	g.Columns = append(g.Columns, ui.Column{Label: "By", Hide: ui.OnMid})
	for i, m := range rows {
		sign := ""
		if m.Quantity > 0 {
			sign = "+"
		}
		cells := []templ.Component{ui.When(s.When(m.At))}
		if !alone {
			cells = append(cells, ui.Lead("/stock/goods/"+text(m.SKU), m.Code, m.Title))
		}
		cells = append(cells, whatMoved(s, m), ui.Two(m.LocationCode+" · "+m.Bin, m.Lot), ui.Text(sign+s.n(m.Quantity)))
		if after != nil {
			cells = append(cells, ui.Text(s.n(after[i])))
		}
		g.Rows = append(g.Rows, ui.Row{Label: m.Code, Cells: append(cells, ui.Text(m.Actor))})
	}
	return g
}

// reasonText is a reason as people read it: the chosen one in words, and what
// was said to it.
func reasonText(s sight, reason string) string {
	for _, code := range inventory.Reasons {
		if reason == code {
			return s.Say("stock.reason." + code)
		}
		if len(reason) > len(code) && reason[:len(code)+1] == code+":" {
			return s.Say("stock.reason."+code) + reason[len(code):]
		}
	}
	return reason
}
