// Package stock is the section /stock: how much lies where, the ledger and the
// reservations behind each number, corrections and moves, and the locations
// with their bins. It translates between forms and internal/inventory and
// decides nothing. A person bound to locations sees and changes only theirs.
package stock

import (
	"strconv"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/settings"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// Deps is what the pages need.
type Deps struct {
	Read    pg.Reader // the read-only pool
	Company func() settings.Company
	Clock   func() time.Time
}

type pages struct{ Deps }

// Routes adds the section's pages and commands.
func Routes(r *edge.Router, d Deps) {
	p := pages{d}
	r.Get("/stock", access.StockRead, p.grid)
	r.Get("/stock/export", access.StockRead, p.exportGrid, edge.Deadline(2*time.Minute))
	r.Get("/stock/find", access.StockRead, p.find)
	r.Get("/stock/goods/{sku}", access.StockRead, p.goods)
	r.Get("/stock/movements", access.StockRead, p.movements)
	r.Get("/stock/movements/export", access.StockRead, p.exportMovements, edge.Deadline(2*time.Minute))
	r.Get("/stock/reservations", access.StockRead, p.reservations)

	r.Get("/stock/adjust", access.StockAdjust, p.adjustForm)
	r.Post("/stock/adjust", access.StockAdjust, p.adjust)
	r.Get("/stock/condition", access.StockAdjust, p.conditionForm)
	r.Post("/stock/condition", access.StockAdjust, p.condition)
	r.Get("/stock/bin", access.StockAdjust, p.binMoveForm)
	r.Post("/stock/bin", access.StockAdjust, p.binMove)
	r.Get("/stock/safety", access.StockAdjust, p.safetyForm)
	r.Post("/stock/safety", access.StockAdjust, p.safety)

	r.Get("/stock/locations", access.StockRead, p.locations)
	r.Get("/stock/locations/new", access.LocationManage, p.newLocation)
	r.Post("/stock/locations/new", access.LocationManage, p.addLocation)
	r.Get("/stock/locations/{location}", access.StockRead, p.location)
	r.Get("/stock/locations/{location}/edit", access.LocationManage, p.editLocation)
	r.Post("/stock/locations/{location}/edit", access.LocationManage, p.changeLocation)
	r.Get("/stock/locations/{location}/bins/new", access.LocationManage, p.newBin)
	r.Post("/stock/locations/{location}/bins/new", access.LocationManage, p.addBin)
	r.Get("/stock/locations/{location}/bins/{bin}", access.LocationManage, p.editBin)
	r.Post("/stock/locations/{location}/bins/{bin}", access.LocationManage, p.changeBin)
}

// size is how many rows a page shows, most how many an export holds.
const (
	size = 50
	most = 100_000
)

func frame(title string) ui.Frame { return ui.Frame{Title: title, Section: "/stock"} }

func wide(title string) ui.Frame {
	f := frame(title)
	f.Wide = true
	return f
}

// sight is how one person sees the section.
type sight struct {
	parts.Look
	Key     string
	Adjust  bool // may correct and move
	Manage  bool // may change locations
	Costs   bool
	Bound   []id.Location
	Said    ui.Problems
	Changed []ui.Difference
}

func (p pages) sight(r *edge.Request) sight {
	return sight{Look: parts.NewLook(r.Lang, p.Company().Location(), p.Clock()), Key: r.Key(), Bound: r.Person.Locations,
		Adjust: r.Can(access.StockAdjust), Manage: r.Can(access.LocationManage), Costs: r.Can(access.CostRead)}
}

// number reads an id or a count of the address bar; nonsense is 0.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func text[N ~int64 | ~int](n N) string { return strconv.FormatInt(int64(n), 10) }
