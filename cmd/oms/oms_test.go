package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"packhouse/internal/pgrun"
	"packhouse/internal/pgtest"
)

const testKey = "a-secret-key-of-tests-only-0123456789"

// environment is what a command sees; metrics listen nowhere unless said.
func environment(pairs ...string) func(string) string {
	m := map[string]string{"METRICS_ADDR": "off", "LISTEN_ADDR": "127.0.0.1:0", "SECRET_KEY": testKey, "DRAIN_DELAY": "0s", "HOME": "/nonexistent"}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func oms(t *testing.T, getenv func(string) string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, getenv, &out, &errs)
	return code, out.String(), errs.String()
}

func TestAMistakeEndsWith2AndOneSentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		env  []string
		says string
	}{
		{args: "", says: "Usage"},
		{args: "frobnicate", says: "there is no command"},
		{args: "help frobnicate", says: "there is no command"},
		{args: "serve --colour", says: "see oms help serve"},
		{args: "serve now", says: "takes no"},
		{args: "migrate", says: "up or status"},
		{args: "migrate down", says: "up or status"},
		{args: "backup", says: "takes one FILE"},
		{args: "restore a b", says: "takes one FILE"},
		{args: "user", says: "add, list or disable"},
		{args: "user remove", says: "add, list or disable"},
		{args: "version 2", says: "takes no"},
		{args: "version", env: []string{"LISTEN_ADDR", "8080"}, says: "LISTEN_ADDR is not like 127.0.0.1:8080"},
		{args: "version", env: []string{"DATABASE_URL", "mysql://x"}, says: "DATABASE_URL is not like"},
		{args: "version", env: []string{"SECRET_KEY", "short"}, says: "at least 32"},
		{args: "version", env: []string{"TLS_CERT", "x"}, says: "TLS_CERT and TLS_KEY"},
		{args: "version", env: []string{"TRUSTED_PROXIES", "10.0.0.0/8, me"}, says: `"me"`},
		{args: "version", env: []string{"BASE_URL", "oms.example.com"}, says: "BASE_URL is not like"},
		{args: "version", env: []string{"LOG_LEVEL", "loud"}, says: "LOG_LEVEL"},
		{args: "version", env: []string{"DRAIN_DELAY", "soon"}, says: "DRAIN_DELAY"},
		{args: "version", env: []string{"PGBOUNCER", "maybe"}, says: "neither on nor off"},
		{args: "serve", env: []string{"DATABASE_URL", "postgres://localhost/x", "SECRET_KEY", ""}, says: "SECRET_KEY is required"},
	} {
		code, _, said := oms(t, environment(c.env...), strings.Fields(c.args)...)
		if code != 2 || !strings.Contains(said, c.says) {
			t.Errorf("oms %s %v: %d %q", c.args, c.env, code, said)
		}
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	t.Parallel()
	_, list, _ := oms(t, environment(), "help")
	for _, c := range commands() {
		if c.short == "" || c.long == "" || c.run == nil || !strings.Contains(list, "  "+c.name) {
			t.Errorf("%s lacks help", c.name)
		}
		for _, args := range [][]string{{"help", c.name}, {c.name, "--help"}, {c.name, "-h"}} {
			if code, said, _ := oms(t, environment(), args...); code != 0 || !strings.HasPrefix(said, "Usage: oms "+c.name) {
				t.Errorf("oms %v: %d %q", args, code, said)
			}
		}
	}
}

func TestTheDocumentedConfigurationIsTheOneThatIsRead(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != configTable() {
		t.Fatal("docs/configuration.md is not what `oms help config` prints: run make gen")
	}
}

func TestTheBaseAddressIsMadeFromWhereWeListen(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{"127.0.0.1:8080": "http://127.0.0.1:8080", ":80": "http://localhost", "0.0.0.0:9000": "http://localhost:9000", "[::]:80": "http://localhost", "[::1]:80": "http://[::1]"} {
		if got := (Config{ListenAddr: listen}).base(nil); got != want {
			t.Errorf("%s: %s, want %s", listen, got, want)
		}
	}
	if got := (Config{ListenAddr: ":443", TLSCert: "c"}).base(nil); got != "https://localhost" {
		t.Errorf("with TLS: %s", got)
	}
}

