package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
)

// Message is a mail as it leaves.
type Message struct {
	Subject string
	Text    string
	HTML    string
	secret  string
}

// hidden stands where a secret stood.
const hidden = "•••"

// Kept is the message as it is stored and shown to staff: word for word what
// was sent, without the secret of its link. Secrets are never stored, and
// nobody who reads mails in the office may sign in as their recipient.
func (m Message) Kept() Message {
	if m.secret == "" {
		return m
	}
	blank := func(s string) string { return strings.ReplaceAll(s, m.secret, hidden) }
	return Message{Subject: blank(m.Subject), Text: blank(m.Text), HTML: blank(m.HTML)}
}

// ErrSpent says that the once-link of a mail has ended before the mail left.
var ErrSpent = errors.New("the link in this mail no longer works")

// Render writes the mail in its language from what the database says now.
// ErrSpent when its once-link has ended; problem.NotFound when its order is
// gone.
func Render(ctx context.Context, r pg.Reader, keys link.Keys, h House, m Mail) (Message, error) {
	var order *Order
	if m.Kind.order {
		o, err := ReadOrder(ctx, r, m.Order)
		if err != nil {
			return Message{}, err
		}
		order = &o
	}
	l, ok, err := linkOf(ctx, r, m)
	if err != nil {
		return Message{}, err
	}
	var url, secret string
	if ok {
		secret = keys.Secret(l)
		url = strings.TrimSuffix(h.BaseURL, "/") + paths[l.Purpose] + secret
	}
	drawn := write(h, m, order, url)
	var html strings.Builder
	if err := page(drawn).Render(ctx, &html); err != nil {
		return Message{}, fmt.Errorf("draw mail %d: %w", m.ID, err)
	}
	return Message{Subject: drawn.Subject, Text: plain(drawn), HTML: html.String(), secret: secret}, nil
}

// linkOf finds the link the mail carries. A mail about an order goes without
// one when the order has none; a once-link is the point of its mail.
func linkOf(ctx context.Context, r pg.Reader, m Mail) (link.Link, bool, error) {
	var l link.Link
	var err error
	if m.Kind.once() {
		n, _ := m.Args["link"].(float64) // a number that went through JSON
		if l, err = link.Get(ctx, r, id.Link(n)); err == nil && l.Purpose != m.Kind.purpose {
			return l, false, fmt.Errorf("mail %d: link %d is for %s", m.ID, l.ID, l.Purpose)
		}
	} else {
		l, err = link.Of(ctx, r, m.Kind.purpose, "order", int64(m.Order))
	}
	if _, missing := errors.AsType[*problem.NotFound](err); missing {
		if m.Kind.once() {
			return l, false, ErrSpent
		}
		return l, false, nil
	}
	return l, err == nil, err
}
