package products_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"packhouse/internal/access"
	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/settings"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/products"
	"packhouse/web/staff"
)

// house is the section over a database of the test's own, with a tax class, a
// base list and a customers' list.
type house struct {
	*pgtest.Database
	router     *edge.Router
	base, list id.PriceList
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{Database: pgtest.DB(t)}
	e, err := edge.New(edge.Config{DB: h.DB, Read: h.Pools.Read, Quick: h.Pools.Write, Key: edgetest.Key, BaseURL: "https://oms.example.test",
		Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	proof, err := access.NewProof(edgetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := link.NewKeys(edgetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	h.router = e.Router()
	staff.New(staff.Config{Read: h.Pools.Read, Proof: proof, Links: keys}).Routes(h.router)
	products.Routes(h.router, products.Deps{Read: h.Pools.Read, Company: settings.Default, Clock: time.Now})
	h.exec(t, `insert into tax_classes (code, name) values ('standard', 'Standard rate')`)
	h.do(t, func(ctx context.Context, tx *txn.Tx) (err error) {
		if h.base, err = catalog.CreateList(ctx, tx, catalog.ListInput{Code: "BASE", Name: "Base prices", Currency: "EUR", Base: true}); err != nil {
			return err
		}
		h.list, err = catalog.CreateList(ctx, tx, catalog.ListInput{Code: "WHOLESALE", Name: "Wholesale", Currency: "EUR"})
		return err
	})
	return h
}

func (h *house) as(t *testing.T, role access.Role) *edgetest.Browser {
	t.Helper()
	return edgetest.New(t, h.router).SignIn(edgetest.Add(t, h.Database, role))
}

func (h *house) do(t *testing.T, fn func(context.Context, *txn.Tx) error) {
	t.Helper()
	_, err := txn.Do(t.Context(), h.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (int, error) { return 0, fn(ctx, tx) })
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := h.Pools.Write.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (h *house) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := h.Pools.Write.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// product makes one with a price of 12.50 and a cost of 3.21.
func (h *house) product(t *testing.T, kind catalog.Kind, code, name string) (p id.Product, s id.SKU) {
	t.Helper()
	h.do(t, func(ctx context.Context, tx *txn.Tx) (err error) {
		cost, unit := money.MustUnitPrice("3.21"), money.MustUnitPrice("12.5")
		p, s, err = catalog.Create(ctx, tx, catalog.ProductInput{Name: name, Kind: kind, TaxClass: "standard"}, catalog.SKUInput{Code: code, UnitRatio: 1, PackSize: 1, MinQuantity: 1, Cost: &cost})
		if err != nil {
			return err
		}
		return catalog.SetStanding(ctx, tx, h.base, code, &unit)
	})
	return p, s
}

// stock puts pieces where they can be seen; these pages only read it.
func (h *house) stock(t *testing.T, sku id.SKU, place string, sellable, damaged int) {
	t.Helper()
	h.exec(t, `insert into inventory_locations (code, name, kind) values ($1, $1, 'warehouse') on conflict do nothing`, place)
	h.exec(t, `insert into inventory_levels (sku_id, location_id, condition, on_hand)
		select $1, l.id, c.condition, c.n from inventory_locations l, (values ('sellable', $3::integer), ('damaged', $4::integer)) c (condition, n) where l.code = $2`, sku, place, sellable, damaged)
}

func at(p id.Product) string { return fmt.Sprintf("/products/%d", p) }

func variantAt(p id.Product, s id.SKU) string { return fmt.Sprintf("/products/%d/variants/%d", p, s) }

// upload sends a file with the fields of the form on the page.
func upload(t *testing.T, b *edgetest.Browser, page, action, name string, body []byte) *edgetest.Answer {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for k, v := range b.Get(page).Form(action) {
		if k != "file" {
			if err := w.WriteField(k, v[0]); err != nil {
				t.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, action, &buf)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(r)
}

// spaced is the page with a space between its elements, as they are read.
func spaced(a *edgetest.Answer) *goquery.Document {
	b := *a
	b.Body = strings.ReplaceAll(a.Body, "<", " <")
	return b.Doc()
}

// said is all that the page, or the part of one, says.
func said(a *edgetest.Answer) string { return strings.Join(strings.Fields(spaced(a).Text()), " ") }