func TestTheSecretKeyIsMadeOnceAndClosedToOthers(t *testing.T) {
	t.Parallel()
	c := Config{DataDir: filepath.Join(t.TempDir(), "data")}
	keys := make([]string, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			k, err := c.secret()
			if err != nil {
				t.Error(err)
			}
			keys[i] = string(k)
		})
	}
	all.Wait()
	for _, k := range keys {
		if k != keys[0] || len(k) != 64 {
			t.Fatalf("keys differ: %q", keys)
		}
	}
	info, err := os.Stat(filepath.Join(c.DataDir, "secret.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key's file: %v %v", info, err)
	}
}

// served is a running serve.
type served struct {
	url  string
	stop context.CancelFunc
	out  string // all it printed
	code chan int
}

var readyLine = regexp.MustCompile(`Packhouse is ready: (\S+)`)

// serveUntilReady starts a server and waits for its ready line.
func serveUntilReady(t *testing.T, getenv func(string) string, args ...string) *served {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r, w := io.Pipe()
	s := &served{stop: stop, code: make(chan int, 1)}
	var errs bytes.Buffer
	go func() {
		code := run(ctx, append([]string{"serve"}, args...), getenv, w, &errs)
		w.Close()
		s.code <- code
	}()
	t.Cleanup(stop)
	var text []byte
	b := make([]byte, 4096)
	for {
		n, err := r.Read(b)
		text = append(text, b[:n]...)
		if m := readyLine.FindSubmatch(text); m != nil {
			s.url = string(m[1])
			s.out = string(text)
			break
		}
		if err != nil {
			t.Fatalf("serve ended before it was ready: %s", errs.String())
		}
	}
	go io.Copy(io.Discard, r)
	return s
}

func status(t *testing.T, url string) int {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}

