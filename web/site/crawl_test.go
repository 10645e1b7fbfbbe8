package site_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"packhouse/internal/access"
	"packhouse/web/edge/edgetest"
)

// seen is one page that a visitor came to by links.
type seen struct {
	path, from string
	*edgetest.Answer
}

// crawl follows every link of ours from the pages of the rail and the start,
// visiting each path with at most a few different queries.
func (h *house) crawl(b *edgetest.Browser, starts ...string) (all []seen) {
	type step struct{ path, from string }
	queue := []step{}
	for _, s := range starts {
		queue = append(queue, step{s, "the start"})
	}
	known, queries := map[string]bool{}, map[string]int{}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		u, err := url.Parse(at.path)
		if err != nil || known[at.path] || queries[u.Path] >= 6 {
			continue
		}
		known[at.path] = true
		queries[u.Path]++
		a := b.Get(at.path)
		all = append(all, seen{at.path, at.from, a})
		if to := a.Location(); to != "" {
			queue = append(queue, step{to, at.path})
		}
		if a.Status != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || strings.HasPrefix(a.Header.Get("Content-Security-Policy"), "sandbox") {
			continue
		}
		a.Doc().Find("a[href], link[rel=stylesheet], img[src], iframe[src]").Each(func(_ int, s *goquery.Selection) {
			href := s.AttrOr("href", s.AttrOr("src", ""))
			ref, err := u.Parse(href)
			if err != nil || ref.Host != "" || ref.Scheme != "" || strings.HasPrefix(href, "#") || strings.HasPrefix(ref.Path, "/static/") {
				return
			}
			ref.Fragment = ""
			queue = append(queue, step{ref.RequestURI(), at.path})
		})
		if len(all) > 900 {
			h.t.Errorf("more than 900 pages by links from %v", starts)
			return all
		}
	}
	return all
}

// gallery is where links lead nowhere on purpose.
func gallery(path string) bool { return strings.HasPrefix(path, "/_gallery") }

// A89: nobody is led to a page that is not there or not theirs.
func TestNoLinkLeadsToNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	for who, b := range h.visitors() {
		starts := []string{"/", "/shop", "/o/" + h.status(h.one("select min(id) from sales_orders"))}
		for _, s := range h.crawl(b, starts...) {
			if s.Status >= 400 && !gallery(s.from) {
				t.Errorf("as %s, %s leads to %s: status %d", who, s.from, s.path, s.Status)
			}
			if s.Status == 200 {
				for _, wrong := range ill(s.Answer) {
					t.Errorf("%s as %s: %s", s.path, who, wrong)
				}
			}
		}
	}
}

// every order, product and customer there is, beside what links lead to.
func (h *house) everything() (all []string) {
	for table, prefix := range map[string]string{"sales_orders": "/orders/", "catalog_products": "/products/", "customers": "/customers/", "catalog_skus": "/stock/goods/"} {
		for n := int64(1); n <= h.one("select max(id) from "+table); n++ {
			all = append(all, prefix+id64(n))
		}
	}
	for _, r := range h.pages() {
		all = append(all, h.see(r))
	}
	for _, q := range []string{"mug", "Bakery", "Kanal", "B-2291", "10001", "TRAY"} {
		all = append(all, "/search?q="+q, "/orders?all=1&q="+q, "/orders/export?all=1&q="+q)
	}
	all = append(all, "/orders?all=1&sort=total", "/orders?all=1&sort=-total", "/orders?all=1&total_from=1", "/orders/export?all=1", "/stock/export", "/stock/movements/export")
	slices.Sort(all)
	return slices.Compact(all)
}

var looksLikeMoney = regexp.MustCompile(`€|\bEUR\b|\b\d{1,3}(?:,\d{3})*\.\d{2}\b`)

// A87, finding 11
func TestAPickerSeesNoPrices(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.plantCanaries()
	picker := h.staff[access.Warehouse]
	for _, s := range h.crawl(picker, append(h.everything(), "/")...) {
		if gallery(s.path) || strings.HasPrefix(s.path, "/shop") || strings.HasPrefix(s.path, "/o/") || s.Status != 200 {
			continue
		}
		if m := looksLikeMoney.FindString(visible(s.Answer)); m != "" {
			t.Errorf("%s shows a picker money: %s", s.path, around(visible(s.Answer), m))
		}
	}
}

