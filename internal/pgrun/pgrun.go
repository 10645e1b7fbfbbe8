// Package pgrun gives the house a PostgreSQL of its own when no other is
// named: it finds the programs, makes a private cluster in the data directory,
// runs the server as a supervised child that only a Unix socket in a closed
// directory reaches, and stops it again. It is the only room that starts one.
//
// Words: a cluster is the directory of a server's data; the owner is the
// process that runs the server on it; a guest is a process that uses a server
// which an owner runs. Not to be confused with internal/pg, which connects.
package pgrun

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"packhouse/internal/pgrun/filelock"
)

// Role is the database role and the name of the database that the house works
// with. It owns its database and is no superuser, as on a managed server.
const Role = "packhouse"

// superuser makes the cluster and checks whose server answers.
const superuser = "postgres"

// Options say where the cluster lives and how it is used.
type Options struct {
	Dir      string       // the data directory; the cluster stands in Dir/postgres
	Log      *slog.Logger // nil: nowhere
	Settings []string     // "name=value", after and over the house's own
	Adopt    bool         // use the server that another process runs on Dir, instead of refusing
	Scratch  bool         // data that may be lost: made without waiting for the disk
	Getenv   func(string) string
}

// Server is a running PostgreSQL. An owner's is restarted whenever it dies,
// until Stop; a guest's is another process's.
type Server struct {
	o      Options
	bin    Binaries
	as     account
	root   string // Dir/postgres
	socket string // directory of the socket
	lock   *filelock.Lock

	stop    context.CancelFunc // ends the supervisor
	stopped chan struct{}      // closed when the child is gone for good
	mu      sync.Mutex
	child   *child
}

// InUse says that another process runs the server of this directory.
type InUse struct {
	Dir string
	PID int // 0 when not known
}

func (e *InUse) Error() string {
	who := "another process"
	if e.PID > 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("%s is already running on %s: stop it first, or give this one its own DATA_DIR", who, e.Dir)
}

// patience is how long a start waits for the owner before it: one that was
// killed leaves at once, one that was asked to stop takes a moment.
const patience = 3 * time.Second

// Start runs the server of o.Dir, making the cluster first where there is
// none, and returns when it answers. It never touches data made by another
// major version of PostgreSQL, and never talks to a server it has not
// recognised as the one on this directory.
func Start(ctx context.Context, o Options) (*Server, error) {
	s, err := newServer(o)
	if err != nil {
		return nil, err
	}
	if o.Adopt {
		if s.lock, err = s.attach(ctx); s.lock == nil && err == nil {
			return s, nil
		}
	} else {
		limit, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		s.lock, err = filelock.Wait(limit, s.root+".lock")
		if errors.Is(err, filelock.ErrHeld) {
			err = &InUse{s.o.Dir, s.ownerPID()}
		}
	}
	if err != nil {
		return nil, err
	}
	if err := s.own(ctx); err != nil {
		s.lock.Release()
		return nil, err
	}
	return s, nil
}

func newServer(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the data directory: %w", err)
	}
	if err := os.MkdirAll(dir, dirMode()); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	o.Dir = dir
	return &Server{o: o, root: filepath.Join(dir, "postgres"), stopped: make(chan struct{})}, nil
}

// own starts the server under our lock.
func (s *Server) own(ctx context.Context) error {
	if err := os.WriteFile(s.root+".owner", []byte(strconv.Itoa(os.Getpid())), 0o644); err != nil {
		return fmt.Errorf("note who runs the server: %w", err)
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	c, err := s.launch(ctx)
	if err != nil {
		return err
	}
	if err := s.ensureDatabase(ctx); err != nil {
		c.end(s)
		return err
	}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = cancel
	go s.supervise(life, c)
	return nil
}

// prepare leaves a cluster, its programs and its socket directory ready.
func (s *Server) prepare(ctx context.Context) error {
	var err error
	if s.as, err = accountFor(s.cluster()); err != nil {
		return err
	}
	if err := s.makeRoot(); err != nil {
		return err
	}
	major, err := s.major()
	if err != nil {
		return err
	}
	if s.bin, err = s.find(ctx, major); err != nil {
		return err
	}
	if major == 0 {
		if err := s.initdb(ctx); err != nil {
			return err
		}
	}
	s.socket, err = s.makeSocketDir()
	return err
}

// Owner reports whether this process runs the server, rather than using one
// that another process runs.
func (s *Server) Owner() bool { return s.lock != nil }

// Binaries tells which PostgreSQL runs; zero for a guest.
func (s *Server) Binaries() Binaries { return s.bin }

// URL is the address of the house's own database.
func (s *Server) URL() string { return s.address(Role, Role) }

// AdminURL is the address of the maintenance database as the superuser, for
// making and dropping databases.
func (s *Server) AdminURL() string { return s.address(superuser, "postgres") }

// DatabaseURL is the address of another database of this server, as Role.
func (s *Server) DatabaseURL(name string) string { return s.address(Role, name) }

func (s *Server) address(user, database string) string {
	return socketAddress(s.socket, user, database)
}

// socketAddress spells the address of a database behind a socket directory.
// The port only names the socket's file: no port is opened.
func socketAddress(dir, user, database string) string {
	q := url.Values{"host": {dir}, "port": {"5432"}, "sslmode": {"disable"}}
	return "postgres://" + url.PathEscape(user) + "@/" + url.PathEscape(database) + "?" + q.Encode()
}

// PID is the process id of the server, 0 while it is being restarted and for
// a guest.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.child == nil {
		return 0
	}
	return s.child.pid
}

// Stop ends the server in an orderly way, which disconnects its clients and
// flushes its data. A guest's Stop leaves the owner's server alone.
func (s *Server) Stop() error {
	if !s.Owner() {
		return nil
	}
	s.stop()
	<-s.stopped
	return errors.Join(os.RemoveAll(s.socket), s.lock.Release())
}

func (s *Server) cluster() string { return filepath.Join(s.root, "data") }

func (s *Server) ownerPID() int {
	b, err := os.ReadFile(s.root + ".owner")
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b))) // 0 means unknown
	return pid
}

// dirMode lets the server's account walk through a directory of root's to its
// own, without reading what stands beside it.
func dirMode() os.FileMode {
	if runtime.GOOS != "windows" && os.Geteuid() == 0 {
		return 0o711
	}
	return 0o700
}
