package stock_test

import (
	"context"
	"encoding/csv"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/link"
	"packhouse/internal/pgtest"
	"packhouse/internal/settings"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/staff"
	"packhouse/web/stock"
)

// house is the stock pages over a database of the test's own, with goods at two
// locations.
type house struct {
	*pgtest.Database
	router      *edge.Router
	sku         id.SKU
	here, there id.Location
}

func open(t *testing.T) *house {
	t.Helper()
	db := pgtest.DB(t)
	h := &house{Database: db}
	e, err := edge.New(edge.Config{DB: db.DB, Read: db.Pools.Read, Quick: db.Pools.Write, Key: edgetest.Key, BaseURL: "https://oms.example.test", Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	h.router = e.Router()
	stock.Routes(h.router, stock.Deps{Read: db.Pools.Read, Company: settings.Default, Clock: time.Now})
	h.router.Get("/", access.OrderRead, func(*edge.Request) (edge.Reply, error) { return edge.SeeOther("/stock"), nil })
	proof, err := access.NewProof(edgetest.Key)
	must(t, err)
	links, err := link.NewKeys(edgetest.Key)
	must(t, err)
	staff.New(staff.Config{Read: db.Pools.Read, Proof: proof, Links: links}).Routes(h.router) // the way in
	must(t, db.Pools.Write.QueryRow(t.Context(), `
		with c as (insert into tax_classes (code, name) values ('standard', 'Standard') returning id),
		p as (insert into catalog_products (name, kind, tax_class_id) select 'Mug <b>blue</b>', 'goods', c.id from c returning id)
		insert into catalog_skus (product_id, code, title) select p.id, '=MUG-01', 'Mug <b>blue</b>' from p returning id`).Scan(&h.sku))
	h.do(t, func(ctx context.Context, tx *txn.Tx) error {
		week := inventory.Calendar{Zone: "Europe/Berlin", Cutoff: 14 * time.Hour, Workdays: [7]bool{true, true, true, true, true}}
		if h.here, err = inventory.AddLocation(ctx, tx, inventory.Location{Code: "HAM", Name: "Hamburg", Kind: inventory.Warehouse, Calendar: week}); err != nil {
			return err
		}
		if h.there, err = inventory.AddLocation(ctx, tx, inventory.Location{Code: "MUC", Name: "Munich", Kind: inventory.Store, Calendar: week}); err != nil {
			return err
		}
		_, err := inventory.AdjustAll(ctx, tx, []inventory.Adjustment{{SKU: h.sku, Location: h.here, Delta: 12, Kind: inventory.Opening}, {SKU: h.sku, Location: h.there, Delta: 5, Kind: inventory.Opening}})
		return err
	})
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) do(t *testing.T, fn func(context.Context, *txn.Tx) error) {
	t.Helper()
	_, err := txn.Do(t.Context(), h.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) { return struct{}{}, fn(ctx, tx) })
	must(t, err)
}

func (h *house) as(t *testing.T, role access.Role, at ...id.Location) *edgetest.Browser {
	t.Helper()
	return edgetest.New(t, h.router).SignIn(edgetest.Add(t, h.Database, role, at...))
}

func (h *house) onHand(t *testing.T, at id.Location) (n int) {
	t.Helper()
	must(t, h.Pools.Write.QueryRow(t.Context(), `select on_hand from inventory_levels where sku_id = $1 and location_id = $2 and condition = 'sellable'`, h.sku, at).Scan(&n))
	return n
}

func say[N ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

func (h *house) adjustment(change ...string) url.Values {
	f := url.Values{"sku": {"=mug-01"}, "location": {say(h.here)}, "way": {"take"}, "quantity": {"3"}, "reason": {"broken"}, "note": {"fell down"}, "condition": {"sellable"}}
	for i := 0; i+1 < len(change); i += 2 {
		f.Set(change[i], change[i+1])
	}
	return f
}

// A25
func TestEveryNumberOfTheGridOpensWhatStandsBehindIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Sales)
	grid := b.Get("/stock")
	if grid.Status != 200 || !strings.Contains(grid.Text(), "=MUG-01") || !strings.Contains(grid.Text(), "17") {
		t.Fatalf("%d %s", grid.Status, grid.Text())
	}
	goods := b.Get("/stock/goods/" + say(h.sku))
	for _, page := range []*edgetest.Answer{grid, goods} {
		for _, a := range page.Doc().Find("table a").EachIter() {
			href, _ := a.Attr("href")
			if strings.HasPrefix(href, "/stock") {
				if got := b.Get(href); got.Status != 200 {
					t.Errorf("%s answers %d", href, got.Status)
				}
			}
		}
	}
	if !strings.Contains(goods.Text(), "Sum of the ledger") || !strings.Contains(goods.Text(), "Hamburg") || !strings.Contains(goods.Text(), "Munich") {
		t.Errorf("the goods' page says %s", goods.Text())
	}
	if moves := b.Get("/stock/movements?goods=" + say(h.sku)); !strings.Contains(moves.Text(), "Sum of the ledger as filtered: 17") {
		t.Errorf("the ledger says %s", moves.Text())
	}
}

