// Package channel owns the ways by which orders come in: the public form, the
// staff's own entry, integrations, imports. Each has its own settings: whether
// its orders wait for review, which locations serve it and in which order,
// what it must leave untouched, and how strict each check is.
package channel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
)

// Severity is what a failed check does.
type Severity string

// The severities: a blocking check forbids confirming, a warning is shown.
const (
	Off   Severity = "off"
	Warn  Severity = "warn"
	Block Severity = "block"
)

// Shortage is what confirming does when there is not enough.
type Shortage string

// Refuse confirms all or nothing; Backorder reserves what there is.
const (
	Refuse    Shortage = "refuse"
	Backorder Shortage = "backorder"
)

// Channel is one way in, with its settings.
type Channel struct {
	ID               id.Channel          `json:"-"`
	Code             string              `json:"code"`
	Name             string              `json:"name"`
	Kind             string              `json:"kind"` // shop, staff, api, import
	Entity           id.Entity           `json:"entity"`
	Country          string              `json:"-"` // of the entity: where tax is due when the customer's country has no rate
	Currency         money.Currency      `json:"currency"`
	PricesIncludeTax bool                `json:"prices_include_tax"`
	NeedsReview      bool                `json:"needs_review"`
	Shortage         Shortage            `json:"shortage"`
	SoftHold         int                 `json:"soft_hold_minutes"` // minutes an unconfirmed order keeps its goods; 0 none
	Buffer           int                 `json:"buffer"`            // pieces per SKU and location left untouched
	SendsMail        bool                `json:"sends_mail"`
	Shipping         int64               `json:"shipping_minor"` // charged per order, minor units
	Checks           map[string]Severity `json:"checks"`         // by the name of the check; absent: its default
	Active           bool                `json:"active"`
	Version          int64               `json:"-"`
	Locations        []Place             `json:"locations"` // in the order in which they are asked
}

// Place is a location that serves a channel, with what a promise needs.
type Place struct {
	ID       id.Location `json:"id"`
	Name     string      `json:"name"`
	Kind     string      `json:"kind"`
	Zone     string      `json:"zone"`
	LeadDays int         `json:"lead_days"`
	Cutoff   string      `json:"cutoff"` // "14:00:00" in the place's zone
	Workdays []bool      `json:"workdays"`
}

// Until is when a soft hold made now ends; zero when the channel makes none.
func (c Channel) Until(now time.Time) time.Time {
	if c.SoftHold == 0 {
		return time.Time{}
	}
	return now.Add(time.Duration(c.SoftHold) * time.Minute)
}

// Zone is where the channel's days are cut: that of the first place that
// serves it.
func (c Channel) Zone() *time.Location {
	if len(c.Locations) > 0 {
		if loc, err := time.LoadLocation(c.Locations[0].Zone); err == nil {
			return loc
		}
	}
	return time.UTC
}

// LocationIDs are the places in order.
func (c Channel) LocationIDs() []id.Location {
	out := make([]id.Location, len(c.Locations))
	for i, p := range c.Locations {
		out[i] = p.ID
	}
	return out
}

// Place finds one of the channel's places.
func (c Channel) Place(at id.Location) (Place, bool) {
	for _, p := range c.Locations {
		if p.ID == at {
			return p, true
		}
	}
	return Place{}, false
}

const readSQL = `
	select c.id, c.code, c.name, c.kind, c.entity_id, e.country, c.currency, c.prices_include_tax, c.needs_review, c.shortage,
	       c.soft_hold_minutes, c.buffer, c.sends_mail, c.shipping_minor, c.checks, c.active, c.version,
	       coalesce((select jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'kind', l.kind, 'zone', l.zone, 'lead_days', l.lead_days,
	                                                     'cutoff', l.cutoff, 'workdays', to_jsonb(l.workdays)) order by cl.position)
	                 from channel_locations cl
	                 join inventory_locations l on l.id = cl.location_id and l.active
	                 where cl.channel_id = c.id), '[]')
	from channels c
	join settings_entities e on e.id = c.entity_id`

const byIDSQL = readSQL + ` where c.id = $1`

// Reading is the read of a channel with its places into c, to travel with
// others.
func Reading(c *Channel, ch id.Channel) pg.Query {
	return pg.Query{SQL: byIDSQL, Args: []any{ch}, Scan: func(rows pgx.Rows) (err error) {
		if !rows.Next() {
			if err := rows.Err(); err != nil {
				return err
			}
			return problem.Missing("channel")
		}
		*c, err = scan(rows)
		rows.Close()
		return err
	}}
}

// Get reads one channel with its places.
func Get(ctx context.Context, r pg.Reader, ch id.Channel) (Channel, error) {
	return scan(r.QueryRow(ctx, byIDSQL, ch))
}

const byCodeSQL = readSQL + ` where c.code = $1`

// ByCode finds a channel by its code.
func ByCode(ctx context.Context, r pg.Reader, code string) (Channel, error) {
	return scan(r.QueryRow(ctx, byCodeSQL, code))
}

const ofStaffSQL = readSQL + ` where c.active and c.kind = 'staff' order by c.id limit 1`

// OfStaff is the channel by which staff enter orders.
func OfStaff(ctx context.Context, r pg.Reader) (Channel, error) {
	return scan(r.QueryRow(ctx, ofStaffSQL))
}

const allSQL = readSQL + ` order by c.id`

// All lists every channel with its places.
func All(ctx context.Context, r pg.Reader) ([]Channel, error) {
	rows, err := r.Query(ctx, allSQL)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Channel, error) { return scan(row) })
}

func scan(row pgx.Row) (c Channel, err error) {
	var checks, places []byte
	err = row.Scan(&c.ID, &c.Code, &c.Name, &c.Kind, &c.Entity, &c.Country, &c.Currency, &c.PricesIncludeTax, &c.NeedsReview, &c.Shortage,
		&c.SoftHold, &c.Buffer, &c.SendsMail, &c.Shipping, &checks, &c.Active, &c.Version, &places)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, problem.Missing("channel")
	}
	if err != nil {
		return c, fmt.Errorf("read a channel: %w", err)
	}
	if err := json.Unmarshal(checks, &c.Checks); err != nil {
		return c, err
	}
	return c, json.Unmarshal(places, &c.Locations)
}
