package track_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/pgtest"
	"packhouse/internal/pgtest/company"
	"packhouse/internal/sales"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/track"
)

type site struct {
	*pgtest.Database
	company.Fixture
	handler http.Handler
	keys    link.Keys
	t       *testing.T
}

func setup(t *testing.T) *site {
	t.Helper()
	db := pgtest.DB(t)
	s := &site{Database: db, Fixture: company.Plant(t, db), t: t}
	var err error
	if s.keys, err = link.NewKeys(edgetest.Key); err != nil {
		t.Fatal(err)
	}
	e, err := edge.New(edge.Config{DB: db.DB, Read: db.Pools.Read, Quick: db.Pools.Write, Key: edgetest.Key, BaseURL: "http://localhost:8080", Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	r := e.Router()
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

// canaries are what must not be read by whoever holds the link.
var canaries = []string{"Geheimgasse", "99999", "canary@private.example", "+4940123", "internal-canary", "hold-canary", "why-canary", "7.13579", "Test Person", "2099"}

// placed is an order with a canary in everything that is not to be shown.
func (s *site) placed(language string) (o flow.Placement, address string) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *txn.Tx) (err error) {
		o, err = flow.PlaceOrder(ctx, tx, flow.NewOrder{Channel: s.Desk, ContactName: "Ida Holm", Email: "canary@private.example", Phone: "+49 40 123 4567", Language: language,
			ShipTo:       trade.Address{Name: "Ida Holm", Line1: "Geheimgasse 7", City: "Hamburg", Postcode: "99999", Country: "DE"},
			NoteInternal: "internal-canary", PONumber: "PO-77", AtShop: true, Lines: []flow.NewLine{{Code: s.Tray.Code, Pieces: 2}, {Code: s.Napkin.Code, Pieces: 4}}})
		return err
	})
	return o, s.address(o.Order)
}

func (s *site) address(o id.Order) string {
	s.t.Helper()
	l, err := link.Of(s.t.Context(), s.Pools.Read, link.Status, "order", int64(o))
	if err != nil {
		s.t.Fatal(err)
	}
	return "/o/" + s.keys.Secret(l)
}

func (s *site) confirm(o id.Order) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *txn.Tx) error {
		_, err := flow.ConfirmOrder(ctx, tx, o, flow.Confirming{})
		return err
	})
}

func (s *site) state(o id.Order) sales.State {
	s.t.Helper()
	got, err := sales.Get(s.t.Context(), s.Pools.Read, o)
	if err != nil {
		s.t.Fatal(err)
	}
	return got.State()
}

func steps(a *edgetest.Answer) string {
	return strings.Join(strings.Fields(a.Doc().Find(".stepper [aria-current=step] .stepper-label").Text()), " ")
}

// A75, findings 6
func TestTheStatusPageOpensWithoutLoginAndSaysWhatIsTrueNow(t *testing.T) {
	t.Parallel()
	s := setup(t)
	o, address := s.placed("en")
	b := s.browser()
	page := b.Get(address)
	if page.Status != 200 || !strings.Contains(page.Text(), "We have your order") || !strings.HasPrefix(steps(page), "Received") {
		t.Fatalf("%d %s", page.Status, page.Text())
	}
	h := page.Header
	if h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("X-Robots-Tag"), "noindex") {
		t.Errorf("headers %v", h)
	}
	if strings.Contains(page.Body, "htmx") {
		t.Error("htmx is on a page reached by a secret link")
	}
	for _, want := range []string{"Oak tray, large", "NAP-LIN-SND", "99.60", "PO-77", "Hamburg, Germany", "Ida Holm", "We received your order"} {
		if !strings.Contains(page.Text(), want) {
			t.Errorf("%q is not on the page: %s", want, page.Text())
		}
	}
	s.confirm(o.Order) // 2 trays and 3 of 4 napkins are there
	page = b.Get(address)
	if !strings.HasPrefix(steps(page), "Confirmed") || !strings.Contains(page.Text(), "The first part leaves us on") {
		t.Errorf("confirmed: %s", page.Text())
	}
	cards := page.Doc().Find("section.card")
	if first := cards.First().Text(); !strings.Contains(first, "2 × Oak tray, large") || !strings.Contains(first, "3 × Linen napkin, sand") || !strings.Contains(first, "Set aside for you") {
		t.Errorf("the first part: %s", first)
	}
	if second := cards.Eq(1).Text(); !strings.Contains(second, "1 × Linen napkin, sand") || !strings.Contains(second, "Waits for stock") {
		t.Errorf("the second part: %s", second)
	}
	if _, err := s.Pools.Write.Exec(t.Context(), `update fulfilment_orders set state = 'in_progress' where order_id = $1`, o.Order); err != nil {
		t.Fatal(err)
	}
	if page = b.Get(address); !strings.HasPrefix(steps(page), "Packing") {
		t.Errorf("while it is packed: %s", steps(page))
	}
}

