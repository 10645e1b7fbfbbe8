package site_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"packhouse/internal/access"
	"packhouse/internal/words"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
)

// visitors are everybody who asks for pages, by name.
func (h *house) visitors() map[string]*edgetest.Browser {
	all := map[string]*edgetest.Browser{"nobody": h.nobody()}
	for role, b := range h.staff {
		all[string(role)] = b
	}
	return all
}

// needs are parameters without which a page has nothing to show.
var needs = map[string]string{
	"/stock/adjust": "?sku={sku}", "/stock/condition": "?sku={sku}", "/stock/bin": "?sku={sku}", "/stock/safety": "?sku={sku}&location={location}",
	"/search": "?q=mug", "/products/find": "?q=mug", "/customers/find": "?q=bakery", "/stock/find": "?q=mug",
	"/shop/order": "?b=2~TRAY-OAK-L",
}

// see is the path of a page with something on it.
func (h *house) see(r edge.Route) string {
	return h.path(r.Pattern) + strings.NewReplacer("{sku}", fmt.Sprint(h.one("select min(id) from catalog_skus")),
		"{location}", fmt.Sprint(h.one("select min(id) from inventory_locations"))).Replace(needs[r.Pattern])
}

// movesOn are pages that always lead elsewhere.
var movesOn = map[string]bool{
	"/login/code": true, // without a password before it
}

func TestEveryPageIsShownToSomebody(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, r := range h.pages() {
		if movesOn[r.Pattern] || r.Pattern == "/o" || r.Pattern == "/o/" {
			continue
		}
		shown := map[string]int{}
		for who, b := range h.visitors() {
			shown[who] = b.Get(h.see(r)).Status
		}
		if !slices.Contains(slices.Collect(maps.Values(shown)), http.StatusOK) {
			t.Errorf("%s is shown to nobody: %v", h.see(r), shown)
		}
	}
}

// A87, A89
func TestEveryPageIsWholeForEveryRole(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, r := range h.pages() {
		path := h.see(r)
		for who, b := range h.visitors() {
			a := b.Get(path)
			if a.Status >= 500 {
				t.Errorf("%s as %s: status %d: %.300s", path, who, a.Status, a.Body)
				continue
			}
			if a.Status < 300 || a.Status >= 400 {
				for _, wrong := range ill(a) {
					t.Errorf("%s as %s (status %d): %s", path, who, a.Status, wrong)
				}
			}
		}
	}
}

func TestATroublePageIsWhole(t *testing.T) {
	t.Parallel()
	h := open(t)
	for who, b := range h.visitors() {
		for path, status := range map[string]int{"/nowhere": 404, "/orders/0": 404, "/orders/abc": 404, "/static/none.css": 404} {
			a := b.Get(path)
			if a.Status != status && (who != "nobody" || a.Status != http.StatusSeeOther) {
				t.Errorf("%s as %s: status %d, want %d", path, who, a.Status, status)
			}
			if a.Status == 404 && !strings.HasPrefix(path, "/static") {
				for _, wrong := range ill(a) {
					t.Errorf("%s as %s: %s", path, who, wrong)
				}
			}
		}
		if a := b.Send(http.MethodPut, "/orders", nil); a.Status != http.StatusMethodNotAllowed {
			t.Errorf("PUT as %s: status %d, want 405", who, a.Status)
		}
		if a := b.Send(http.MethodTrace, "/login", nil); a.Status != http.StatusMethodNotAllowed {
			t.Errorf("TRACE as %s: status %d, want 405", who, a.Status)
		}
	}
}

