package notify_test

import (
	"errors"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"

	"packhouse/internal/notify"
	"packhouse/internal/pgtest"
	"packhouse/internal/smtptest"
)

func serverAt(t *testing.T, url string) *notify.Server {
	t.Helper()
	s, err := notify.NewServer(url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func claimOf(to string) notify.Claim {
	return notify.Claim{
		Mail:  notify.Mail{ID: 7, To: to, Language: "en", Kind: notify.OrderReceived},
		Event: 99, Attempt: 1, At: time.Date(2025, 12, 4, 10, 0, 0, 0, time.UTC),
	}
}

// Findings row 34.
func TestHostileTextMakesNoHeaderAndNoSecondRecipient(t *testing.T) {
	t.Parallel()
	ctx, tx := t.Context(), pgtest.Tx(t)
	sink := smtptest.Start(t, smtptest.OK)
	order, number := newOrder(t, ctx, tx, sample{
		contact: "Eve\r\nBcc: victim@example.org\r\n\r\nX",
		item:    "Mug {{.}} <a href=//evil.example>x</a>\nSubject: other",
	})
	h := house
	h.Name = "Brenner\r\nBcc: third@example.org\r\n\"<b>& Söhne"
	m := claimOf("ada@example.org")
	m.Order = order
	msg, err := notify.Render(ctx, tx, testKeys(t), h, m.Mail)
	if err != nil {
		t.Fatal(err)
	}
	msg.Subject += "\r\nX-Evil: yes"
	if err := serverAt(t, sink.URL()).Send(ctx, h, m, msg); err != nil {
		t.Fatal(err)
	}
	got := sink.Wait(t, 1)[0]
	if len(got.To) != 1 || got.To[0] != "ada@example.org" || got.From != house.From {
		t.Errorf("it went from %s to %v", got.From, got.To)
	}
	parsed := got.Parse(t)
	allowed := map[string]bool{"From": true, "To": true, "Subject": true, "Date": true, "Message-Id": true, "Mime-Version": true,
		"Content-Type": true, "Auto-Submitted": true, "Content-Language": true, "Content-Transfer-Encoding": true}
	for name, values := range parsed.Header {
		if !allowed[name] || len(values) != 1 {
			t.Errorf("header %s: %v", name, values)
		}
	}
	from, err := mail.ParseAddress(parsed.Header.Get("From"))
	if err != nil || from.Address != house.From || from.Name != `Brenner Bcc: third@example.org "<b>& Söhne` {
		t.Errorf("from %+v, %v", from, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil || subject != "We have your order "+number+" X-Evil: yes" {
		t.Errorf("subject %q, %v", subject, err)
	}
	if id := parsed.Header.Get("Message-Id"); id != "<7.99@oms.brenner.example>" {
		t.Errorf("Message-ID %s", id)
	}
	if _, err := parsed.Header.Date(); err != nil {
		t.Error(err)
	}
}

func TestCaughtMailIsTakenApartAsItWasWritten(t *testing.T) {
	t.Parallel()
	ctx, tx := t.Context(), pgtest.Tx(t)
	sink := smtptest.Start(t, smtptest.OK)
	msg := notify.Message{Subject: "Größe für 5 €", Text: "Grüße\nzwei", HTML: "<p>Grüße &amp; mehr</p>"}
	if err := serverAt(t, sink.URL()).Send(ctx, house, claimOf("ada@example.org"), msg); err != nil {
		t.Fatal(err)
	}
	got := sink.Wait(t, 1)[0]
	notify.Catch(tx, got.From, got.To[0], got.Raw)
	all, err := notify.CaughtMails(ctx, tx, 0, 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d caught, %v", len(all), err)
	}
	one, err := notify.ReadCaught(ctx, tx, all[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	open := one.Open()
	if one.Subject != msg.Subject || strings.TrimSpace(strings.ReplaceAll(open.Text, "\r\n", "\n")) != msg.Text || strings.TrimSpace(open.HTML) != msg.HTML {
		t.Errorf("%q\n%+v", one.Subject, open)
	}
	if !strings.Contains(open.Headers, "Message-ID: <7.99@oms.brenner.example>") {
		t.Errorf("headers\n%s", open.Headers)
	}
	if o := (notify.Caught{Raw: []byte("\xff no mail \x00")}).Open(); o.Text == "" {
		t.Error("what is no mail must still be shown")
	}
}

func TestServerErrorsAreFinalOnlyWhenTheServerMeansThisMail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode  smtptest.Mode
		final bool
	}{
		"4xx": {smtptest.Later, false}, "5xx": {smtptest.Never, true}, "sign in first": {smtptest.SignInFirst, false}, "hangs up after DATA": {smtptest.DropAfterData, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := smtptest.Start(t, c.mode)
			err := serverAt(t, sink.URL()).Send(t.Context(), house, claimOf("ada@example.org"), notify.Message{Subject: "s", Text: "t", HTML: "h"})
			if _, final := errors.AsType[*notify.Refused](err); err == nil || final != c.final {
				t.Errorf("got %v, final %v", err, final)
			}
		})
	}
}

func TestServerThatIsAwayIsTriedAgain(t *testing.T) {
	t.Parallel()
	err := serverAt(t, "smtp://127.0.0.1:1?tls=none").Send(t.Context(), house, claimOf("ada@example.org"), notify.Message{Subject: "s", Text: "t", HTML: "h"})
	if _, final := errors.AsType[*notify.Refused](err); err == nil || final {
		t.Errorf("got %v", err)
	}
}

func TestAddressThatIsNoneIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	sink := smtptest.Start(t, smtptest.OK)
	for _, to := range []string{"nobody", "a@b.example\r\nRCPT TO:<c@d.example>", "a@b.example, c@d.example", ""} {
		err := serverAt(t, sink.URL()).Send(t.Context(), house, claimOf(to), notify.Message{Subject: "s", Text: "t", HTML: "h"})
		if _, final := errors.AsType[*notify.Refused](err); !final {
			t.Errorf("%q: %v", to, err)
		}
	}
	if n := len(sink.Mails()); n != 0 {
		t.Errorf("%d mails left", n)
	}
}

func TestSMTPAddressIsReadStrictly(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "mail.example", "http://mail.example", "smtp://", "smtp://h:0", "smtp://h:99999", "smtp://h?tls=maybe", "smtp://user:top secret@h:%zz"} {
		_, err := notify.NewServer(bad)
		if err == nil {
			t.Errorf("%q was taken", bad)
			continue
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the password is in the error: %v", err)
		}
	}
	for url, want := range map[string]string{"smtp://h": "h:587", "smtps://u:p@h": "h:465", "smtp://u:p@h:25?tls=required": "h:25", "smtp://[::1]:2525": "[::1]:2525"} {
		if s := serverAt(t, url); s.Address() != want {
			t.Errorf("%s leads to %s", url, s.Address())
		}
	}
}
