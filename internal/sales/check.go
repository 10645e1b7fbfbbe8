package sales

import (
	"strings"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
)

// Check is one named check of an order: passed or failed, and whether failing
// it forbids confirming.
type Check struct {
	Name   string // address, quantity, pack, withdrawn, limit, credit, stock, tax_id
	Passed bool
	Blocks bool
	Code   string // the sentence when it failed
	Args   problem.Args
	Fix    problem.Fix
}

// Checks are all checks of an order, in the order in which they are shown.
type Checks []Check

// Blocking is the first failed check that forbids confirming.
func (cs Checks) Blocking() (Check, bool) {
	for _, c := range cs {
		if !c.Passed && c.Blocks {
			return c, true
		}
	}
	return Check{}, false
}

// Failed is the first failed check, blocking or not.
func (cs Checks) Failed() (Check, bool) {
	if c, ok := cs.Blocking(); ok {
		return c, true
	}
	for _, c := range cs {
		if !c.Passed {
			return c, true
		}
	}
	return Check{}, false
}

func (c Check) refusal(o id.Order) error {
	return &problem.Refusal{Code: c.Code, Args: c.Args, Fix: c.Fix}
}

func (h Hold) refusal(o id.Order) error {
	return &problem.Refusal{Code: "why.held", Args: problem.With("type", "hold."+h.Type, "reason", h.Reason, "owner", h.Keeper()),
		Fix: problem.Fix{Code: "do.lift_hold", Path: "/orders/" + id.Text(o) + "#holds", Permission: "order:release"}}
}

// Keeper names who should act: the person, or the code of the role's name.
func (h Hold) Keeper() string {
	if h.OwnerName != "" {
		return h.OwnerName
	}
	return "role." + h.OwnerRole
}

// Facts are what the checks need to know beyond the order, as it is now.
type Facts struct {
	Articles  map[id.SKU]Article
	Shorts    map[id.Line]ShortFact
	MaxLines  int
	MaxPieces int
	MaxTotal  int64 // minor units
	Credit    *Credit
	TaxID     bool // the tax id is well formed
	Severity  func(check string) (on, blocks bool)
}

// Article is what a check must know of a SKU.
type Article struct {
	Code      string
	Pack      int
	Min       int
	Withdrawn bool
}

// ShortFact is what cannot be reserved for a line now, in pieces.
type ShortFact struct{ Missing, Free int }

// Credit is how a customer with a limit stands, in minor units; Open counts
// the other open orders.
type Credit struct{ Limit, Open int64 }

// Run makes every check that is switched on.
func (o *Order) Run(f Facts) Checks {
	var out Checks
	add := func(name string, failed bool, code string, fix problem.Fix, args ...any) {
		on, blocks := f.Severity(name)
		if on {
			out = append(out, Check{Name: name, Passed: !failed, Blocks: blocks, Code: code, Args: problem.With(args...), Fix: fix})
		}
	}
	edit := problem.Fix{Code: "do.edit_order", Path: "/orders/" + id.Text(o.ID) + "/edit", Permission: "order:create"}
	cancel := problem.Fix{Code: "do.cancel_lines", Path: "/orders/" + id.Text(o.ID) + "/cancel", Permission: "order:cancel"}

	v := &problem.Invalid{}
	o.ShipTo.Validate("ship_to", v)
	what := ""
	if len(v.Fields) > 0 {
		what = "field." + strings.TrimPrefix(v.Fields[0].Path, "ship_to.")
	}
	add("address", what != "", "why.address", edit, "part", what)

	var few, odd, gone Line
	for _, l := range o.Lines {
		a, known := f.Articles[l.SKU]
		if !known || l.Open() == 0 || l.Kind == KitPart {
			continue
		}
		if few.ID == 0 && (l.Open() < a.Min || l.Open() > f.MaxPieces) {
			few = l
		}
		if odd.ID == 0 && l.Open()%a.Pack != 0 {
			odd = l
		}
		if gone.ID == 0 && a.Withdrawn {
			gone = l
		}
	}
	add("quantity", few.ID != 0, "why.quantity", cancel, "sku", few.Code, "quantity", few.Open(), "min", f.Articles[few.SKU].Min, "max", f.MaxPieces)
	add("pack", odd.ID != 0, "why.pack", cancel, "sku", odd.Code, "quantity", odd.Open(), "pack", f.Articles[odd.SKU].Pack)
	add("withdrawn", gone.ID != 0, "why.withdrawn", cancel, "sku", gone.Code)
	add("limit", len(o.Lines) > f.MaxLines || o.Total > f.MaxTotal, "why.limit", cancel,
		"lines", len(o.Lines), "max_lines", f.MaxLines, "total", money.Of(o.Total, o.Currency), "max_total", money.Of(f.MaxTotal, o.Currency))
	if f.Credit != nil {
		over := f.Credit.Open + o.Total - f.Credit.Limit
		add("credit", over > 0, "why.credit", problem.Fix{Code: "do.open_customer", Path: "/customers/" + id.Text(o.Customer), Permission: "customer:manage"},
			"over", money.Of(over, o.Currency), "limit", money.Of(f.Credit.Limit, o.Currency), "open", money.Of(f.Credit.Open, o.Currency))
	}
	if o.TaxID != "" {
		add("tax_id", !f.TaxID, "why.tax_id", edit, "tax_id", o.TaxID)
	}
	var short Line
	for _, l := range o.Lines {
		if f.Shorts[l.ID].Missing > 0 {
			short = l
			break
		}
	}
	add("stock", short.ID != 0, "why.short", problem.Fix{Code: "do.open_stock", Path: "/stock/goods/" + id.Text(short.SKU), Permission: "stock:read"},
		"sku", short.Code, "missing", f.Shorts[short.ID].Missing, "wanted", short.Open(), "free", f.Shorts[short.ID].Free)
	return out
}