// findings 10, 11
func TestNothingThatIsNotTheReadersIsOnThePage(t *testing.T) {
	t.Parallel()
	s := setup(t)
	o, address := s.placed("en")
	s.do(func(ctx context.Context, tx *txn.Tx) error {
		_, err := flow.HoldOrder(ctx, tx, o.Order, 0, sales.Hold{Type: "fraud", Reason: "hold-canary", OwnerRole: "sales", Blocks: []string{"ship"}, KeepsStock: true})
		return err
	})
	if _, err := s.Pools.Write.Exec(t.Context(), `update sales_orders set po_number = 'PO-77' where id = $1`, o.Order); err != nil {
		t.Fatal(err)
	}
	look := func(when string) {
		for _, path := range []string{address, address + "?lang=de", address + "/cancel"} {
			body := s.browser().Get(path).Body
			for _, c := range canaries {
				if strings.Contains(body, c) {
					t.Errorf("%s: %q is on the page %.12s…", when, c, path)
				}
			}
		}
	}
	look("placed")
	s.do(func(ctx context.Context, tx *txn.Tx) error {
		_, err := flow.CancelOrder(ctx, tx, o.Order, flow.Cancelling{Reason: "why-canary"})
		return err
	})
	look("cancelled")
}

// A75, findings 1, 2, 7
func TestEveryWrongSecretIsTheSameNotFound(t *testing.T) {
	t.Parallel()
	s := setup(t)
	o, address := s.placed("en")
	expired, gone := s.expired(), s.revoked()
	var other link.Link
	s.do(func(ctx context.Context, tx *txn.Tx) (err error) {
		tx.Quiet("a link of another purpose")
		other, err = link.Make(ctx, tx, link.Return, "order", int64(o.Order), 0)
		return err
	})
	good := strings.TrimPrefix(address, "/o/")
	wrong := []string{"/o/" + o.Number, fmt.Sprint("/o/", o.Order), "/o/999999", "/o/", "/o", "/o/%20", "/o/%00", "/o/null", "/o/?token=", "/o/?token[]=", "/o/undefined", "/o/%FF%FE",
		"/o/" + strings.Repeat("A", len(good)), "/o/" + strings.Repeat("x", 1<<20), "/o/" + good[:len(good)-1], "/o/" + good + "A", "/o/" + flip(good),
		expired, gone, "/o/" + s.keys.Secret(other)}
	want := s.browser().Get("/o/" + strings.Repeat("Q", 38))
	if want.Status != 404 {
		t.Fatalf("a wrong secret: %d", want.Status)
	}
	for _, path := range wrong {
		for _, tail := range []string{"", "/cancel"} {
			if tail != "" && (strings.Contains(path, "?") || strings.HasSuffix(path, "/") || path == "/o") {
				continue
			}
			a := s.browser().Get(path + tail)
			if a.Status != 404 || a.Body != want.Body {
				t.Errorf("%.60s%s: %d, the same bytes: %v", path, tail, a.Status, a.Body == want.Body)
			}
		}
	}
	for _, path := range []string{"/o/" + o.Number + "/cancel", expired + "/cancel", gone + "/cancel"} {
		if a := s.browser().Post(path, url.Values{"why": {"mistake"}}); a.Status != 404 {
			t.Errorf("POST %.40s: %d", path, a.Status)
		}
	}
	if s.state(o.Order) != sales.Placed {
		t.Error("the order was cancelled")
	}
}

// flip changes one letter in the middle.
func flip(s string) string {
	b := []byte(s)
	if b[10]++; b[10] == 'z'+1 || b[10] == '9'+1 || b[10] == 'Z'+1 || b[10] == '-'+1 || b[10] == '_'+1 {
		b[10] = 'k'
	}
	return string(b)
}

func (s *site) expired() string {
	o, address := s.placed("en")
	if _, err := s.Pools.Write.Exec(s.t.Context(), `update links set expires_at = now() - interval '1 second' where subject_id = $1`, o.Order); err != nil {
		s.t.Fatal(err)
	}
	return address
}

func (s *site) revoked() string {
	o, address := s.placed("en")
	s.do(func(ctx context.Context, tx *txn.Tx) error {
		l, err := link.Of(ctx, tx, link.Status, "order", int64(o.Order))
		if err != nil {
			return err
		}
		link.Revoke(tx, l)
		return nil
	})
	return address
}

