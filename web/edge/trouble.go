package edge

import (
	"bytes"
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"packhouse/internal/access"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/web/ui"
)

// trouble is an error page in words: what happened, whether anything was saved,
// and what to do now.
type trouble struct {
	kind      ui.Kind
	title     string
	text      string
	details   []string // each problem of a form, or what somebody else changed
	reference string
	link      string // words of the way on
	href      string
}

// fail answers an error. It is the one place where errors become pages; here,
// and only here, what is our fault is logged.
func (e *Edge) fail(w http.ResponseWriter, r *Request, err error) {
	h := w.Header()
	switch {
	case errors.Is(err, errSignIn):
		e.askSignIn(w, r)
		return
	case errors.Is(err, errEnrol):
		h.Set("Location", e.Enrolled)
		w.WriteHeader(http.StatusSeeOther)
		return
	case errors.Is(err, access.ErrAccountChanged):
		e.showTrouble(w, r, http.StatusForbidden, e.words(r, "account_changed"))
		return
	case errors.Is(err, errTooBig):
		e.showTrouble(w, r, http.StatusRequestEntityTooLarge, e.words(r, "too_big"))
		return
	case errors.Is(err, errUnread):
		e.showTrouble(w, r, http.StatusBadRequest, e.words(r, "unread"))
		return
	case problem.IsPersons(err):
		e.noteRefusal(r, err)
		retryAfter(h, err)
		e.showTrouble(w, r, Status(err), e.told(r, err))
		return
	case errors.Is(err, context.Canceled) && r.trace.gone.Err() != nil:
		w.WriteHeader(499) // nobody is there to read it; the number is nginx's
		return
	case pg.Away(err):
		e.Log.ErrorContext(r.Context(), "database away", "request", r.trace.id, "pattern", r.trace.pattern, "error", err)
		h.Set("Retry-After", "5")
		e.showTrouble(w, r, http.StatusServiceUnavailable, e.words(r, "away"))
		return
	}
	e.Log.ErrorContext(r.Context(), "fault", "request", r.trace.id, "pattern", r.trace.pattern, "error", err)
	t := e.words(r, "fault")
	t.reference = r.trace.id
	e.showTrouble(w, r, http.StatusInternalServerError, t)
}

// askSignIn sends a reader to sign in and back. Who was typing is told so in
// words, for a redirect would lose what was typed.
func (e *Edge) askSignIn(w http.ResponseWriter, r *Request) {
	next := Local(r.URL.RequestURI())
	if r.Partial() {
		if u, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil {
			next = Local(u.RequestURI())
		}
		w.Header().Set("HX-Redirect", "/login?next="+url.QueryEscape(next))
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.Method != http.MethodPost {
		to := "/login"
		if next != "/" {
			to += "?next=" + url.QueryEscape(next)
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	t := e.words(r, "signed_out")
	t.link, t.href = r.Say("button.sign_in"), "/login"
	e.showTrouble(w, r, http.StatusUnauthorized, t)
}

// words takes the sentences of a kind of trouble from the catalogue.
func (e *Edge) words(r *Request, kind string) trouble {
	return trouble{kind: ui.Red, title: r.Say("trouble." + kind + ".title"), text: r.Say("trouble." + kind + ".text"),
		link: r.Say("trouble.home"), href: "/"}
}

// told is a problem of a person in words.
func (e *Edge) told(r *Request, err error) trouble {
	t := trouble{kind: ui.Amber, text: r.Words().Tell(err), href: "/"}
	switch v := firstProblem(err).(type) {
	case *problem.Invalid:
		t.kind, t.title = ui.Red, r.Say("trouble.invalid.title")
		for _, f := range v.Fields {
			t.details = append(t.details, r.Words().Say(f.Code, f.Args)+" ("+f.Path+")")
		}
	case *problem.Refusal:
		t.title = r.Say("trouble.refused.title")
		if v.Fix.Path != "" {
			t.link, t.href = r.Words().Say(v.Fix.Code, v.Args), v.Fix.Path
		}
	case *problem.Stale:
		t.title = r.Say("trouble.stale.title")
		for _, c := range v.Changes {
			t.details = append(t.details, c.Field+": "+c.Before+" → "+c.After)
		}
	case *problem.TooMany:
		t.title = r.Say("trouble.too_many.title")
	case *problem.Forbidden:
		t.title, t.link = r.Say("trouble.forbidden.title"), r.Say("trouble.home")
		t.text = r.Say("trouble.forbidden.text", "roles", whoMay(r, v.Permission))
	case *problem.Conflict:
		t.title = r.Say("trouble.conflict.title")
	default:
		t.title, t.link = r.Say("trouble.not_found.title"), r.Say("trouble.home")
	}
	return t
}

// firstProblem is the problem within err.
func firstProblem(err error) any {
	if v, ok := errors.AsType[*problem.Invalid](err); ok {
		return v
	}
	if v, ok := errors.AsType[*problem.Refusal](err); ok {
		return v
	}
	if v, ok := errors.AsType[*problem.Stale](err); ok {
		return v
	}
	if v, ok := errors.AsType[*problem.TooMany](err); ok {
		return v
	}
	if v, ok := errors.AsType[*problem.Forbidden](err); ok {
		return v
	}
	if v, ok := errors.AsType[*problem.Conflict](err); ok {
		return v
	}
	v, _ := errors.AsType[*problem.NotFound](err)
	return v
}

// whoMay names the roles that have the permission, so that a refused person
// knows whom to ask.
func whoMay(r *Request, name string) string {
	var roles []string
	if perm, ok := access.Named(name); ok {
		for _, role := range access.Roles {
			if role.May(perm) {
				roles = append(roles, r.Say("role."+string(role)))
			}
		}
	}
	if len(roles) == 0 {
		return r.Say("role.admin")
	}
	return strings.Join(roles, ", ")
}

func retryAfter(h http.Header, err error) {
	if v, ok := errors.AsType[*problem.TooMany](err); ok {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(max(1, v.RetryAfter.Seconds())))))
	}
}

