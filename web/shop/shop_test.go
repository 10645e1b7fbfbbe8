package shop_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/pgtest/company"
	"packhouse/internal/sales"
	"packhouse/internal/settings"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/shop"
	"packhouse/web/track"
)

// site is the shop with a small company behind it.
type site struct {
	*pgtest.Database
	company.Fixture
	handler http.Handler
	keys    link.Keys
	t       *testing.T
}

func setup(t *testing.T) *site { return setupAt(t, "http://localhost:8080") }

func setupAt(t *testing.T, base string) *site {
	t.Helper()
	secure := strings.HasPrefix(base, "https:")
	db := pgtest.DB(t)
	s := &site{Database: db, Fixture: company.Plant(t, db), t: t}
	var err error
	if s.keys, err = link.NewKeys(edgetest.Key); err != nil {
		t.Fatal(err)
	}
	e, err := edge.New(edge.Config{DB: db.DB, Read: db.Pools.Read, Quick: db.Pools.Write, Key: edgetest.Key, BaseURL: base, Clock: time.Now,
		Customer: shop.CustomerOf(db.Pools.Read, secure)})
	if err != nil {
		t.Fatal(err)
	}
	r := e.Router()
	shop.Routes(r, shop.Deps{Read: db.Pools.Read, Keys: s.keys, Secure: secure})
	track.Routes(r, track.Deps{Read: db.Pools.Read, Keys: s.keys})
	s.handler = r
	return s
}

func (s *site) browser() *edgetest.Browser { return edgetest.New(s.t, s.handler) }

