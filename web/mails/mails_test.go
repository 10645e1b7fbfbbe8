package mails_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/notify"
	"packhouse/internal/pg"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/settings"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/mails"
	"packhouse/web/staff"
)

// office is the pages over a database of the test's own.
type office struct {
	*pgtest.Database
	router *edge.Router
	keys   link.Keys
	t      *testing.T
}

func open(t *testing.T) *office {
	t.Helper()
	db := pgtest.DB(t)
	e, err := edge.New(edge.Config{DB: db.DB, Read: db.Pools.Read, Quick: db.Pools.Write, Key: edgetest.Key, BaseURL: "https://oms.example.test", Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	proof, err := access.NewProof(edgetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Database: db, t: t, router: e.Router()}
	if o.keys, err = link.NewKeys(edgetest.Key); err != nil {
		t.Fatal(err)
	}
	staff.New(staff.Config{Read: db.Pools.Read, Proof: proof, Links: o.keys}).Routes(o.router)
	o.router.Get("/", access.OrderRead, func(*edge.Request) (edge.Reply, error) { return edge.SeeOther("/account"), nil })
	mails.Routes(o.router, mails.Deps{Read: db.Pools.Read, Company: settings.Default, Clock: time.Now, Keys: o.keys, Caught: true,
		House: func(context.Context, pg.Reader) (notify.House, error) {
			return notify.House{Name: "Brenner", Colour: "#0b5f66", From: "orders@brenner.example", BaseURL: "https://oms.example.test", Zone: "UTC"}, nil
		}})
	return o
}

func (o *office) as(role access.Role) *edgetest.Browser {
	o.t.Helper()
	return edgetest.New(o.t, o.router).SignIn(edgetest.Add(o.t, o.Database, role))
}

func (o *office) do(fn func(context.Context, *txn.Tx) (id.Mail, error)) id.Mail {
	o.t.Helper()
	out, err := txn.Do(o.t.Context(), o.DB, pgtest.Actor, txn.Once(), fn)
	if err != nil {
		o.t.Fatal(err)
	}
	return out.Value
}

// mail queues a mail of its own event. The order it is about is not there,
// unless its kind is one that carries a once-link.
func (o *office) mail(kind notify.Kind, to string) id.Mail {
	o.t.Helper()
	return o.do(func(ctx context.Context, tx *txn.Tx) (id.Mail, error) {
		m := notify.Mail{Kind: kind, To: to, Language: "en", Order: 4711}
		if kind.Once() {
			l, err := link.Make(ctx, tx, link.ShopLogin, "customer", 1, 0)
			if err != nil {
				return 0, err
			}
			m.Order, m.Args = 0, problem.With("link", int64(l.ID), "name", "<script>alert(1)</script>")
		}
		tx.Record(txn.Event{Kind: "order.confirmed", Subject: txn.Subject{Type: "order", ID: 4711}, Order: m.Order})
		return notify.Send(ctx, tx, m)
	})
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.Pools.Write.Exec(o.t.Context(), sql, args...); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) count(sql string, args ...any) (n int) {
	o.t.Helper()
	if err := o.Pools.Write.QueryRow(o.t.Context(), sql, args...).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// sent marks a mail as a worker would.
func (o *office) sent(m id.Mail) {
	o.exec(`update notify_mails set state = 'sent', sent_at = now(), message_id = '1.1@x', subject = 'Hello', body_text = 'plain •••', body_html = '<p>rich</p><script>alert(1)</script>', attempts = 1 where id = $1`, int64(m))
}

func TestOutboxListsFiltersAndPages(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.do(func(ctx context.Context, tx *txn.Tx) (id.Mail, error) {
		tx.Record(txn.Event{Kind: "order.placed", Subject: txn.Subject{Type: "order", ID: 1}})
		for i := range 70 {
			if _, err := notify.Send(ctx, tx, notify.Mail{Kind: notify.OrderReceived, To: fmt.Sprintf("c%d@example.org", i), Language: "en", Order: 1}); err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
	failed := o.mail(notify.ShopLogin, "Ada@example.org")
	o.exec(`update notify_mails set state = 'failed', last_error = '550 no such person' where id = $1`, int64(failed))
	b := o.as(access.Sales)
	first := b.Get("/mail")
	if n := first.Doc().Find("#mails tbody tr").Length(); first.Status != 200 || n != 50 {
		t.Fatalf("status %d, %d rows", first.Status, n)
	}
	next, _ := first.Doc().Find("a[rel=next]").Attr("href")
	if n := b.Get(next).Doc().Find("#mails tbody tr").Length(); n != 21 {
		t.Errorf("the second page %s has %d rows", next, n)
	}
	for query, want := range map[string]string{"state=failed": "550 no such person", "q=ada@EXAMPLE.org": "Ada@example.org", "kind=shop.login": "Sign-in link"} {
		a := b.Get("/mail?" + query)
		if n := a.Doc().Find("#mails tbody tr").Length(); n != 1 || !strings.Contains(a.Text(), want) {
			t.Errorf("%s: %d rows: %s", query, n, a.Text())
		}
	}
	if a := b.Get("/mail?q=nobody"); !strings.Contains(a.Text(), "No mail fits") {
		t.Error(a.Text())
	}
}

// A76: preview. Finding row 33: what is in a mail cannot act in the office.
func TestMailIsShownInAFrameThatCanDoNothing(t *testing.T) {
	t.Parallel()
	o := open(t)
	m := o.mail(notify.ShopLogin, "ada@example.org")
	b := o.as(access.Sales)
	page := b.Get(fmt.Sprintf("/mail/%d", m))
	frame := page.Doc().Find("iframe")
	if sandbox, has := frame.Attr("sandbox"); page.Status != 200 || !has || sandbox != "" {
		t.Fatalf("status %d: %s", page.Status, page.Text())
	}
	for _, want := range []string{"Your link to sign in to Brenner", "As it would be written now", "•••"} {
		if !strings.Contains(page.Text(), want) {
			t.Errorf("the page does not say %q: %s", want, page.Text())
		}
	}
	body := b.Get(frame.AttrOr("src", ""))
	csp := body.Header.Get("Content-Security-Policy")
	if body.Status != 200 || !strings.HasPrefix(csp, "sandbox;") || strings.Contains(csp, "script-src") || !strings.Contains(csp, "frame-ancestors 'self'") {
		t.Errorf("status %d, policy %q", body.Status, csp)
	}
	if body.Doc().Find("script").Length() != 0 || !strings.Contains(body.Body, "&lt;script&gt;") {
		t.Error("a name became a script")
	}
	if strings.Contains(page.Body+body.Body, "/shop/login/") && !strings.Contains(page.Body+body.Body, "/shop/login/•••") {
		t.Error("the office can sign in as the customer")
	}
	if a := b.Get("/mail/99999999"); a.Status != 404 {
		t.Errorf("no such mail: %d", a.Status)
	}
}

// A76: resend makes a copy with its event; double submit makes one.
func TestResendMakesOneCopyWithItsEvent(t *testing.T) {
	t.Parallel()
	o := open(t)
	m := o.mail(notify.OrderConfirmed, "ada@example.org")
	b := o.as(access.Sales)
	path := fmt.Sprintf("/mail/%d", m)
	if a := b.Post(path+"/resend", url.Values{"command": {string(id.NewKey())}, "to": {"ada@example.org"}}); a.Status != 422 || !strings.Contains(a.Text(), "still waiting") {
		t.Errorf("a waiting mail: %d %s", a.Status, a.Text())
	}
	o.sent(m)
	form := b.Get(path).Form(path + "/resend")
	first, again := b.Post(path+"/resend", form), b.Post(path+"/resend", form)
	if first.Status != 303 || again.Location() != first.Location() {
		t.Fatalf("%d %s, then %d %s", first.Status, first.Location(), again.Status, again.Location())
	}
	if n := o.count(`select count(*) from notify_mails where recipient = 'ada@example.org' and copy = 1 and state = 'queued'`); n != 1 {
		t.Errorf("%d copies", n)
	}
	if n := o.count(`select count(*) from events where kind = 'mail.resent' and order_id = 4711 and actor_kind = 'staff'`); n != 1 {
		t.Errorf("%d events", n)
	}
	if n := o.count(`select count(*) from river_job where kind = 'send_mail'`); n != 2 {
		t.Errorf("%d jobs", n)
	}
	form = b.Get(path).Form(path + "/resend")
	form.Set("to", "ada@new.example\r\nBcc: x@example.org")
	if a := b.Post(path+"/resend", form); a.Status != 422 || a.Doc().Find("#f-to-problem").Length() != 1 {
		t.Errorf("a bad address: %d %s", a.Status, a.Text())
	}
	form.Set("to", "ada@new.example")
	if a := b.Post(path+"/resend", form); a.Status != 303 || o.count(`select count(*) from notify_mails where recipient = 'ada@new.example' and copy = 0`) != 1 {
		t.Errorf("another address: %d", a.Status)
	}
	if a := b.Get(path); !strings.Contains(a.Text(), "ada@new.example") || !strings.Contains(a.Text(), "Its other copies") {
		t.Error("the copies are not shown")
	}
}

func TestSignInMailIsNotSentAgain(t *testing.T) {
	t.Parallel()
	o := open(t)
	m := o.mail(notify.ShopLogin, "ada@example.org")
	o.sent(m)
	b := o.as(access.Manager)
	path := fmt.Sprintf("/mail/%d", m)
	if a := b.Get(path); !strings.Contains(a.Text(), "works once") {
		t.Error(a.Text())
	}
	if a := b.Post(path+"/resend", url.Values{"command": {string(id.NewKey())}}); a.Status != 422 {
		t.Errorf("status %d", a.Status)
	}
}

func TestFailedMailIsRetriedAndWaitingMailStopped(t *testing.T) {
	t.Parallel()
	o := open(t)
	m := o.mail(notify.ShopLogin, "ada@example.org")
	b := o.as(access.Sales)
	path := fmt.Sprintf("/mail/%d", m)
	if a := b.Submit(path, path+"/stop", nil); a.Status != 303 {
		t.Fatalf("stop: %d %s", a.Status, a.Text())
	}
	if n := o.count(`select count(*) from notify_mails where state = 'failed' and last_error like 'stopped by %'`); n != 1 {
		t.Errorf("%d stopped", n)
	}
	if a := b.Submit(path, path+"/retry", nil); a.Status != 303 {
		t.Fatalf("retry: %d %s", a.Status, a.Text())
	}
	if n := o.count(`select count(*) from notify_mails where state = 'queued'`); n != 1 {
		t.Errorf("%d queued", n)
	}
	if a := b.Post(path+"/retry", url.Values{"command": {string(id.NewKey())}}); a.Status != 422 || !strings.Contains(a.Text(), "This one is: Waiting.") {
		t.Errorf("retry of a waiting mail: %d %s", a.Status, a.Text())
	}
	o.exec(`update notify_mails set leased_until = now() + interval '1 minute'`)
	if a := b.Post(path+"/stop", url.Values{"command": {string(id.NewKey())}}); a.Status != 422 || !strings.Contains(a.Text(), "being sent right now") {
		t.Errorf("stop of a leaving mail: %d %s", a.Status, a.Text())
	}
}

// Faults row 2: a poison job is parked and an administrator sees it.
func TestParkedJobIsSeenRetriedAndCancelled(t *testing.T) {
	t.Parallel()
	o := open(t)
	m := o.mail(notify.ShopLogin, "ada@example.org")
	o.exec(`update river_job set state = 'discarded', finalized_at = now(), attempt = max_attempts, attempted_at = now(), attempted_by = array['w'], errors = array['{"at":"2025-12-04T00:00:00Z","attempt":1,"error":"it <b>broke</b>","trace":""}'::jsonb]`)
	o.exec(`insert into river_job (kind, queue, args, state, max_attempts, scheduled_at) values ('tidy_sessions', 'tidy', '{}', 'scheduled', 1, now() + interval '1 hour')`)
	b := o.as(access.Admin)
	a := b.Get("/jobs")
	if a.Status != 200 || !strings.Contains(a.Text(), "it <b>broke</b>") || a.Doc().Find("#jobs tbody tr").Length() != 1 {
		t.Fatalf("%d %s", a.Status, a.Text())
	}
	retry := a.Doc().Find("#jobs form").First().AttrOr("action", "")
	o.exec(`update notify_mails set state = 'failed', last_error = 'x' where id = $1`, int64(m))
	if a := b.Submit("/jobs", retry, nil); a.Status != 303 {
		t.Fatalf("retry: %d %s", a.Status, a.Text())
	}
	if n := o.count(`select count(*) from notify_mails where state = 'queued'`); n != 1 {
		t.Errorf("the mail is not put back: %d", n)
	}
	a = b.Get("/jobs?state=scheduled")
	cancel := ""
	a.Doc().Find("#jobs form").Each(func(_ int, s *goquery.Selection) {
		if p := s.AttrOr("action", ""); strings.HasSuffix(p, "/cancel") {
			cancel = p
		}
	})
	if a := b.Submit("/jobs?state=scheduled", cancel, nil); a.Status != 303 {
		t.Fatalf("cancel %q: %d %s", cancel, a.Status, a.Text())
	}
	if n := o.count(`select count(*) from river_job where kind = 'tidy_sessions' and state = 'cancelled' and finalized_at is not null`); n != 1 {
		t.Errorf("%d cancelled", n)
	}
	if n := o.count(`select count(*) from events where kind = 'job.cancelled'`); n != 1 {
		t.Errorf("%d events", n)
	}
	if a := b.Post(cancel, url.Values{"command": {string(id.NewKey())}}); a.Status != 422 {
		t.Errorf("cancelled twice: %d", a.Status)
	}
	o.exec(`update river_job set state = 'retryable', finalized_at = null, attempt = 1, scheduled_at = now() + interval '1 hour' where kind = 'tidy_sessions'`)
	if a := b.Submit("/jobs", strings.Replace(cancel, "/cancel", "/retry", 1), nil); a.Status != 303 {
		t.Fatalf("retry: %d %s", a.Status, a.Text())
	}
	if n := o.count(`select count(*) from river_job where kind = 'tidy_sessions' and state = 'available' and max_attempts = 2 and scheduled_at <= now()`); n != 1 {
		t.Errorf("%d put back", n)
	}
}

func TestCaughtMailIsReadWithItsLinks(t *testing.T) {
	t.Parallel()
	o := open(t)
	raw := "From: a@example.org\r\nTo: b@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n" +
		"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGo to https://oms.example.test/o/abc and https://evil.example/y\r\n" +
		"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>rich</p>\r\n--x--\r\n"
	o.do(func(_ context.Context, tx *txn.Tx) (id.Mail, error) {
		notify.Catch(tx, "a@example.org", "b@example.org", []byte(raw))
		return 0, nil
	})
	b := o.as(access.Admin)
	a := b.Get("/mail/caught")
	href := a.Doc().Find("#caught a").AttrOr("href", "")
	if !strings.Contains(a.Text(), "Grüße") || href == "" {
		t.Fatalf("%d %s", a.Status, a.Text())
	}
	one := b.Get(href)
	if one.Doc().Find(`main a[href="/o/abc"]`).Length() != 1 || one.Doc().Find(`main a[href*="evil"]`).Length() != 0 || !strings.Contains(one.Text(), "multipart/alternative") {
		t.Errorf("%s", one.Text())
	}
	if body := b.Get(one.Doc().Find("iframe").AttrOr("src", "")); strings.TrimSpace(body.Body) != "<p>rich</p>" {
		t.Errorf("body %q", body.Body)
	}
	if a := b.Get("/mail/caught?before=1"); !strings.Contains(a.Text(), "Nothing caught yet") {
		t.Error(a.Text())
	}
}

// Findings rows 4, 9 and 13: every route as everybody.
func TestEachRoleMayWhatTheTableSays(t *testing.T) {
	t.Parallel()
	o := open(t)
	browsers := map[access.Role]*edgetest.Browser{}
	for _, role := range access.Roles {
		browsers[role] = o.as(role)
	}
	var ours []edge.Route
	for _, r := range o.router.Routes() {
		if strings.HasPrefix(r.Pattern, "/mail") || strings.HasPrefix(r.Pattern, "/jobs") {
			ours = append(ours, r)
		}
	}
	path := func(pattern string) string {
		return strings.NewReplacer("{mail}", "999999", "{caught}", "999999", "{job}", "999999").Replace(pattern)
	}
	edgetest.Matrix(t, ours, path, edgetest.New(t, o.router), browsers)
}
