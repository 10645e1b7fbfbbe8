package notify

import (
	"fmt"
	"net/mail"
	"net/url"
	"time"

	gomail "github.com/wneessen/go-mail"

	"packhouse/internal/id"
)

// MessageID is the mail's name among all mails of the world, without brackets.
// It is made of numbers that never change, so a mail sent twice carries it twice.
func MessageID(h House, mail id.Mail, event id.Event) string {
	host := "packhouse.invalid"
	if u, err := url.Parse(h.BaseURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return fmt.Sprintf("%d.%d@%s", mail, event, host)
}

// compose makes what goes over the line. Every text from people is made one
// line and then encoded, so none can become a header; the address is parsed and
// there is exactly one.
func compose(h House, c Claim, m Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent())
	from, err := mail.ParseAddress(h.From)
	if err != nil {
		return nil, fmt.Errorf("the sender's address %q: %w", h.From, err)
	}
	from.Name = oneLine(h.Name)
	msg.FromMailAddress(from)
	if c.To != oneLine(c.To) {
		return nil, fmt.Errorf("the recipient's address has a line break")
	}
	if err := msg.To(c.To); err != nil {
		return nil, fmt.Errorf("the recipient's address: %w", err)
	}
	msg.Subject(oneLine(m.Subject))
	msg.SetMessageIDWithValue(MessageID(h, c.ID, c.Event))
	msg.SetDateWithValue(c.At.In(time.UTC))
	// Tells answering machines not to answer (RFC 3834).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("Content-Language", c.Language)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg, nil
}
