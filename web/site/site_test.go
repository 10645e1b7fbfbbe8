package site_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/customers"
	"packhouse/internal/demo"
	"packhouse/internal/files"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/link"
	"packhouse/internal/notify"
	"packhouse/internal/pgtest"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/site"
)

const base = "https://oms.example.test"

// house is the whole site over the company of the demonstration, with one of
// everything that a page can show.
type house struct {
	*pgtest.Database
	*edge.Router
	t     *testing.T
	keys  link.Keys
	staff map[access.Role]*edgetest.Browser
	who   map[access.Role]edgetest.Staff
	log   *faults
}

// faults is a log in which a test looks for what must not be there.
type faults struct{ bytes.Buffer }

func open(t *testing.T) *house {
	t.Helper()
	db := pgtest.DB(t)
	h := &house{Database: db, t: t, staff: map[access.Role]*edgetest.Browser{}, who: map[access.Role]edgetest.Staff{}, log: &faults{}}
	if err := demo.Plant(t.Context(), db.DB); err != nil {
		t.Fatal(err)
	}
	var err error
	if h.keys, err = link.NewKeys(edgetest.Key); err != nil {
		t.Fatal(err)
	}
	h.Router, err = site.New(site.Config{DB: db.DB, Pools: &db.Pools, Key: edgetest.Key, Keys: h.keys, BaseURL: base, Clock: time.Now,
		Log: slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelError})), Dev: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if h.log.Len() > 0 {
			t.Errorf("the log has errors:\n%.4000s", h.log.String())
		}
	})
	h.plantRest()
	for _, role := range access.Roles {
		h.who[role] = edgetest.Add(t, db, role)
		h.staff[role] = h.nobody().SignIn(h.who[role])
	}
	return h
}

// nobody is a browser without a session.
func (h *house) nobody() *edgetest.Browser { return edgetest.New(h.t, h.Router) }

func (h *house) do(fn func(context.Context, *txn.Tx) error) {
	h.t.Helper()
	if _, err := txn.Do(h.t.Context(), h.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) { return struct{}{}, fn(ctx, tx) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) one(sql string, args ...any) (n int64) {
	h.t.Helper()
	if err := h.Pools.Write.QueryRow(h.t.Context(), sql, args...).Scan(&n); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// plantRest makes what the demonstration leaves out and some page shows: a
// picture, a contact, an address, a bin, a caught mail, a hold, a view, a draft.
func (h *house) plantRest() {
	h.t.Helper()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		h.t.Fatal(err)
	}
	customer := id.Customer(h.one("select min(id) from customers"))
	h.do(func(ctx context.Context, tx *txn.Tx) error {
		if _, err := files.AddPicture(ctx, tx, "tray.png", picture.Bytes()); err != nil {
			return err
		}
		if _, err := customers.AddContact(ctx, tx, customer, customers.Contact{Name: "Ida Holm", Email: "ida@example.test"}); err != nil {
			return err
		}
		if _, err := customers.AddAddress(ctx, tx, customer, customers.Address{Shipping: true, Address: trade.Address{Company: "Marktbäckerei", Line1: "Hof 2", City: "Hamburg", Postcode: "20095", Country: "DE"}}); err != nil {
			return err
		}
		if _, err := inventory.AddBin(ctx, tx, inventory.Bin{Location: id.Location(h.one("select min(id) from inventory_locations")), Code: "A-01", Kind: "shelf", Active: true}); err != nil {
			return err
		}
		notify.Catch(tx, "orders@demo.test", "ida@example.test", []byte("Subject: Hello\r\nContent-Type: text/html\r\n\r\n<p>Good day</p>"))
		return nil
	})
}

// status is the secret link of the order's page.
func (h *house) status(order int64) string {
	h.t.Helper()
	l, err := link.Of(h.t.Context(), h.Pools.Read, link.Status, "order", order)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.keys.Secret(l)
}

// path fills a pattern with things that are there.
func (h *house) path(pattern string) string {
	h.t.Helper()
	return h.fill(pattern, func(what string) string {
		switch what {
		case "{secret}":
			if strings.HasPrefix(pattern, "/shop/login") {
				return h.makeLink(link.ShopLogin, "customer", h.one("select min(id) from customers"))
			}
			return h.status(h.one("select min(id) from sales_orders where state = 'placed'"))
		case "{token}":
			kind := link.StaffInvite
			if strings.HasPrefix(pattern, "/reset") {
				kind = link.StaffReset
			}
			return h.makeLink(kind, "user", h.one("select min(id) from access_users"))
		}
		return fmt.Sprint(h.one(h.idOf(pattern, what)))
	})
}

func (h *house) makeLink(p link.Purpose, subject string, of int64) (secret string) {
	h.do(func(ctx context.Context, tx *txn.Tx) error {
		l, err := link.Make(ctx, tx, p, subject, of, 0)
		tx.Quiet("a link for a test")
		secret = h.keys.Secret(l)
		return err
	})
	return secret
}

// idOf is the query for something a part of a path can stand for.
func (h *house) idOf(pattern, what string) string {
	switch {
	case what == "{order}":
		return "select min(id) from sales_orders where state = 'placed' and not exists (select from sales_holds x where x.order_id = sales_orders.id)"
	case what == "{sku}" && strings.HasPrefix(pattern, "/products/{product}"):
		return "select min(id) from catalog_skus where product_id = (select min(id) from catalog_products)"
	case what == "{bin}":
		return "select min(id) from inventory_bins where code = 'A-01'"
	case what == "{id}" && strings.HasPrefix(pattern, "/account"):
		return "select min(id) from access_sessions"
	case what == "{draft}", what == "{view}":
		return "select 1"
	}
	table, ok := map[string]string{
		"{customer}": "customers", "{product}": "catalog_products", "{sku}": "catalog_skus", "{location}": "inventory_locations", "{channel}": "channels",
		"{list}": "catalog_price_lists", "{mail}": "notify_mails", "{caught}": "notify_caught", "{file}": "files", "{hold}": "sales_holds",
		"{address}": "customer_addresses", "{contact}": "customer_contacts", "{id}": "access_users", "{job}": "river_job",
	}[what]
	if !ok {
		h.t.Fatalf("%s: the test does not know what %s is; tell it in idOf", pattern, what)
	}
	return "select min(id) from " + table
}

// nowhere fills a pattern with ids that name nothing.
func (h *house) nowhere(pattern string) string {
	return h.fill(pattern, func(what string) string {
		if what == "{secret}" || what == "{token}" {
			return "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		}
		return "999999999"
	})
}

func (h *house) fill(pattern string, with func(string) string) string {
	parts := strings.Split(pattern, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = with(p)
		}
	}
	return strings.Join(parts, "/")
}

// mounted reports whether a route serves files and not pages.
func mounted(r edge.Route) bool { return strings.HasSuffix(r.Pattern, "/*") }

// pages are the GET routes, without files.
func (h *house) pages() (all []edge.Route) {
	for _, r := range h.Routes() {
		if r.Method == http.MethodGet && !mounted(r) {
			all = append(all, r)
		}
	}
	return all
}

// commands are the POST routes.
func (h *house) commands() (all []edge.Route) {
	for _, r := range h.Routes() {
		if r.Method == http.MethodPost {
			all = append(all, r)
		}
	}
	return all
}

func id64(n int64) string { return fmt.Sprint(n) }

func location(n int64) id.Location { return id.Location(n) }

func addBound(h *house, at int64) edgetest.Staff {
	return edgetest.Add(h.t, h.Database, access.Warehouse, location(at))
}
