package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/migrate"
	"packhouse/internal/pgrun"
)

var doctorCommand = command{name: "doctor", short: "look for what is wrong with the installation",
	long: "Looks at the configuration, the data directory, the database, its schema and extensions, the\nreplica, the certificate and the mail server, and says what it found. It changes nothing,\nand ends with 1 when something is wrong."}

func init() { doctorCommand.run = runDoctor }

// doctor prints its findings as it goes.
type doctor struct {
	*env
	bad bool
}

func (d *doctor) good(format string, args ...any) { fmt.Fprintf(d.out, "ok     "+format+"\n", args...) }
func (d *doctor) note(format string, args ...any) { fmt.Fprintf(d.out, "note   "+format+"\n", args...) }
func (d *doctor) wrong(format string, args ...any) {
	d.bad = true
	fmt.Fprintf(d.out, "WRONG  "+format+"\n", args...)
}

func runDoctor(ctx context.Context, e *env, args []string) error {
	if err := doctorCommand.none(e, args); err != nil {
		return err
	}
	d := &doctor{env: e}
	d.configuration()
	d.certificate()
	d.mailServer(ctx)
	d.database(ctx)
	if d.bad {
		return errTold
	}
	return nil
}

func (d *doctor) configuration() {
	base := d.cfg.base(nil)
	d.good("pages are at %s, listening on %s", base, d.cfg.ListenAddr)
	host, _, _ := net.SplitHostPort(d.cfg.ListenAddr) // readConfig has checked it
	ip := net.ParseIP(host)
	open := host == "" || (ip != nil && !ip.IsLoopback())
	u, err := url.Parse(base)
	if open && d.cfg.TLSCert == "" && (err != nil || u.Scheme != "https") {
		d.wrong("pages go out without TLS: set TLS_CERT and TLS_KEY, or BASE_URL to the https address of the proxy in front")
	}
	if open && d.cfg.BaseURL == "" {
		d.note("BASE_URL is not set, so links in mails lead to %s", base)
	}
	if d.cfg.SecretKey == "" && d.cfg.DatabaseURL != "" {
		d.wrong("SECRET_KEY is not set, which serve and work require with DATABASE_URL")
	}
	if d.cfg.Bouncer && d.cfg.DirectURL == "" {
		d.wrong("PGBOUNCER is on and DIRECT_DATABASE_URL is not set: migrations need the server itself")
	}
}

func (d *doctor) certificate() {
	if d.cfg.TLSCert == "" {
		return
	}
	pair, err := tls.LoadX509KeyPair(d.cfg.TLSCert, d.cfg.TLSKey)
	if err != nil {
		d.wrong("TLS_CERT and TLS_KEY: %v", err)
		return
	}
	switch left := time.Until(pair.Leaf.NotAfter); {
	case left < 0:
		d.wrong("the certificate ended on %s", pair.Leaf.NotAfter.Format(time.DateOnly))
	case left < 14*24*time.Hour:
		d.note("the certificate ends on %s", pair.Leaf.NotAfter.Format(time.DateOnly))
	default:
		d.good("the certificate holds until %s", pair.Leaf.NotAfter.Format(time.DateOnly))
	}
}

func (d *doctor) mailServer(ctx context.Context) {
	if d.cfg.SMTPURL == "" {
		d.note("SMTP_URL is not set: mails are caught and shown on a page, not sent")
		return
	}
	u, err := url.Parse(d.cfg.SMTPURL)
	if err != nil {
		d.wrong("SMTP_URL is not an address")
		return
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"smtps": "465"}[u.Scheme]
	}
	if port == "" {
		port = "587"
	}
	dial := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dial.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		d.wrong("the mail server cannot be reached: %v", err)
		return
	}
	conn.Close()
	d.good("the mail server answers at %s", net.JoinHostPort(u.Hostname(), port))
}

