package accounts_test

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
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/pgtest"
	"packhouse/internal/settings"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/accounts"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/staff"
)

// house is the customers' pages over a database of the test's own, with one
// customer.
type house struct {
	*pgtest.Database
	router   *edge.Router
	customer id.Customer
	address  id.Address
	contact  int64
}

func open(t *testing.T) *house {
	t.Helper()
	db := pgtest.DB(t)
	h := &house{Database: db}
	e, err := edge.New(edge.Config{DB: db.DB, Read: db.Pools.Read, Quick: db.Pools.Write, Key: edgetest.Key, BaseURL: "https://oms.example.test", Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	h.router = e.Router()
	accounts.Routes(h.router, accounts.Deps{Read: db.Pools.Read, Company: settings.Default, Clock: time.Now})
	h.router.Get("/", access.OrderRead, func(*edge.Request) (edge.Reply, error) { return edge.SeeOther("/customers"), nil })
	proof, err := access.NewProof(edgetest.Key)
	must(t, err)
	links, err := link.NewKeys(edgetest.Key)
	must(t, err)
	staff.New(staff.Config{Read: db.Pools.Read, Proof: proof, Links: links}).Routes(h.router) // the way in
	h.do(t, func(ctx context.Context, tx *txn.Tx) error {
		if h.customer, err = customers.Create(ctx, tx, customers.Details{Kind: customers.Company, Name: "=Möbel & Söhne <GmbH>", Email: "info@moebel.example.com", Phone: "+49 30 1234567", TaxID: "DE136695976", NoteInternal: "pays late"}); err != nil {
			return err
		}
		if h.address, err = customers.AddAddress(ctx, tx, h.customer, customers.Address{Shipping: true, Billing: true, Address: trade.Address{Company: "Möbel & Söhne", Line1: "Allee 1", City: "Berlin", Postcode: "10115", Country: "DE"}}); err != nil {
			return err
		}
		h.contact, err = customers.AddContact(ctx, tx, h.customer, customers.Contact{Name: "Petra Kurz", Role: "Purchasing"})
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

func (h *house) as(t *testing.T, role access.Role) *edgetest.Browser {
	t.Helper()
	return edgetest.New(t, h.router).SignIn(edgetest.Add(t, h.Database, role))
}

func say[N ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

func (h *house) page() string { return "/customers/" + say(h.customer) }

// order places one for the customer, in a bucket of the lists.
func (h *house) order(t *testing.T, bucket string) {
	t.Helper()
	_, err := h.Pools.Write.Exec(t.Context(), `
		with e as (insert into settings_entities (name, country, currency) values ('Us', 'DE', 'EUR') returning id),
		c as (insert into channels (code, name, kind, entity_id, currency, prices_include_tax) select 'c' || e.id, 'Shop', 'shop', e.id, 'EUR', true from e returning id, entity_id),
		o as (insert into sales_orders (number, state, channel_id, entity_id, customer_id, currency, prices_include_tax, placed_at)
			select 'R-' || c.id, 'placed', c.id, c.entity_id, $1, 'EUR', true, now() from c returning id, number, channel_id)
		insert into sales_order_progress (order_id, number, bucket, state, channel_id, customer_id, customer_name, placed_at, line_count, ordered, reserved, total_minor, currency, sentence)
		select o.id, o.number, $2, 'placed', o.channel_id, $1, 'Möbel', now(), 1, 3, 0, 128450, 'EUR', 'why.ready_to_confirm' from o`, h.customer, bucket)
	must(t, err)
}

// A22
func TestThePageTellsTheStandingAndEachFigureOpensItsOrders(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.order(t, "review")
	h.order(t, "cancelled")
	b := h.as(t, access.Sales)
	page := b.Get(h.page())
	for _, want := range []string{"=Möbel & Söhne <GmbH>", "Orders this year", "€ 1,284.50", "Petra Kurz", "10115 Berlin", "pays late", "DE136695976"} {
		if !strings.Contains(strings.ReplaceAll(page.Text(), "\u00a0", " "), want) && !strings.Contains(strings.ReplaceAll(page.Text(), "\u00a0", ""), strings.ReplaceAll(want, " ", "")) {
			t.Errorf("%q is missing: %s", want, page.Text())
		}
	}
	for which, rows := range map[string]int{"": 2, "open": 1, "year": 2, "12": 1} {
		if got := b.Get(h.page() + "?orders=" + which).Doc().Find("#orders tbody tr").Length(); got != rows {
			t.Errorf("behind %q stand %d orders, want %d", which, got, rows)
		}
	}
}

func TestFoundFromTheListAndFromTheFieldOfAnOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Sales)
	for _, q := range []string{"mobel", "Söhne möb", "030 1234567", "INFO@moebel.example.com", "de136695976", "1001"} {
		if list := b.Get("/customers?" + url.Values{"q": {q}}.Encode()); !strings.Contains(list.Text(), "Möbel") {
			t.Errorf("the list does not find %q", q)
		}
		part := b.Get("/customers/find?" + url.Values{"q": {q}}.Encode())
		if part.Status != 200 || !strings.Contains(part.Body, "Allee 1, Berlin, DE") || !strings.Contains(part.Body, "1001") || strings.Contains(part.Body, "<GmbH>") {
			t.Errorf("the field answers %q with %s", q, part.Body)
		}
	}
	if none := b.Get("/customers?q=nobody+at+all"); none.Status != 200 || !strings.Contains(none.Text(), "No customer fits") {
		t.Errorf("nobody: %d %s", none.Status, none.Text())
	}
}

func TestACustomerIsMadeWithTheirAddressAsTheCountryWritesIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Sales)
	wrong := b.Submit("/customers/new", "/customers/new", url.Values{"name": {""}, "email": {"INFO@MOEBEL.example.com"}, "tax_id": {"DE12"}, "terms_days": {"x"}, "credit_limit": {"1,5,5"}})
	if wrong.Status != 422 || wrong.Doc().Find(`[name="tax_id"]`).AttrOr("value", "") != "DE12" {
		t.Fatalf("%d %s", wrong.Status, wrong.Text())
	}
	taken := b.Submit("/customers/new", "/customers/new", url.Values{"name": {"Other"}, "email": {"INFO@MOEBEL.example.com"}})
	if taken.Status != 422 || !strings.Contains(taken.Text(), "Customer 1001 has this e-mail address already") {
		t.Errorf("%d %s", taken.Status, taken.Text())
	}
	made := b.Submit("/customers/new", "/customers/new", url.Values{"name": {"O’Brien Ltd"}, "terms_days": {"30"}, "credit_limit": {"5000"}, "currency": {"EUR"}})
	if made.Status != 303 {
		t.Fatalf("%d %s", made.Status, made.Text())
	}
	form := made.Location() + "/addresses/new"
	us := b.Submit(form, form, url.Values{"address.country": {"US"}, "address.line1": {"1 Main St"}, "step": {"country"}})
	if us.Status != 200 || !strings.Contains(us.Text(), "ZIP") || !strings.Contains(us.Text(), "State") || us.Doc().Find(`[name="address.line1"]`).AttrOr("value", "") != "1 Main St" {
		t.Fatalf("the fields of another country: %d %s", us.Status, us.Text())
	}
	bad := b.Submit(form, form, url.Values{"address.country": {"US"}, "address.line1": {"1 Main St"}, "address.city": {"Boston"}, "address.region": {"MA"}, "address.postcode": {"ABC"}, "address.name": {"O’Brien"}})
	if bad.Status != 422 || bad.Doc().Find(`[name="address.postcode"]`).AttrOr("value", "") != "ABC" {
		t.Errorf("a wrong postcode: %d %s", bad.Status, bad.Text())
	}
	good := b.Submit(form, form, url.Values{"address.country": {"US"}, "address.line1": {"1 Main St"}, "address.city": {"Boston"}, "address.region": {"Massachusetts"}, "address.postcode": {"02101"}, "address.name": {"O’Brien"}})
	if good.Status != 303 || !strings.Contains(b.Get(made.Location()).Text(), "Boston, MA 02101") {
		t.Errorf("%d %s", good.Status, b.Get(made.Location()).Text())
	}
}

func TestAddressesAndContactsAreChangedAndRemoved(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Sales)
	address, contact := h.page()+"/addresses/"+say(h.address), h.page()+"/contacts/"+strconv.FormatInt(h.contact, 10)
	if got := b.Submit(address, address, url.Values{"address.line1": {"Allee 2"}}); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text())
	}
	if got := b.Submit(contact, contact, url.Values{"name": {"Petra Lang"}, "phone": {"1"}}); got.Status != 422 {
		t.Errorf("one digit as phone: %d", got.Status)
	}
	if got := b.Submit(contact, contact, url.Values{"name": {"Petra Lang"}}); got.Status != 303 {
		t.Errorf("%d %s", got.Status, got.Text())
	}
	if page := b.Get(h.page()).Text(); !strings.Contains(page, "Allee 2") || !strings.Contains(page, "Petra Lang") {
		t.Errorf("the page says %s", page)
	}
	for _, one := range []string{address, contact} {
		if got := b.Submit(one, one+"/remove", nil); got.Status != 303 {
			t.Errorf("%s: %d", one, got.Status)
		}
		if got := b.Get(one); got.Status != 404 {
			t.Errorf("%s is still there: %d", one, got.Status)
		}
	}
	other := "/customers/" + say(h.customer+1) + "/addresses/" + say(h.address)
	if got := b.Get(other); got.Status != 404 {
		t.Errorf("an address under another customer: %d", got.Status)
	}
}

func TestAStaleFormShowsTheOthersChangeAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Sales)
	edit := h.page() + "/edit"
	first, second := b.Get(edit).Form(edit), b.Get(edit).Form(edit)
	first.Set("terms_days", "60")
	if got := b.Post(edit, first); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text())
	}
	second.Set("note_public", "ring twice")
	late := b.Post(edit, second)
	if late.Status != 409 || !strings.Contains(late.Text(), "Days to pay") || !strings.Contains(late.Text(), "60") || late.Doc().Find(`[name="note_public"]`).Text() != "ring twice" {
		t.Errorf("%d %s", late.Status, late.Text())
	}
}

func TestErasureShowsWhatWillBeGoneAndWaitsForOpenOrders(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Manager)
	h.order(t, "work")
	erase := h.page() + "/erase"
	if page := b.Get(erase); page.Status != 200 || !strings.Contains(page.Text(), "1 address and 1 contact are deleted") || !strings.Contains(page.Text(), "still open") {
		t.Fatalf("%d %s", page.Status, page.Text())
	}
	if got := b.Submit(erase, erase, url.Values{"reason": {"by letter"}}); got.Status != 422 || !strings.Contains(got.Text(), "1 order is still open") {
		t.Fatalf("%d %s", got.Status, got.Text())
	}
	_, err := h.Pools.Write.Exec(t.Context(), `update sales_order_progress set bucket = 'closed' where customer_id = $1`, h.customer)
	must(t, err)
	if got := b.Submit(erase, erase, nil); got.Status != 422 {
		t.Errorf("without a reason: %d", got.Status)
	}
	if got := b.Submit(erase, erase, url.Values{"reason": {"by letter"}}); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text())
	}
	page := b.Get(h.page()).Body
	for _, gone := range []string{"Möbel", "moebel", "1234567", "Petra", "Allee", "pays late", "136695976"} {
		if strings.Contains(page, gone) {
			t.Errorf("%q is still there", gone)
		}
	}
	if !strings.Contains(page, "Erased customer 1001") {
		t.Error("the number is gone")
	}
}