func (s *site) do(fn func(context.Context, *txn.Tx) error) {
	s.t.Helper()
	if _, err := txn.Do(s.t.Context(), s.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) { return struct{}{}, fn(ctx, tx) }); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) one(sql string, args ...any) (n int64) {
	s.t.Helper()
	if err := s.Pools.Read.QueryRow(s.t.Context(), sql, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *site) orders() int64 { return s.one(`select count(*) from sales_orders`) }

func (s *site) last() *sales.Order {
	s.t.Helper()
	o, err := sales.Get(s.t.Context(), s.Pools.Read, id.Order(s.one(`select max(id) from sales_orders`)))
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

var someone = url.Values{"email": {"ida@example.com"}, "ship_to.name": {"Ida Holm"}, "ship_to.line1": {"Große Straße 1"}, "ship_to.postcode": {"20457"},
	"ship_to.city": {"Hamburg"}, "ship_to.country": {"DE"}}

// filled is the order form as somebody fills it in for the basket.
func filled(b *edgetest.Browser, basket ...string) url.Values {
	form := b.Get("/shop/order?" + url.Values{"b": basket}.Encode()).Form("/shop/order")
	for k, v := range someone {
		form[k] = v
	}
	return form
}

// A01
func TestAStrangerOrdersThreeLinesWithoutScripts(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser()
	page := b.Get("/shop")
	if page.Status != 200 || !strings.Contains(page.Text(), "Oak tray, large") || strings.Contains(page.Body, s.Secret.Code) {
		t.Fatalf("the list: %d %s", page.Status, page.Text())
	}
	pick := page.Form("/shop")
	for i := range 5 {
		if code := pick.Get(fmt.Sprintf("pick[%d].code", i)); code == s.Tray.Code || code == s.Napkin.Code || code == s.Engraving.Code {
			pick.Set(fmt.Sprintf("pick[%d].quantity", i), "2")
		}
	}
	pick.Set("do", "add")
	added := b.Get("/shop?" + pick.Encode())
	if added.Status != 303 || !strings.HasPrefix(added.Location(), "/shop?b=") {
		t.Fatalf("adding: %d %s %s", added.Status, added.Location(), added.Text())
	}
	basket := b.Get(added.Location())
	if !strings.Contains(basket.Text(), "In the basket") {
		t.Errorf("nothing says that it was added: %s", basket.Text())
	}
	next := basket.Form("/shop")
	next.Set("do", "go")
	order := b.Get("/shop?" + next.Encode())
	if order.Status != 303 {
		t.Fatalf("going on: %d", order.Status)
	}
	form := b.Get(order.Location()).Form("/shop/order")
	for k, v := range someone {
		form[k] = v
	}
	done := b.Post("/shop/order", form)
	if done.Status != 303 || !strings.HasPrefix(done.Location(), "/o/") {
		t.Fatalf("placing: %d %s", done.Status, done.Text())
	}
	status := b.Get(done.Location())
	if status.Status != 200 || !strings.Contains(status.Text(), "We have your order") {
		t.Errorf("the status page: %d %s", status.Status, status.Text())
	}
	o := s.last()
	if o.State() != sales.Placed || len(o.Lines) != 4 || o.Total != 2*(2990+995+1200)+490 {
		t.Errorf("the order is %s with %d lines and %d", o.State(), len(o.Lines), o.Total)
	}
	if n := s.one(`select count(*) from sales_order_progress where bucket = 'review' and order_id = $1`, o.ID); n != 1 {
		t.Error("the order does not stand in the review list")
	}
	if n := s.one(`select count(*) from notify_mails where kind = 'order.received' and recipient = 'ida@example.com' and order_id = $1`, o.ID); n != 1 {
		t.Errorf("%d mails are written", n)
	}
	if page := b.Get("/shop/order?b=1~" + s.Tray.Code); page.Doc().Find("form[onsubmit], [hx-post], [onclick]").Length() != 0 {
		t.Error("the form needs a script")
	}
}

// A02
func TestTheSameFormPostedTwiceMakesOneOrderAndTheSecondAnswerShowsTheFirst(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser()
	form := filled(b, "2~"+s.Tray.Code)
	first := b.Post("/shop/order", form)
	b.Get(first.Location())
	again := b.Post("/shop/order", form) // a reload, or back and press
	if first.Status != 303 || again.Status != 303 || again.Location() != first.Location() {
		t.Fatalf("the answers: %d %s, then %d %s", first.Status, first.Location(), again.Status, again.Location())
	}
	if page := b.Get(again.Location()); !strings.Contains(page.Text(), "Nothing was ordered twice") {
		t.Errorf("the second answer does not say so: %s", page.Text())
	}
	if n := s.orders(); n != 1 {
		t.Errorf("%d orders stand", n)
	}
	form.Set("lines[0].quantity", "3") // back, changed, pressed
	changed := b.Post("/shop/order", form)
	if changed.Status != 409 || s.orders() != 1 || !strings.Contains(changed.Text(), "second order") {
		t.Fatalf("another body: %d, %d orders, %s", changed.Status, s.orders(), changed.Text())
	}
	meant := changed.Form("/shop/order")
	if meant.Get("lines[0].quantity") != "3" || meant.Get("command") == form.Get("command") {
		t.Errorf("what was typed is lost or the key is the old one: %v", meant)
	}
	if second := b.Post("/shop/order", meant); second.Status != 303 || s.orders() != 2 {
		t.Errorf("a second order that was meant: %d, %d orders", second.Status, s.orders())
	}
}

// A02
func TestTwentyPressesAtOnceMakeOneOrder(t *testing.T) {
	t.Parallel()
	s := setup(t)
	form := filled(s.browser(), "1~"+s.Tray.Code)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			b := s.browser()
			b.Remote = fmt.Sprintf("192.0.2.%d:1000", i+10)
			if a := b.Post("/shop/order", form); a.Status != 303 {
				t.Errorf("press %d: %d %s", i, a.Status, a.Text())
			}
		})
	}
	wg.Wait()
	if n := s.orders(); n != 1 {
		t.Errorf("%d orders stand", n)
	}
}

