//go:build !windows

package pgrun_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/pgrun"
)

// TestMain lets the test's own program play the part of an application that
// is killed: with this variable set it runs a server until it is ended.
func TestMain(m *testing.M) {
	if dir := os.Getenv("PGRUN_TEST_OWNER_OF"); dir != "" {
		s, err := pgrun.Start(context.Background(), options(dir))
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		fmt.Println("ready", s.PID())
		select {}
	}
	os.Exit(m.Run())
}

// options are for a small quick cluster; the durability of data is on, since
// its survival is what is tested.
func options(dir string) pgrun.Options {
	return pgrun.Options{Dir: dir, Scratch: true, Settings: []string{"shared_buffers=16MB", "max_connections=20"},
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
}

// place is a directory that the server's account can enter, which t.TempDir
// is not when root runs the tests.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgrun")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, o pgrun.Options) *pgrun.Server {
	t.Helper()
	s, err := pgrun.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// ask runs one statement, again and again while the server is away.
func ask(t *testing.T, url, sql string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		answer, err := once(ctx, url, sql)
		if err == nil {
			return answer
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: %v", sql, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func once(ctx context.Context, url, sql string) (string, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		return "", err
	}
	answer, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return strings.Join(answer, " "), err
}

func TestStartMakesAClusterAndStopLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := place(t)
	s, err := pgrun.Start(t.Context(), options(dir))
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, s.URL(), `select ('É' ilike 'é' and lower('ŁÓDŹ') = 'łódź')::text`); got != "true" {
		t.Fatalf("the cluster does not know letters beyond ASCII: %s", got)
	}
	if got := ask(t, s.URL(), `select rolsuper::text from pg_roles where rolname = current_user`); got != "false" {
		t.Fatalf("the house works as a superuser: %s", got)
	}
	for setting, want := range map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "jit": "off", "listen_addresses": "", "TimeZone": "UTC"} {
		if got := ask(t, s.URL(), `select current_setting('`+setting+`')`); got != want {
			t.Errorf("%s = %q, want %q", setting, got, want)
		}
	}
	ask(t, s.URL(), `create table kept as select 42::text as n`)
	pid := s.PID()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Fatalf("process %d is still there: %v", pid, err)
	}
	if got := ask(t, start(t, options(dir)).URL(), `select n from kept`); got != "42" {
		t.Fatalf("after a restart: %q", got)
	}
}

// owner runs this program as another process that owns the server of dir.
func owner(t *testing.T, dir string) (cmd *exec.Cmd, postgres int) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PGRUN_TEST_OWNER_OF="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(line, "ready %d", &postgres); err != nil {
		t.Fatalf("the other process says %q", line)
	}
	return cmd, postgres
}

func TestAClusterWhoseApplicationWasKilledStartsAgainWithEveryCommit(t *testing.T) {
	t.Parallel()
	dir := place(t)
	cmd, _ := owner(t, dir)
	guest := start(t, adopting(dir))
	ask(t, guest.URL(), `create table kept as select 7::text as n`)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s := start(t, options(dir)) // at once, while the old server is still ending
	if got := ask(t, s.URL(), `select n from kept`); got != "7" {
		t.Fatalf("after kill -9 of the application: %q", got)
	}
}