// ill says what is wrong with a page, as far as its text shows it; axe sees
// the rest in the browser.
func ill(a *edgetest.Answer) (all []string) {
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || strings.HasPrefix(a.Header.Get("Content-Security-Policy"), "sandbox") {
		return nil // a download, or a mail as it is, in a frame that can do nothing
	}
	wrong := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	d := a.Doc()
	if strings.Contains(a.Body, "<!doctype html>") || strings.Contains(a.Body, "<!DOCTYPE html>") {
		if n := d.Find("h1").Length(); n != 1 {
			wrong("%d h1", n)
		}
		if strings.TrimSpace(d.Find("title").Text()) == "" {
			wrong("no title")
		}
		if n := d.Find("main").Length(); n != 1 {
			wrong("%d main", n)
		}
		if d.Find("html").AttrOr("lang", "") == "" {
			wrong("no language")
		}
		if d.Find("meta[name=viewport]").Length() != 1 {
			wrong("no viewport")
		}
	}
	ids := map[string]bool{}
	d.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		if id := s.AttrOr("id", ""); ids[id] {
			wrong("id %q twice", id)
		} else {
			ids[id] = true
		}
	})
	for _, ref := range []string{"aria-describedby", "aria-labelledby", "aria-controls", "for", "list"} {
		d.Find("[" + ref + "]").Each(func(_ int, s *goquery.Selection) {
			for _, id := range strings.Fields(s.AttrOr(ref, "")) {
				if !ids[id] {
					wrong("%s names %q, which is not there", ref, id)
				}
			}
		})
	}
	d.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		if s.Closest("[hidden]").Length() == 0 && !labelled(d, s) {
			wrong("field %q has no label", s.AttrOr("name", ""))
		}
	})
	d.Find("button, a[href]").Each(func(_ int, s *goquery.Selection) {
		if strings.TrimSpace(s.Text()) == "" && s.AttrOr("aria-label", "") == "" && s.Find("img[alt]").Length() == 0 {
			html, _ := goquery.OuterHtml(s)
			wrong("no name: %.120s", html)
		}
	})
	d.Find("img:not([alt])").Each(func(_ int, s *goquery.Selection) { wrong("picture %q without a text", s.AttrOr("src", "")) })
	d.Find("form").Each(func(_ int, s *goquery.Selection) {
		if strings.EqualFold(s.AttrOr("method", ""), "post") && s.AttrOr("action", "") == "" && s.Find("[formaction]").Length() == 0 {
			wrong("a form that posts nowhere")
		}
	})
	d.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, at := range s.Nodes[0].Attr {
			switch {
			case strings.HasPrefix(at.Key, "on"), at.Key == "style", at.Key == "srcdoc":
				wrong("<%s %s=%q>", goquery.NodeName(s), at.Key, at.Val)
			case (at.Key == "href" || at.Key == "src" || at.Key == "action" || at.Key == "formaction") && strings.HasPrefix(strings.ToLower(strings.TrimSpace(at.Val)), "javascript:"):
				wrong("<%s %s=%q>", goquery.NodeName(s), at.Key, at.Val)
			case (at.Key == "src" || at.Key == "formaction") && strings.Contains(at.Val, "//"):
				wrong("%s of somebody else: %q", at.Key, at.Val)
			}
		}
	})
	d.Find("script").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("src", "") == "" {
			wrong("a script in the page: %.80s", s.Text())
		}
	})
	if n := d.Find("style, base, iframe[srcdoc], object, embed").Length(); n > 0 {
		wrong("%d style, base, object or embed", n)
	}
	for _, sign := range []string{"%!", "<nil>", "{n}", "{name}", "templ:", "undefined", "NaN", "0001-01-01", "1 Jan 1"} {
		if strings.Contains(d.Find("body").Text(), sign) {
			wrong("shows %q", sign)
		}
	}
	return all
}

func labelled(d *goquery.Document, s *goquery.Selection) bool {
	if s.AttrOr("aria-label", "") != "" || s.AttrOr("aria-labelledby", "") != "" || s.Closest("label").Length() > 0 {
		return true
	}
	id := s.AttrOr("id", "")
	return id != "" && d.Find("label").FilterFunction(func(_ int, l *goquery.Selection) bool {
		return l.AttrOr("for", "") == id && strings.TrimSpace(l.Text()) != ""
	}).Length() > 0
}

