// Package smtptest is a mail server for tests that can misbehave: it says no
// for now, no for good, thinks for as long as the test wants, or hangs up after
// it has taken a mail. Only tests may import it.
package smtptest

import (
	"bytes"
	"io"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Mode is how the server behaves.
type Mode int

// The modes.
const (
	OK            Mode = iota
	Later              // 451 to every recipient
	Never              // 550 to every recipient
	DropAfterData      // takes the mail, then hangs up without a word
	SignInFirst        // 530 to every sender
	HoldBefore         // waits in MAIL FROM until released, then OK
	HoldAfter          // takes the mail, waits with its answer until released
)

// Mail is one mail the server took.
type Mail struct {
	From string
	To   []string
	Raw  []byte
}

// Parse reads the mail as any mail program would.
func (m Mail) Parse(t testing.TB) *mail.Message {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatalf("the mail cannot be parsed: %v\n%s", err, m.Raw)
	}
	return msg
}

// Sink is a server that listens on loopback until the test ends.
type Sink struct {
	addr string

	mu      sync.Mutex
	mode    Mode
	mails   []Mail
	changed chan struct{} // closed and replaced at each mail
	reached chan struct{} // one value for each conversation that is held
	release chan struct{}
}

// Start starts a server in a mode.
func Start(t testing.TB, mode Mode) *Sink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Sink{addr: l.Addr().String(), mode: mode, changed: make(chan struct{}), reached: make(chan struct{}, 1000), release: make(chan struct{})}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{sink: s, conn: c}, nil }))
	server.Domain = "sink.localhost"
	server.EnableSMTPUTF8 = true
	server.ErrorLog = silent{}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	t.Cleanup(func() {
		s.Release()
		server.Close()
		l.Close() // closing a server that has not begun to serve yet leaves the listener open
		<-done
	})
	return s
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// URL is the SMTP_URL of the server.
func (s *Sink) URL() string { return "smtp://" + s.addr + "?tls=none" }

// Set changes the mode for conversations from now on.
func (s *Sink) Set(m Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = m
}

// Reached waits until a conversation is being held.
func (s *Sink) Reached(t testing.TB) {
	t.Helper()
	select {
	case <-s.reached:
	case <-t.Context().Done():
		t.Fatal("nobody came to the mail server")
	case <-time.After(time.Minute):
		t.Fatal("nobody came to the mail server within a minute")
	}
}

// Release lets all held conversations go on, and holds none from now on.
func (s *Sink) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.release:
	default:
		close(s.release)
	}
}

// Mails are the mails taken so far.
func (s *Sink) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Wait waits until n mails were taken.
func (s *Sink) Wait(t testing.TB, n int) []Mail {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		s.mu.Lock()
		changed, mails := s.changed, append([]Mail(nil), s.mails...)
		s.mu.Unlock()
		if len(mails) >= n {
			return mails
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatalf("%d mails came within a minute, %d were meant to", len(mails), n)
		}
	}
}

type session struct {
	sink *Sink
	conn *smtp.Conn
	mode Mode
	mail Mail
}

func (c *session) Reset()        { c.mail = Mail{} }
func (c *session) Logout() error { return nil }

func (c *session) Mail(from string, _ *smtp.MailOptions) error {
	c.sink.mu.Lock()
	c.mode = c.sink.mode
	c.sink.mu.Unlock()
	c.mail.From = from
	switch c.mode {
	case HoldBefore:
		c.hold()
	case SignInFirst:
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "sign in first"}
	}
	return nil
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch c.mode {
	case Later:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "come back later"}
	case Never:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such person"}
	}
	c.mail.To = append(c.mail.To, to)
	return nil
}

func (c *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err // the line broke before the end: nothing was taken
	}
	c.mail.Raw = raw
	s := c.sink
	s.mu.Lock()
	s.mails = append(s.mails, c.mail)
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
	switch c.mode {
	case DropAfterData:
		c.conn.Conn().Close()
	case HoldAfter:
		c.hold()
	}
	return nil
}

func (c *session) hold() {
	c.sink.reached <- struct{}{}
	<-c.sink.release
}