// until repeats a question until it has the answer.
func until(t *testing.T, what string, true func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !true(); {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestServeIsReadyAndStopsWhenAsked(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	s := serveUntilReady(t, environment("DATABASE_URL", db.URL))
	if got := status(t, s.url+"/healthz"); got != 200 {
		t.Errorf("/healthz: %d", got)
	}
	if got := status(t, s.url+"/readyz"); got != 200 {
		t.Errorf("/readyz: %d", got)
	}
	s.stop()
	if code := <-s.code; code != 0 {
		t.Errorf("it ended with %d", code)
	}
	if got := status(t, s.url+"/healthz"); got != 0 {
		t.Errorf("it still answers: %d", got)
	}
}

// A91
func TestServeStartsWhileTheDatabaseIsAwayAndHeals(t *testing.T) {
	t.Parallel()
	dir := place(t)
	o := pgrun.Options{Dir: dir, Scratch: true, Settings: []string{"shared_buffers=16MB"}}
	server, err := pgrun.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	url := server.URL()
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	listen := freeAddress(t)
	ready := make(chan *served, 1)
	go func() {
		defer close(ready) // also when it never becomes ready
		ready <- serveUntilReady(t, environment("DATABASE_URL", url, "LISTEN_ADDR", listen))
	}()
	base := "http://" + listen
	until(t, "alive without a database", func() bool { return status(t, base+"/healthz") == 200 })
	if got := status(t, base+"/readyz"); got != 503 {
		t.Errorf("/readyz without a database: %d", got)
	}
	if got := status(t, base+"/"); got != 503 {
		t.Errorf("a page without a database: %d", got)
	}
	if server, err = pgrun.Start(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	s := <-ready
	if s == nil {
		t.FailNow()
	}
	if got := status(t, base+"/readyz"); got != 200 {
		t.Errorf("/readyz with the database: %d", got)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	until(t, "not ready once the database is gone", func() bool { return status(t, base+"/readyz") == 503 })
	if got := status(t, base+"/healthz"); got != 200 {
		t.Errorf("/healthz while the database is gone: %d", got)
	}
	if server, err = pgrun.Start(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	until(t, "ready again", func() bool { return status(t, base+"/readyz") == 200 })
	s.stop()
	if code := <-s.code; code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// A91
func TestTheDrillFromNothingToARestoredCopy(t *testing.T) {
	t.Parallel()
	dir := place(t)
	one, two, file := filepath.Join(dir, "one"), filepath.Join(dir, "two"), filepath.Join(dir, "b.gz")
	own := environment("DATA_DIR", one, "SECRET_KEY", "")
	s := serveUntilReady(t, own, "--demo")
	until(t, "ready", func() bool { return status(t, s.url+"/readyz") == 200 })
	// Commands work beside the server, on the database it runs.
	if code, out, errs := oms(t, own, "user", "add", "new@example.test", "--name", "New Person", "--role", "sales"); code != 0 || !strings.Contains(out, "new@example.test") {
		t.Fatalf("user add: %d %s %s", code, out, errs)
	}
	if code, _, errs := oms(t, own, "user", "add", "NEW@example.test", "--name", "Twice", "--role", "sales"); code != 1 || strings.Contains(errs, "SQLSTATE") {
		t.Errorf("the same e-mail twice: %d %s", code, errs)
	}
	if code, _, errs := oms(t, own, "serve"); code != 2 || !strings.Contains(errs, "already running") {
		t.Errorf("a second serve on the directory: %d %s", code, errs)
	}
	if code, out, errs := oms(t, own, "doctor"); code != 0 || !strings.Contains(out, "the schema is up to date") {
		t.Errorf("doctor: %d %s %s", code, out, errs)
	}
	if code, _, errs := oms(t, own, "demo"); code != 1 || !strings.Contains(errs, "in use") {
		t.Errorf("demo in a database in use: %d %s", code, errs)
	}
	if code, _, errs := oms(t, own, "backup", file); code != 0 {
		t.Fatalf("backup: %s", errs)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup's file: %v %v", info, err)
	}
	s.stop()
	if code := <-s.code; code != 0 {
		t.Errorf("serve ended with %d", code)
	}
	other := environment("DATA_DIR", two, "SECRET_KEY", "")
	if code, _, errs := oms(t, other, "restore", file); code != 0 {
		t.Fatalf("restore: %s", errs)
	}
	code, list, errs := oms(t, other, "user", "list")
	if code != 0 || !strings.Contains(list, "admin@demo.test") || !strings.Contains(list, "new@example.test") {
		t.Errorf("after the restore: %d %s %s", code, list, errs)
	}
	if code, _, errs := oms(t, other, "restore", file); code != 1 || !strings.Contains(errs, "in use") {
		t.Errorf("a restore over data: %d %s", code, errs)
	}
	if code, out, errs := oms(t, other, "user", "disable", "new@example.test"); code != 0 {
		t.Errorf("user disable: %s %s", out, errs)
	}
	if _, list, _ := oms(t, other, "user", "list"); !regexp.MustCompile(`new@example.test\s+sales\s+disabled`).MatchString(list) {
		t.Errorf("after disabling: %s", list)
	}
}

func TestMigrateBringsAnEmptyDatabaseUpToDate(t *testing.T) {
	t.Parallel()
	env := environment("DATABASE_URL", pgtest.Empty(t))
	if code, out, errs := oms(t, env, "migrate", "status"); code != 0 || !strings.HasPrefix(out, "pending") {
		t.Fatalf("status: %d %s %s", code, out, errs)
	}
	if code, out, errs := oms(t, env, "migrate", "up"); code != 0 || !strings.Contains(out, "applied 00001") {
		t.Fatalf("up: %d %s %s", code, out, errs)
	}
	if code, out, _ := oms(t, env, "migrate", "status"); code != 0 || strings.Contains(out, "pending") {
		t.Fatalf("status after up: %d %s", code, out)
	}
}

// place is a directory that the database's account can enter.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "oms")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := listen(t.Context(), "", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