// A36
func TestAnAdjustmentIsShownThenMadeOnceAndSaidInNumbers(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Warehouse)
	f := h.adjustment("step", "preview")
	preview := b.Get("/stock/adjust?" + f.Encode())
	if preview.Status != 200 || !strings.Contains(preview.Text(), "12 → 9") || !strings.Contains(preview.Text(), "Take away 3 pieces") || h.onHand(t, h.here) != 12 {
		t.Fatalf("%d %s", preview.Status, preview.Text())
	}
	form := preview.Form("/stock/adjust")
	for range 2 { // pressed twice
		if done := b.Post("/stock/adjust", form); done.Status != 303 || done.Location() != "/stock/goods/"+say(h.sku) {
			t.Fatalf("%d %s", done.Status, done.Text())
		}
	}
	if n := h.onHand(t, h.here); n != 9 {
		t.Errorf("%d on hand, want 9", n)
	}
	if page := b.Get("/stock/goods/" + say(h.sku)); !strings.Contains(page.Text(), "Broken: fell down") {
		t.Errorf("the reason is not shown: %s", page.Text())
	}
}

// A36
func TestAMistakeKeepsWhatWasTypedAndNamesTheNumbers(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Warehouse)
	for _, c := range []struct {
		change []string
		says   string
	}{
		{[]string{"reason", ""}, "Please choose a reason"},
		{[]string{"reason", "other", "note", ""}, "needs a few words"},
		{[]string{"quantity", "1,5"}, "whole"},
		{[]string{"quantity", "0"}, "at least 1"},
		{[]string{"way", ""}, "choices offered"},
		{[]string{"sku", "nothing"}, "no goods"},
		{[]string{"bin", "Z-99"}, "not at that location"},
		{[]string{"location", "999999"}, "one of your locations"},
		{[]string{"quantity", "40"}, "12 pieces sellable, and 40 cannot be taken"},
		{[]string{"note", "a\x00b"}, "cannot be stored"},
	} {
		f := h.adjustment(c.change...)
		f.Set("command", string(id.NewKey()))
		got := b.Post("/stock/adjust", f)
		if got.Status != 422 || !strings.Contains(got.Text(), c.says) {
			t.Errorf("%v: %d, want a sentence with %q: %s", c.change, got.Status, c.says, got.Text())
			continue
		}
		if typed := got.Doc().Find(`[name="quantity"]`).AttrOr("value", ""); typed != f.Get("quantity") {
			t.Errorf("%v: the quantity typed is now %q", c.change, typed)
		}
	}
	if h.onHand(t, h.here) != 12 {
		t.Error("something was changed")
	}
}

func TestAPersonBoundToALocationSeesAndChangesOnlyTheirs(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Warehouse, h.here)
	if grid := b.Get("/stock"); strings.Contains(grid.Text(), "17") || !strings.Contains(grid.Text(), "12") {
		t.Errorf("the grid says %s", grid.Text())
	}
	for _, path := range []string{"/stock/goods/" + say(h.sku), "/stock/movements", "/stock/locations", "/stock/movements?location=" + say(h.there), "/stock/adjust"} {
		if got := b.Get(path); got.Status != 200 || strings.Contains(got.Text(), "Munich") || strings.Contains(got.Text(), "MUC") {
			t.Errorf("%s: %d %s", path, got.Status, got.Text())
		}
	}
	if got := b.Get("/stock/locations/" + say(h.there)); got.Status != 404 {
		t.Errorf("the other location answers %d", got.Status)
	}
	f := h.adjustment("location", say(h.there), "command", string(id.NewKey()))
	if got := b.Post("/stock/adjust", f); got.Status != 422 || h.onHand(t, h.there) != 5 {
		t.Errorf("the other location was changed: %d", got.Status)
	}
	q := url.Values{"sku": {say(h.sku)}, "location": {say(h.there)}, "safety": {"1"}, "command": {string(id.NewKey())}}
	if got := b.Post("/stock/safety", q); got.Status != 404 {
		t.Errorf("the safety stock of the other location answers %d", got.Status)
	}
	for _, path := range []string{"/stock/export", "/stock/movements/export"} {
		if got := b.Get(path); strings.Contains(got.Body, "MUC") || strings.Contains(got.Body, "17") {
			t.Errorf("%s tells of the other location: %s", path, got.Body)
		}
	}
}

