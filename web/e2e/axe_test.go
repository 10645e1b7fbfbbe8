package e2e

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"packhouse/internal/access"
	"packhouse/internal/link"
	"packhouse/web/edge/edgetest"
)

//go:embed testdata/axe.min.js
var axe string

// violation is one rule of axe that a page breaks.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// accessible runs axe over the page as it stands.
func (b *tab) accessible() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`window.axe || (() => {`+axe+`})()`)); err != nil {
		b.t.Fatalf("%s: load axe: %v", b.where(), err)
	}
	raw, err := ask[string](b, `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify({violations: r.violations, passes: r.passes.length}))`, chromedp.EvalAwaitPromise)
	if err != nil {
		b.t.Fatalf("%s: run axe: %v", b.where(), err)
	}
	var found struct {
		Violations []violation `json:"violations"`
		Passes     int         `json:"passes"`
	}
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		b.t.Fatal(err)
	}
	if found.Passes < 10 {
		b.t.Errorf("%s: only %d rules looked at anything", b.where(), found.Passes)
	}
	for _, v := range found.Violations {
		b.t.Errorf("%s: %s (%s), %d times, first:\n%.400s\n%.400s", b.where(), v.ID, v.Help, len(v.Nodes), v.Nodes[0].HTML, v.Nodes[0].Summary)
	}
	if stopped := is[string](b, `(window.stopped || []).join("; ")`); stopped != "" {
		b.t.Errorf("%s: the policy had to stop %s", b.where(), stopped)
	}
	// htmx notes the path it is at, for this tab; pages of secret paths are without it.
	noted := is[string](b, `location.pathname.startsWith("/o/") || location.pathname.startsWith("/shop/login/") ? "" : "htmx-current-path-for-history"`)
	if stored := is[string](b, `Object.keys(localStorage).concat(Object.keys(sessionStorage)).join(", ")`); stored != "" && stored != noted {
		b.t.Errorf("%s: the browser's storage keeps %s", b.where(), stored)
	}
	b.wide()
}

// A89: every page as an administrator, and those for everybody, in light on a
// large screen and in dark on a small one.
func TestEveryPageIsAccessible(t *testing.T) {
	t.Parallel()
	for _, v := range []view{views[0], views[3]} {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			o := open(t)
			staff, nobody := o.tab(v), o.tab(v)
			staff.signIn(access.Admin)
			for _, path := range o.everyPage() {
				b := staff
				if strings.HasPrefix(path, "/shop") || strings.HasPrefix(path, "/o/") || path == "/login" || path == "/forgot" || path == "/nowhere" {
					b = nobody
				}
				b.visit(path)
				if status := is[float64](b, `performance.getEntriesByType("navigation")[0].responseStatus`); (status == 200) == gone[path] {
					t.Errorf("%s has status %v", path, status)
				}
				b.accessible()
				b.shot(fileName(path))
			}
		})
	}
}

// gone are pages that say that there is nothing.
var gone = map[string]bool{"/nowhere": true, "/orders/999999": true}

// fileName makes a path fit for a file.
func fileName(path string) string {
	name := strings.Trim(strings.NewReplacer("/", "_", "?", "_", "=", "_", "&", "_").Replace(path), "_")
	return name[:min(40, len(name))]
}

// everyPage is one of each kind of page.
func (o *office) everyPage() []string {
	order, held := o.one(waiting), o.one("select min(order_id) from sales_holds")
	confirmed := o.one("select min(id) from sales_orders where state = 'confirmed'")
	keys, err := link.NewKeys(edgetest.Key)
	if err != nil {
		o.t.Fatal(err)
	}
	l, err := link.Of(o.t.Context(), o.Pools.Read, link.Status, "order", order)
	if err != nil {
		o.t.Fatal(err)
	}
	status := keys.Secret(l)
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	add("/_gallery")
	for _, p := range []string{"/orders", "/orders?all=1", "/orders/new", "/search?q=mug", "/search?q=nothing-like-it", "/fulfilment", "/stock", "/stock?q=nothing-like-it", "/stock/goods/1", "/stock/movements", "/stock/reservations",
		"/stock/adjust?sku=1", "/stock/condition?sku=1", "/stock/bin?sku=1", "/stock/safety?sku=1&location=1", "/stock/locations", "/stock/locations/new", "/stock/locations/1", "/stock/locations/1/edit", "/stock/locations/1/bins/new",
		"/products", "/products/new", "/products/1", "/products/1/edit", "/products/1/variants/new", "/products/1/variants/1", "/products/1/variants/1/withdraw", "/products/prices", "/products/prices/new", "/products/prices/1",
		"/customers", "/customers/new", "/customers/1", "/customers/1/edit", "/customers/1/erase", "/customers/1/addresses/new", "/customers/1/contacts/new",
		"/mail", "/mail/1", "/mail/caught", "/jobs", "/checks", "/settings", "/settings/channels", "/settings/channels/1", "/settings/taxes", "/settings/log",
		"/staff", "/staff/roles", "/staff/policy", "/staff/invite", "/staff/1", "/account", "/account/two-factor", "/orders/999999",
		"/login", "/forgot", "/nowhere", "/shop", "/shop?q=nothing-like-it", "/shop/order?b=2~TRAY-OAK-L", "/shop/login"} {
		add("%s", p)
	}
	add("/orders/%d", order)
	add("/orders/%d", held)
	add("/orders/%d", confirmed)
	add("/orders/%d/edit", order)
	add("/orders/%d/cancel", order)
	add("/o/%s", status)
	add("/o/%s/cancel", status)
	return all
}
