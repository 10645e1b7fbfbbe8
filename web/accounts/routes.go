// Package accounts is the section /customers: the list, a customer's page with
// what they ordered, their terms, contacts and addresses, and the erasure of
// personal data. It translates between forms and internal/customers and decides
// nothing.
package accounts

import (
	"strconv"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
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
	r.Get("/customers", access.CustomerRead, p.list)
	r.Get("/customers/export", access.CustomerRead, p.export, edge.Deadline(2*time.Minute))
	r.Get("/customers/find", access.CustomerRead, p.find)
	r.Get("/customers/new", access.CustomerManage, p.newForm)
	r.Post("/customers/new", access.CustomerManage, p.create)
	r.Get("/customers/{customer}", access.CustomerRead, p.customer)
	r.Get("/customers/{customer}/edit", access.CustomerManage, p.editForm)
	r.Post("/customers/{customer}/edit", access.CustomerManage, p.edit)
	r.Get("/customers/{customer}/erase", access.CustomerManage, p.eraseForm)
	r.Post("/customers/{customer}/erase", access.CustomerManage, p.erase)

	r.Get("/customers/{customer}/addresses/new", access.CustomerManage, p.newAddress)
	r.Post("/customers/{customer}/addresses/new", access.CustomerManage, p.addAddress)
	r.Get("/customers/{customer}/addresses/{address}", access.CustomerManage, p.editAddress)
	r.Post("/customers/{customer}/addresses/{address}", access.CustomerManage, p.changeAddress)
	r.Post("/customers/{customer}/addresses/{address}/remove", access.CustomerManage, p.removeAddress)

	r.Get("/customers/{customer}/contacts/new", access.CustomerManage, p.newContact)
	r.Post("/customers/{customer}/contacts/new", access.CustomerManage, p.addContact)
	r.Get("/customers/{customer}/contacts/{contact}", access.CustomerManage, p.editContact)
	r.Post("/customers/{customer}/contacts/{contact}", access.CustomerManage, p.changeContact)
	r.Post("/customers/{customer}/contacts/{contact}/remove", access.CustomerManage, p.removeContact)
}

// size is how many rows a page shows, most how many an export holds.
const (
	size = 50
	most = 200_000
)

func frame(title string) ui.Frame { return ui.Frame{Title: title, Section: "/customers"} }

func wide(title string) ui.Frame {
	f := frame(title)
	f.Wide = true
	return f
}

// sight is how one person sees the section.
type sight struct {
	parts.Look
	Key     string
	Manage  bool // may change customers
	Prices  bool // may see order totals
	Said    ui.Problems
	Changed []ui.Difference
}

func (p pages) sight(r *edge.Request) sight {
	return sight{Look: parts.NewLook(r.Lang, p.Company().Location(), p.Clock()), Key: r.Key(), Manage: r.Can(access.CustomerManage), Prices: r.Can(access.PriceRead)}
}

func the(r *edge.Request) id.Customer { return id.Customer(r.ID("customer")) }

func path(c id.Customer) string { return "/customers/" + text(c) }

// number reads an id of the address bar; nonsense is 0.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func text[N ~int64 | ~int](n N) string { return strconv.FormatInt(int64(n), 10) }

// repeated says that the form had been sent before.
func repeated(was bool) []edge.Flash {
	if was {
		return []edge.Flash{edge.Note("repeated")}
	}
	return nil
}

// differences are what somebody else changed meanwhile.
func (s sight) differences(stale *problem.Stale) []ui.Difference {
	var out []ui.Difference
	for _, c := range stale.Changes {
		out = append(out, ui.Difference{Label: s.Say("field." + c.Field), Before: s.value(c.Before), After: s.value(c.After)})
	}
	return out
}

// value is a value of a change as people read it: some are codes.
func (s sight) value(v string) string {
	if s.Words.Has(v) {
		return s.Say(v)
	}
	return v
}
