package edge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"packhouse/internal/access"
	"packhouse/internal/pg"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/ui"
)

// rig is an edge with routes of the test's own.
type rig struct {
	*pgtest.Database
	router *edge.Router
	log    *bytes.Buffer
}

func open(t *testing.T, change ...func(*edge.Config)) *rig {
	t.Helper()
	g := &rig{Database: pgtest.DB(t), log: &bytes.Buffer{}}
	c := edge.Config{DB: g.DB, Read: g.Pools.Read, Quick: g.Pools.Write, Key: edgetest.Key, BaseURL: "https://oms.example.test", Clock: time.Now,
		Log: slog.New(slog.NewJSONHandler(g.log, nil))}
	for _, f := range change {
		f(&c)
	}
	e, err := edge.New(c)
	if err != nil {
		t.Fatal(err)
	}
	g.router = e.Router()
	return g
}

func (g *rig) browser(t *testing.T) *edgetest.Browser { return edgetest.New(t, g.router) }

func said(format string, args ...any) edge.Handler {
	return func(*edge.Request) (edge.Reply, error) { return text(fmt.Sprintf(format, args...)), nil }
}

func text(s string) edge.Reply { return edge.Page(ui.Frame{Title: "Test"}, words(s)) }

// words is text as the content of a page.
func words(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<p id="said">`+templ.EscapeString(s)+"</p>")
		return err
	})
}

// heard is what a page of words said.
func heard(a *edgetest.Answer) string { return a.Doc().Find("#said").Text() }

func failing(err error) edge.Handler {
	return func(*edge.Request) (edge.Reply, error) { return edge.Reply{}, err }
}

func TestARouteWithoutAPermissionCannotBeGiven(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a route with the empty permission was taken")
		}
	}()
	open(t).router.Get("/x", access.Permission{}, said("x"))
}

func TestEveryReplyCarriesTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	g := open(t)
	g.router.Get("/page", access.Public, said("hello"))
	g.router.Get("/o/{secret}", access.SecretLink, said("yours"))
	g.router.Get("/private", access.OrderRead, said("x"))
	g.router.Get("/away", access.Public, func(*edge.Request) (edge.Reply, error) { return edge.SeeOther("/page"), nil })
	g.router.Get("/broken", access.Public, failing(errors.New("boom")))
	g.router.Get("/panic", access.Public, func(*edge.Request) (edge.Reply, error) { panic("boom") })
	g.router.Get("/gone", access.Public, failing(problem.Missing("order")))
	g.router.Get("/file", access.Public, func(*edge.Request) (edge.Reply, error) {
		return edge.File("a.csv", "text/csv; charset=utf-8", func(w io.Writer) error { _, err := io.WriteString(w, "a,b"); return err }), nil
	})
	g.router.Mount("/static", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "body{}") }))
	for path, status := range map[string]int{"/page": 200, "/o/s": 200, "/private": 303, "/away": 303, "/broken": 500, "/panic": 500, "/gone": 404, "/nowhere": 404, "/file": 200, "/static/app.css": 200} {
		a := g.browser(t).Get(path)
		if a.Status != status {
			t.Errorf("%s answers %d, want %d", path, a.Status, status)
		}
		csp := a.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s: %s", path, want, csp)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy allows %s", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow",
			"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "max-age=63072000; includeSubDomains"} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		wantReferrer := "same-origin"
		if strings.HasPrefix(path, "/o/") {
			wantReferrer = "no-referrer"
		}
		if got := a.Header.Get("Referrer-Policy"); got != wantReferrer {
			t.Errorf("%s: Referrer-Policy is %q", path, got)
		}
		if a.Header.Get("Access-Control-Allow-Origin") != "" || a.Header.Get("Permissions-Policy") == "" || a.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: headers are %v", path, a.Header)
		}
		if ct := a.Header.Get("Content-Type"); status == 200 && path == "/page" && ct != "text/html; charset=utf-8" {
			t.Errorf("%s: Content-Type is %q", path, ct)
		}
	}
	if s := g.browser(t).Send(http.MethodTrace, "/page", nil).Status; s != http.StatusMethodNotAllowed {
		t.Errorf("TRACE answers %d", s)
	}
}

func TestPostsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	g := open(t)
	called := 0
	g.router.Post("/do", access.Public, func(*edge.Request) (edge.Reply, error) { called++; return edge.SeeOther("/"), nil })
	for _, c := range []struct {
		header, value string
		want          int
	}{
		{"Sec-Fetch-Site", "cross-site", 403}, {"Sec-Fetch-Site", "same-site", 403}, {"Origin", "https://evil.test", 403}, {"Origin", "null", 403},
		{"Sec-Fetch-Site", "same-origin", 303}, {"Origin", "https://oms.example.test", 303},
	} {
		r := httptest.NewRequest(http.MethodPost, "/do", strings.NewReader("a=b"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(c.header, c.value)
		if got := g.browser(t).Do(r).Status; got != c.want {
			t.Errorf("%s: %s answers %d, want %d", c.header, c.value, got, c.want)
		}
	}
	if called != 2 {
		t.Errorf("the handler ran %d times, want 2", called)
	}
}

func TestProblemsBecomePagesThatSayWhatWasSaved(t *testing.T) {
	t.Parallel()
	g := open(t)
	for path, c := range map[string]struct {
		err    error
		status int
		says   string
	}{
		"/invalid":   {problem.At("name", "required"), 422, "This is needed."},
		"/refused":   {&problem.Refusal{Code: "last_admin", Fix: problem.Fix{Code: "button.retry", Path: "/staff"}}, 422, "last admin"},
		"/stale":     {&problem.Stale{ByName: "Ada Lovelace", At: time.Unix(0, 0), Changes: []problem.Change{{Field: "note", Before: "a", After: "b"}}}, 409, "Ada Lovelace"},
		"/conflict":  {&problem.Conflict{Code: "conflict"}, 409, "already sent"},
		"/missing":   {problem.Missing("order"), 404, ""},
		"/forbidden": {&problem.Forbidden{Permission: "stock:adjust"}, 403, "Warehouse, Manager, Admin"},
		"/often":     {&problem.TooMany{RetryAfter: 90 * time.Second}, 429, "often"},
		"/wrapped":   {fmt.Errorf("reserve: %w", problem.Missing("order")), 404, ""},
	} {
		g.router.Get(path, access.Public, failing(c.err))
		g.router.Get(path+"-again", access.Public, func(r *edge.Request) (edge.Reply, error) {
			return edge.Redraw(c.err, ui.Frame{Title: "Again"}, words("what was typed")), nil
		})
		a := g.browser(t).Get(path)
		if a.Status != c.status || !strings.Contains(a.Text(), c.says) {
			t.Errorf("%s: status %d, want %d: %s", path, a.Status, c.status, a.Text())
		}
		again := g.browser(t).Get(path + "-again")
		if again.Status != c.status || !strings.Contains(again.Body, "what was typed") {
			t.Errorf("%s redrawn: status %d", path, again.Status)
		}
		if c.status == 429 && (a.Header.Get("Retry-After") != "90" || again.Header.Get("Retry-After") != "90") {
			t.Errorf("Retry-After is %q and %q", a.Header.Get("Retry-After"), again.Header.Get("Retry-After"))
		}
	}
}

func TestAFaultShowsAReferenceAndNothingElse(t *testing.T) {
	t.Parallel()
	g := open(t)
	g.router.Get("/error", access.Public, failing(errors.New("secret detail at db-host")))
	g.router.Get("/panic", access.Public, func(*edge.Request) (edge.Reply, error) { panic("secret detail") })
	for _, path := range []string{"/error", "/panic"} {
		g.log.Reset()
		a := g.browser(t).Get(path)
		id := a.Header.Get("X-Request-Id")
		if a.Status != 500 || strings.Contains(a.Body, "secret") || strings.Contains(a.Body, ".go:") {
			t.Errorf("%s: status %d: %s", path, a.Status, a.Body)
		}
		if id == "" || !strings.Contains(a.Body, id) {
			t.Errorf("%s: the page lacks the reference %s", path, id)
		}
		if n := strings.Count(g.log.String(), "secret detail"); n != 1 || !strings.Contains(g.log.String(), id) {
			t.Errorf("%s: logged %d times: %s", path, n, g.log.String())
		}
	}
}

func TestADatabaseThatIsAwayNeverLetsAnybodyIn(t *testing.T) {
	t.Parallel()
	away, err := pg.Open(t.Context(), pg.Config{URL: "postgres://127.0.0.1:1/none?connect_timeout=1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(away.Close)
	g := open(t, func(c *edge.Config) {
		c.Read, c.Quick, c.DB = away.Read, away.Write, txn.Open(away.Write, nil, txn.DefaultLimits)
	})
	g.router.Get("/private", access.OrderRead, said("private"))
	b := g.browser(t)
	b.Cookies["__Host-packhouse"] = "some-token-some-token-some-token-some-token"
	a := b.Get("/private")
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || !strings.Contains(a.Text(), "Nothing was saved") || strings.Contains(a.Body, "private") {
		t.Errorf("status %d: %s", a.Status, a.Text())
	}
}

func TestTextThatCannotBeKeptIsRefusedAndTheRestStays(t *testing.T) {
	t.Parallel()
	g := open(t)
	ran := false
	g.router.Post("/good", access.Public, func(r *edge.Request) (edge.Reply, error) {
		_, err := edge.Run(r, func(context.Context, *txn.Tx) error { ran = true; return nil })
		if err != nil {
			return edge.Redraw(err, ui.Frame{}, words(r.Text("note")+"|"+r.Text("name")+"|"+r.Problems(err).For("name"))), nil
		}
		return edge.SeeOther("/"), nil
	})
	g.router.Post("/careless", access.Public, func(r *edge.Request) (edge.Reply, error) {
		_ = r.Command()
		ran = true
		return edge.SeeOther("/"), nil
	})
	g.router.Get("/list", access.Public, said("list"))
	for _, bad := range []string{"a\x00b", "a\xffb", "\xed\xa0\x80"} {
		a := g.browser(t).Post("/good", url.Values{"name": {bad}, "note": {"kept"}})
		if a.Status != 422 || !strings.Contains(a.Text(), "kept|a") && bad[0] == 'a' || !strings.Contains(a.Text(), "cannot be stored") {
			t.Errorf("%q: status %d %s", bad, a.Status, a.Text())
		}
		if a := g.browser(t).Post("/careless", url.Values{"name": {bad}}); a.Status != 422 {
			t.Errorf("%q and a careless handler: status %d", bad, a.Status)
		}
		if a := g.browser(t).Get("/list?q=" + url.QueryEscape(bad)); a.Status != 422 {
			t.Errorf("%q in a query: status %d", bad, a.Status)
		}
	}
	if ran {
		t.Error("a command ran with text that cannot be kept")
	}
}

func TestFormsAreBounded(t *testing.T) {
	t.Parallel()
	g := open(t)
	g.router.Post("/form", access.Public, said("ok"))
	g.router.Post("/large", access.Public, said("ok"), edge.Body(4<<20))
	big := url.Values{"a": {strings.Repeat("x", 3<<20)}}
	if s := g.browser(t).Post("/form", big).Status; s != http.StatusRequestEntityTooLarge {
		t.Errorf("3 MB answer %d", s)
	}
	if s := g.browser(t).Post("/large", big).Status; s != http.StatusOK {
		t.Errorf("3 MB where 4 are allowed answer %d", s)
	}
	if s := g.browser(t).Post("/form", url.Values{"a": make([]string, 5001)}).Status; s != http.StatusRequestEntityTooLarge {
		t.Errorf("5001 fields answer %d", s)
	}
	r := httptest.NewRequest(http.MethodPost, "/form", strings.NewReader("a=%zz"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if s := g.browser(t).Do(r).Status; s != http.StatusBadRequest {
		t.Errorf("a broken form answers %d", s)
	}
}

func TestIDsInThePathAreNumbersOrNothingIsThere(t *testing.T) {
	t.Parallel()
	g := open(t)
	g.router.Get("/orders/{id}", access.Public, func(r *edge.Request) (edge.Reply, error) { return text(fmt.Sprint(r.ID("id"))), nil })
	g.router.Get("/text/{name}", access.Public, func(r *edge.Request) (edge.Reply, error) { return text("<" + r.Param("name") + ">"), nil })
	if s := g.browser(t).Get("/orders/42").Status; s != 200 {
		t.Errorf("/orders/42 answers %d", s)
	}
	for _, id := range []string{"0", "-1", "+1", "01", "1e3", "abc", "9223372036854775808", "1.5", "%00", "%31%00", "1%2f2", "%D9%A3", "null"} {
		if s := g.browser(t).Get("/orders/" + id).Status; s != 404 {
			t.Errorf("/orders/%s answers %d", id, s)
		}
	}
	if a := g.browser(t).Get("/text/a%2Fb"); !strings.Contains(a.Text(), "<a/b>") {
		t.Errorf("an escaped slash is read as %s", a.Text())
	}
}

func TestTheSamePressTwiceIsOneCommand(t *testing.T) {
	t.Parallel()
	g := open(t)
	g.router.Get("/form", access.Public, func(r *edge.Request) (edge.Reply, error) { return text("key:" + r.Key()), nil })
	g.router.Post("/form", access.Public, func(r *edge.Request) (edge.Reply, error) {
		if r.Text("name") == "" {
			return text("key:" + r.Key()).WithStatus(422), nil
		}
		repeated, err := edge.Run(r, func(_ context.Context, tx *txn.Tx) error {
			tx.Record(txn.Event{Kind: "test.done", Subject: txn.Subject{Type: "test"}})
			return nil
		})
		if err != nil {
			return edge.Reply{}, err
		}
		return text(fmt.Sprint("repeated:", repeated)), nil
	})
	b := g.browser(t)
	key := strings.TrimPrefix(heard(b.Get("/form")), "key:")
	if len(key) != 36 {
		t.Fatalf("the key is %q", key)
	}
	if again := heard(b.Post("/form", url.Values{"command": {key}})); again != "key:"+key {
		t.Errorf("a form redrawn after a failure changed its key: %s", again)
	}
	for i, want := range []string{"repeated:false", "repeated:true"} {
		if got := heard(b.Post("/form", url.Values{"command": {key}, "name": {"a"}, "password": {"hunter2 hunter2"}})); got != want {
			t.Errorf("press %d: %s", i+1, got)
		}
	}
	if a := b.Post("/form", url.Values{"command": {key}, "name": {"b"}}); a.Status != 409 {
		t.Errorf("the same key with another form: status %d", a.Status)
	}
}

func TestMessagesAreShownOnceAndCannotBeForged(t *testing.T) {
	t.Parallel()
	g := open(t)
	g.router.Post("/do", access.Public, func(*edge.Request) (edge.Reply, error) {
		return edge.SeeOther("/page", edge.Done("done.person_saved", "name", "<b>Ada</b>")), nil
	})
	g.router.Get("/page", access.Public, said("content"))
	b := g.browser(t)
	b.Post("/do", url.Values{})
	first, second := b.Get("/page"), b.Get("/page")
	if !strings.Contains(first.Body, "&lt;b&gt;Ada") || strings.Contains(second.Body, "Ada") {
		t.Error("the message was not shown exactly once, escaped")
	}
	b.Post("/do", url.Values{})
	v := b.Cookies["__Host-packhouse-said"]
	b.Cookies["__Host-packhouse-said"] = v[:len(v)-4] + "AAAA"
	if strings.Contains(b.Get("/page").Body, "Ada") {
		t.Error("a message that we did not sign was shown")
	}
}

func TestAddressesAreBelievedFromTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	g := open(t, func(c *edge.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	g.router.Get("/who", access.Public, func(r *edge.Request) (edge.Reply, error) { return text(r.Address()), nil })
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.9:1", "198.51.100.1", "203.0.113.9"},
		{"10.1.1.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.1.1.1:1", "1.2.3.4, 198.51.100.1", "198.51.100.1"},
		{"10.1.1.1:1", "1.2.3.4, 198.51.100.1, 10.2.2.2", "198.51.100.1"},
		{"10.1.1.1:1", "nonsense", "10.1.1.1"},
		{"10.1.1.1:1", "", "10.1.1.1"},
		{"[::ffff:203.0.113.9]:1", "", "203.0.113.9"},
	} {
		b := g.browser(t)
		b.Remote = c.remote
		b.Header.Set("X-Forwarded-For", c.forwarded)
		b.Header.Set("X-Real-Ip", "6.6.6.6")
		if got := heard(b.Get("/who")); got != c.want {
			t.Errorf("%s with X-Forwarded-For %q is %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

func TestTheLogHoldsNoSecretsAndNoForgedLines(t *testing.T) {
	t.Parallel()
	g := open(t)
	g.router.Get("/o/{secret}", access.SecretLink, said("yours"))
	g.router.Post("/login", access.Public, said("x"))
	g.router.Get("/list", access.Public, said("x"))
	g.router.Get("/text/{name}", access.Public, said("x"))
	b := g.browser(t)
	b.Get("/o/canary-secret")
	b.Post("/login", url.Values{"password": {"canary-password"}})
	b.Get("/list?q=canary-name")
	b.Get("/unknown/canary-path")
	b.Get("/text/a%0a%1b%7b%22level%22:%22forged%22%7d")
	log := g.log.String()
	if strings.Contains(log, "canary") {
		t.Errorf("the log holds a secret: %s", log)
	}
	if n := strings.Count(strings.TrimSpace(log), "\n") + 1; n != 5 {
		t.Errorf("five requests made %d lines: %s", n, log)
	}
}

func TestPublicRoutesAreLimitedPerAddress(t *testing.T) {
	t.Parallel()
	g := open(t)
	g.router.Post("/shop", access.Public, said("ok"), edge.Limit("shop", 3, time.Hour))
	for i, want := range []int{200, 200, 200, 429, 429} {
		if a := g.browser(t).Post("/shop", url.Values{}); a.Status != want {
			t.Errorf("request %d answers %d, want %d", i+1, a.Status, want)
		}
	}
	other := g.browser(t)
	other.Remote = "198.51.100.7:1"
	if s := other.Post("/shop", url.Values{}).Status; s != 200 {
		t.Errorf("another address answers %d", s)
	}
}

func TestDownloadsCannotActAsPages(t *testing.T) {
	t.Parallel()
	g := open(t)
	names := map[string]string{"a.csv": "attachment; filename=a.csv", "../../etc/passwd": "attachment; filename=-..-etc-passwd", "a\"b\r\nX: y": "", "": "attachment; filename=download", "\u202egpj.exe": "attachment; filename=gpj.exe"}
	for name, want := range names {
		h := func(*edge.Request) (edge.Reply, error) {
			return edge.File(name, "text/html", func(w io.Writer) error { _, err := io.WriteString(w, "<script>"); return err }), nil
		}
		path := fmt.Sprintf("/file/%x", name)
		g.router.Get(path, access.Public, h)
		a := g.browser(t).Get(path)
		got := a.Header.Get("Content-Disposition")
		if !strings.HasPrefix(got, "attachment") || strings.ContainsAny(got, "\r\n/") || want != "" && got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
		if !strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%q may act", name)
		}
	}
	g.router.Get("/broken", access.Public, func(*edge.Request) (edge.Reply, error) {
		return edge.File("a.csv", "text/csv", func(io.Writer) error { return errors.New("no data") }), nil
	})
	if a := g.browser(t).Get("/broken"); a.Status != 500 || a.Header.Get("Content-Disposition") != "" || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Errorf("a file that fails before its first byte: status %d %v", a.Status, a.Header)
	}
}

func TestPagesAreCompressedWhereTheBrowserTakesIt(t *testing.T) {
	t.Parallel()
	g := open(t)
	g.router.Get("/long", access.Public, said("%s", strings.Repeat("word ", 2000)))
	b := g.browser(t)
	b.Header.Set("Accept-Encoding", "gzip")
	if a := b.Get("/long"); a.Header.Get("Content-Encoding") != "gzip" || len(a.Body) > 3000 {
		t.Errorf("%d bytes came, encoded %q", len(a.Body), a.Header.Get("Content-Encoding"))
	}
}

func TestAStreamSendsEventsAsTheyHappen(t *testing.T) {
	t.Parallel()
	g := open(t)
	g.router.Get("/live", access.Public, func(*edge.Request) (edge.Reply, error) {
		return edge.Stream(func(_ context.Context, send edge.Send) error {
			return errors.Join(send("order", "1\n2"), send("a\nevent: forged", "x"))
		}), nil
	})
	server := httptest.NewServer(g.router)
	t.Cleanup(server.Close)
	res, err := server.Client().Get(server.URL + "/live")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if want := "event: order\ndata: 1\ndata: 2\n\nevent: a event: forged\ndata: x\n\n"; string(body) != want || res.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Errorf("came %q as %s", body, res.Header.Get("Content-Type"))
	}
}

func TestACustomersPageSpeaksTheBrowsersLanguageAndStaffEnglish(t *testing.T) {
	t.Parallel()
	g := open(t)
	lang := func(r *edge.Request) (edge.Reply, error) { return text(r.Lang), nil }
	g.router.Get("/o/{secret}", access.SecretLink, lang)
	g.router.Get("/login", access.Public, lang, edge.ForStaff())
	for header, want := range map[string]string{"de-AT,en;q=0.5": "de", "fr,de;q=0.8,en;q=0.9": "en", "fr": "en", "": "en", strings.Repeat("de-", 5000): "en"} {
		b := g.browser(t)
		b.Header.Set("Accept-Language", header)
		if got := heard(b.Get("/o/s")); got != want {
			t.Errorf("%.30q gives %s, want %s", header, got, want)
		}
		if got := heard(b.Get("/login")); got != "en" {
			t.Errorf("a staff page speaks %s", got)
		}
	}
}

func TestPlainLoopbackHasAnotherCookieNameAndNoHSTS(t *testing.T) {
	t.Parallel()
	g := open(t, func(c *edge.Config) { c.BaseURL = "http://127.0.0.1:8080" })
	g.router.Post("/do", access.Public, func(r *edge.Request) (edge.Reply, error) {
		r.Remember("a", "b")
		return edge.SeeOther("/", edge.Done("done.signed_out")), nil
	})
	a := g.browser(t).Post("/do", url.Values{})
	if a.Header.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS without TLS")
	}
	for name, c := range a.Set {
		if strings.HasPrefix(name, "__Host-") || c.Secure || !c.HttpOnly {
			t.Errorf("cookie %s on plain loopback: %v", name, c)
		}
	}
	if len(a.Set) != 2 {
		t.Errorf("%d cookies, want the session and the message", len(a.Set))
	}
}