// findings 19
func TestNonsenseQuantitiesAreToldInWordsAndNothingIsLost(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for typed, want := range map[string]int{"-1": 0, "0": 0, "1e9": 0, "2147483648": 0, "9223372036854775808": 0, "1e3": 0, "1.5": 0, "NaN": 0, "": 0, "abc": 0, "1;2": 0, "-0": 0, "1000001": 0,
		"٣": 0, " 1": 1, "1,000": 1000, "12 x 3": 36} {
		t.Run(typed, func(t *testing.T) {
			b := s.browser()
			form := filled(b, "1~"+s.Tray.Code)
			form.Set("lines[0].quantity", typed)
			before := s.orders()
			a := b.Post("/shop/order", form)
			if a.Status == 303 && s.last().Lines[0].Quantity == want {
				return
			}
			if a.Status != 422 || want != 0 && want != 1000 || s.orders() != before {
				t.Fatalf("%q gave %d, want %d pieces or 422", typed, a.Status, want)
			}
			kept := a.Form("/shop/order")
			if kept.Get("lines[0].quantity") != strings.TrimSpace(typed) || kept.Get("ship_to.line1") != "Große Straße 1" {
				t.Errorf("%q: what was typed is lost: %v", typed, kept)
			}
			if a.Doc().Find("#f-lines-0-quantity-problem").Length() != 1 {
				t.Errorf("%q: no sentence stands at the field: %s", typed, a.Text())
			}
			if list := b.Get("/shop?" + url.Values{"pick[0].code": {s.Tray.Code}, "pick[0].quantity": {typed}}.Encode()); typed != "" && list.Status >= 500 {
				t.Errorf("%q in the list gave %d", typed, list.Status)
			}
		})
	}
}

func TestEverythingWrongIsToldAtOnceAndNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser()
	form := filled(b, "3~"+s.Napkin.Code, "1~GONE-1", "1~"+s.Secret.Code)
	form.Set("email", "no address")
	form.Set("ship_to.line1", "")
	form.Set("ship_to.postcode", "ABC")
	form.Set("requested_day", "2001-01-01")
	form.Set("delivery", "drone")
	form.Set("note", "Bitte <b>klingeln</b> \"zweimal\"")
	a := b.Post("/shop/order", form)
	if a.Status != 422 || s.orders() != 0 {
		t.Fatalf("status %d, %d orders", a.Status, s.orders())
	}
	doc := a.Doc()
	for _, field := range []string{"email", "ship-to-line1", "ship-to-postcode", "requested-day", "delivery", "lines-0-quantity", "lines-1-quantity", "lines-2-quantity"} {
		if doc.Find("#f-"+field+"-problem").Length() != 1 || doc.Find(".summary a[href='#f-"+field+"']").Length() != 1 {
			t.Errorf("%s is not told", field)
		}
	}
	kept := a.Form("/shop/order")
	for _, name := range []string{"email", "ship_to.postcode", "requested_day", "note", "ship_to.name"} {
		if kept.Get(name) != form.Get(name) {
			t.Errorf("%s is %q, typed was %q", name, kept.Get(name), form.Get(name))
		}
	}
	if kept.Get("command") != form.Get("command") {
		t.Error("the redrawn form has another key")
	}
	if strings.Contains(a.Body, "Sample not for sale") {
		t.Error("a product that is not for the shop is named")
	}
	bad := filled(b, "1~"+s.Tray.Code)
	bad.Set("note", "a\x00b")
	bad.Set("ship_to.name", "\xff\xfe")
	if a := b.Post("/shop/order", bad); a.Status != 422 || !strings.Contains(a.Text(), "cannot be stored") {
		t.Errorf("NUL and broken UTF-8: %d %s", a.Status, a.Text())
	}
}

// findings 15, 16
func TestFieldsNobodyAskedForChangeNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser()
	form := filled(b, "1~"+s.Tray.Code)
	for name, value := range map[string]string{"price": "0.01", "total": "1", "state": "confirmed", "customer": "1", "customer_id": "1", "paid": "true", "id": "1", "order_id": "1", "created_at": "2001-01-01",
		"version": "9", "role": "admin", "lines[0].price": "0.01", "lines[0].unit_price": "0.01", "lines[0].discount": "100", "discount": "100 %", "shipping": "0", "channel": "desk", "external_ref": "X", "note_internal": "x", "no_mail": "1"} {
		form.Set(name, value)
	}
	if a := b.Post("/shop/order", form); a.Status != 303 {
		t.Fatalf("status %d: %s", a.Status, a.Text())
	}
	o := s.last()
	if o.State() != sales.Placed || o.Total != 2990+490 || o.Discount != 0 || o.Channel != s.Shop || o.ExternalRef != "" || o.NoteInternal != "" {
		t.Errorf("the order took what was forged: %+v", o.Head)
	}
	dear := filled(b, "1~"+s.Tray.Code)
	dear.Set("lines[0].seen", "20")
	if a := b.Post("/shop/order", dear); a.Status != 422 || !strings.Contains(a.Text(), "has risen") {
		t.Errorf("a price that rose: %d %s", a.Status, a.Text())
	}
}

