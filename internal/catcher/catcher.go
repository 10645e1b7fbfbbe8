// Package catcher is a mail server for development: it takes every mail that is
// handed to it on this machine and gives it to a function, instead of to the
// world. It listens on loopback only and speaks plain SMTP.
package catcher

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/emersion/go-smtp"
)

// maxMail is the largest mail taken, in bytes.
const maxMail = 10 << 20

// Store keeps one caught mail, as it came over the line. An error of it makes
// the sender try again later.
type Store func(ctx context.Context, from, to string, raw []byte) error

// Server is a catcher that listens.
type Server struct {
	smtp  *smtp.Server
	l     net.Listener
	where string
	done  chan struct{}
}

// Start listens on a free port of 127.0.0.1 until Close. ctx bounds the storing
// of what comes in.
func Start(ctx context.Context, store Store) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for mails: %w", err)
	}
	s := &Server{l: l, where: l.Addr().String(), done: make(chan struct{})}
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{ctx: ctx, store: store}, nil
	}))
	s.smtp.Domain = "catcher.localhost"
	s.smtp.MaxMessageBytes = maxMail
	s.smtp.MaxRecipients = 50
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = 30*time.Second, 10*time.Second
	go func() {
		defer close(s.done)
		_ = s.smtp.Serve(l) // it ends with an error when it is closed, and for nothing else
	}()
	return s, nil
}

// URL is what SMTP_URL would be.
func (s *Server) URL() string { return "smtp://" + s.where + "?tls=none" }

// Close stops listening and hangs up.
func (s *Server) Close() error {
	err := s.smtp.Close()
	_ = s.l.Close() // a server closed before it began to serve leaves it open
	<-s.done
	return err
}

type session struct {
	ctx   context.Context
	store Store
	from  string
	to    []string
}

func (s *session) Reset()        { s.from, s.to = "", nil }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(io.LimitReader(r, maxMail))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
	defer cancel()
	for _, to := range s.to {
		if err := s.store(ctx, s.from, to, raw); err != nil {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "cannot keep the mail now"}
		}
	}
	return nil
}
