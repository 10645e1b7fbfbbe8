package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Config is everything that the environment says.
type Config struct {
	DatabaseURL    string // empty: a private server in DataDir
	ReadURL        string // empty: DatabaseURL
	DirectURL      string // empty: DatabaseURL
	Bouncer        bool
	DataDir        string
	ListenAddr     string
	MetricsAddr    string // empty: none
	BaseURL        string // empty: made from the address listened on
	TLSCert        string
	TLSKey         string
	TrustedProxies []netip.Prefix
	SMTPURL        string // empty: mails are caught and shown, not sent
	SecretKey      string // empty: kept in DataDir
	Drain          time.Duration
	LogLevel       slog.Level
}

// variable is one environment variable. Its default is written as a person
// reads it when it is not a value.
type variable struct {
	name, value, shown, about string
	set                       func(*Config, string) error
}

func (v variable) byDefault() string {
	if v.shown != "" {
		return v.shown
	}
	return "`" + v.value + "`"
}

// variables are all there are; docs/configuration.md is made from them.
var variables = []variable{
	{name: "DATABASE_URL", shown: "a private PostgreSQL in `DATA_DIR`", about: "PostgreSQL 15 or newer, as `postgres://user:password@host/database`. Without it Packhouse finds PostgreSQL on the machine, or fetches it, and runs its own.",
		set: func(c *Config, v string) error { c.DatabaseURL = v; return postgresURL(v) }},
	{name: "READ_DATABASE_URL", shown: "`DATABASE_URL`", about: "A replica for insight and exports, which may lag behind.",
		set: func(c *Config, v string) error { c.ReadURL = v; return postgresURL(v) }},
	{name: "DIRECT_DATABASE_URL", shown: "`DATABASE_URL`", about: "The server itself where `DATABASE_URL` leads to a pooler: for migrations, backup and restore.",
		set: func(c *Config, v string) error { c.DirectURL = v; return postgresURL(v) }},
	{name: "PGBOUNCER", value: "off", about: "`on` when `DATABASE_URL` leads to a pooler that shares connections by transaction.",
		set: func(c *Config, v string) (err error) { c.Bouncer, err = onOff(v); return err }},
	{name: "DATA_DIR", shown: "`/var/lib/packhouse` for root, else a directory of the user's own", about: "Where the private PostgreSQL and the kept secret key live.",
		set: func(c *Config, v string) error { c.DataDir = v; return nil }},
	{name: "LISTEN_ADDR", value: "127.0.0.1:8080", about: "Where pages are served.",
		set: func(c *Config, v string) error { c.ListenAddr = v; return address(v) }},
	{name: "METRICS_ADDR", value: "127.0.0.1:9464", about: "Where Prometheus reads `/metrics`; `/healthz` and `/readyz` are there too. `off` for none.",
		set: func(c *Config, v string) error {
			if v == "off" {
				c.MetricsAddr = ""
				return nil
			}
			c.MetricsAddr = v
			return address(v)
		}},
	{name: "BASE_URL", shown: "made from `LISTEN_ADDR`", about: "The address people type, as `https://oms.example.com`. Links in mails lead there; https makes cookies secure.",
		set: func(c *Config, v string) error { c.BaseURL = strings.TrimRight(v, "/"); return webURL(v) }},
	{name: "TLS_CERT", shown: "none: plain HTTP", about: "File of the certificate chain, PEM. A proxy that speaks TLS does as well.",
		set: func(c *Config, v string) error { c.TLSCert = v; return nil }},
	{name: "TLS_KEY", shown: "none", about: "File of the certificate's key, PEM.",
		set: func(c *Config, v string) error { c.TLSKey = v; return nil }},
	{name: "TRUSTED_PROXIES", shown: "none", about: "Addresses or networks, separated by commas, whose `X-Forwarded-For` is believed.",
		set: func(c *Config, v string) (err error) { c.TrustedProxies, err = networks(v); return err }},
	{name: "SMTP_URL", shown: "none: mails are caught and shown on a page", about: "The mail server, as `smtp://user:password@host:587` or `smtps://…:465`.",
		set: func(c *Config, v string) error { c.SMTPURL = v; return nil }},
	{name: "SECRET_KEY", shown: "made once and kept in `DATA_DIR`; required with `DATABASE_URL`", about: "At least 32 characters that nobody can guess. Secret links and second factors hang on it: keep it, and keep it the same everywhere.",
		set: func(c *Config, v string) error { c.SecretKey = v; return longEnough(v) }},
	{name: "DRAIN_DELAY", value: "1s", about: "How long `/readyz` says no before a server that is stopped refuses connections: a little longer than the load balancer's check.",
		set: func(c *Config, v string) (err error) { c.Drain, err = span(v); return err }},
	{name: "LOG_LEVEL", value: "info", about: "`debug`, `info`, `warn` or `error`. The log is JSON, a line each, on standard error.",
		set: func(c *Config, v string) error { return c.LogLevel.UnmarshalText([]byte(v)) }},
	{name: "OMS_PG_BIN", shown: "searched for", about: "The directory of `postgres` and `initdb` for the private PostgreSQL.",
		set: func(*Config, string) error { return nil }}, // read by internal/pgrun
}

