package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"packhouse/internal/pgrun"
	"packhouse/internal/pgrun/filelock"
)

// idle is how long the shared server outlives its last user.
const (
	idle = 3 * time.Minute
	tick = 10 * time.Second
)

// supervise names the environment variable that turns any test program into
// the one that runs the shared server.
const supervise = "PACKHOUSE_TEST_SERVER"

// settings make a server that is quick and may lose everything.
var settings = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
	"max_connections=300", "shared_buffers=128MB", "max_wal_size=512MB", "min_wal_size=80MB", "autovacuum=off", "max_prepared_transactions=0",
}

// A server must outlive the test program that starts it, so another process
// runs it: this same program, told by its environment. Nothing else in a test
// program runs before its tests.
func init() {
	if dir := os.Getenv(supervise); dir != "" {
		if err := runServer(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// place is where the shared server lives.
type place struct {
	dir      string
	strategy string // how databases are copied there
}

// findPlace prefers memory, where copying a template's files takes some
// hundredths of a second; on a disk copying by the log is the quicker way. A
// small /dev/shm, as in a container, is not used: a copy is 10 MB and more.
func findPlace() place {
	sum := sha256.Sum256([]byte(strings.Join(settings, " ") + os.Getenv("OMS_PG_BIN")))
	name := fmt.Sprintf("packhouse-test-%d-%s", os.Getuid(), hex.EncodeToString(sum[:4]))
	if free("/dev/shm") >= 1<<30 {
		return place{filepath.Join("/dev/shm", name), "file_copy"}
	}
	return place{filepath.Join(os.TempDir(), name), "wal_log"}
}

func (p place) options() pgrun.Options {
	return pgrun.Options{Dir: p.dir, Scratch: true, Settings: settings, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
}

// server is the shared server, started when there is none. The lock is the
// sign to the server's process that it is needed; it ends with this program.
func (p place) server(ctx context.Context) (*pgrun.Server, *filelock.Lock, error) {
	needed, err := filelock.WaitShared(ctx, p.dir+".users")
	if err != nil {
		return nil, nil, err
	}
	s, err := p.attachOrLaunch(ctx)
	return s, needed, err
}

func (p place) attachOrLaunch(ctx context.Context) (*pgrun.Server, error) {
	starting, err := filelock.Wait(ctx, p.dir+".starting")
	if err != nil {
		return nil, err
	}
	defer starting.Release()
	s, err := pgrun.Attach(ctx, p.options())
	if !errors.Is(err, pgrun.ErrNoOwner) {
		return s, err
	}
	return p.launch(ctx)
}

// launch starts the process that runs the server, and waits for the server.
func (p place) launch(ctx context.Context) (*pgrun.Server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	// Its output must not be the test's: go test waits until everybody has let go of that.
	log, err := os.Create(p.dir + ".log")
	if err != nil {
		return nil, fmt.Errorf("make the test server's log: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), supervise+"="+p.dir)
	cmd.Stdout, cmd.Stderr = log, log
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the test server: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		s, err := pgrun.Attach(ctx, p.options())
		if !errors.Is(err, pgrun.ErrNoOwner) {
			return s, err
		}
		select {
		case err := <-ended:
			said, _ := os.ReadFile(log.Name()) // what cannot be read is not shown
			return nil, fmt.Errorf("the test server ended (%v): %s", err, said)
		case <-ctx.Done():
			return nil, fmt.Errorf("the test server did not start: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// runServer is the life of the server's process: it drops what dead test
// programs left, and ends when nobody has been there for a while.
func runServer(dir string) error {
	ctx := context.Background()
	p := findPlace()
	if p.dir != dir {
		return fmt.Errorf("asked for a test server in %s, but its place is %s", dir, p.dir)
	}
	if err := forgetOtherBoots(dir); err != nil {
		return err
	}
	s, err := pgrun.Start(ctx, p.options())
	if err != nil {
		return err
	}
	alone := time.Duration(0)
	for range time.Tick(tick) {
		if err := sweep(ctx, s.AdminURL()); err != nil {
			slog.Warn("could not drop what tests left", "err", err)
		}
		lock, err := filelock.Try(dir + ".users")
		if err != nil {
			alone = 0
			continue
		}
		if alone += tick; alone >= idle {
			// Whoever comes now waits for this lock, which ends with us, and then starts a new server.
			return errors.Join(s.Stop(), os.RemoveAll(dir))
		}
		if err := lock.Release(); err != nil {
			return err
		}
	}
	return nil
}

// forgetOtherBoots removes a cluster from before the machine was restarted:
// it does not wait for the disk, so what is left of it cannot be trusted.
func forgetOtherBoots(dir string) error {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		boot = []byte("unknown") // a system without it: clusters are kept
	}
	mark := dir + ".boot"
	if before, err := os.ReadFile(mark); err != nil || string(before) != string(boot) {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove the test server of another boot: %w", err)
		}
	}
	return os.WriteFile(mark, boot, 0o600)
}