func TestAvailabilityIsToldInWordsAndNeverInNumbers(t *testing.T) {
	t.Parallel()
	s := setup(t)
	page := s.browser().Get("/shop")
	for title, want := range map[string]string{"Oak tray, large": "In stock", "Linen napkin, sand": "Only a few left", "Beeswax candle": "Sold out"} {
		if got := rowOf(page, title); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %s", title, got, want)
		}
	}
	if got := rowOf(page, "Oak tray, large"); strings.Contains(got, "50") {
		t.Errorf("the number is told: %s", got)
	}
	s.do(func(ctx context.Context, tx *txn.Tx) error {
		ch, err := channel.Get(ctx, tx, s.Shop)
		ch.Shortage, ch.Buffer = channel.Backorder, 47
		if err != nil {
			return err
		}
		return channel.Change(ctx, tx, ch)
	})
	page = s.browser().Get("/shop?lang=de")
	for title, want := range map[string]string{"Oak tray, large": "Nur noch wenige", "Beeswax candle": "Wird nachgeliefert"} {
		if got := rowOf(page, title); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %s", title, got, want)
		}
	}
	if strings.Contains(page.Body, s.CostCanary) {
		t.Error("a cost price is shown")
	}
}

func rowOf(a *edgetest.Answer, title string) string {
	out := ""
	rows := a.Doc().Find("tbody tr")
	for i := range rows.Length() {
		if text := strings.Join(strings.Fields(rows.Eq(i).Text()), " "); strings.Contains(text, title) {
			out = text
		}
	}
	return out
}

