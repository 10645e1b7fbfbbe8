// Package settings owns what the company decides for itself: its name and
// colour, the zone in which its days are cut, limits, and its legal entities.
// A value that was never set has its default, so a new setting needs no
// migration. Channels have their own settings in internal/channel.
package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Company is what the company says of itself and asks of every order.
type Company struct {
	Name       string `json:"name"`
	Colour     string `json:"colour"`      // "#0b5f66", of the customer's pages and mails
	Email      string `json:"email"`       // sender and reply address
	Zone       string `json:"zone"`        // IANA name: where a day begins
	Language   string `json:"language"`    // of mails to customers who chose none
	Country    string `json:"country"`     // ISO 3166-1, for phone numbers without a prefix
	MaxLines   int    `json:"max_lines"`   // lines of one order
	MaxPieces  int    `json:"max_pieces"`  // pieces of one line
	MaxTotal   int64  `json:"max_total"`   // minor units of one order
	ShopOpen   bool   `json:"shop_open"`   // the public form takes orders
	ShopPerTen int    `json:"shop_per_10"` // orders one address may place at the public form in ten minutes
}

// Default is a company that has set nothing.
func Default() Company {
	return Company{Name: "Packhouse", Colour: "#0b5f66", Email: "orders@example.com", Zone: "UTC", Language: "en", Country: "GB",
		MaxLines: 1000, MaxPieces: 1_000_000, MaxTotal: 100_000_000_000, ShopOpen: true, ShopPerTen: 20}
}

// Location is the zone, which Validate has seen to exist.
func (c Company) Location() *time.Location {
	if loc, err := time.LoadLocation(c.Zone); err == nil {
		return loc
	}
	return time.UTC
}

var colour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// Validate says everything that is wrong, by field name.
func (c Company) Validate() error {
	v := &problem.Invalid{}
	if strings.TrimSpace(c.Name) == "" {
		v.Add("name", "required")
	}
	if len(c.Name) > 120 {
		v.Add("name", "too_long", "max", 120)
	}
	if !colour.MatchString(c.Colour) {
		v.Add("colour", "bad_colour")
	}
	if !strings.Contains(c.Email, "@") || strings.ContainsAny(c.Email, " \r\n<>,;") {
		v.Add("email", "bad_email")
	}
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" || c.Zone == "Local" {
		v.Add("zone", "unknown_zone", "zone", c.Zone)
	}
	if c.Language != "en" && c.Language != "de" {
		v.Add("language", "unknown_language")
	}
	if len(c.Country) != 2 {
		v.Add("country", "unknown_country", "country", c.Country)
	}
	between(v, "max_lines", c.MaxLines, 1, 5000)
	between(v, "max_pieces", c.MaxPieces, 1, 1_000_000)
	between(v, "shop_per_10", c.ShopPerTen, 1, 100_000)
	if c.MaxTotal < 1 || c.MaxTotal > 100_000_000_000 {
		v.Add("max_total", "too_large", "max", int64(100_000_000_000))
	}
	return v.Err()
}

func between(v *problem.Invalid, path string, n, low, high int) {
	if n < low {
		v.Add(path, "too_small", "min", low)
	}
	if n > high {
		v.Add(path, "too_large", "max", high)
	}
}

const companySQL = `select value, version from settings_values where key = 'company'`

// Reading is the read of the company's settings into c, to travel with others.
// What was never set keeps its default.
func Reading(c *Company) pg.Query {
	*c = Default()
	return pg.Query{SQL: companySQL, Scan: func(rows pgx.Rows) error {
		var raw []byte
		if rows.Next() {
			if err := rows.Scan(&raw, nil); err != nil {
				return err
			}
			if err := json.Unmarshal(raw, c); err != nil {
				return err
			}
		}
		rows.Close()
		return rows.Err()
	}}
}

// Read gives the company's settings and their version (0 when never set).
func Read(ctx context.Context, r pg.Reader) (Company, int64, error) {
	c := Default()
	var raw []byte
	var version int64
	err := r.QueryRow(ctx, companySQL).Scan(&raw, &version)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, 0, nil
	}
	if err != nil {
		return c, 0, fmt.Errorf("read the company's settings: %w", err)
	}
	return c, version, json.Unmarshal(raw, &c)
}

const saveSQL = `
	insert into settings_values (key, value) select 'company', $1 where $2 = 0
	on conflict do nothing`

const replaceSQL = `
	update settings_values set value = $1, version = version + 1, changed_at = now()
	where key = 'company' and version = $2`

// Change replaces the company's settings, seen at version, and records each
// value before and after.
func Change(ctx context.Context, tx *txn.Tx, to Company, version int64) error {
	if err := to.Validate(); err != nil {
		return err
	}
	from, now, err := Read(ctx, tx)
	if err != nil {
		return err
	}
	stale := &problem.Stale{What: "settings", Version: now, Changes: nil}
	if now != version {
		return stale
	}
	changes := problem.Differences(from, to)
	if len(changes) == 0 {
		tx.Quiet("nothing was changed")
		return nil
	}
	raw, err := json.Marshal(to)
	if err != nil {
		return err
	}
	if version == 0 {
		tx.Queue(saveSQL, 1, stale, string(raw), version)
	} else {
		tx.Queue(replaceSQL, 1, stale, string(raw), version)
	}
	tx.Record(txn.Event{Kind: "settings.changed", Subject: txn.Subject{Type: "settings", ID: 1}, Data: map[string]any{"changes": changes}})
	return nil
}
