package edge

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"packhouse/internal/problem"
)

// maxFields bounds how many values a form may have; an order of 500 lines with
// eight fields each fits.
const maxFields = 5000

// errTooBig says that the body is larger than the route takes.
var errTooBig = errors.New("edge: the request is larger than allowed")

// errUnread says that the body is no form, or was cut off.
var errUnread = errors.New("edge: the request cannot be read as a form")

// readForm reads the body once, within its limit, and notes text that cannot
// be kept.
func (r *Request) readForm(w http.ResponseWriter) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		form, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return errUnread
		}
		r.form = form
		return r.clean()
	}
	r.Body = http.MaxBytesReader(w, r.Body, r.route.body)
	// A body that never ends must not hold the handler; not every writer has a connection to set this on.
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(r.edge.Clock().Add(r.route.deadline))
	defer func() { _ = conn.SetReadDeadline(time.Time{}) }()
	var err error
	if mime, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.EqualFold(strings.TrimSpace(mime), "multipart/form-data") {
		err = r.ParseMultipartForm(r.route.body)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return errTooBig
		}
		if ctx := r.Context().Err(); ctx != nil {
			return ctx
		}
		return errUnread
	}
	r.form = r.PostForm
	return r.clean()
}

func (r *Request) clean() error {
	n := 0
	for name, values := range r.form {
		if n += len(values); n > maxFields {
			return errTooBig
		}
		if badText(name) {
			return errUnread
		}
		for i, v := range values {
			if !badText(v) {
				continue
			}
			path := name
			if len(values) > 1 {
				path = fmt.Sprintf("%s[%d]", name, i)
			}
			r.bad.Add(path, "bad_text")
			values[i] = strings.ReplaceAll(strings.ToValidUTF8(v, "\uFFFD"), "\x00", "\uFFFD")
		}
	}
	slices.SortFunc(r.bad.Fields, func(a, b problem.Field) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

// badText reports what PostgreSQL could not keep.
func badText(s string) bool { return strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) }

// digest is a keyed hash of everything asked but the command key itself.
func (e *Edge) digest(r *Request) string {
	h := hmac.New(sha256.New, e.formKey)
	part := func(s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
	part(r.Method)
	part(r.URL.EscapedPath())
	for _, name := range slices.Sorted(maps.Keys(r.form)) {
		if name == "command" {
			continue
		}
		for _, v := range r.form[name] {
			part(name)
			part(v)
		}
	}
	for _, name := range r.fileNames() {
		part(name)
		if up, err := r.Upload(name); err == nil {
			part(string(up.Body))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Upload is a file that came with the form. Name is what the browser called it
// and must not become a path.
type Upload struct {
	Name string
	Type string // by its content, not by what the browser says
	Body []byte
}

// ErrNoUpload says that no file was chosen.
var ErrNoUpload = errors.New("edge: no file was chosen")

// Upload reads the file of a field. The route's Body limit bounds it.
func (r *Request) Upload(name string) (Upload, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File[name]) == 0 {
		return Upload{}, ErrNoUpload
	}
	head := r.MultipartForm.File[name][0]
	f, err := head.Open()
	if err != nil {
		return Upload{}, fmt.Errorf("open the upload: %w", err)
	}
	defer f.Close()
	body, err := io.ReadAll(f)
	if err != nil {
		return Upload{}, fmt.Errorf("read the upload: %w", err)
	}
	if len(body) == 0 && head.Filename == "" {
		return Upload{}, ErrNoUpload
	}
	called := strings.ReplaceAll(strings.ToValidUTF8(head.Filename, ""), "\x00", "")
	return Upload{Name: called, Type: http.DetectContentType(body), Body: body}, nil
}

func (r *Request) fileNames() []string {
	if r.MultipartForm == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(r.MultipartForm.File))
}
