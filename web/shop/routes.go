// Package shop is the public section /shop: the order form, which works
// without scripts and without an account, and signing in by a mailed link. The
// basket travels in the form and its address, so the house keeps nothing for a
// visitor until an order is placed.
package shop

import (
	"context"
	"net/http"
	"slices"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/channel"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/pg"
	"packhouse/internal/settings"
	"packhouse/internal/words"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// Code is the channel that the public form feeds.
const Code = "shop"

// Deps is what the pages need.
type Deps struct {
	Read   pg.Reader // the read-only pool
	Keys   link.Keys
	Secure bool // the house is reached over TLS
}

type pages struct{ Deps }

// Routes adds the section's pages and commands.
func Routes(r *edge.Router, d Deps) {
	p := pages{d}
	form := edge.Body(256 << 10)
	door := []edge.Option{edge.Body(16 << 10), edge.Limit("shop-door", 30, 15*time.Minute)}

	r.Get("/shop", access.Public, p.list)
	r.Get("/shop/order", access.Public, p.order)
	r.Post("/shop/order", access.Public, p.place, form)
	r.Post("/shop/order/check", access.Public, p.check, form)
	r.Post("/shop/order/more", access.Public, p.more, form)
	r.Get("/shop/brand.css", access.Public, p.sheet)

	r.Get("/shop/login", access.Public, p.login)
	r.Post("/shop/login", access.Public, p.sendLogin, door...)
	r.Get("/shop/login/{secret}", access.SecretLink, p.askLogin)
	r.Post("/shop/login/{secret}", access.SecretLink, p.useLogin, door...)
	r.Post("/shop/logout", access.Public, p.logout, door...)
}

// CustomerOf finds the customer of a request by their cookie: for
// edge.Config.Customer. secure is as in Deps.
func CustomerOf(read pg.Reader, secure bool) func(context.Context, *http.Request) (id.Customer, error) {
	name := edge.CookieName(secure, cookieName)
	return func(ctx context.Context, r *http.Request) (id.Customer, error) {
		c, err := r.Cookie(name)
		if err != nil {
			return 0, nil
		}
		return customers.SessionOf(ctx, read, c.Value)
	}
}

const cookieName = "packhouse-shop"

func (p pages) sheet(r *edge.Request) (edge.Reply, error) {
	c, _, err := settings.Read(r.Context(), p.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	css, _ := ui.BrandCSS(c.Colour) // an unreadable colour keeps ours
	return edge.Picture("text/css; charset=utf-8", []byte(css)), nil
}

// base is what every page of the shop knows.
type base struct {
	parts.Look
	Company  settings.Company
	Channel  channel.Channel
	Customer customers.Customer // zero for a stranger
	Lang     string             // chosen by hand; empty follows the browser
	Path     string
}

// open reads the company and the customer, and speaks the language that was
// chosen, else the browser's.
func (p pages) open(r *edge.Request) (base, error) {
	b := base{Lang: r.Text("lang"), Path: r.URL.Path}
	if slices.Contains(words.Languages(), b.Lang) {
		r.Lang = b.Lang
	} else {
		b.Lang = ""
	}
	var err error
	if b.Company, _, err = settings.Read(r.Context(), p.Read); err != nil {
		return b, err
	}
	b.Look = parts.NewLook(r.Lang, b.Company.Location(), r.Now())
	if r.Customer != 0 {
		b.Customer, err = customers.ByID(r.Context(), p.Read, r.Customer)
	}
	return b, err
}

// openShop is open with the channel; shut says that nothing can be ordered.
func (p pages) openShop(r *edge.Request) (b base, shut bool, err error) {
	if b, err = p.open(r); err != nil {
		return b, false, err
	}
	b.Channel, err = channel.ByCode(r.Context(), p.Read, Code)
	if edge.Status(err) == http.StatusNotFound {
		return b, true, nil
	}
	return b, !b.Company.ShopOpen || !b.Channel.Active || len(b.Channel.Locations) == 0, err
}

func (b base) frame(title string) ui.Frame {
	f := ui.Frame{Shape: ui.Public, Title: title, Lang: b.Words.Lang(), Brand: parts.Brand(b.Company), NoHTMX: true}
	if b.Lang != "" {
		f.Brand.Href += "?lang=" + b.Lang
	}
	return f
}

func (b base) signedIn() bool { return b.Customer.ID != 0 }

// other is the language one may change to, by its own name.
func (b base) other() (lang, name string) {
	if b.Words.Lang() == "de" {
		return "en", "English"
	}
	return "de", "Deutsch"
}
