// Package track is the customer's page of one order, opened by a secret link
// and nothing else. It shows what is true now in words and what may be done
// now. It never shows a street, an e-mail address, a telephone number, a note
// of the staff, a reason somebody typed, or what anything cost us: whoever the
// mail was passed on to reads this page, too.
package track

import (
	"slices"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/fulfilment"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/settings"
	"packhouse/internal/words"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// Deps is what the pages need.
type Deps struct {
	Read pg.Reader // the read-only pool
	Keys link.Keys
}

type pages struct{ Deps }

// Routes adds the page and its command.
func Routes(r *edge.Router, d Deps) {
	p := pages{d}
	r.Get("/o", access.SecretLink, p.nothing)
	r.Get("/o/", access.SecretLink, p.nothing)
	r.Get("/o/{secret}", access.SecretLink, p.page)
	r.Get("/o/{secret}/cancel", access.SecretLink, p.cancelForm)
	r.Post("/o/{secret}/cancel", access.SecretLink, p.cancel, edge.Body(16<<10), edge.Limit("track-cancel", 30, 15*time.Minute))
}

// nothing answers an address whose secret is missing as one whose secret is
// wrong.
func (p pages) nothing(*edge.Request) (edge.Reply, error) {
	return edge.Reply{}, problem.Missing("link")
}

// view is one order as its customer may see it.
type view struct {
	parts.Look
	Company  settings.Company
	Order    *sales.Order
	Promises []sales.PromiseRow
	Work     []fulfilment.Row
	Events   []sales.Happening
	Path     string // of the page, with its secret
	Lang     string // chosen by hand

	Key, Why, Note string // of the cancel form, as typed
	Problems       ui.Problems
}

// open reads the order that the secret opens. Whatever is wrong with the
// secret is one and the same problem.NotFound.
func (p pages) open(r *edge.Request) (view, error) {
	ctx, secret := r.Context(), r.Param("secret")
	subject, err := link.Open(ctx, p.Read, p.Keys, link.Status, secret)
	if err != nil {
		return view{}, err
	}
	v := view{Path: "/o/" + secret}
	if v.Order, err = sales.Get(ctx, p.Read, id.Order(subject.ID)); err != nil {
		return v, err
	}
	if v.Company, _, err = settings.Read(ctx, p.Read); err != nil {
		return v, err
	}
	r.Lang = words.For(v.Order.Language).Lang()
	if l := r.Text("lang"); slices.Contains(words.Languages(), l) {
		r.Lang, v.Lang = l, l
	}
	v.Look = parts.NewLook(r.Lang, v.Company.Location(), r.Now())
	v.Key = r.Key()
	return v, nil
}

func (p pages) page(r *edge.Request) (edge.Reply, error) {
	v, err := p.open(r)
	if err != nil {
		return edge.Reply{}, err
	}
	if v.Promises, err = sales.Promises(r.Context(), p.Read, v.Order.ID); err != nil {
		return edge.Reply{}, err
	}
	if v.Work, err = fulfilment.OfOrder(r.Context(), p.Read, v.Order.ID); err != nil {
		return edge.Reply{}, err
	}
	if v.Events, err = sales.Timeline(r.Context(), p.Read, v.Order.ID, true, 100); err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(v.frame(v.Say("track.title", "number", v.Order.Number)), statusPage(v)), nil
}

func (v view) frame(title string) ui.Frame {
	return ui.Frame{Shape: ui.Public, Title: title, Lang: v.Words.Lang(), Brand: parts.Brand(v.Company), Note: v.Say("track.title", "number", v.Order.Number), NoHTMX: true}
}

// address is a page of this order, in the language chosen by hand.
func (v view) address(tail string) string {
	if v.Lang != "" {
		return v.Path + tail + "?lang=" + v.Lang
	}
	return v.Path + tail
}

// other is the other language by its own name, and this page in it.
func (v view) other() (lang, name, href string) {
	if v.Words.Lang() == "de" {
		return "en", "English", v.Path + "?lang=en"
	}
	return "de", "Deutsch", v.Path + "?lang=de"
}

// mayCancel is the one rule of what a customer may undo alone: nothing is
// reserved for good and nobody works on it yet.
func (v view) mayCancel() error {
	if v.Order.State() == sales.Placed {
		return nil
	}
	return problem.Refuse("refused.cancel_by_customer", "email", v.Company.Email)
}
