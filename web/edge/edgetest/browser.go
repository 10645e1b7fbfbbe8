// Package edgetest lets tests speak to the house as a browser does: cookies,
// forms, redirects. Only tests import it.
package edgetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Browser keeps cookies between requests to one handler.
type Browser struct {
	Handler http.Handler
	Cookies map[string]string
	Header  http.Header // sent with every request
	Remote  string      // network address it comes from; empty is 192.0.2.1:1234

	t testing.TB
}

// New makes a browser without cookies.
func New(t testing.TB, h http.Handler) *Browser {
	return &Browser{Handler: h, Cookies: map[string]string{}, Header: http.Header{}, t: t}
}

// Copy is another browser with the same cookies, as of a thief.
func (b *Browser) Copy() *Browser {
	c := New(b.t, b.Handler)
	for k, v := range b.Cookies {
		c.Cookies[k] = v
	}
	return c
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Set    map[string]*http.Cookie

	t testing.TB
}

// Get asks for a page.
func (b *Browser) Get(path string) *Answer { return b.Send(http.MethodGet, path, nil) }

// Post sends a form.
func (b *Browser) Post(path string, form url.Values) *Answer {
	return b.Send(http.MethodPost, path, form)
}

// Submit loads the page, fills the fields into the form whose action is path
// (with its hidden fields, such as the command key) and sends it.
func (b *Browser) Submit(page, path string, fill url.Values) *Answer {
	b.t.Helper()
	form := b.Get(page).Form(path)
	for k, v := range fill {
		form[k] = v
	}
	return b.Post(path, form)
}

// Send makes any request.
func (b *Browser) Send(method, path string, form url.Values) *Answer {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if method == http.MethodPost {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return b.Do(r)
}

// Do sends a request made by hand, with the browser's cookies.
func (b *Browser) Do(r *http.Request) *Answer {
	b.t.Helper()
	if b.Remote != "" {
		r.RemoteAddr = b.Remote
	}
	for k, v := range b.Header {
		r.Header[k] = v
	}
	for k, v := range b.Cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	w := httptest.NewRecorder()
	b.Handler.ServeHTTP(w, r)
	a := &Answer{Status: w.Code, Header: w.Result().Header, Body: w.Body.String(), Set: map[string]*http.Cookie{}, t: b.t}
	for _, c := range w.Result().Cookies() {
		a.Set[c.Name] = c
		if c.MaxAge < 0 {
			delete(b.Cookies, c.Name)
		} else {
			b.Cookies[c.Name] = c.Value
		}
	}
	return a
}

// Doc is the page, to look things up in.
func (a *Answer) Doc() *goquery.Document {
	a.t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		a.t.Fatalf("read the page: %v", err)
	}
	return d
}

// Text is the page's main content as text.
func (a *Answer) Text() string { return strings.Join(strings.Fields(a.Doc().Find("main").Text()), " ") }

// Form is what the form with the action would send as it stands.
func (a *Answer) Form(action string) url.Values {
	a.t.Helper()
	form := a.Doc().Find("form").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.AttrOr("action", "") == action })
	if form.Length() == 0 {
		a.t.Fatalf("no form goes to %s on a page of status %d: %.300s", action, a.Status, a.Text())
	}
	v := url.Values{}
	form.First().Find("input[name], select[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("name", "")
		switch goquery.NodeName(s) {
		case "select":
			v.Set(name, s.Find("option[selected]").AttrOr("value", ""))
		case "textarea":
			v.Set(name, s.Text())
		default:
			if kind := s.AttrOr("type", ""); kind == "checkbox" || kind == "radio" {
				if _, on := s.Attr("checked"); !on {
					return
				}
			}
			v.Add(name, s.AttrOr("value", ""))
		}
	})
	return v
}

// Location is where a redirect leads.
func (a *Answer) Location() string { return a.Header.Get("Location") }
