// Package orders is the section /orders: the list, one order's page, entering
// an order, and every command on one. It translates between forms and
// internal/flow and decides nothing.
package orders

import (
	"time"

	"packhouse/internal/access"
	"packhouse/internal/pg"
	"packhouse/internal/settings"
	"packhouse/web/edge"
	"packhouse/web/parts"
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
	r.Get("/orders", access.OrderRead, p.list)
	r.Get("/orders/export", access.OrderRead, p.export, edge.Deadline(2*time.Minute))
	r.Post("/orders/views", access.OrderRead, p.saveView)
	r.Post("/orders/views/{view}/delete", access.OrderRead, p.deleteView)
	r.Post("/orders/confirm", access.OrderConfirm, p.bulkConfirm, edge.Deadline(time.Minute))

	r.Get("/orders/new", access.OrderCreate, p.entry)
	r.Post("/orders/new", access.OrderCreate, p.place)
	r.Post("/orders/new/totals", access.OrderCreate, p.totals)
	r.Post("/orders/new/draft", access.OrderCreate, p.saveDraft)
	r.Post("/orders/drafts/{draft}/delete", access.OrderCreate, p.deleteDraft)

	r.Get("/orders/{order}", access.OrderRead, p.order)
	r.Post("/orders/{order}/confirm", access.OrderConfirm, p.confirm)
	r.Get("/orders/{order}/edit", access.OrderCreate, p.amendForm)
	r.Post("/orders/{order}/edit", access.OrderCreate, p.amend)
	r.Get("/orders/{order}/cancel", access.OrderCancel, p.cancelForm)
	r.Post("/orders/{order}/cancel", access.OrderCancel, p.cancel)
	r.Post("/orders/{order}/hold", access.OrderHold, p.hold)
	r.Post("/orders/{order}/holds/{hold}/lift", access.OrderRelease, p.lift)
	r.Post("/orders/{order}/note", access.OrderNote, p.note)
	r.Post("/orders/{order}/reserve", access.OrderConfirm, p.reserve)
	r.Get("/search", access.OrderRead, p.search)
}

func (p pages) look(r *edge.Request) parts.Look {
	l := parts.NewLook(r.Lang, p.Company().Location(), p.Clock())
	l.NoMoney = !r.Can(access.PriceRead)
	return l
}

// user is whose drafts and views they are.
func (p pages) user(r *edge.Request) int64 { return r.Actor().ID }