// A75
func TestACustomerCancelsWhatOnlyWaitsAndNothingElse(t *testing.T) {
	t.Parallel()
	s := setup(t)
	o, address := s.placed("en")
	b := s.browser()
	if a := b.Submit(address+"/cancel", address+"/cancel", url.Values{"note": {"x"}}); a.Status != 422 || a.Form(address+"/cancel").Get("note") != "x" || s.state(o.Order) != sales.Placed {
		t.Fatalf("without a reason: %d", a.Status)
	}
	form := b.Get(address + "/cancel").Form(address + "/cancel")
	form.Set("why", "late")
	form.Set("note", "gone <b>fishing</b>")
	for i := range 2 {
		a := b.Post(address+"/cancel", form)
		if a.Status != 303 || a.Location() != address {
			t.Fatalf("press %d: %d %s", i+1, a.Status, a.Text())
		}
	}
	page := b.Get(address)
	if s.state(o.Order) != sales.Cancelled || !strings.Contains(page.Text(), "This order was cancelled") || strings.Contains(page.Text(), "Cancel this order") {
		t.Errorf("after it: %s", page.Text())
	}
	var actor, reason string
	var n, freed int
	err := s.Pools.Read.QueryRow(t.Context(), `select count(*), min(actor_kind), min(data->>'reason') from events where order_id = $1 and kind = 'order.cancelled'`, o.Order).Scan(&n, &actor, &reason)
	if err != nil || n != 1 || actor != "visitor" || reason != "It takes too long: gone <b>fishing</b>" {
		t.Errorf("%d events by %s because %q, %v", n, actor, reason, err)
	}
	if err := s.Pools.Read.QueryRow(t.Context(), `select coalesce(sum(reserved), 0)::int from inventory_levels`).Scan(&freed); err != nil || freed != 0 {
		t.Errorf("%d pieces stay reserved, %v", freed, err)
	}

	o, address = s.placed("en")
	form = b.Get(address + "/cancel").Form(address + "/cancel")
	s.confirm(o.Order) // while the page was open
	form.Set("why", "mistake")
	form.Set("version", "3") // and a forged version helps nobody
	if a := b.Post(address+"/cancel", form); a.Status != 422 || !strings.Contains(a.Text(), "can no longer be cancelled here") || s.state(o.Order) != sales.Confirmed {
		t.Errorf("a confirmed order: %d %s", a.Status, a.Text())
	}
	if a := b.Get(address + "/cancel"); a.Status != 303 {
		t.Errorf("the form for a confirmed order: %d", a.Status)
	}
	if page := b.Get(address); strings.Contains(page.Text(), "Cancel this order") {
		t.Error("the button is still there")
	}
}

func TestCancelAndConfirmAtOnceEndInOneOfTheTwo(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for range 5 {
		o, address := s.placed("en")
		form := s.browser().Get(address + "/cancel").Form(address + "/cancel")
		form.Set("why", "mistake")
		var status int
		var confirmed error
		var wg sync.WaitGroup
		wg.Go(func() { status = s.browser().Post(address+"/cancel", form).Status })
		wg.Go(func() {
			_, confirmed = txn.Do(t.Context(), s.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
				return flow.ConfirmOrder(ctx, tx, o.Order, flow.Confirming{})
			})
		})
		wg.Wait()
		switch got := s.state(o.Order); {
		case got == sales.Cancelled && status == 303 && confirmed != nil:
		case got == sales.Confirmed && (status == 422 || status == 409) && confirmed == nil:
		default:
			t.Errorf("it ended %s, cancelling answered %d, confirming %v", got, status, confirmed)
		}
	}
}

func TestThePromiseAndWhatWasSaidBeforeAreShown(t *testing.T) {
	t.Parallel()
	s := setup(t)
	o, address := s.placed("en")
	s.confirm(o.Order)
	if _, err := s.Pools.Write.Exec(t.Context(), `
		insert into sales_promises (order_id, line_id, quantity, promised_day, zone, source, reason, author, recorded_at)
		select order_id, line_id, sum(quantity), '2027-03-02', 'Europe/Berlin', 'person', 'why-canary', 'Test Person', max(recorded_at) + interval '1 day' from sales_promises where order_id = $1 group by order_id, line_id`, o.Order); err != nil {
		t.Fatal(err)
	}
	page := s.browser().Get(address)
	if !strings.Contains(page.Text(), "Leaves us on Tuesday, 2 March 2027") || !strings.Contains(page.Text(), "What we said before") || !strings.Contains(page.Text(), "no day for a part of it") {
		t.Errorf("%s", page.Text())
	}
	for _, c := range canaries {
		if strings.Contains(page.Body, c) {
			t.Errorf("%q is on the page", c)
		}
	}
}

func TestThePageSpeaksTheOrdersLanguageOrTheOneChosen(t *testing.T) {
	t.Parallel()
	s := setup(t)
	o, address := s.placed("de")
	b := s.browser()
	b.Header.Set("Accept-Language", "en")
	page := b.Get(address)
	if page.Doc().Find("html").AttrOr("lang", "") != "de" || !strings.Contains(page.Text(), "Ihre Bestellung ist bei uns") || !strings.Contains(page.Text(), "99,60") || !strings.Contains(page.Text(), "Hamburg, Deutschland") {
		t.Errorf("German: %s", page.Text())
	}
	for _, english := range []string{"Order", "Cancel", "Total", "Received", "your"} {
		if strings.Contains(" "+page.Text()+" ", " "+english+" ") {
			t.Errorf("%q is said on a German page: %s", english, page.Text())
		}
	}
	if page := b.Get(address + "?lang=en"); !strings.Contains(page.Text(), "We have your order") {
		t.Errorf("English: %s", page.Text())
	}
	form := b.Get(address + "/cancel?lang=en").Form(address + "/cancel")
	form.Set("why", "other")
	if a := b.Post(address+"/cancel", form); a.Location() != address+"?lang=en" || s.state(o.Order) != sales.Cancelled {
		t.Errorf("cancelling: %d %s", a.Status, a.Location())
	}
}
