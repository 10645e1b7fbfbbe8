package edge

import (
	"net/http"

	"golang.org/x/text/language"

	"packhouse/internal/access"
	"packhouse/internal/words"
	"packhouse/web/ui"
)

// NavEntry is one entry of the rail and the permission that shows it.
type NavEntry struct {
	Label, Href, Icon, Key string
	Permission             access.Permission
	Phone                  bool
}

// Nav is the rail; everyone sees of it what they may open.
var Nav = []NavEntry{
	{"Today", "/", "house", "t", access.OrderRead, true},
	{"Orders", "/orders", "package", "o", access.OrderRead, true},
	{"Fulfilment", "/fulfilment", "truck", "f", access.FulfilmentRead, true},
	{"Stock", "/stock", "warehouse", "s", access.StockRead, true},
	{"Products", "/products", "tag", "p", access.ProductRead, false},
	{"Customers", "/customers", "users", "c", access.CustomerRead, false},
	{"Mail", "/mail", "mail", "m", access.MailRead, false},
	{"Checks", "/checks", "shield-check", "", access.CheckRun, false},
	{"Staff", "/staff", "key-round", "", access.StaffManage, false},
	{"Settings", "/settings", "settings", "", access.SettingsRead, false},
}

// frame completes what the handler gave: language, brand, messages, and for
// staff the person and the rail.
func (e *Edge) frame(w http.ResponseWriter, r *Request, f ui.Frame, extra []Flash) ui.Frame {
	if f.Lang == "" {
		f.Lang = r.Lang
	}
	if f.Brand.Name == "" && e.Brand != nil {
		f.Brand = e.Brand(r.Context())
	}
	f.Flash = append(e.takeFlash(w, r.Request), f.Flash...)
	for _, x := range extra {
		f.Flash = append(f.Flash, e.say(r.Lang, x).flash())
	}
	if r.route != nil && r.route.Permission == access.SecretLink {
		f.NoHTMX = true
	}
	if f.Shape != ui.Staff {
		return f
	}
	if !r.Person.SignedIn() {
		f.Shape = ui.Bare
		return f
	}
	f.Person = &ui.Person{Name: r.Person.Name, Role: r.Say("role." + string(r.Person.Role)), Links: []ui.Action{{Label: r.Say("account.title"), Href: "/account", Icon: "user"}}}
	if e.Place != nil && len(r.Person.Locations) > 0 {
		f.Person.Place = e.Place(r.Context(), r.Person)
	}
	if f.New == "" && r.Can(access.OrderCreate) {
		f.New = "/orders/new"
	}
	if f.Nav == nil {
		f.Nav = e.nav(r)
	}
	return f
}

func (e *Edge) nav(r *Request) []ui.NavGroup {
	var counts map[string]string
	if e.Counts != nil {
		counts = e.Counts(r.Context(), r.Person)
	}
	var items []ui.NavItem
	for _, n := range e.Nav {
		if r.Can(n.Permission) {
			items = append(items, ui.NavItem{Label: n.Label, Href: n.Href, Icon: n.Icon, Key: n.Key, Count: counts[n.Href], Phone: n.Phone})
		}
	}
	if len(items) == 0 {
		return nil
	}
	return []ui.NavGroup{{Items: items}}
}

// lang is the language of the answer: on the pages of customers the first that
// the browser likes and we speak; the pages of staff speak English.
func (e *Edge) lang(route *Route, r *http.Request) string {
	if route != nil && route.staff() {
		return "en"
	}
	tags, _, err := language.ParseAcceptLanguage(cut(r.Header.Get("Accept-Language"), 200))
	if err != nil {
		return "en"
	}
	for _, t := range tags {
		base, _ := t.Base()
		for _, l := range words.Languages() {
			if l == base.String() {
				return l
			}
		}
	}
	return "en"
}