func TestPiecesChangeConditionAndBin(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Manager)
	if got := b.Submit("/stock/locations/"+say(h.here)+"/bins/new", "/stock/locations/"+say(h.here)+"/bins/new", url.Values{"code": {"A-01"}}); got.Status != 303 {
		t.Fatalf("the bin: %d %s", got.Status, got.Text())
	}
	if got := b.Submit("/stock/condition?sku=%3DMUG-01", "/stock/condition", url.Values{"location": {say(h.here)}, "quantity": {"2"}, "reason": {"broken"}}); got.Status != 303 {
		t.Fatalf("the condition: %d %s", got.Status, got.Text())
	}
	if got := b.Submit("/stock/bin?sku=%3DMUG-01", "/stock/bin", url.Values{"location": {say(h.here)}, "quantity": {"4"}, "to": {"a-01"}}); got.Status != 303 {
		t.Fatalf("the bin move: %d %s", got.Status, got.Text())
	}
	if got := b.Submit("/stock/bin?sku=%3DMUG-01", "/stock/bin", url.Values{"location": {say(h.here)}, "quantity": {"40"}, "to": {"A-01"}}); got.Status != 422 || !strings.Contains(got.Text(), "Bin MAIN holds 6 pieces") {
		t.Errorf("too many from a bin: %d %s", got.Status, got.Text())
	}
	page := b.Get("/stock/goods/" + say(h.sku)).Text()
	for _, want := range []string{"A-01", "damaged", "Broken"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing: %s", want, page)
		}
	}
	if got := b.Submit("/stock/safety?sku="+say(h.sku)+"&location="+say(h.here), "/stock/safety", url.Values{"safety": {"x"}}); got.Status != 422 {
		t.Errorf("nonsense as safety stock: %d", got.Status)
	}
	if got := b.Submit("/stock/safety?sku="+say(h.sku)+"&location="+say(h.here), "/stock/safety", url.Values{"safety": {"3"}}); got.Status != 303 {
		t.Errorf("safety stock: %d", got.Status)
	}
}

func TestExportsAreSafeForSpreadsheets(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Sales)
	for _, path := range []string{"/stock/export?q=mug", "/stock/movements/export"} {
		rows, err := csv.NewReader(strings.NewReader(b.Get(path).Body)).ReadAll()
		must(t, err)
		if len(rows) < 2 {
			t.Fatalf("%s is empty", path)
		}
		for _, cell := range rows[1] {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+@") {
				t.Errorf("%s holds the formula %q", path, cell)
			}
		}
	}
	if head := b.Get("/stock/movements/export").Body; strings.Contains(head, "unit_cost") {
		t.Error("somebody who may not see costs exports them")
	}
}

func TestLocationsAreMadeAndChangedAndAStaleFormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Manager)
	made := b.Submit("/stock/locations/new", "/stock/locations/new", url.Values{"name": {"Berlin"}, "code": {"BER"}, "zone": {"Europe/Berlin"}})
	if made.Status != 303 {
		t.Fatalf("%d %s", made.Status, made.Text())
	}
	if got := b.Submit("/stock/locations/new", "/stock/locations/new", url.Values{"name": {"Twice"}, "code": {"BER"}, "zone": {"Mars"}, "cutoff": {"25:00"}, "workdays": nil}); got.Status != 422 ||
		!strings.Contains(got.Text(), "no time zone “Mars”") || !strings.Contains(got.Text(), "14:00") || got.Doc().Find(`[name="name"]`).AttrOr("value", "") != "Twice" {
		t.Errorf("%d %s", got.Status, got.Text())
	}
	edit := made.Location() + "/edit"
	first, second := b.Get(edit).Form(edit), b.Get(edit).Form(edit)
	first.Set("name", "Berlin East")
	if got := b.Post(edit, first); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text())
	}
	second.Set("name", "Berlin West")
	late := b.Post(edit, second)
	if late.Status != 409 || !strings.Contains(late.Text(), "Berlin East") || late.Doc().Find(`[name="name"]`).AttrOr("value", "") != "Berlin West" {
		t.Errorf("%d %s", late.Status, late.Text())
	}
	if got := b.Post(edit, late.Form(edit)); got.Status != 303 {
		t.Errorf("the second try after seeing the change: %d %s", got.Status, got.Text())
	}
}

func TestOnlyThoseWithTheRightChangeStock(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := func(pattern string) string {
		return strings.NewReplacer("{sku}", say(h.sku), "{location}", say(h.here), "{bin}", "1").Replace(pattern)
	}
	people := map[access.Role]*edgetest.Browser{}
	for _, role := range access.Roles {
		people[role] = h.as(t, role)
	}
	var ours []edge.Route
	for _, route := range h.router.Routes() {
		if strings.HasPrefix(route.Pattern, "/stock") {
			ours = append(ours, route)
		}
	}
	edgetest.Matrix(t, ours, path, edgetest.New(t, h.router), people)
}

func TestNonsenseInTheAddressIsNoFault(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Admin)
	for _, path := range []string{"/stock?q=%25&show=x&location=-1&after=%27", "/stock?before=zz&q=" + strings.Repeat("ä+", 50), "/stock/movements?sku=99999999999999999999&older=x&kind=y", "/stock/movements?goods=999999",
		"/stock/reservations?older=-5", "/stock/find?q=%5C", "/stock/adjust?sku=%3Cscript%3E&step=preview"} {
		if got := b.Get(path); got.Status >= 500 {
			t.Errorf("%s answers %d", path, got.Status)
		} else if strings.Contains(got.Body, "<script>&") {
			t.Errorf("%s is not escaped", path)
		}
	}
	if got := b.Get("/stock/goods/999999"); got.Status != 404 {
		t.Errorf("goods that are not there answer %d", got.Status)
	}
}