// Sentence is the problem in one sentence of the request's language, for a
// redrawn page: a refusal's sentence, who changed it first, when to try again.
// For an Invalid it is the sentence that heads the list of fields.
func (r *Request) Sentence(err error) string {
	return r.Words().Tell(err)
}

// Problems is the problem in words for a redrawn form: each field's sentence
// under its name, or one sentence for the form as a whole. Nil for no error.
func (r *Request) Problems(err error) ui.Problems {
	if err == nil {
		return nil
	}
	v, ok := errors.AsType[*problem.Invalid](err)
	if !ok {
		return ui.Problems{{Text: r.Sentence(err)}}
	}
	all := make(ui.Problems, 0, len(v.Fields))
	for _, f := range v.Fields {
		all = append(all, ui.Problem{Field: f.Path, Label: r.label(f.Path), Text: r.Words().Say(f.Code, f.Args)})
	}
	return all
}

// label names a field in the summary, by the last part of its path: three
// times "this is needed" would say nothing.
func (r *Request) label(path string) string {
	name := path[strings.LastIndexByte(path, '.')+1:]
	if code := "field." + name; name != "" && r.Words().Has(code) {
		return r.Say(code)
	}
	return ""
}

func (e *Edge) showTrouble(w http.ResponseWriter, r *Request, status int, t trouble) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if r.Partial() {
		if err := e.sendHTML(w, r, status, func(b *bytes.Buffer) error { return drawPart(r.Context(), b, r.Lang, troublePart(t)) }); err != nil {
			e.fault(w, r.Request, r.trace.id)
		}
		return
	}
	f := ui.Frame{Title: t.title, Lang: r.Lang, Shape: ui.Bare, Problem: status >= 500}
	if r.route != nil && r.route.Permission == access.SecretLink && !r.route.forStaff && t.href == "/" {
		t.link = "" // our start page is none of a customer's
	}
	if r.Person.SignedIn() && status < 500 { // with the database away the rail might not be drawn either
		f.Shape = ui.Staff
	}
	f = e.frame(w, r, f, nil)
	err := e.sendHTML(w, r, status, func(b *bytes.Buffer) error { return drawPage(r.Context(), b, f, troublePage(t)) })
	if err != nil {
		e.fault(w, r.Request, r.trace.id)
	}
}

// nobodys is an error page for a request that reached no route: nothing is
// loaded for it, so that scanners cost nothing.
func (e *Edge) nobodys(w http.ResponseWriter, hr *http.Request, status int, kind string) {
	t := traceOf(hr.Context())
	r := &Request{Request: hr, edge: e, trace: t, visit: &access.Visit{}, form: url.Values{}, Lang: e.lang(nil, hr)}
	e.showTrouble(w, r, status, e.words(r, kind))
}

func (e *Edge) nowhere(status int) http.HandlerFunc {
	kind := "not_found"
	if status == http.StatusMethodNotAllowed {
		kind = "method"
	}
	return func(w http.ResponseWriter, r *http.Request) { e.nobodys(w, r, status, kind) }
}

// fault is the last page there is: it needs nothing.
func (e *Edge) fault(w http.ResponseWriter, r *http.Request, reference string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Del("Content-Encoding")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = w.Write([]byte("Something went wrong on our side. What you did was not saved, or only in part.\nReference: " + reference + "\n"))
}
