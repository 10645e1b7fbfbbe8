package site_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
)

// form is one form on a page, as it stands.
type form struct {
	page, action string
	post         bool
	route        edge.Route // it goes to
	values       url.Values
	texts        []string // fields that take what is typed
	secret       []string // of texts: never shown again
	others       []string // fields that are chosen or hidden
	ids          []string // of others: hidden numbers
}

// of what kind it is: forms of the same kind go to one route with the same
// fields.
func (f form) of() string {
	return fmt.Sprint(f.post, f.route.Pattern, slices.Sorted(maps.Keys(f.values)))
}

// route finds where a path leads.
func (h *house) route(method, path string) (edge.Route, bool) {
	path, _, _ = strings.Cut(path, "?")
	have := strings.Split(path, "/")
	best, found := edge.Route{}, false
	for _, r := range h.Routes() {
		want := strings.Split(r.Pattern, "/")
		if r.Method != method || len(want) != len(have) {
			continue
		}
		same := true
		for i := range want {
			same = same && (want[i] == have[i] || strings.HasPrefix(want[i], "{") && have[i] != "")
		}
		if same && (!found || strings.Count(r.Pattern, "{") < strings.Count(best.Pattern, "{")) {
			best, found = r, true
		}
	}
	return best, found
}

// formsOn are the forms of a page. A button of its own action is a form of its
// own.
func (h *house) formsOn(page string, a *edgetest.Answer) (all []form) {
	u, err := url.Parse(page)
	if err != nil {
		return nil
	}
	a.Doc().Find("form").Each(func(_ int, s *goquery.Selection) {
		var actions []string
		if to, given := s.Attr("action"); given || s.Find("[formaction]").Length() == 0 {
			actions = append(actions, to)
		}
		s.Find("[formaction]").Each(func(_ int, b *goquery.Selection) { actions = append(actions, b.AttrOr("formaction", "")) })
		for _, attr := range []string{"data-preview", "data-autosave"} {
			if to := s.AttrOr(attr, ""); to != "" {
				actions = append(actions, to)
			}
		}
		slices.Sort(actions)
		for _, action := range slices.Compact(actions) {
			ref, err := u.Parse(action)
			if err != nil || ref.Host != "" {
				continue
			}
			f := form{page: page, action: ref.RequestURI(), post: strings.EqualFold(s.AttrOr("method", "get"), "post"), values: url.Values{}}
			f.readFields(s)
			method := "GET"
			if f.post {
				method = "POST"
			}
			var ok bool
			if f.route, ok = h.route(method, f.action); ok {
				all = append(all, f)
			} else if !gallery(page) {
				h.t.Errorf("a form on %s goes to %s %s, which is no route", page, method, f.action)
			}
		}
	})
	return all
}

func (f *form) readFields(s *goquery.Selection) {
	s.Find("input[name], select[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		name, kind := s.AttrOr("name", ""), s.AttrOr("type", "text")
		if _, fixed := s.Attr("readonly"); fixed || s.Closest("template").Length() > 0 {
			return
		}
		switch goquery.NodeName(s) {
		case "select":
			chosen := s.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = s.Find("option").First()
			}
			f.values.Set(name, chosen.AttrOr("value", chosen.Text()))
			f.others = append(f.others, name)
			return
		case "textarea":
			f.values.Set(name, s.Text())
			f.texts = append(f.texts, name)
			return
		}
		switch kind {
		case "checkbox", "radio":
			if _, on := s.Attr("checked"); on {
				f.values.Add(name, s.AttrOr("value", "on"))
			}
			f.others = append(f.others, name)
		case "hidden":
			f.values.Add(name, s.AttrOr("value", ""))
			if name != "command" {
				f.others = append(f.others, name)
				f.ids = append(f.ids, name)
			}
		case "file", "submit", "button":
		case "password":
			f.secret = append(f.secret, name)
			fallthrough
		default:
			f.values.Add(name, s.AttrOr("value", ""))
			if s.AttrOr("autocomplete", "") == "one-time-code" {
				f.secret = append(f.secret, name)
			}
			f.texts = append(f.texts, name)
		}
	})
}

// again is the form as the page has it now, for another try; ok is false when
// the page no longer offers it.
func (h *house) again(b *edgetest.Browser, f form) (form, bool) {
	for _, now := range h.formsOn(f.page, b.Get(f.page)) {
		if now.action == f.action && now.post == f.post && now.of() == f.of() {
			return now, true
		}
	}
	return f, false
}

// send sends the form with a fresh key, as a press of its button would.
func (h *house) send(b *edgetest.Browser, f form) *edgetest.Answer {
	b.Remote = fmt.Sprintf("198.51.%d.%d:4000", f.tries()/250, f.tries()%250+1) // another client each time, so that no limit ends the test
	if f.values.Has("command") {
		f.values.Set("command", string(id.NewKey()))
	}
	if f.post {
		return b.Post(f.action, f.values)
	}
	path, _, _ := strings.Cut(f.action, "?")
	return b.Get(path + "?" + f.values.Encode())
}

var tried int

func (form) tries() int { tried++; return tried % 60_000 }

// lowest is who of the visitors tries a form: the one with the fewest rights
// that may send it.
func lowest(p access.Permission) string {
	if p == access.Public || p == access.SecretLink {
		return "nobody"
	}
	for _, role := range []access.Role{access.Warehouse, access.Sales, access.Manager} {
		if p == access.SignedIn || role.May(p) {
			return string(role)
		}
	}
	return string(access.Admin)
}

// forms are the forms that a visitor finds and that nobody with fewer rights
// could send, one of each kind.
func (h *house) forms(who string, b *edgetest.Browser) (all []form) {
	kinds := map[string]bool{}
	for _, s := range h.crawl(b, append(h.everything(), "/", "/shop")...) {
		if s.Status != 200 || gallery(s.path) || !strings.HasPrefix(s.Header.Get("Content-Type"), "text/html") {
			continue
		}
		for _, f := range h.formsOn(s.path, s.Answer) {
			if lowest(f.route.Permission) == who && !kinds[f.of()] {
				kinds[f.of()] = true
				all = append(all, f)
			}
		}
	}
	slices.SortFunc(all, func(a, b form) int { return cmp.Compare(a.of(), b.of()) })
	return all
}

// usual is what a reader would type into a field, so that the rest of a form
// is right while one field is not.
func usual(name string) string {
	short := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case strings.HasPrefix(name, "lines[0]"), strings.HasPrefix(name, "parts[0]"):
		return map[string]string{"code": "TOWEL-WAF", "sku": "TOWEL-WAF", "quantity": "2"}[short]
	case strings.Contains(name, "["):
		return ""
	}
	switch short {
	case "name", "contact_name", "city", "line1", "reason", "note", "title", "label":
		return "Ada"
	case "code", "sku":
		return fmt.Sprintf("N-%d", form{}.tries())
	case "email":
		return fmt.Sprintf("n%d@example.test", form{}.tries())
	case "postcode":
		return "20095"
	case "quantity", "ratio", "pack_size", "min_quantity", "delta", "safety", "pieces", "walk":
		return "2"
	case "country":
		return "DE"
	case "price":
		return "9.90"
	}
	return ""
}

// fillIn gives every empty field what is usual.
func (f form) fillIn() {
	for _, name := range f.texts {
		if f.values.Get(name) == "" {
			f.values.Set(name, usual(name))
		}
	}
	for _, name := range f.others {
		if f.values.Get(name) == "" && usual(name) != "" && strings.HasSuffix(name, "country") {
			f.values.Set(name, usual(name))
		}
	}
}
