package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

const catchSQL = `insert into notify_caught (sender, recipient, raw) values ($1, $2, $3)`

// Catch keeps a mail that the catcher took in development, as it came over the
// line, secrets and all: it stands in for the recipient's mailbox.
func Catch(tx *txn.Tx, from, to string, raw []byte) {
	tx.Queue(catchSQL, 1, nil, from, to, raw)
	tx.Quiet("a mail caught in development")
}

// Caught is a mail in the catcher. Subject is decoded.
type Caught struct {
	ID      int64
	From    string
	To      string
	At      time.Time
	Subject string
	Raw     []byte
}

const caughtListSQL = `
	select id, sender, recipient, caught_at, raw
	from notify_caught
	where id < $1
	order by id desc
	limit $2`

// CaughtMails lists what was caught, newest first, older than before (0: from
// the newest), at most limit.
func CaughtMails(ctx context.Context, r pg.Reader, before int64, limit int) ([]Caught, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	rows, err := r.Query(ctx, caughtListSQL, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list caught mails: %w", err)
	}
	return pgx.CollectRows(rows, scanCaught)
}

const caughtSQL = `select id, sender, recipient, caught_at, raw from notify_caught where id = $1`

// ReadCaught reads one caught mail; problem.NotFound when there is none.
func ReadCaught(ctx context.Context, r pg.Reader, which int64) (Caught, error) {
	rows, err := r.Query(ctx, caughtSQL, which)
	if err != nil {
		return Caught{}, fmt.Errorf("read caught mail %d: %w", which, err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanCaught)
	if errors.Is(err, pgx.ErrNoRows) {
		return Caught{}, problem.Missing("mail")
	}
	return c, err
}

func scanCaught(row pgx.CollectableRow) (Caught, error) {
	var c Caught
	if err := row.Scan(&c.ID, &c.From, &c.To, &c.At, &c.Raw); err != nil {
		return c, err
	}
	if m, err := mail.ReadMessage(bytes.NewReader(c.Raw)); err == nil {
		c.Subject, _ = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	}
	return c, nil
}

// Opened is a caught mail taken apart for the page.
type Opened struct {
	Headers string
	Text    string
	HTML    string
}

// Open takes the mail apart. What cannot be read as a mail is shown as text.
func (c Caught) Open() Opened {
	head, _, _ := strings.Cut(string(c.Raw), "\r\n\r\n")
	o := Opened{Headers: shown([]byte(head))}
	m, err := mail.ReadMessage(bytes.NewReader(c.Raw))
	if err != nil {
		o.Text = shown(c.Raw)
		return o
	}
	o.part(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, 0)
	return o
}

func (o *Opened) part(contentType, encoding string, body io.Reader, depth int) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && depth < 5 {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return
			}
			o.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, depth+1)
		}
	}
	if strings.EqualFold(encoding, "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	content, _ := io.ReadAll(io.LimitReader(body, 1<<20)) // a part that breaks off is shown as far as it goes
	switch {
	case kind == "text/plain" && o.Text == "":
		o.Text = shown(content)
	case kind == "text/html" && o.HTML == "":
		o.HTML = shown(content)
	}
}

func shown(b []byte) string { return strings.ToValidUTF8(string(b), "\uFFFD") }
