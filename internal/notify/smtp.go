package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// How long one sending may take: reaching the server and signing in, then the
// mail itself. Servers that look into mails answer late, and hanging up on one
// that is about to accept makes a second copy; so the second is generous.
const (
	greetTime = 5 * time.Second
	mailTime  = 20 * time.Second
)

// SendTime is the longest that Server.Send takes.
const SendTime = 2*greetTime + mailTime

// Server sends mail over SMTP.
type Server struct {
	address string
	greet   *gomail.Client
	mail    *gomail.Client
}

// NewServer reads SMTP_URL: smtp://user:password@host:port (STARTTLS where the
// server offers it; ?tls=required insists, ?tls=none does without) or
// smtps://… (TLS from the first byte). The ports are 587 and 465 unless said.
func NewServer(smtpURL string) (*Server, error) {
	u, err := url.Parse(smtpURL)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		// The text may hold a password, so it is not repeated.
		return nil, errors.New("SMTP_URL is not like smtp://user:password@host:587 or smtps://user:password@host:465")
	}
	port := 587
	if u.Scheme == "smtps" {
		port = 465
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, fmt.Errorf("SMTP_URL names port %q", p)
		}
	}
	opts := []gomail.Option{gomail.WithPort(port), gomail.WithoutNoop(), gomail.WithoutRset()}
	switch policy := u.Query().Get("tls"); {
	case u.Scheme == "smtps":
		opts = append(opts, gomail.WithSSL())
	case policy == "required":
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case policy == "none":
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	case policy == "":
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		return nil, fmt.Errorf("SMTP_URL says tls=%s; it may be required or none", policy)
	}
	if password, given := u.User.Password(); given {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	s := &Server{address: net.JoinHostPort(u.Hostname(), strconv.Itoa(port))}
	if s.greet, err = gomail.NewClient(u.Hostname(), append(opts, gomail.WithTimeout(greetTime))...); err != nil {
		return nil, fmt.Errorf("read SMTP_URL: %w", err)
	}
	if s.mail, err = gomail.NewClient(u.Hostname(), append(opts, gomail.WithTimeout(mailTime))...); err != nil {
		return nil, fmt.Errorf("read SMTP_URL: %w", err)
	}
	return s, nil
}

// Address is host and port, without the credentials.
func (s *Server) Address() string { return s.address }

// Refused is a server's final no to this mail: trying again would get the same
// answer. Any other error of Send is worth another try.
type Refused struct{ Err error }

func (r *Refused) Error() string { return r.Err.Error() }
func (r *Refused) Unwrap() error { return r.Err }

// Send hands one mail to the server. nil means that the server has taken it.
// *Refused means that it never will; everything else that it may later.
func (s *Server) Send(ctx context.Context, h House, c Claim, m Message) error {
	msg, err := compose(h, c, m)
	if err != nil {
		return &Refused{err}
	}
	conn, err := s.greet.DialToSMTPClientWithContext(ctx)
	if err != nil {
		// Whatever is wrong here is wrong with the server or our sign-in, not with this mail.
		return fmt.Errorf("reach the mail server %s: %w", s.address, err)
	}
	err = s.mail.SendWithSMTPClient(conn, msg)
	// The mail is taken or not; a server that is rude at the goodbye changes nothing.
	if closeErr := s.mail.CloseWithSMTPClient(conn); closeErr != nil && err == nil && !msg.IsDelivered() {
		err = closeErr
	}
	if err == nil || msg.IsDelivered() {
		return nil
	}
	if final(err) {
		return &Refused{err}
	}
	return err
}

// final reports whether the server said 5xx to this mail: its sender, its
// recipient or its content. "Sign in first" (530) is about us.
func final(err error) bool {
	e, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return false
	}
	switch e.Reason {
	case gomail.ErrSMTPMailFrom, gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
		return e.ErrorCode() >= 500 && e.ErrorCode() != 530
	}
	return false
}