func TestTheExportIsSafeForSpreadsheets(t *testing.T) {
	t.Parallel()
	h := open(t)
	rows, err := csv.NewReader(strings.NewReader(h.as(t, access.Sales).Get("/customers/export").Body)).ReadAll()
	must(t, err)
	if len(rows) != 2 || rows[1][1] != "'=Möbel & Söhne <GmbH>" || rows[1][4] != "'+49301234567" {
		t.Errorf("exported %q", rows)
	}
}

func TestOnlyTheOfficeSeesCustomers(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := func(pattern string) string {
		return strings.NewReplacer("{customer}", say(h.customer), "{address}", say(h.address), "{contact}", strconv.FormatInt(h.contact, 10)).Replace(pattern)
	}
	people := map[access.Role]*edgetest.Browser{}
	for _, role := range access.Roles {
		people[role] = h.as(t, role)
	}
	var ours []edge.Route
	for _, route := range h.router.Routes() {
		if strings.HasPrefix(route.Pattern, "/customers") {
			ours = append(ours, route)
		}
	}
	edgetest.Matrix(t, ours, path, edgetest.New(t, h.router), people)
	if got := h.as(t, access.Warehouse).Get("/customers/find?q=mobel"); got.Status != 403 {
		t.Errorf("the warehouse finds customers: %d", got.Status)
	}
}

func TestNonsenseIsNoFaultAndComesBackEscaped(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Admin)
	for _, path := range []string{"/customers?q=%25%5C_&kind=x&after=-1&name=%27", "/customers?before=9999999999&name=" + strings.Repeat("z", 300), h.page() + "?orders=x&at=never&after=1", "/customers/find?q=" + strings.Repeat("a+", 90)} {
		if got := b.Get(path); got.Status != 200 {
			t.Errorf("%s answers %d", path, got.Status)
		}
	}
	for _, nasty := range []string{`"><script>alert(1)</script>`, "Ṱ̺̺̕o͞ ̷i̲̬", "\u202eevil", "👾", "'; drop table customers; --", "{{7*7}}"} {
		made := b.Submit("/customers/new", "/customers/new", url.Values{"name": {nasty}, "note_public": {nasty}})
		if made.Status != 303 {
			t.Errorf("%q: %d %s", nasty, made.Status, made.Text())
			continue
		}
		page := b.Get(made.Location())
		if page.Status != 200 || strings.Contains(page.Body, "<script>alert") || !strings.Contains(page.Doc().Find("h1").Text(), nasty) {
			t.Errorf("%q comes back as %q", nasty, page.Doc().Find("h1").Text())
		}
	}
	if got := b.Submit("/customers/new", "/customers/new", url.Values{"name": {"a\x00b"}}); got.Status != 422 {
		t.Errorf("NUL: %d", got.Status)
	}
}