func TestAKilledApplicationAndServerTogetherRecover(t *testing.T) {
	t.Parallel()
	dir := place(t)
	cmd, postgres := owner(t, dir)
	guest := start(t, adopting(dir))
	ask(t, guest.URL(), `create table kept as select 8::text as n`)
	// A backend in the middle of something outlives its server for a moment.
	busy, err := pgx.Connect(t.Context(), guest.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close(t.Context())
	ended := make(chan struct{})
	go func() { busy.Exec(t.Context(), `select pg_sleep(60)`); close(ended) }()
	syscall.Kill(postgres, syscall.SIGKILL)
	cmd.Process.Kill()
	s := start(t, options(dir))
	if got := ask(t, s.URL(), `select n from kept`); got != "8" {
		t.Fatalf("after kill -9 of both: %q", got)
	}
	<-ended
}

func TestTheSupervisorStartsAServerThatDied(t *testing.T) {
	t.Parallel()
	s := start(t, options(place(t)))
	ask(t, s.URL(), `create table kept as select 9::text as n`)
	first := s.PID()
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for ask(t, s.URL(), `select n from kept`) != "9" || s.PID() == first || s.PID() == 0 {
	}
}

func TestASecondProcessIsRefusedUnlessItAsksToShare(t *testing.T) {
	t.Parallel()
	dir := place(t)
	s := start(t, options(dir))
	_, err := pgrun.Start(t.Context(), options(dir))
	var used *pgrun.InUse
	if !errors.As(err, &used) || used.PID != os.Getpid() {
		t.Fatalf("a second owner: %v", err)
	}
	guest := start(t, adopting(dir))
	if guest.Owner() || guest.URL() != s.URL() {
		t.Fatalf("the guest owns %v, at %s", guest.Owner(), guest.URL())
	}
	if err := guest.Stop(); err != nil {
		t.Fatal(err)
	}
	ask(t, s.URL(), `select 'the server outlives its guest'`)
}

func adopting(dir string) pgrun.Options {
	o := options(dir)
	o.Adopt = true
	return o
}

func TestADeepDataDirectoryStillGetsASocket(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(place(t), strings.Repeat("deep/", 20), strings.Repeat("x", 100))
	s := start(t, options(dir))
	ask(t, s.URL(), `select 'here'`)
}

func TestAClusterOfAnotherMajorVersionIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	dir := place(t)
	cluster := filepath.Join(dir, "postgres", "data")
	if err := os.MkdirAll(cluster, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		os.Chown(cluster, 65534, 65534)
	}
	for name, text := range map[string]string{"PG_VERSION": "9\n", "precious": "data"} {
		if err := os.WriteFile(filepath.Join(cluster, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := pgrun.Start(t.Context(), options(dir))
	if err == nil || !strings.Contains(err.Error(), "PostgreSQL 9") || !strings.Contains(err.Error(), "oms backup") || !strings.Contains(err.Error(), "Nothing was changed") {
		t.Fatalf("another major version: %v", err)
	}
	left, err := os.ReadDir(cluster)
	if err != nil || len(left) != 2 {
		t.Fatalf("the data was touched: %v %v", left, err)
	}
}

func TestADirectoryThatIsNoClusterIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	dir := place(t)
	cluster := filepath.Join(dir, "postgres", "data")
	if err := os.MkdirAll(cluster, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cluster, "photos"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pgrun.Start(t.Context(), options(dir)); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Fatalf("somebody's directory: %v", err)
	}
	if _, err := os.Stat(filepath.Join(cluster, "photos")); err != nil {
		t.Fatal(err)
	}
}

func TestAHalfMadeClusterIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := place(t)
	half := filepath.Join(dir, "postgres", "data.init")
	if err := os.MkdirAll(half, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15"), 0o644); err != nil {
		t.Fatal(err)
	}
	ask(t, start(t, options(dir)).URL(), `select 'whole'`)
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the half is still there: %v", err)
	}
}

func TestRootsServerRunsAsSomebodyElse(t *testing.T) {
	t.Parallel()
	s := start(t, options(place(t)))
	info, err := os.Stat(fmt.Sprintf("/proc/%d", s.PID()))
	if errors.Is(err, fs.ErrNotExist) {
		return // a system without /proc: PostgreSQL's own refusal of root is the proof that it runs
	}
	if err != nil {
		t.Fatal(err)
	}
	if uid := info.Sys().(*syscall.Stat_t).Uid; uid == 0 {
		t.Fatal("the server runs as root")
	}
}

func TestAStalePidFileWithAForeignProcessIdDoesNotBlockTheStart(t *testing.T) {
	t.Parallel()
	dir := place(t)
	first, err := pgrun.Start(t.Context(), options(dir))
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "postgres", "data", "postmaster.pid")
	text := fmt.Sprintf("%d\n%s\n1\n5432\n/tmp\n\n1 1\nready   \n", os.Getpid(), filepath.Dir(file))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ask(t, start(t, options(dir)).URL(), `select 'up'`)
}
