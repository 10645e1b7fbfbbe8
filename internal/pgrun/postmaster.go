package pgrun

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/pgrun/filelock"
)

// postmaster is what a server writes about itself into postmaster.pid.
type postmaster struct {
	pid    int
	socket string // directory
	ready  bool
}

func (s *Server) postmaster() (postmaster, bool) {
	b, err := os.ReadFile(filepath.Join(s.cluster(), "postmaster.pid"))
	if err != nil {
		return postmaster{}, false
	}
	lines := strings.Split(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return postmaster{}, false
	}
	p := postmaster{pid: pid}
	if len(lines) > 4 {
		p.socket = strings.TrimSpace(lines[4])
	}
	if len(lines) > 7 {
		p.ready = strings.TrimSpace(lines[7]) == "ready"
	}
	return p, true
}

const dataDirectory = `select current_setting('data_directory')`

// recognise asks the server behind a socket which directory it runs on, and
// refuses any but ours: whoever answers is not always who was called.
func (s *Server) recognise(ctx context.Context, socket string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, socketAddress(socket, superuser, "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var dir string
	if err := conn.QueryRow(ctx, dataDirectory).Scan(&dir); err != nil {
		return err
	}
	theirs, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("the server on %s runs on %s, which cannot be seen: %w", socket, dir, err)
	}
	ours, err := os.Stat(s.cluster())
	if err != nil {
		return err
	}
	if !os.SameFile(theirs, ours) {
		return fmt.Errorf("the server on %s runs on %s, not on %s", socket, dir, s.cluster())
	}
	return nil
}

// ErrNoOwner says that no process runs the server of the directory.
var ErrNoOwner = errors.New("no process runs a PostgreSQL on this directory")

// Attach is a guest's way in: it uses the server that another process runs on
// o.Dir, waiting while that one is still starting, and answers ErrNoOwner when
// there is none.
func Attach(ctx context.Context, o Options) (*Server, error) {
	s, err := newServer(o)
	if err != nil {
		return nil, err
	}
	lock, err := s.attach(ctx)
	if lock != nil {
		lock.Release()
		return nil, ErrNoOwner
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// attach makes s a guest. Where there is no owner, or it leaves meanwhile, it
// answers the owner's lock instead, which is then the caller's.
func (s *Server) attach(ctx context.Context) (*filelock.Lock, error) {
	limit, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	last := errors.New("it has not started its server")
	for {
		lock, err := filelock.Try(s.root + ".lock")
		if !errors.Is(err, filelock.ErrHeld) {
			return lock, err
		}
		if p, ok := s.postmaster(); ok && p.ready {
			if last = s.recognise(limit, p.socket); last == nil {
				s.socket = p.socket
				s.o.Log.Info("using the PostgreSQL that another process runs on this directory", "dir", s.o.Dir, "owner", s.ownerPID())
				return nil, nil
			}
		}
		select {
		case <-limit.Done():
			return nil, fmt.Errorf("%w, and its server cannot be used: %w", &InUse{s.o.Dir, s.ownerPID()}, last)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// clearOrphan deals with a server that its owner left behind on our cluster:
// under our lock it belongs to nobody, so it is asked to stop. The next start
// then finds its data in order. One that is already stopping is waited for.
func (s *Server) clearOrphan(ctx context.Context) error {
	limit, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	asked := false
	for {
		p, ok := s.postmaster()
		if !ok || !alive(p.pid) {
			return nil
		}
		if !isPostgres(p.pid) {
			// The machine was restarted and another program has the number now. The server
			// would take that for its twin; it has other ways to notice a real one.
			return os.Remove(filepath.Join(s.cluster(), "postmaster.pid"))
		}
		if !asked && p.ready && s.recognise(limit, p.socket) == nil {
			s.o.Log.Warn("stopping a PostgreSQL that was left behind on this directory", "pid", p.pid)
			if err := s.stopFast(p.pid); err != nil {
				return fmt.Errorf("stop the server left behind, process %d: %w", p.pid, err)
			}
			asked = true
		}
		select {
		case <-limit.Done():
			return fmt.Errorf("process %d holds the cluster in %s and does not stop: end it and start again", p.pid, s.cluster())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
