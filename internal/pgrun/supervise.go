package pgrun

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// child is one life of the server.
type child struct {
	cmd  *exec.Cmd
	pid  int
	done chan struct{} // closed when the process has ended
	err  error         // how; valid after done
	said *tail
}

// spawn starts the server. The thread that does so is kept until the child
// ends: the kernel's signal on the parent's death goes by threads.
func (s *Server) spawn() (*child, error) {
	args := []string{"-D", s.cluster()}
	for _, v := range s.settings() {
		args = append(args, "-c", v)
	}
	c := &child{done: make(chan struct{}), said: &tail{server: s}}
	c.cmd = s.command(context.Background(), filepath.Join(s.bin.Dir, program("postgres")), args...)
	c.cmd.Stderr = c.said
	c.cmd.WaitDelay = time.Second // backends of a killed server hold its pipe a little longer
	bind(c.cmd)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		started <- err
		if err == nil {
			c.err = c.cmd.Wait()
			close(c.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.cmd.Path, err)
	}
	c.pid = c.cmd.Process.Pid
	return c, nil
}

// launch starts the server and waits until it is ready. Backends of a server
// that was killed hold the cluster for a moment: then it tries again.
func (s *Server) launch(ctx context.Context) (*child, error) {
	passing := time.After(time.Minute)
	for {
		if err := s.clearOrphan(ctx); err != nil {
			return nil, err
		}
		c, err := s.spawn()
		if err != nil {
			return nil, err
		}
		err = s.awaitReady(ctx, c)
		if err == nil {
			s.mu.Lock()
			s.child = c
			s.mu.Unlock()
			s.o.Log.Info("PostgreSQL is ready", "version", s.bin.Version, "pid", c.pid, "dir", s.cluster())
			return c, nil
		}
		c.end(s)
		if !c.said.passing() {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-passing:
			return nil, err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// awaitReady waits while the server starts, which after a crash may take as
// long as its log is, and makes sure that the one that answers is this child.
func (s *Server) awaitReady(ctx context.Context, c *child) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if p, ok := s.postmaster(); ok && p.pid == c.pid && p.ready {
			err := s.recognise(ctx, s.socket)
			if err == nil {
				return nil
			}
			select {
			case <-c.done:
			default:
				return fmt.Errorf("the new server does not answer: %w", err)
			}
		}
		select {
		case <-c.done:
			return fmt.Errorf("PostgreSQL did not start (%w):\n%s", errors.Join(c.err, errors.New("exited")), c.said)
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL is not ready: %w\n%s", ctx.Err(), c.said)
		case <-tick.C:
		}
	}
}

// supervise keeps a server running until life ends, then stops it. One that
// dies young is started again after a pause that grows.
func (s *Server) supervise(life context.Context, c *child) {
	defer close(s.stopped)
	const shortest, longest = 100 * time.Millisecond, 10 * time.Second
	for pause := shortest; ; {
		old := time.After(time.Minute)
	living:
		for {
			select {
			case <-life.Done():
				c.end(s)
				s.forget()
				return
			case <-old:
				pause = shortest
			case <-c.done:
				break living
			}
		}
		s.forget()
		s.o.Log.Error("PostgreSQL ended by itself: starting it again", "err", c.err, "said", c.said.String())
		for next := (*child)(nil); next == nil; pause = min(2*pause, longest) {
			select {
			case <-life.Done():
				return
			case <-time.After(pause):
			}
			var err error
			if next, err = s.launch(life); err != nil {
				s.o.Log.Error("PostgreSQL cannot be started: trying again", "err", err)
				continue
			}
			c = next
		}
	}
}

func (s *Server) forget() {
	s.mu.Lock()
	s.child = nil
	s.mu.Unlock()
}

// end stops the server: in order, then at once, then by force.
func (c *child) end(s *Server) {
	for _, way := range []struct {
		stop func(int) error
		wait time.Duration
	}{{s.stopFast, 30 * time.Second}, {s.stopNow, 10 * time.Second}, {func(int) error { return c.cmd.Process.Kill() }, 5 * time.Second}} {
		select {
		case <-c.done:
			return
		default:
		}
		if err := way.stop(c.pid); err != nil {
			s.o.Log.Warn("could not signal PostgreSQL", "pid", c.pid, "err", err)
		}
		select {
		case <-c.done:
			return
		case <-time.After(way.wait):
			s.o.Log.Warn("PostgreSQL takes long to stop", "pid", c.pid)
		}
	}
}

const (
	roleExists     = `select exists (select from pg_roles where rolname = 'packhouse')`
	createRole     = `create role packhouse login`
	databaseExists = `select exists (select from pg_database where datname = 'packhouse')`
	createDatabase = `create database packhouse owner packhouse`
)

// ensureDatabase makes the house's role and database where they are missing.
func (s *Server) ensureDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.AdminURL())
	if err != nil {
		return fmt.Errorf("connect to the new server: %w", err)
	}
	defer conn.Close(ctx)
	for _, step := range []struct{ asks, makes string }{{roleExists, createRole}, {databaseExists, createDatabase}} {
		var there bool
		if err := conn.QueryRow(ctx, step.asks).Scan(&there); err != nil {
			return fmt.Errorf("look for the house's database: %w", err)
		}
		if !there {
			if _, err := conn.Exec(ctx, step.makes); err != nil {
				return fmt.Errorf("make the house's database: %w", err)
			}
		}
	}
	return nil
}

// tail passes the server's messages on to our log and keeps the last ones for
// an error's text. Nobody but it may hold the server's stderr: a full or
// inherited pipe hangs.
type tail struct {
	server *Server
	mu     sync.Mutex
	rest   string
	lines  []string
}

const tailLines = 12

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rest += string(p)
	for {
		line, rest, whole := strings.Cut(t.rest, "\n")
		if !whole {
			return len(p), nil
		}
		t.rest = rest
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if t.lines = append(t.lines, line); len(t.lines) > tailLines {
			t.lines = t.lines[1:]
		}
		if strings.HasPrefix(line, "PANIC:") { // FATAL only ends one connection, and a failed start is told with its last lines
			t.server.o.Log.Warn("postgres", "line", line)
		} else {
			t.server.o.Log.Debug("postgres", "line", line)
		}
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}

// passing reports whether the server refused to start for a reason that goes
// away by itself: processes of the one before are still ending.
func (t *tail) passing() bool {
	said := t.String()
	for _, reason := range []string{"pre-existing shared memory block", `lock file "postmaster.pid" already exists`, "is still in use", "could not create lock file"} {
		if strings.Contains(said, reason) {
			return true
		}
	}
	return false
}
