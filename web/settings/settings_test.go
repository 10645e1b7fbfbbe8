package settings_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/channel"
	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/pgtest"
	"packhouse/internal/pgtest/company"
	"packhouse/internal/sales"
	rules "packhouse/internal/settings"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/settings"
	"packhouse/web/staff"
)

type site struct {
	*pgtest.Database
	company.Fixture
	handler http.Handler
	t       *testing.T
}

func setup(t *testing.T) *site {
	t.Helper()
	db := pgtest.DB(t)
	s := &site{Database: db, Fixture: company.Plant(t, db), t: t}
	keys, err := link.NewKeys(edgetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	e, err := edge.New(edge.Config{DB: db.DB, Read: db.Pools.Read, Quick: db.Pools.Write, Key: edgetest.Key, BaseURL: "http://localhost:8080", Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	proof, err := access.NewProof(edgetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	r := e.Router()
	settings.Routes(r, settings.Deps{Read: db.Pools.Read})
	staff.New(staff.Config{Read: db.Pools.Read, Proof: proof, Links: keys}).Routes(r)
	s.handler = r
	return s
}

func (s *site) as(role access.Role) *edgetest.Browser {
	s.t.Helper()
	return edgetest.New(s.t, s.handler).SignIn(edgetest.Add(s.t, s.Database, role))
}

func (s *site) channel(c id.Channel) channel.Channel {
	s.t.Helper()
	got, err := channel.Get(s.t.Context(), s.Pools.Read, c)
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

func (s *site) company() (rules.Company, int64) {
	s.t.Helper()
	c, v, err := rules.Read(s.t.Context(), s.Pools.Read)
	if err != nil {
		s.t.Fatal(err)
	}
	return c, v
}

func (s *site) path() string { return fmt.Sprint("/settings/channels/", s.Shop) }

func (s *site) order(ch id.Channel, code string) sales.State {
	s.t.Helper()
	out, err := txn.Do(s.t.Context(), s.DB, txn.Actor{Kind: txn.Visitor}, txn.Once(), func(ctx context.Context, tx *txn.Tx) (flow.Placement, error) {
		return flow.PlaceOrder(ctx, tx, flow.NewOrder{Channel: ch, ContactName: "Ida Holm", Email: "ida@example.com",
			ShipTo: trade.Address{Name: "Ida Holm", Line1: "Kai 7", City: "Hamburg", Postcode: "20457", Country: "DE"}, Lines: []flow.NewLine{{Code: code, Pieces: 1}}})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	o, err := sales.Get(s.t.Context(), s.Pools.Read, out.Value.Order)
	if err != nil {
		s.t.Fatal(err)
	}
	return o.State()
}

// A17
func TestTurningReviewOffForOneChannelLetsItsValidOrdersConfirmThemselves(t *testing.T) {
	t.Parallel()
	s := setup(t)
	if got := s.order(s.Shop, s.Tray.Code); got != sales.Placed {
		t.Fatalf("before it, an order is %s", got)
	}
	b := s.as(access.Manager)
	form := b.Get(s.path()).Form(s.path())
	if form.Get("needs_review") == "" || form.Get(fmt.Sprint("place.", s.Warehouse)) != "1" || form.Get(fmt.Sprint("place.", s.Store)) != "2" {
		t.Fatalf("the form: %v", form)
	}
	form.Del("needs_review")
	if a := b.Post(s.path(), form); a.Status != 303 {
		t.Fatalf("saving: %d %s", a.Status, a.Text())
	}
	for _, c := range []struct {
		channel id.Channel
		code    string
		want    sales.State
	}{{s.Shop, s.Tray.Code, sales.Confirmed}, {s.Shop, s.Candle.Code, sales.Placed}, {s.Desk, s.Tray.Code, sales.Placed}} {
		if got := s.order(c.channel, c.code); got != c.want {
			t.Errorf("an order of %s by channel %d is %s, want %s", c.code, c.channel, got, c.want)
		}
	}
	log := b.Get("/settings/log?about=settings")
	row := log.Doc().Find("tbody tr").First().Text()
	if !strings.Contains(row, "Web shop") || !strings.Contains(row, "Orders wait for review: Yes → No") || !strings.Contains(row, "manager person") {
		t.Errorf("the log says %q", strings.Join(strings.Fields(row), " "))
	}
	if strings.Contains(row, "Locations") || strings.Contains(row, "Checks:") {
		t.Errorf("the log tells what did not change: %q", row)
	}
}

func TestAChannelsSettingsAreSavedAsTyped(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.as(access.Admin)
	form := b.Get(s.path()).Form(s.path())
	for k, v := range map[string]string{"name": "Shop DE", "soft_hold_minutes": "45", "buffer": "1 000", "shipping_minor": "5,90", "shortage": "backorder", "checks.pack": "warn", "checks.tax_id": "off",
		fmt.Sprint("place.", s.Warehouse): "7", fmt.Sprint("place.", s.Store): "3"} {
		form.Set(k, v)
	}
	if a := b.Post(s.path(), form); a.Status != 303 {
		t.Fatalf("saving: %d %s", a.Status, a.Text())
	}
	c := s.channel(s.Shop)
	if c.Name != "Shop DE" || c.SoftHold != 45 || c.Buffer != 1000 || c.Shipping != 590 || c.Shortage != channel.Backorder || c.Checks["pack"] != channel.Warn || c.Checks["tax_id"] != channel.Off || len(c.Checks) != 2 {
		t.Errorf("the channel is %+v", c)
	}
	if len(c.Locations) != 2 || c.Locations[0].ID != s.Store || c.Locations[1].ID != s.Warehouse {
		t.Errorf("the locations are %+v", c.Locations)
	}
	if page := b.Get("/settings/channels"); !strings.Contains(page.Text(), "Altona and Hamburg") {
		t.Errorf("the list: %s", page.Text())
	}
	again := b.Get(s.path()).Form(s.path())
	if a := b.Post(s.path(), again); a.Status != 303 || s.channel(s.Shop).Version != c.Version {
		t.Errorf("saving what is there: %d, version %d", a.Status, s.channel(s.Shop).Version)
	}
	if a := b.Post(s.path(), form); a.Status != 303 || s.channel(s.Shop).Version != c.Version {
		t.Errorf("the same form again: %d, version %d", a.Status, s.channel(s.Shop).Version)
	}
}

func TestEverythingWrongWithAChannelIsToldAtOnceAndKeptAsTyped(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.as(access.Admin)
	form := b.Get(s.path()).Form(s.path())
	bad := map[string]string{"name": "", "soft_hold_minutes": "-1", "buffer": "1.5", "shipping_minor": "-3", "shortage": "maybe", "checks.pack": "shout",
		fmt.Sprint("place.", s.Warehouse): "1", fmt.Sprint("place.", s.Store): "1"}
	for k, v := range bad {
		form.Set(k, v)
	}
	a := b.Post(s.path(), form)
	if a.Status != 422 {
		t.Fatalf("status %d", a.Status)
	}
	for k, v := range bad {
		field := "f-" + strings.NewReplacer(".", "-", "_", "-").Replace(k)
		if !strings.HasPrefix(k, "place.") && a.Doc().Find("#"+field+"-problem").Length() != 1 {
			t.Errorf("%s is not told", k)
		}
		if kept := a.Form(s.path()).Get(k); kept != v && k != "shortage" && k != "checks.pack" {
			t.Errorf("%s is %q, typed was %q", k, kept, v)
		}
	}
	if !strings.Contains(a.Text(), "Position 1 is taken already") {
		t.Errorf("two locations at one position: %s", a.Text())
	}
	for _, l := range []id.Location{s.Warehouse, s.Store} {
		form.Set(fmt.Sprint("place.", l), "")
	}
	if a := b.Post(s.path(), form); a.Status != 422 || !strings.Contains(a.Text(), "location") {
		t.Errorf("no location: %d %s", a.Status, a.Text())
	}
	for _, typed := range []string{"1e9", "99999999999999999999", "NaN", "٣٣٣x", "1\x00"} {
		form.Set("buffer", typed)
		if a := b.Post(s.path(), form); a.Status != 422 {
			t.Errorf("a buffer of %q: %d", typed, a.Status)
		}
	}
}

// A10
func TestAStaleFormShowsTheOthersChangeAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := setup(t)
	mine, theirs := s.as(access.Admin), s.as(access.Manager)
	form := mine.Get(s.path()).Form(s.path())
	other := theirs.Get(s.path()).Form(s.path())
	other.Set("buffer", "9")
	if a := theirs.Post(s.path(), other); a.Status != 303 {
		t.Fatal(a.Text())
	}
	form.Set("name", "Mine")
	a := mine.Post(s.path(), form)
	if a.Status != 409 || s.channel(s.Shop).Name == "Mine" {
		t.Fatalf("a stale form: %d", a.Status)
	}
	if text := a.Text(); !strings.Contains(text, "manager person") || !strings.Contains(a.Doc().Find(".diff").Text(), "Pieces left untouched") {
		t.Errorf("the other's change is not shown: %s", text)
	}
	kept := a.Form(s.path())
	if kept.Get("name") != "Mine" {
		t.Error("what was typed is lost")
	}
	kept.Set("buffer", "9")
	if a := mine.Post(s.path(), kept); a.Status != 303 || s.channel(s.Shop).Name != "Mine" || s.channel(s.Shop).Buffer != 9 {
		t.Errorf("saving once more: %d %s", a.Status, a.Text())
	}

	form, other = mine.Get("/settings").Form("/settings"), s.as(access.Admin).Get("/settings").Form("/settings")
	form.Set("name", "Mine")
	other.Set("colour", "#AA0000")
	if a := s.as(access.Admin).Post("/settings", other); a.Status != 303 {
		t.Fatal(a.Text())
	}
	a = mine.Post("/settings", form)
	if a.Status != 409 || a.Form("/settings").Get("name") != "Mine" || !strings.Contains(a.Doc().Find(".diff").Text(), "#aa0000") {
		t.Errorf("a stale company: %d %s", a.Status, a.Text())
	}
}

func TestTheCompanyIsSavedAsTypedAndRefusedInWords(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.as(access.Admin)
	form := b.Get("/settings").Form("/settings")
	for k, v := range map[string]string{"name": "Nordlys & Søn <b>", "max_total": "12 500,50", "max_lines": "250", "language": "de", "shop_per_10": "5"} {
		form.Set(k, v)
	}
	form.Del("shop_open")
	if a := b.Post("/settings", form); a.Status != 303 {
		t.Fatalf("saving: %d %s", a.Status, a.Text())
	}
	if c, _ := s.company(); c.Name != "Nordlys & Søn <b>" || c.MaxTotal != 1250050 || c.MaxLines != 250 || c.Language != "de" || c.ShopOpen || c.ShopPerTen != 5 || c.Zone != "Europe/Berlin" {
		t.Errorf("the company is %+v", c)
	}
	before, version := s.company()
	bad := map[string]string{"name": " ", "colour": "red", "email": "nobody", "zone": "Mars/Base", "language": "xx", "country": "ZZ", "max_lines": "0", "max_pieces": "x", "max_total": "-1", "shop_per_10": "0"}
	form = b.Get("/settings").Form("/settings")
	for k, v := range bad {
		form.Set(k, v)
	}
	a := b.Post("/settings", form)
	if a.Status != 422 {
		t.Fatalf("status %d", a.Status)
	}
	for k := range bad {
		if a.Doc().Find("#f-"+strings.ReplaceAll(k, "_", "-")+"-problem").Length() != 1 {
			t.Errorf("%s is not told", k)
		}
	}
	if c, v := s.company(); c != before || v != version {
		t.Error("something was saved")
	}
	bad2 := b.Get("/settings").Form("/settings")
	bad2.Set("name", "a\x00b")
	if a := b.Post("/settings", bad2); a.Status != 422 {
		t.Errorf("NUL: %d", a.Status)
	}
}

func TestWhoMayDoWhatInSettings(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for role, want := range map[access.Role]map[string]int{
		access.Sales:     {"/settings": 403, "/settings/channels": 403, "/settings/taxes": 403, "/settings/log": 403},
		access.Warehouse: {"/settings": 403, "/settings/log": 403},
		access.Manager:   {"/settings": 200, "/settings/channels": 200, s.path(): 200, "/settings/taxes": 200, "/settings/log": 200},
		access.Admin:     {"/settings": 200, "/settings/log": 200, "/settings/channels/999": 404, "/settings/channels/x": 404},
	} {
		b := s.as(role)
		for path, status := range want {
			if a := b.Get(path); a.Status != status {
				t.Errorf("%s of %s: %d, want %d", role, path, a.Status, status)
			}
		}
	}
	b := s.as(access.Manager)
	if page := b.Get("/settings"); !strings.Contains(page.Text(), "Only Admin may change this") {
		t.Errorf("a manager is not told who may: %s", page.Text())
	}
	if a := b.Post("/settings", url.Values{"name": {"x"}}); a.Status != 403 {
		t.Errorf("a manager saving the company: %d", a.Status)
	}
	if a := s.as(access.Sales).Post(s.path(), url.Values{}); a.Status != 403 {
		t.Errorf("sales saving a channel: %d", a.Status)
	}
}

func TestTheLogPagesBothWaysAndNarrows(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for i := range 120 {
		_, err := txn.Do(t.Context(), s.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
			c, v, err := rules.Read(ctx, tx)
			if err != nil {
				return struct{}{}, err
			}
			c.MaxLines = 10 + i
			return struct{}{}, rules.Change(ctx, tx, c, v)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.order(s.Shop, s.Tray.Code)
	b := s.as(access.Manager)
	address, rows := "/settings/log?about=settings", 0
	for range 5 {
		page := b.Get(address)
		if strings.Contains(page.Text(), "order received") || page.Status != 200 {
			t.Errorf("%s: %d", address, page.Status)
		}
		n := page.Doc().Find("tbody tr").Length()
		rows += n
		next, more := page.Doc().Find("a[rel=next]").Attr("href")
		if !more {
			if prev, back := page.Doc().Find("a[rel=prev]").Attr("href"); !back || b.Get(prev).Doc().Find("tbody tr").Length() != 50 {
				t.Error("there is no way back")
			}
			break
		}
		address = next
	}
	var want int
	if err := s.Pools.Read.QueryRow(t.Context(), `select count(*) from events where order_id is null and subject_type in ('settings', 'channel', 'entity', 'tax_class')`).Scan(&want); err != nil || rows != want || rows < 120 {
		t.Errorf("%d lines, want %d, %v", rows, want, err)
	}
	for _, q := range []string{"about=customers", "by=visitor", "from=2001-01-01&until=2001-01-02", "from=nonsense", "after=x~y", "after=5~5", "about=nothing", "sort=-when"} {
		if a := b.Get("/settings/log?" + q); a.Status != 200 {
			t.Errorf("%s: %d", q, a.Status)
		}
	}
	if page := b.Get("/settings/taxes"); !strings.Contains(page.Text(), "Standard rate") || !strings.Contains(page.Text(), "19") {
		t.Errorf("taxes: %s", page.Text())
	}
}