// Findings 10, 11: what somebody must not know is planted where it is kept and
// looked for on every page they can reach.
func TestSecretsStayWithThoseWhoMayKnow(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.plantCanaries()
	for who, hidden := range map[string][]string{
		"nobody":    {costCanary, costInWords, noteCanary, holdCanary},
		"sales":     {costCanary, costInWords},
		"warehouse": {costCanary, costInWords},
	} {
		b := h.visitors()[who]
		starts := append(h.everything(), "/", "/shop")
		for n := int64(1); n <= h.one("select max(id) from sales_orders"); n++ {
			starts = append(starts, "/o/"+h.status(n))
		}
		for _, s := range h.crawl(b, starts...) {
			for _, canary := range hidden {
				if strings.Contains(s.Body, canary) {
					t.Errorf("%s shows %s %s", s.path, who, around(s.Body, canary))
				}
			}
		}
	}
	for n := int64(1); n <= h.one("select max(id) from sales_orders"); n++ {
		page := h.nobody().Get("/o/" + h.status(n)).Body
		for _, private := range []string{"@", "Kanalstraße 12", "Marktplatz 3", "Prins Hendrikkade 33", "+49 40", "+31 20"} {
			if strings.Contains(strings.ReplaceAll(page, "orders@demo.test", ""), private) {
				t.Errorf("the customer's page, which may be passed on, shows %s", around(page, private))
			}
		}
	}
}

const (
	costCanary  = "31337.77"
	costInWords = "31,337.77"
	noteCanary  = "CANARY-INTERNAL-NOTE"
	holdCanary  = "CANARY-HOLD-REASON"
)

// plantCanaries puts recognisable values where few may look.
func (h *house) plantCanaries() {
	h.t.Helper()
	for _, sql := range []string{
		"update catalog_skus set cost = " + costCanary,
		"alter table inventory_movements disable trigger user", // which keeps the ledger as it was written
		"update inventory_movements set unit_cost = " + costCanary,
		"update sales_orders set note_internal = '" + noteCanary + "'",
		"update sales_holds set reason = '" + holdCanary + "'",
		"update customers set note_internal = '" + noteCanary + "'",
	} {
		h.write(sql)
	}
}

// write changes rows behind the house's back.
func (h *house) write(sql string, args ...any) {
	h.t.Helper()
	if _, err := h.Pools.Write.Exec(h.t.Context(), sql, args...); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
}

// visible is what a page or an export tells its reader.
func visible(a *edgetest.Answer) string {
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		return a.Body
	}
	d := a.Doc()
	text := d.Find("body").Text()
	d.Find("input, option, [title], [aria-label], [data-fill-price]").Each(func(_ int, s *goquery.Selection) {
		for _, at := range []string{"value", "title", "aria-label", "data-fill-price"} {
			text += " " + s.AttrOr(at, "")
		}
	})
	return text
}

// around is the place of a find.
func around(text, find string) string {
	i := strings.Index(text, find)
	return strings.Join(strings.Fields(strings.ToValidUTF8(text[max(0, i-80):min(len(text), i+80)], "")), " ")
}

// A87: who is bound to a location sees the work and the stock of that one.
func TestWhoIsBoundToALocationSeesOnlyItsWork(t *testing.T) {
	t.Parallel()
	h := open(t)
	main, store := h.one("select id from inventory_locations where code = 'HAM'"), h.one("select id from inventory_locations where code = 'BER'")
	if n := h.one("select count(*) from fulfilment_orders where location_id = $1", main); n == 0 {
		t.Fatal("the demonstration has no work in Hamburg; the test proves nothing")
	}
	bound := h.nobody().SignIn(edgetest.Add(t, h.Database, access.Warehouse, location(store)))
	free := h.staff[access.Warehouse]
	for _, path := range []string{"/", "/fulfilment", "/stock", "/stock/movements", "/stock/reservations", "/stock/movements/export", "/stock/locations", "/stock/goods/1"} {
		all, own := free.Get(path), bound.Get(path)
		if own.Status != 200 {
			t.Errorf("%s for Berlin: status %d", path, own.Status)
		}
		if strings.Contains(visible(own), "Hamburg") {
			t.Errorf("%s shows Berlin %s", path, around(visible(own), "Hamburg"))
		}
		if path != "/" && !strings.Contains(visible(all), "Hamburg") && !strings.Contains(visible(all), "HAM") {
			t.Errorf("%s does not show Hamburg to those who may see it; the test proves nothing there", path)
		}
	}
	if all, own := free.Get("/stock/export"), bound.Get("/stock/export"); all.Body == own.Body || own.Status != 200 {
		t.Errorf("the export of stock is the same for Berlin (%d) as for everybody", own.Status)
	}
	for _, path := range []string{"/stock/locations/" + id64(main), "/stock/movements?location=" + id64(main), "/stock?location=" + id64(main)} {
		if a := bound.Get(path); a.Status == 200 && strings.Contains(visible(a), "Hamburg") {
			t.Errorf("%s shows Berlin %s", path, around(visible(a), "Hamburg"))
		}
	}
}
