package site_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/web/edge/edgetest"
)

// nasty is our own small set; make test-data brings the large ones.
var nasty = []string{
	`"><x-nasty id=n onclick=alert(1)>`, `'><svg/onload=alert(1)><x-nasty>`, `</textarea></title></script><script>alert(1)</script><x-nasty>`,
	"jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert()//>\\x3e",
	`javascript:alert(1)`, `{{7*7}}${7*7}<%= 7*7 %>#{7*7}`, `'; drop table sales_orders; --`, `1' or '1'='1`, `%' or 1=1 --`, `\`, `%s%s%n%d`, `%00`, `__proto__`, `null`, `NaN`, `true`,
	"O'Brien \"the\" “one” «two» ‚three‘", "a\r\nSet-Cookie: a=b\r\n\r\n<x-nasty>", "line\u2028separator\u2029here",
	"\u202emoc.live\u202c", "مرحبا بالعالم", "שלום", "日本語テキスト", "Zażółć gęślą jaźń", "🏳️‍🌈👩‍👩‍👧‍👦🧑🏿‍🚀", "T̶̡͓̱o̸ i̸̢n̵v̴o̵k̷e̸ t̷h̵e̶ ḧ̷i̴v̸e̶", "ﷺﷺﷺ", "\u200b\ufeff\u00ad",
	"=1+1", "+1+1", "-2+3", "@SUM(A1:A9)", "=cmd|' /C calc'!A0", "\t=1", "-1", "0", "1e309", "99999999999999999999", "0x7f", "٣", "1,000.00", " 1", "NaN", "-0", "1.5", "2147483648", "9223372036854775808",
	"../../../etc/passwd", "C:\\CON", "a/b", "\x1b[31mred\x1b[0m", "\x01\x02\x7f", strings.Repeat("long ", 4000), strings.Repeat("W", 5000), strings.Repeat("é", 300),
}

// Each visitor tries the forms that nobody with fewer rights could send.
func TestNastyInputIsAnsweredInWords(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"nobody", "warehouse", "sales", "manager", "admin"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			b := h.visitors()[who]
			forms := h.forms(who, b)
			if len(forms) == 0 {
				t.Fatal("no form was found")
			}
			for n, f := range forms {
				// Each form meets some of the values, and each value some forms; the values of a form differ from those of the next.
				h.everyField(b, f, turned(nasty, n*7)[:7])
				h.oneField(b, f, turned(nasty, n*5))
				h.forged(b, f, n)
				h.unreadable(b, f)
			}
		})
	}
}

// turned begins a list at another place.
func turned(list []string, from int) []string {
	from %= len(list)
	return slices.Concat(list[from:], list[:from])
}

// everyField fills all fields with each value.
func (h *house) everyField(b *edgetest.Browser, f form, values []string) {
	for _, v := range values {
		now, ok := h.again(b, f)
		if !ok || len(f.texts) == 0 {
			return
		}
		for _, name := range now.texts {
			now.values.Set(name, v)
		}
		h.judge(b, now, now.texts, v, h.send(b, now))
	}
}

// oneField fills one field and leaves the rest right, so that what can be
// stored is stored.
func (h *house) oneField(b *edgetest.Browser, f form, values []string) {
	for i, name := range f.texts {
		if strings.Contains(name, "[") && !strings.Contains(name, "[0]") {
			continue // the second line is read as the first
		}
		for k := range 2 {
			now, ok := h.again(b, f)
			if !ok {
				return
			}
			v := values[(i*2+k)%len(values)]
			now.fillIn()
			now.values.Set(name, v)
			h.judge(b, now, []string{name}, v, h.send(b, now))
		}
	}
}

// forged changes what the browser does not let one type. Finding 3.
func (h *house) forged(b *edgetest.Browser, f form, n int) {
	for i, name := range f.others {
		if strings.Contains(name, "[") && !strings.Contains(name, "[0]") {
			continue
		}
		for _, v := range turned([]string{"-1", "0", "999999999", "9223372036854775808", "x'y", "1;2"}, n+i)[:2] {
			now, ok := h.again(b, f)
			if !ok {
				return
			}
			now.values.Set(name, v)
			h.judge(b, now, nil, v, h.send(b, now))
		}
	}
}

// unreadable sends what PostgreSQL cannot keep: refused in words, with the rest
// of the form as it was typed.
func (h *house) unreadable(b *edgetest.Browser, f form) {
	if strings.HasSuffix(f.action, "/totals") {
		return // sums up what can be read, and keeps nothing
	}
	bad := []string{"a\x00b", "a\xff\xfeb", "\xed\xa0\x80"}
	for i, name := range f.texts {
		if strings.Contains(name, "[") && !strings.Contains(name, "[0]") {
			continue
		}
		v := bad[i%len(bad)]
		now, ok := h.again(b, f)
		if !ok {
			return
		}
		now.fillIn()
		now.values.Set(name, v)
		a := h.send(b, now)
		if a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest && a.Status != http.StatusTooManyRequests {
			h.t.Errorf("%s with %q in %s: status %d, want 422", now.action, v, name, a.Status)
		}
		var rest []string
		for _, other := range now.texts {
			if other != name && name != "paste" { // which becomes lines
				rest = append(rest, other)
			}
		}
		h.judge(b, now, rest, v, a)
	}
}

// judge looks at the answer and at where it leads. kept are the fields that
// must come back as typed when the form does.
func (h *house) judge(b *edgetest.Browser, f form, kept []string, v string, a *edgetest.Answer) {
	h.t.Helper()
	what := fmt.Sprintf("%s (from %s) with %.40q", f.action, f.page, v)
	if a.Status >= 500 || a.Status < 200 {
		h.t.Errorf("%s: status %d: %.200s", what, a.Status, a.Body)
		return
	}
	if strings.ContainsAny(a.Location(), "\r\n") || strings.HasPrefix(a.Location(), "//") || strings.Contains(a.Location(), "://") || a.Header.Get("Set-Cookie") == "a=b" {
		h.t.Errorf("%s: leads to %q", what, a.Location())
	}
	if a.Status >= 300 && a.Status < 400 {
		if a.Location() == "" {
			h.t.Errorf("%s: a redirect to nowhere", what)
			return
		}
		a = b.Get(a.Location())
		if a.Status >= 500 {
			h.t.Errorf("%s: the page after it has status %d", what, a.Status)
		}
	}
	for _, wrong := range infected(a) {
		h.t.Errorf("%s: %s", what, wrong)
	}
	if a.Status < 400 || a.Status == http.StatusTooManyRequests {
		return
	}
	if len(strings.TrimSpace(a.Doc().Text())) < 15 {
		h.t.Errorf("%s: status %d without a sentence: %q", what, a.Status, a.Body)
	}
	if a.Status != http.StatusUnprocessableEntity || !f.post {
		return
	}
	for _, back := range h.formsOn(f.page, a) {
		if back.action != f.action || !back.post || strings.Contains(f.action, "/check") || strings.Contains(f.action, "/more") {
			continue
		}
		for _, name := range kept {
			if slices.Contains(f.secret, name) || name == "paste" || !back.values.Has(name) {
				continue
			}
			if got, typed := same(back.values.Get(name)), same(f.values.Get(name)); got != typed && got != "" && !strings.Contains(typed, "\x00") {
				h.t.Errorf("%s: %s came back as %.60q, typed was %.60q", what, name, got, typed)
			} else if got == "" && typed != "" {
				h.t.Errorf("%s: what was typed into %s is lost", what, name)
			}
		}
	}
}

// same is a value without what no browser keeps: the ends and the kind of line
// break.
func same(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
}

// infected says which markup came out of text.
func infected(a *edgetest.Answer) (all []string) {
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || strings.HasPrefix(a.Header.Get("Content-Security-Policy"), "sandbox") {
		return nil
	}
	d := a.Doc()
	if n := d.Find("x-nasty, script:not([src]), base, object, embed, iframe[src^='javascript'], meta[http-equiv=refresh], marquee, frameset, math, style").Length(); n > 0 {
		all = append(all, fmt.Sprintf("%d elements out of what was typed", n))
	}
	d.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, at := range s.Nodes[0].Attr {
			value := strings.ToLower(strings.TrimSpace(at.Val))
			link := at.Key == "href" || at.Key == "src" || at.Key == "action" || at.Key == "formaction"
			if strings.HasPrefix(at.Key, "on") || at.Key == "style" || at.Key == "srcdoc" || link && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "vbscript:") || strings.HasPrefix(value, "data:text")) {
				all = append(all, fmt.Sprintf("<%s %s=%.60q>", goquery.NodeName(s), at.Key, at.Val))
			}
		}
	})
	return all
}

// What a valid form stores is found by search and shown as it was typed, on
// every page that shows it.
func TestNastyNamesAreKeptFoundAndShown(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i, name := range nasty {
		name = strings.Join(strings.Fields(name), " ")
		if len(name) > 100 || len([]rune(name)) < 3 || strings.ContainsAny(name, "\x01\x02\x1b\x7f\u200b\u202e\u2028") {
			continue // refused in words, which TestNastyInputIsAnsweredInWords sees
		}
		h.keepFindShow(i, name)
	}
	if n := h.one("select count(*) from sales_orders where po_number like 'NASTY-%'"); n < 20 {
		t.Errorf("only %d orders were taken; the test proves little", n)
	}
}

// keepFindShow orders under a name, with the name in the notes, and looks for it.
func (h *house) keepFindShow(i int, name string) {
	b := h.staff[access.Sales]
	f := b.Get("/orders/new").Form("/orders/new")
	for k, v := range map[string]string{"lines[0].sku": "ENGRAVE", "lines[0].quantity": "1", "contact_name": name, "email": fmt.Sprintf("nasty%d@example.test", i), "po_number": fmt.Sprintf("NASTY-%d", i),
		"note_customer": name, "note_internal": name, "ship_to.name": name, "ship_to.line1": "Hof 1", "ship_to.city": "Hamburg", "ship_to.postcode": "20095", "ship_to.country": "DE"} {
		f.Set(k, v)
	}
	a := b.Post("/orders/new", f)
	if a.Status != http.StatusSeeOther {
		if a.Status != http.StatusUnprocessableEntity {
			h.t.Errorf("an order under %q: status %d", name, a.Status)
		}
		return // refused in words
	}
	order := h.one("select id from sales_orders where po_number = $1", fmt.Sprintf("NASTY-%d", i))
	number := fmt.Sprint(h.one("select number::bigint from sales_orders where id = $1", order))
	h.staff[access.Sales].Post(fmt.Sprintf("/orders/%d/note", order), url.Values{"command": {string(id.NewKey())}, "text": {name}, "version": {"1"}})
	for what, path := range map[string]string{
		"order page": fmt.Sprintf("/orders/%d", order), "list": "/orders?all=1", "search": "/search?q=" + url.QueryEscape(name), "edit form": fmt.Sprintf("/orders/%d/edit", order),
	} {
		page := b.Get(path)
		if page.Status == http.StatusSeeOther {
			page = b.Get(page.Location())
		}
		if page.Status != 200 {
			h.t.Errorf("%s of an order under %q: status %d", what, name, page.Status)
			continue
		}
		for _, wrong := range infected(page) {
			h.t.Errorf("%s of an order under %q: %s", what, name, wrong)
		}
		if text := strings.Join(strings.Fields(visible(page)), " "); !strings.Contains(text, name) {
			h.t.Errorf("%s does not show %q", what, name)
		} else if !strings.Contains(text, number) {
			h.t.Errorf("%s does not show order %s of %q", what, number, name)
		}
	}
	if page := h.nobody().Get("/o/" + h.status(order)); page.Status != 200 || len(infected(page)) > 0 {
		h.t.Errorf("the customer's page of %q: status %d, %v", name, page.Status, infected(page))
	}
	for _, path := range []string{"/orders/export?all=1", "/customers/export"} {
		rows, err := csv.NewReader(strings.NewReader(b.Get(path).Body)).ReadAll()
		if err != nil {
			h.t.Errorf("%s with %q in it: %v", path, name, err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					h.t.Errorf("%s: a spreadsheet would compute %q", path, cell)
				}
			}
		}
	}
}
