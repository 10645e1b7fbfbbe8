package pgrun

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// makeRoot makes the directory that holds the cluster, belonging to the
// server's account, and sees that the account can walk to it.
func (s *Server) makeRoot() error {
	if err := os.MkdirAll(s.root, 0o700); err != nil {
		return fmt.Errorf("make the cluster's directory: %w", err)
	}
	if err := s.as.give(s.root); err != nil {
		return err
	}
	return s.as.canReach(s.root)
}

// major is the version that made the cluster, 0 when there is none yet.
func (s *Server) major() (int, error) {
	b, err := os.ReadFile(filepath.Join(s.cluster(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		if left, err := os.ReadDir(s.cluster()); err == nil && len(left) > 0 {
			return 0, fmt.Errorf("%s is not empty and is no PostgreSQL cluster: move it away, or set another DATA_DIR. Nothing was changed", s.cluster())
		}
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the cluster's version: %w", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%s/PG_VERSION says %q, which is no version. Nothing was changed", s.cluster(), b)
	}
	return n, nil
}

// initdb makes the cluster beside its final place and then renames it, so that
// a start killed half-way leaves nothing that looks like a cluster.
func (s *Server) initdb(ctx context.Context) error {
	s.o.Log.Info("making a new database cluster", "dir", s.cluster(), "postgres", s.bin.Version)
	scratch := s.cluster() + ".init"
	var tried error
	for _, locale := range s.locales() {
		if err := os.RemoveAll(scratch); err != nil { // left by a start that was killed: ours, under our lock
			return fmt.Errorf("clear %s: %w", scratch, err)
		}
		// Whoever can open the socket's directory can read the data files too, so a password would guard nothing.
		args := append([]string{"-D", scratch, "-U", superuser, "--encoding=UTF8", "--auth=trust"}, locale...)
		if s.o.Scratch {
			args = append(args, "--no-sync")
		} else {
			args = append(args, "--data-checksums")
		}
		out, err := s.command(ctx, filepath.Join(s.bin.Dir, program("initdb")), args...).CombinedOutput()
		if err == nil {
			if err := os.Remove(s.cluster()); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty directory
				return fmt.Errorf("make room for the cluster: %w", err)
			}
			if err := os.Rename(scratch, s.cluster()); err != nil {
				return fmt.Errorf("put the cluster in its place: %w", err)
			}
			return nil
		}
		tried = fmt.Errorf("initdb: %w\n%s", err, strings.TrimSpace(string(out)))
		if ctx.Err() != nil {
			break
		}
	}
	return tried
}

// locales are the ways to say "any language, by Unicode", best first: plain C
// would make ILIKE, lower and trigrams blind to everything beyond ASCII.
func (s *Server) locales() [][]string {
	if s.bin.Major >= 17 {
		return [][]string{{"--locale-provider=builtin", "--locale=C.UTF-8"}}
	}
	icu := []string{"--locale-provider=icu", "--icu-locale=und"}
	ways := [][]string{append(icu[:2:2], "--locale=C.UTF-8"), append(icu[:2:2], "--locale=en_US.UTF-8"), {"--locale=C.UTF-8"}}
	if runtime.GOOS == "windows" {
		ways = append(ways, append(icu[:2:2], "--locale=C"))
	}
	return ways
}

// settings are for a small server that loses nothing: everything about
// durability stays on.
func (s *Server) settings() []string {
	base := []string{
		"listen_addresses=",
		"unix_socket_directories=" + s.socket,
		"unix_socket_permissions=0700",
		"port=5432",
		"max_connections=80",
		"shared_buffers=256MB",
		"effective_cache_size=1GB",
		"work_mem=8MB",
		"maintenance_work_mem=128MB",
		"max_wal_size=2GB",
		"min_wal_size=128MB",
		"wal_compression=on",
		"random_page_cost=1.1",
		"jit=off", // compiling costs more than our short statements run
		"fsync=on",
		"synchronous_commit=on",
		"full_page_writes=on",
		"timezone=UTC",
		"log_timezone=UTC",
		"logging_collector=off",
		"log_destination=stderr",
		"log_line_prefix=",
		"log_checkpoints=off",
	}
	return append(base, s.o.Settings...)
}
