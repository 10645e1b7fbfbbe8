package inventory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// MainBin is the code of the bin that is made with a location.
const MainBin = "MAIN"

const addLocationSQL = `
	insert into inventory_locations (code, name, kind, zone, address, lead_days, cutoff, workdays, active)
	values ($1, $2, $3, $4, $5, $6, make_interval(secs => $7)::time, $8, true)
	returning id`

const addMainBinSQL = `insert into inventory_bins (location_id, code, main) values ($1, $2, true)`

// AddLocation makes a location with its main bin. A code in use is
// already_used at "code".
func AddLocation(ctx context.Context, tx *txn.Tx, l Location) (id.Location, error) {
	v := &problem.Invalid{}
	l = l.Checked(v)
	if err := v.Err(); err != nil {
		return 0, err
	}
	var made id.Location
	err := tx.QueryRow(ctx, addLocationSQL, l.Code, l.Name, l.Kind, l.Zone, l.Address, l.LeadDays, l.Cutoff.Seconds(), l.Workdays[:]).Scan(&made)
	if err != nil {
		return 0, codeUsed(err, "make a location")
	}
	tx.Queue(addMainBinSQL, 1, nil, made, MainBin)
	tx.Record(txn.Event{Kind: "location.created", Subject: txn.About("location", made), Data: map[string]any{"code": l.Code, "name": l.Name}})
	return made, nil
}

const changeLocationSQL = `
	update inventory_locations
	set code = $3, name = $4, kind = $5, zone = $6, address = $7, lead_days = $8, cutoff = make_interval(secs => $9)::time,
	    workdays = $10, active = $11, version = version + 1
	where id = $1 and version = $2`

// ChangeLocation writes what a person says about a location they saw as seen.
// One changed since is problem.Stale; one that still holds pieces cannot be
// closed.
func ChangeLocation(ctx context.Context, tx *txn.Tx, seen int64, l Location) error {
	v := &problem.Invalid{}
	l = l.Checked(v)
	if err := v.Err(); err != nil {
		return err
	}
	before, err := lockLocation(ctx, tx, l.ID)
	if err != nil {
		return err
	}
	changes := before.changes(l)
	if before.Version != seen {
		return stale(ctx, tx, "location", int64(l.ID), before.Version, changes)
	}
	if before.Active && !l.Active {
		if err := mayClose(ctx, tx, l); err != nil {
			return err
		}
	}
	if len(changes) == 0 {
		tx.Quiet("nothing was changed")
		return nil
	}
	tag, err := tx.Exec(ctx, changeLocationSQL, l.ID, seen, l.Code, l.Name, l.Kind, l.Zone, l.Address, l.LeadDays, l.Cutoff.Seconds(), l.Workdays[:], l.Active)
	if err != nil {
		return codeUsed(err, "change a location")
	}
	if tag.RowsAffected() != 1 {
		return &problem.Stale{What: "location"}
	}
	tx.Record(txn.Event{Kind: "location.changed", Subject: txn.About("location", l.ID), Data: map[string]any{"code": l.Code, "name": l.Name, "changes": changes}})
	return nil
}

// changes are the fields in which b differs, for the event and the stale page.
func (l Location) changes(b Location) []problem.Change {
	return differing("code", l.Code, b.Code, "name", l.Name, b.Name, "kind", string(l.Kind), string(b.Kind), "zone", l.Zone, b.Zone,
		"lead_days", fmt.Sprint(l.LeadDays), fmt.Sprint(b.LeadDays), "cutoff", ClockText(l.Cutoff), ClockText(b.Cutoff),
		"workdays", workdayText(l.Workdays), workdayText(b.Workdays), "active", fmt.Sprint(l.Active), fmt.Sprint(b.Active),
		"address", strings.Join(l.Address.Format("en"), ", "), strings.Join(b.Address.Format("en"), ", "))
}

// differing takes triples of field, before and after, and keeps those that
// differ.
func differing(triples ...string) []problem.Change {
	var out []problem.Change
	for i := 0; i+2 < len(triples); i += 3 {
		if triples[i+1] != triples[i+2] {
			out = append(out, problem.Change{Field: triples[i], Before: triples[i+1], After: triples[i+2]})
		}
	}
	return out
}

// ClockText is a time of day as typed, "14:00".
func ClockText(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
}

// workdayText is seven letters, Monday first, "-" for a day off.
func workdayText(days [7]bool) string {
	text := []byte("MTWTFSS")
	for i, on := range days {
		if !on {
			text[i] = '-'
		}
	}
	return string(text)
}

const piecesAtSQL = `
	select coalesce(sum(l.on_hand), 0)
	from inventory_levels l
	where l.location_id = $1`

func mayClose(ctx context.Context, tx *txn.Tx, l Location) error {
	var pieces int64
	if err := tx.QueryRow(ctx, piecesAtSQL, l.ID).Scan(&pieces); err != nil {
		return fmt.Errorf("count the pieces at location %d: %w", l.ID, err)
	}
	if pieces > 0 {
		return &problem.Refusal{Code: "refused.location_not_empty", Args: problem.With("name", l.Name, "n", pieces),
			Fix: problem.Fix{Code: "do.show_stock", Path: fmt.Sprintf("/stock?location=%d", l.ID), Permission: "stock:read"}}
	}
	return nil
}

const lockLocationSQL = `
	select l.id, l.code, l.name, l.kind, l.zone, l.address, l.lead_days, extract(epoch from l.cutoff)::int, l.workdays, l.active, l.version
	from inventory_locations l
	where l.id = $1
	for no key update`

func lockLocation(ctx context.Context, tx *txn.Tx, at id.Location) (Location, error) {
	rows, err := tx.Query(ctx, lockLocationSQL, at)
	if err != nil {
		return Location{}, fmt.Errorf("lock location %d: %w", at, err)
	}
	l, err := pgx.CollectExactlyOneRow(rows, scanLocation)
	return l, missing(err, "location")
}

func scanLocation(row pgx.CollectableRow) (l Location, err error) {
	var seconds int
	var days []bool
	err = row.Scan(&l.ID, &l.Code, &l.Name, &l.Kind, &l.Zone, &l.Address, &l.LeadDays, &seconds, &days, &l.Active, &l.Version)
	l.Cutoff = time.Duration(seconds) * time.Second
	copy(l.Workdays[:], days)
	return l, err
}

func missing(err error, what string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return problem.Missing(what)
	}
	return err
}

func codeUsed(err error, doing string) error {
	switch name, _ := pg.Violates(err); name {
	case "inventory_locations_code_key", "inventory_bins_location_id_code_key":
		return problem.At("code", "already_used")
	case "inventory_bins_location_id_fkey":
		return problem.Missing("location")
	}
	return fmt.Errorf("%s: %w", doing, err)
}

const lastChangeSQL = `
	select e.actor_name, e.recorded_at
	from events e
	where e.subject_type = $1 and e.subject_id = $2 and e.order_id is null
	order by e.id desc
	limit 1`

// stale says who changed it first.
func stale(ctx context.Context, tx *txn.Tx, what string, subject, version int64, changes []problem.Change) error {
	s := &problem.Stale{What: what, Version: version}
	for _, c := range changes { // what stands there now is what the other one wrote
		s.Changes = append(s.Changes, problem.Change{Field: c.Field, Before: c.After, After: c.Before})
	}
	err := tx.QueryRow(ctx, lastChangeSQL, what, subject).Scan(&s.ByName, &s.At)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("read who changed the %s: %w", what, err)
	}
	return s
}