// readConfig reads all variables and tells everything wrong with them at once.
func readConfig(getenv func(string) string) (Config, error) {
	c := Config{DataDir: defaultDataDir(getenv)}
	var wrong []string
	for _, v := range variables {
		value := getenv(v.name)
		if value == "" {
			value = v.value
		}
		if value == "" {
			continue
		}
		if err := v.set(&c, value); err != nil {
			wrong = append(wrong, v.name+" "+err.Error())
		}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		wrong = append(wrong, "TLS_CERT and TLS_KEY are set together or not at all")
	}
	if len(wrong) > 0 {
		return c, wrongly("the configuration is wrong: %s. oms help config lists the variables", strings.Join(wrong, "; "))
	}
	return c, nil
}

// Direct is the address for what needs a session of its own.
func (c Config) direct() string {
	if c.DirectURL != "" {
		return c.DirectURL
	}
	return c.DatabaseURL
}

func defaultDataDir(getenv func(string) string) string {
	if runtime.GOOS != "windows" && os.Geteuid() == 0 {
		return "/var/lib/packhouse"
	}
	home := getenv("HOME")
	switch {
	case runtime.GOOS == "windows" && getenv("LOCALAPPDATA") != "":
		return filepath.Join(getenv("LOCALAPPDATA"), "Packhouse")
	case runtime.GOOS == "darwin" && home != "":
		return filepath.Join(home, "Library", "Application Support", "Packhouse")
	case getenv("XDG_DATA_HOME") != "":
		return filepath.Join(getenv("XDG_DATA_HOME"), "packhouse")
	case home != "":
		return filepath.Join(home, ".local", "share", "packhouse")
	}
	return "packhouse-data"
}

// The checks below answer the rest of a sentence that begins with the
// variable's name. They do not repeat addresses, which may hold passwords.

func postgresURL(v string) error {
	if _, err := pgxpool.ParseConfig(v); err != nil {
		return errors.New("is not like postgres://user:password@host/database")
	}
	return nil
}

func webURL(v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" {
		return errors.New("is not like https://oms.example.com")
	}
	return nil
}

func address(v string) error {
	if _, port, err := net.SplitHostPort(v); err != nil || port == "" {
		return errors.New("is not like 127.0.0.1:8080")
	}
	return nil
}

func onOff(v string) (bool, error) {
	switch strings.ToLower(v) {
	case "on", "true", "yes", "1":
		return true, nil
	case "off", "false", "no", "0":
		return false, nil
	}
	return false, errors.New("is neither on nor off")
}

func networks(v string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for s := range strings.SplitSeq(v, ",") {
		s = strings.TrimSpace(s)
		if a, err := netip.ParseAddr(s); err == nil {
			all = append(all, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("names %q, which is neither an address nor a network like 10.0.0.0/8", s)
		}
		all = append(all, p)
	}
	return all, nil
}

func longEnough(v string) error {
	if len(v) < 32 {
		return fmt.Errorf("has %d characters; at least 32 are needed, as from: openssl rand -hex 32", len(v))
	}
	return nil
}

func span(v string) (time.Duration, error) {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 || d > 5*time.Minute {
		return 0, errors.New("is not a time between 0s and 5m, like 1s")
	}
	return d, nil
}

// configTable is docs/configuration.md.
func configTable() string {
	var b strings.Builder
	b.WriteString("# Configuration\n\nEverything is set by environment variables, and each has a default.\n\n| Variable | Default | What it is |\n|---|---|---|\n")
	for _, v := range variables {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", v.name, v.byDefault(), v.about)
	}
	return b.String()
}