func TestSearchFindsByPartsOfNameAndNumberAndPages(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.do(func(ctx context.Context, tx *txn.Tx) error {
		var many []catalog.Imported
		price := money.MustUnitPrice("1.50")
		for i := range 60 {
			many = append(many, catalog.Imported{Code: fmt.Sprintf("PEG-%02d", i), Title: fmt.Sprintf("Peg %02d", i), TaxClass: "standard", Price: &price})
		}
		_, err := catalog.Upsert(ctx, tx, many, s.Base)
		return err
	})
	b := s.browser()
	for q, want := range map[string]string{"oak tray": "Oak tray, large", "nap-lin": "Linen napkin, sand", "NAPKIN": "Linen napkin, sand"} {
		page := b.Get("/shop?q=" + url.QueryEscape(q))
		if rows := page.Doc().Find("tbody tr"); rows.Length() != 1 || !strings.Contains(rows.Text(), want) {
			t.Errorf("%q finds %d rows: %s", q, rows.Length(), rows.Text())
		}
	}
	for _, q := range []string{"sample", "zzzz", "%", "_", `\`, "' or 1=1"} {
		if page := b.Get("/shop?q=" + url.QueryEscape(q)); page.Status != 200 || strings.Contains(page.Text(), "Sample") || page.Doc().Find("tbody tr").Length() != 0 {
			t.Errorf("%q: %d %s", q, page.Status, page.Text())
		}
	}
	seen := map[string]bool{}
	address := "/shop?b=1~" + s.Tray.Code
	for range 4 {
		page := b.Get(address)
		rows := page.Doc().Find("tbody tr")
		for i := range rows.Length() {
			title := rows.Eq(i).Find("td").First().Text()
			if seen[title] {
				t.Errorf("%s stands on two pages", title)
			}
			seen[title] = true
		}
		next, more := page.Doc().Find("a[rel=next]").Attr("href")
		if !more {
			break
		}
		if !strings.Contains(next, "TRAY-OAK-L") {
			t.Fatalf("the basket is lost on the way to the next page: %s", next)
		}
		address = next
	}
	if len(seen) != 64 {
		t.Errorf("%d products were seen, want 64", len(seen))
	}
}

func TestMoreIsChosenWithinAnOrderAndWhatWasTypedComesBack(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser()
	form := filled(b, "1~"+s.Tray.Code)
	form.Set("note", "zweimal klingeln")
	more := b.Post("/shop/order/more", form)
	if more.Status != 200 {
		t.Fatalf("choosing more: %d", more.Status)
	}
	pick := more.Form("/shop/order/more")
	for i := range 5 {
		if pick.Get(fmt.Sprintf("pick[%d].code", i)) == s.Napkin.Code {
			pick.Set(fmt.Sprintf("pick[%d].quantity", i), "2")
		}
	}
	added := b.Post("/shop/order/more", pick)
	back := b.Post("/shop/order/check", added.Form("/shop/order/more"))
	got := back.Form("/shop/order")
	if back.Status != 200 || got.Get("note") != "zweimal klingeln" || got.Get("ship_to.name") != "Ida Holm" || got.Get("lines[1].code") != s.Napkin.Code || got.Get("command") != form.Get("command") {
		t.Fatalf("back again: %d %v", back.Status, got)
	}
	got.Set("remove", "0")
	less := b.Post("/shop/order/check", got).Form("/shop/order")
	if less.Get("lines[0].code") != s.Napkin.Code || less.Has("lines[1].code") {
		t.Errorf("taking a line out left %v", less)
	}
}

// A33
func TestAnUnconfirmedOrderHoldsItsGoodsOnlyForAWhile(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser()
	if a := b.Post("/shop/order", filled(b, "48~"+s.Tray.Code)); a.Status != 303 {
		t.Fatal(a.Text())
	}
	if got := rowOf(b.Get("/shop"), "Oak tray, large"); !strings.Contains(got, "Only a few left") {
		t.Errorf("the goods are not held: %s", got)
	}
	if _, err := s.Pools.Write.Exec(t.Context(), `update inventory_allocations set expires_at = now() - interval '1 second', created_at = now() - interval '1 hour' where state = 'soft'`); err != nil {
		t.Fatal(err)
	}
	if got := rowOf(b.Get("/shop"), "Oak tray, large"); !strings.Contains(got, "In stock") {
		t.Errorf("the hold has ended and nothing is free: %s", got)
	}
	if a := b.Post("/shop/order", filled(b, "48~"+s.Tray.Code)); a.Status != 303 {
		t.Fatal(a.Text())
	}
	if n := s.one(`select reserved from inventory_levels where sku_id = $1 and condition = 'sellable' and location_id = $2`, s.Tray.SKU, s.Warehouse); n != 48 {
		t.Errorf("%d pieces are reserved, want those of the second order only", n)
	}
}

func TestTheRateLimitIsTheCompanys(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.do(func(ctx context.Context, tx *txn.Tx) error {
		c, v, err := settings.Read(ctx, tx)
		if err != nil {
			return err
		}
		c.ShopPerTen = 2
		return settings.Change(ctx, tx, c, v)
	})
	b := s.browser()
	for i, want := range []int{303, 303, 429} {
		a := b.Post("/shop/order", filled(b, "1~"+s.Tray.Code))
		if a.Status != want {
			t.Fatalf("order %d: %d %s", i+1, a.Status, a.Text())
		}
		if want == 429 && (a.Header.Get("Retry-After") == "" || a.Form("/shop/order").Get("ship_to.name") != "Ida Holm") {
			t.Error("the refusal does not say when, or lost what was typed")
		}
	}
	b.Remote = "198.51.100.9:4000"
	if a := b.Post("/shop/order", filled(b, "1~"+s.Tray.Code)); a.Status != 303 {
		t.Errorf("another address: %d", a.Status)
	}
}

func TestAClosedShopSaysSoAndAProgramIsRefused(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser()
	form := filled(b, "1~"+s.Tray.Code)
	trap := url.Values{}
	for k, v := range form {
		trap[k] = v
	}
	trap.Set("website", "https://spam.example")
	if a := b.Post("/shop/order", trap); a.Status != 422 || s.orders() != 0 {
		t.Errorf("a program: %d, %d orders", a.Status, s.orders())
	}
	s.do(func(ctx context.Context, tx *txn.Tx) error {
		c, v, err := settings.Read(ctx, tx)
		if err != nil {
			return err
		}
		c.ShopOpen = false
		return settings.Change(ctx, tx, c, v)
	})
	for _, path := range []string{"/shop", "/shop/order?b=1~" + s.Tray.Code} {
		if a := b.Get(path); a.Status != 200 || !strings.Contains(a.Text(), "no orders here at the moment") {
			t.Errorf("%s: %d %s", path, a.Status, a.Text())
		}
	}
	if a := b.Post("/shop/order", form); a.Status != 422 || s.orders() != 0 || a.Form("/shop/order").Get("ship_to.name") != "Ida Holm" {
		t.Errorf("an order sent as the shop closed: %d, %d orders", a.Status, s.orders())
	}
}

// wholesale makes a customer with prices of their own.
func (s *site) wholesale() (c id.Customer) {
	s.do(func(ctx context.Context, tx *txn.Tx) error {
		list, err := catalog.CreateList(ctx, tx, catalog.ListInput{Code: "TRADE", Name: "Trade", Currency: "EUR", IncludesTax: true})
		if err != nil {
			return err
		}
		if err := catalog.SetPrice(ctx, tx, catalog.PriceInput{List: list, Code: s.Tray.Code, Least: 1, Unit: money.MustUnitPrice("19.90")}); err != nil {
			return err
		}
		if c, err = customers.Create(ctx, tx, customers.Details{Kind: customers.Company, Name: "Studio Lindqvist", Email: "hej@lindqvist.example", PriceList: list, TermsDays: 30}); err != nil {
			return err
		}
		_, err = customers.AddAddress(ctx, tx, c, customers.Address{Shipping: true, Address: trade.Address{Company: "Studio Lindqvist", Line1: "Götgatan 12", City: "Stockholm", Postcode: "118 46", Country: "SE"}})
		return err
	})
	return c
}

// loginLink is the address in the mail that was written last.
func (s *site) loginLink() string {
	s.t.Helper()
	l, err := link.Get(s.t.Context(), s.Pools.Read, id.Link(s.one(`select (args->>'link')::bigint from notify_mails where kind = 'shop.login' order by id desc limit 1`)))
	if err != nil {
		s.t.Fatal(err)
	}
	return "/shop/login/" + s.keys.Secret(l)
}

// A01
func TestACustomerSignsInByAMailedLinkAndOrdersAtTheirOwnPrices(t *testing.T) {
	t.Parallel()
	s := setup(t)
	c := s.wholesale()
	b := s.browser()
	asked := b.Submit("/shop/login", "/shop/login", url.Values{"email": {"HEJ@lindqvist.example"}})
	if asked.Status != 303 {
		t.Fatalf("asking: %d %s", asked.Status, asked.Text())
	}
	address := s.loginLink()
	for range 2 { // a program that looks into mails spends nothing
		if a := b.Get(address); a.Status != 200 || a.Header.Get("Referrer-Policy") != "no-referrer" || a.Set["packhouse-shop"] != nil {
			t.Fatalf("opening the link: %d, cookies %v", a.Status, a.Set)
		}
	}
	in := b.Submit(address, address, nil)
	cookie := in.Set["packhouse-shop"]
	if in.Status != 303 || cookie == nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge != 30*24*3600 {
		t.Fatalf("signing in: %d, cookie %+v", in.Status, cookie)
	}
	if n := s.one(`select count(*) from customer_sessions where token_hash = convert_to($1, 'UTF8')`, cookie.Value); n != 0 {
		t.Error("the token is stored as it is")
	}
	if n := s.one(`select count(*) from commands where outcome::text like '%' || $1 || '%'`, cookie.Value); n != 0 {
		t.Error("the token is stored with the command")
	}
	thief := s.browser()
	if a := thief.Get(address); a.Status != 404 {
		t.Errorf("a used link: %d", a.Status)
	}
	if got := rowOf(b.Get("/shop"), "Oak tray, large"); !strings.Contains(got, "19.90") {
		t.Errorf("their own price is not shown: %s", got)
	}
	form := b.Get("/shop/order?b=1~" + s.Tray.Code).Form("/shop/order")
	if form.Get("email") != "hej@lindqvist.example" || form.Get("ship_to.city") != "Stockholm" || form.Get("ship_to.company") != "Studio Lindqvist" {
		t.Errorf("the details are not filled in: %v", form)
	}
	if a := b.Post("/shop/order", form); a.Status != 303 {
		t.Fatalf("placing: %d %s", a.Status, a.Text())
	}
	o := s.last()
	if o.Customer != c || o.Goods != 1990 || o.TermsDays != 30 || o.State() != sales.Placed {
		t.Errorf("the order is of customer %d for %d, terms %d", o.Customer, o.Goods, o.TermsDays)
	}
	out := b.Submit("/shop", "/shop/logout", nil)
	if out.Status != 303 || s.one(`select count(*) from customer_sessions`) != 0 {
		t.Errorf("signing out: %d", out.Status)
	}
	b.Cookies["packhouse-shop"] = cookie.Value
	if got := rowOf(b.Get("/shop"), "Oak tray, large"); !strings.Contains(got, "29.90") {
		t.Errorf("a session that was ended still prices: %s", got)
	}
}

func TestAStrangerWhoTypesACustomersAddressGetsNothingOfTheirs(t *testing.T) {
	t.Parallel()
	s := setup(t)
	c := s.wholesale()
	b := s.browser()
	form := filled(b, "1~"+s.Tray.Code)
	form.Set("email", "hej@lindqvist.example")
	a := b.Post("/shop/order", form)
	if a.Status != 303 {
		t.Fatalf("placing: %d %s", a.Status, a.Text())
	}
	o := s.last()
	if o.Customer != c || o.Goods != 2990 || o.TermsDays != 0 || o.Phone != "" || o.TaxID != "" {
		t.Errorf("the order is of customer %d for %d, terms %d", o.Customer, o.Goods, o.TermsDays)
	}
	if page := b.Get(a.Location()); strings.Contains(page.Body, "19.90") || strings.Contains(page.Body, "Götgatan") {
		t.Error("the status page tells what is the customer's")
	}
}

func TestAskingForALinkAnswersTheSameWhoeverAsks(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.wholesale()
	ask := func(email string) string {
		b := s.browser()
		a := b.Submit("/shop/login", "/shop/login", url.Values{"email": {email}})
		return fmt.Sprint(a.Status, a.Location(), strings.ReplaceAll(b.Get(a.Location()).Text(), email, "X"))
	}
	if known, unknown := ask("hej@lindqvist.example"), ask("nobody@lindqvist.example"); known != unknown {
		t.Errorf("known: %s\nunknown: %s", known, unknown)
	}
	if n := s.one(`select count(*) from notify_mails`); n != 1 {
		t.Errorf("%d mails are written", n)
	}
	b := s.browser()
	for _, bad := range []string{"", "x", "a@b", "a@example.com\r\nBcc: x@example.com"} {
		if a := b.Submit("/shop/login", "/shop/login", url.Values{"email": {bad}}); a.Status != 422 {
			t.Errorf("%q: %d", bad, a.Status)
		}
	}
	last := 0
	for range 7 {
		last = b.Submit("/shop/login", "/shop/login", url.Values{"email": {"hej@lindqvist.example"}}).Status
	}
	if last != 429 {
		t.Errorf("the seventh mail to one address: %d", last)
	}
}

func TestWrongLoginLinksAreNotFound(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.wholesale()
	b := s.browser()
	b.Submit("/shop/login", "/shop/login", url.Values{"email": {"hej@lindqvist.example"}})
	good := s.loginLink()
	order := s.browser()
	status := order.Post("/shop/order", filled(order, "1~"+s.Tray.Code)).Location()
	if _, err := s.Pools.Write.Exec(t.Context(), `update links set expires_at = now() - interval '1 second' where purpose = 'shop_login'`); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{good, "/shop/login/" + strings.TrimPrefix(status, "/o/"), "/shop/login/x", "/shop/login/%00", "/shop/login/null"} {
		if a := b.Get(address); a.Status != 404 {
			t.Errorf("GET %.40s: %d", address, a.Status)
		}
		if a := b.Post(address, url.Values{}); a.Status != 404 || len(a.Set) != 0 {
			t.Errorf("POST %.40s: %d", address, a.Status)
		}
	}
	for _, token := range []string{"x", strings.Repeat("A", 43), strings.Repeat("A", 100_000), "%00"} {
		b.Cookies["packhouse-shop"] = token
		if a := b.Get("/shop"); a.Status != 200 || !strings.Contains(a.Text(), "Sign in") {
			t.Errorf("cookie %.20q: %d", token, a.Status)
		}
	}
}

func TestTheShopSpeaksGermanByBrowserAndByChoice(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser()
	b.Header.Set("Accept-Language", "de-AT,de;q=0.9,en;q=0.5")
	page := b.Get("/shop")
	if page.Doc().Find("html").AttrOr("lang", "") != "de" || !strings.Contains(page.Text(), "In den Warenkorb") || !strings.Contains(page.Text(), "29,90") {
		t.Errorf("by the browser: %s", page.Text())
	}
	b.Header.Del("Accept-Language")
	form := b.Get("/shop/order?lang=de&b=1~" + s.Tray.Code).Form("/shop/order")
	if form.Get("lang") != "de" {
		t.Fatal("the choice is not carried on")
	}
	for k, v := range someone {
		form[k] = v
	}
	form.Set("email", "x")
	if a := b.Post("/shop/order", form); a.Status != 422 || !strings.Contains(a.Text(), "Zahlungspflichtig bestellen") || strings.Contains(a.Text(), "No mail can be sent") {
		t.Errorf("the redrawn form: %d %s", a.Status, a.Text())
	}
	form.Set("email", "ida@example.com")
	done := b.Post("/shop/order", form)
	if o := s.last(); o.Language != "de" {
		t.Errorf("the order speaks %s", o.Language)
	}
	if page := b.Get(strings.SplitN(done.Location(), "?", 2)[0]); !strings.Contains(page.Text(), "Ihre Bestellung ist bei uns") {
		t.Errorf("the status page: %s", page.Text())
	}
}

func TestBehindTLSTheCustomersCookieIsBoundToThisHost(t *testing.T) {
	t.Parallel()
	s := setupAt(t, "https://shop.example.com")
	s.wholesale()
	b := s.browser()
	b.Submit("/shop/login", "/shop/login", url.Values{"email": {"hej@lindqvist.example"}})
	address := s.loginLink()
	cookie := b.Submit(address, address, nil).Set["__Host-packhouse-shop"]
	if cookie == nil || !cookie.Secure || cookie.Path != "/" || cookie.Domain != "" {
		t.Fatalf("the cookie is %+v", cookie)
	}
	if page := b.Get("/shop"); !strings.Contains(page.Text(), "Signed in as Studio Lindqvist") {
		t.Errorf("it signs nobody in: %s", page.Text())
	}
	plain := s.browser()
	plain.Cookies["packhouse-shop"] = cookie.Value // as a neighbour host could set it
	if page := plain.Get("/shop"); strings.Contains(page.Text(), "Signed in as") {
		t.Error("the name without its prefix is believed")
	}
	if a := b.Submit("/shop", "/shop/logout", nil); a.Status != 303 || s.one(`select count(*) from customer_sessions`) != 0 {
		t.Errorf("signing out: %d", a.Status)
	}
}

func TestTheShopWearsTheCompanysColour(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser()
	sheet := b.Get("/shop").Doc().Find("link[href^='/shop/brand.css']").AttrOr("href", "")
	a := b.Get(sheet)
	if a.Status != 200 || a.Header.Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(a.Body, "--accent") {
		t.Errorf("%s: %d %s %s", sheet, a.Status, a.Header.Get("Content-Type"), a.Body)
	}
}
