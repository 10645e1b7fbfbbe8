package edge

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"packhouse/internal/problem"
	"packhouse/web/ui"
)

// Reply is what a handler answers with.
type Reply struct {
	kind   replyKind
	status int
	frame  ui.Frame
	body   templ.Component
	err    error // of a redraw

	path    string
	flash   []Flash
	cookies []ownCookie
	saved   string // tells a form that saves itself what was kept

	name, mime string
	html       string
	write      func(io.Writer) error
	inline     bool
	stream     func(ctx context.Context, send Send) error
}

type replyKind int

const (
	none replyKind = iota
	page
	redirect
	file
	fragment
	stream
	framed
)

// Page is a whole page in its frame. The edge fills the frame's person, rail,
// language, brand and messages; give it Title and Section.
func Page(f ui.Frame, body templ.Component) Reply {
	return Reply{kind: page, status: http.StatusOK, frame: f, body: body}
}

// Redraw is the form again, with what was typed and what is wrong. The status
// comes from the problem: 422 invalid or refused, 409 stale or conflict, 404,
// 403, 429. An err that is no problem of a person becomes the error page.
func Redraw(err error, f ui.Frame, body templ.Component) Reply {
	f.Problem = true
	return Reply{kind: page, status: Status(err), frame: f, body: body, err: err}
}

// SeeOther sends the browser to a page of ours after a command, with messages
// that are shown there once. A path that leaves this site leads to "/".
func SeeOther(path string, messages ...Flash) Reply {
	return Reply{kind: redirect, status: http.StatusSeeOther, path: Local(path), flash: messages}
}

// File is a download. write produces it; it is sent as it comes.
func File(name, contentType string, write func(io.Writer) error) Reply {
	return Reply{kind: file, status: http.StatusOK, name: name, mime: contentType, write: write}
}

// Picture is a file shown in a page (image/png, image/jpeg, image/webp,
// image/gif or text/css of our own making); other types become downloads.
func Picture(contentType string, body []byte) Reply {
	r := File("picture", contentType, func(w io.Writer) error { _, err := w.Write(body); return err })
	switch contentType {
	case "image/png", "image/jpeg", "image/webp", "image/gif", "text/css; charset=utf-8":
		r.inline = true
	}
	return r
}

// Fragment is a part of a page, for htmx.
func Fragment(body templ.Component) Reply {
	return Reply{kind: fragment, status: http.StatusOK, body: body}
}

// FragmentFor is a part of a page with a problem in it; the status is as in
// Redraw.
func FragmentFor(err error, body templ.Component) Reply {
	return Reply{kind: fragment, status: Status(err), body: body, err: err}
}

// Send writes one server-sent event; it fails when the browser has gone.
type Send func(event, data string) error

// Framed is a whole HTML document that is not ours to trust, such as a mail, for
// an <iframe sandbox> of a page of ours. It can do nothing.
func Framed(html string) Reply {
	return Reply{kind: framed, status: http.StatusOK, html: html}
}

// Stream answers with server-sent events until fn returns or the browser goes.
// It ends by itself after some minutes, so that a session which died cannot
// listen on; the browser comes back by itself.
func Stream(fn func(ctx context.Context, send Send) error) Reply {
	return Reply{kind: stream, status: http.StatusOK, stream: fn}
}

// WithStatus is the page with another status, such as 410 for a link that was
// used.
func (r Reply) WithStatus(code int) Reply {
	r.status = code
	return r
}

// Saved is the answer to a form that saves itself while somebody types: no
// page, only the words its foot shows.
func Saved(text string) Reply {
	return Reply{kind: fragment, status: http.StatusOK, body: templ.NopComponent, saved: text}
}

// WithFlash adds messages to the page itself.
func (r Reply) WithFlash(messages ...Flash) Reply {
	r.flash = append(r.flash, messages...)
	return r
}

// Status is the HTTP status that tells the problem.
func Status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	switch v := firstProblem(err).(type) {
	case *problem.Invalid, *problem.Refusal:
		return http.StatusUnprocessableEntity
	case *problem.Stale, *problem.Conflict:
		return http.StatusConflict
	case *problem.Forbidden:
		return http.StatusForbidden
	case *problem.TooMany:
		return http.StatusTooManyRequests
	case *problem.NotFound:
		if v != nil {
			return http.StatusNotFound
		}
	}
	return http.StatusInternalServerError
}

// Local is path if it stays on this site, else "/": what a form or an address
// says where to go next is never believed.
func Local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || len(path) > 2000 {
		return "/"
	}
	for i := range len(path) {
		// Browsers read a backslash as a slash and drop tabs and newlines.
		if c := path[i]; c < ' ' || c == 0x7f || c == '\\' {
			return "/"
		}
	}
	return path
}
