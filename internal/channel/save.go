package channel

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// CheckNames are the checks whose severity a channel may set.
var CheckNames = []string{"address", "quantity", "pack", "withdrawn", "limit", "credit", "stock", "tax_id"}

// Validate says everything that is wrong, by field name.
func (c Channel) Validate() error {
	v := &problem.Invalid{}
	if strings.TrimSpace(c.Name) == "" {
		v.Add("name", "required")
	}
	if len(c.Name) > 120 {
		v.Add("name", "too_long", "max", 120)
	}
	if c.SoftHold < 0 || c.SoftHold > 10080 {
		v.Add("soft_hold_minutes", "too_large", "max", 10080)
	}
	if c.Buffer < 0 || c.Buffer > 1_000_000 {
		v.Add("buffer", "too_large", "max", 1_000_000)
	}
	if c.Shipping < 0 || c.Shipping > 10_000_000 {
		v.Add("shipping_minor", "too_large", "max", 10_000_000)
	}
	if c.Shortage != Refuse && c.Shortage != Backorder {
		v.Add("shortage", "required")
	}
	if c.Active && len(c.Locations) == 0 {
		v.Add("locations", "channel_without_location")
	}
	for name, s := range c.Checks {
		if s != Off && s != Warn && s != Block {
			v.Add("checks."+name, "required")
		}
	}
	return v.Err()
}

const saveSQL = `
	update channels
	set name = $3, needs_review = $4, shortage = $5, soft_hold_minutes = $6, buffer = $7, sends_mail = $8, shipping_minor = $9,
	    checks = $10, active = $11, version = version + 1
	where id = $1 and version = $2`

const clearPlacesSQL = `delete from channel_locations where channel_id = $1`

const addPlacesSQL = `
	insert into channel_locations (channel_id, location_id, position)
	select $1, p.id, p.n from unnest($2::bigint[]) with ordinality as p (id, n)`

// Change replaces a channel's settings, seen at to.Version, and records each
// value before and after.
func Change(ctx context.Context, tx *txn.Tx, to Channel) error {
	from, err := Get(ctx, tx, to.ID)
	if err != nil {
		return err
	}
	if err := to.Validate(); err != nil {
		return err
	}
	changes := problem.Differences(from, to)
	stale := &problem.Stale{What: "channel", Version: from.Version, Changes: changes}
	if from.Version != to.Version {
		return stale
	}
	if len(changes) == 0 {
		tx.Quiet("nothing was changed")
		return nil
	}
	checks, err := json.Marshal(to.Checks)
	if err != nil {
		return err
	}
	tx.Queue(saveSQL, 1, stale, to.ID, to.Version, to.Name, to.NeedsReview, to.Shortage, to.SoftHold, to.Buffer, to.SendsMail, to.Shipping, string(checks), to.Active)
	tx.Queue(clearPlacesSQL, -1, nil, to.ID)
	tx.Queue(addPlacesSQL, int64(len(to.Locations)), nil, to.ID, to.LocationIDs())
	tx.Record(txn.Event{Kind: "channel.changed", Subject: txn.About("channel", to.ID), Data: map[string]any{"name": to.Name, "changes": changes}})
	return nil
}

const insertSQL = `
	insert into channels (code, name, kind, entity_id, currency, prices_include_tax, needs_review, shortage, soft_hold_minutes, buffer, sends_mail, shipping_minor, checks)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
	returning id`

// Create adds a channel.
func Create(ctx context.Context, tx *txn.Tx, c Channel) (id.Channel, error) {
	if err := c.Validate(); err != nil {
		return 0, err
	}
	if c.Checks == nil {
		c.Checks = map[string]Severity{}
	}
	checks, err := json.Marshal(c.Checks)
	if err != nil {
		return 0, err
	}
	var ch id.Channel
	row := tx.QueryRow(ctx, insertSQL, c.Code, c.Name, c.Kind, c.Entity, c.Currency, c.PricesIncludeTax, c.NeedsReview, c.Shortage, c.SoftHold, c.Buffer, c.SendsMail, c.Shipping, string(checks))
	if err := row.Scan(&ch); err != nil {
		return 0, fmt.Errorf("create channel %s: %w", c.Code, err)
	}
	tx.Queue(addPlacesSQL, int64(len(c.Locations)), nil, ch, c.LocationIDs())
	tx.Record(txn.Event{Kind: "channel.created", Subject: txn.About("channel", ch), Data: map[string]any{"name": c.Name}})
	return ch, nil
}