func (d *doctor) database(ctx context.Context) {
	var direct string
	if d.cfg.DatabaseURL != "" {
		d.connect(ctx, "DATABASE_URL", d.cfg.DatabaseURL, nil)
		direct = d.cfg.direct()
	} else {
		s, err := pgrun.Start(ctx, pgrun.Options{Dir: d.cfg.DataDir, Log: d.log, Adopt: true, Getenv: d.getenv})
		if err != nil {
			d.wrong("the private PostgreSQL in %s: %v", d.cfg.DataDir, err)
			return
		}
		defer s.Stop()
		how := "starts"
		if !s.Owner() {
			how = "is run by another process"
		}
		d.good("the private PostgreSQL in %s %s", d.cfg.DataDir, how)
		d.keptKey()
		direct = s.URL()
	}
	d.connect(ctx, "the database", direct, d.look)
	if d.cfg.ReadURL != "" {
		d.connect(ctx, "READ_DATABASE_URL", d.cfg.ReadURL, nil)
	}
}

func (d *doctor) keptKey() {
	info, err := os.Stat(d.cfg.DataDir + "/secret.key")
	switch {
	case d.cfg.SecretKey != "" || errors.Is(err, os.ErrNotExist):
	case err != nil:
		d.wrong("the kept secret key: %v", err)
	case info.Mode().Perm()&0o077 != 0:
		d.wrong("%s/secret.key can be read by others: chmod 600 it", d.cfg.DataDir)
	default:
		d.good("the secret key is kept in %s/secret.key: back it up", d.cfg.DataDir)
	}
}

func (d *doctor) connect(ctx context.Context, name, address string, look func(context.Context, *pgx.Conn, string)) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		d.wrong("%s cannot be reached: %v", name, err)
		return
	}
	defer conn.Close(context.WithoutCancel(ctx))
	d.good("%s answers", name)
	if look != nil {
		look(ctx, conn, address)
	}
}

const aboutSQL = `
	select current_setting('server_version'), current_setting('server_version_num')::int, clock_timestamp(), pg_is_in_recovery(),
	       (select count(*) from pg_available_extensions where name in ('pg_trgm', 'unaccent')),
	       current_setting('server_encoding'), 'É' ilike 'é'`

// look asks the server itself what the schema depends on.
func (d *doctor) look(ctx context.Context, conn *pgx.Conn, address string) {
	var version, encoding string
	var number, extensions int
	var now time.Time
	var replica, letters bool
	before := time.Now()
	if err := conn.QueryRow(ctx, aboutSQL).Scan(&version, &number, &now, &replica, &extensions, &encoding, &letters); err != nil {
		d.wrong("the database cannot be asked about itself: %v", err)
		return
	}
	check := func(fine bool, good, bad string) {
		if fine {
			d.good("%s", good)
		} else {
			d.wrong("%s", bad)
		}
	}
	check(number >= 150000, "PostgreSQL "+version, "PostgreSQL "+version+" is too old: 15 or newer is needed")
	check(!replica, "it takes writes", "it is a replica and takes no writes")
	check(extensions == 2, "pg_trgm and unaccent are there", "pg_trgm or unaccent is missing on the server: install its contrib package")
	check(encoding == "UTF8", "its encoding is UTF8", "its encoding is "+encoding+": a database with encoding UTF8 is needed")
	check(letters, "it compares letters of all languages", "it compares only ASCII letters without case: make the database with an ICU or UTF-8 locale")
	if skew := now.Sub(before).Abs(); skew > 5*time.Second {
		d.note("this machine's clock and the database's differ by %s; the database's counts", skew.Round(time.Second))
	}
	steps, err := migrate.Status(ctx, address)
	if err != nil {
		d.wrong("the schema: %v", err)
		return
	}
	pending := 0
	for _, s := range steps {
		if s.At.IsZero() {
			pending++
		}
	}
	if pending > 0 {
		d.note("%d migrations are pending; serve applies them when it starts, or oms migrate up now", pending)
	} else {
		d.good("the schema is up to date, at version %d", migrate.Target())
	}
}
