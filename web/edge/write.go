package edge

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"packhouse/web/ui"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var zippers = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed); return z }}

func drawPage(ctx context.Context, b *bytes.Buffer, f ui.Frame, body templ.Component) error {
	if err := ui.Page(f, body).Render(ctx, b); err != nil {
		return fmt.Errorf("draw the page: %w", err)
	}
	return nil
}

func drawPart(ctx context.Context, b *bytes.Buffer, lang string, body templ.Component) error {
	if err := body.Render(ui.WithLang(ctx, lang), b); err != nil {
		return fmt.Errorf("draw the part of a page: %w", err)
	}
	return nil
}

func (e *Edge) sendHTML(w http.ResponseWriter, r *Request, status int, draw func(*bytes.Buffer) error) error {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer buffers.Put(b)
	if err := draw(b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	writeZipped(w, r.Request, status, b.Bytes())
	return nil
}

// writeZipped sends what is worth it compressed. Errors of writing mean that the
// browser went away.
func writeZipped(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Add("Vary", "Accept-Encoding")
	if len(body) < 1400 || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead {
		w.WriteHeader(status)
		_, _ = w.Write(body)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(w)
	_, _ = z.Write(body)
	_ = z.Close()
}

func (e *Edge) sendFile(w http.ResponseWriter, r *Request, reply Reply) error {
	h := w.Header()
	h.Set("Content-Type", reply.mime)
	h.Set("Content-Security-Policy", filePolicy)
	if reply.inline {
		h.Set("Cache-Control", "private, max-age=3600")
	} else {
		h.Set("Content-Disposition", disposition(reply.name))
	}
	out := &lateStatus{w: w, status: reply.status}
	if r.Method == http.MethodHead {
		w.WriteHeader(reply.status)
		return nil
	}
	if err := reply.write(out); err != nil {
		if !out.begun { // nothing was sent: it can still become an error page
			h.Del("Content-Disposition")
			h.Set("Content-Security-Policy", policy)
			h.Set("Cache-Control", "no-store")
			return fmt.Errorf("write the file: %w", err)
		}
		e.Log.ErrorContext(r.Context(), "file cut off", "request", r.trace.id, "error", err)
		panic(http.ErrAbortHandler) // the browser must not take half a file for a whole one
	}
	if !out.begun {
		w.WriteHeader(reply.status)
	}
	return nil
}

// lateStatus sends the status with the first byte.
type lateStatus struct {
	w      http.ResponseWriter
	status int
	begun  bool
}

func (l *lateStatus) Write(b []byte) (int, error) {
	if !l.begun {
		l.begun = true
		l.w.WriteHeader(l.status)
	}
	return l.w.Write(b)
}

// disposition names a download so that no system takes the name for a path or
// a header.
func disposition(name string) string {
	name = strings.Map(func(c rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, c):
			return '-'
		case !unicode.IsPrint(c): // also the marks that turn writing round
			return -1
		}
		return c
	}, strings.ToValidUTF8(name, ""))
	name = strings.TrimLeft(cut(name, 120), ". ")
	if name == "" {
		name = "download"
	}
	if v := mime.FormatMediaType("attachment", map[string]string{"filename": name}); v != "" {
		return v
	}
	return "attachment"
}

// streamLife is how long one connection is listened to before the browser must
// come again, with a session that is still good.
const streamLife = 5 * time.Minute

func (e *Edge) sendStream(w http.ResponseWriter, r *Request, reply Reply) error {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // a proxy must pass each event on
	out := http.NewResponseController(w)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), streamLife)
	defer cancel()
	stop := context.AfterFunc(r.trace.gone, cancel)
	defer stop()
	w.WriteHeader(reply.status)
	send := func(event, data string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := out.SetWriteDeadline(e.Clock().Add(10 * time.Second)); err != nil {
			return err
		}
		var b strings.Builder
		fmt.Fprintf(&b, "event: %s\n", oneLine(event))
		for line := range strings.SplitSeq(data, "\n") {
			fmt.Fprintf(&b, "data: %s\n", strings.ReplaceAll(line, "\r", ""))
		}
		b.WriteString("\n")
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
		return out.Flush()
	}
	if err := reply.stream(ctx, send); err != nil && ctx.Err() == nil {
		e.Log.ErrorContext(ctx, "stream ended", "request", r.trace.id, "error", err)
	}
	return nil
}

func oneLine(s string) string { return strings.NewReplacer("\n", " ", "\r", " ").Replace(s) }