// ASVS 3.3, 3.4, 4.1.1, 14.3.2: on every answer, errors and redirects too.
func TestEveryAnswerCarriesItsProtection(t *testing.T) {
	t.Parallel()
	h := open(t)
	check := func(what string, secret bool, a *edgetest.Answer) {
		t.Helper()
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex, nofollow",
			"Strict-Transport-Security": "max-age=63072000; includeSubDomains", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", what, name, got, want)
			}
		}
		referrer := "same-origin"
		if secret {
			referrer = "no-referrer"
		}
		if got := a.Header.Get("Referrer-Policy"); got != referrer {
			t.Errorf("%s: Referrer-Policy is %q, want %q", what, got, referrer)
		}
		csp := a.Header.Get("Content-Security-Policy")
		for _, must := range []string{"default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors "} {
			if !strings.Contains(csp, must) {
				t.Errorf("%s: the policy %q lacks %s", what, csp, must)
			}
		}
		framed := strings.HasSuffix(what, "/body") // a mail as it is, in a frame that can do nothing
		if strings.Contains(csp, "unsafe") && !framed || strings.Contains(csp, "*") {
			t.Errorf("%s: the policy is weak: %q", what, csp)
		}
		if framed && a.Status == 200 && !strings.Contains(csp, "sandbox") {
			t.Errorf("%s: what is not ours is not kept in a sandbox: %q", what, csp)
		}
		if a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: another site may read it", what)
		}
		if cc := a.Header.Get("Cache-Control"); !strings.Contains(cc, "no-store") && !strings.HasSuffix(what, "/shop/brand.css") && !strings.HasPrefix(what, "GET /files/") {
			t.Errorf("%s: Cache-Control is %q", what, cc)
		}
		if a.Body != "" && !strings.Contains(a.Header.Get("Content-Type"), "charset=utf-8") && !strings.HasPrefix(a.Header.Get("Content-Type"), "image/") {
			t.Errorf("%s: Content-Type is %q", what, a.Header.Get("Content-Type"))
		}
		for name, c := range a.Set {
			if !strings.HasPrefix(name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite == http.SameSiteNoneMode || c.SameSite == http.SameSiteDefaultMode || c.Domain != "" || c.Path != "/" {
				t.Errorf("%s: cookie %s is not kept tight: %v", what, name, c)
			}
		}
	}
	for who, b := range h.visitors() {
		b.Header.Set("Origin", "https://evil.example")
		for _, r := range h.pages() {
			check("GET "+h.path(r.Pattern), r.Permission == access.SecretLink, b.Get(h.see(r)))
		}
		check("GET nothing as "+who, false, b.Get("/no/such/page"))
		b.Header.Del("Origin")
		for _, r := range h.commands() {
			if r.Permission == access.SignedIn || r.Pattern == "/logout" {
				continue // some of them end the session
			}
			check("POST "+r.Pattern, r.Permission == access.SecretLink, b.Post(h.nowhere(r.Pattern), url.Values{}))
		}
	}
}

// ASVS 3.5.3: looking changes nothing but sessions, audit lines and counters.
func TestLookingChangesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	paths := map[string][]string{}
	for who := range h.visitors() {
		for _, r := range h.pages() {
			paths[who] = append(paths[who], h.see(r)) // makes links, so before the picture is taken
		}
	}
	before := h.rows()
	for who, b := range h.visitors() {
		for _, p := range paths[who] {
			b.Get(p)
		}
	}
	after := h.rows()
	for table, was := range before {
		if after[table] != was {
			t.Errorf("looking at every page changed %s", table)
		}
	}
}

// rows is a fingerprint of every table that a page must not change.
func (h *house) rows() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	rows, err := h.Pools.Read.Query(h.t.Context(), "select tablename::text from pg_tables where schemaname = 'public'")
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			h.t.Fatal(err)
		}
		names = append(names, name)
	}
	for _, name := range names {
		what := "select coalesce(md5(string_agg(x::text, '|' order by x::text)), '') from " + name + " x"
		switch name {
		case "access_sessions", "access_rate_windows", "commands":
			continue
		case "events":
			what += " where kind not like 'access.%'"
		}
		var sum string
		if err := h.Pools.Read.QueryRow(h.t.Context(), what).Scan(&sum); err != nil {
			h.t.Fatal(err)
		}
		all[name] = sum
	}
	return all
}

func TestEveryEventThatHappenedHasItsSentence(t *testing.T) {
	t.Parallel()
	h := open(t)
	rows, err := h.Pools.Read.Query(t.Context(), "select distinct kind from events")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var kind string
		if err := rows.Scan(&kind); err != nil {
			t.Fatal(err)
		}
		if !words.For("en").Has("event." + kind) {
			t.Errorf("no sentence for event %s", kind)
		}
	}
}
