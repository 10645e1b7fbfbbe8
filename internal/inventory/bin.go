package inventory

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

const addBinSQL = `
	insert into inventory_bins (location_id, code, kind, walk)
	values ($1, $2, $3, $4)
	returning id`

// AddBin makes a bin. A code in use at the location is already_used at "code".
func AddBin(ctx context.Context, tx *txn.Tx, b Bin) (id.Bin, error) {
	v := &problem.Invalid{}
	b.Active = true
	b = b.Checked(v)
	if err := v.Err(); err != nil {
		return 0, err
	}
	var made id.Bin
	if err := tx.QueryRow(ctx, addBinSQL, b.Location, b.Code, b.Kind, b.Walk).Scan(&made); err != nil {
		return 0, codeUsed(err, "make a bin")
	}
	tx.Record(txn.Event{Kind: "bin.created", Subject: txn.About("location", b.Location), Data: map[string]any{"bin_id": made, "code": b.Code}})
	return made, nil
}

const lockBinSQL = `
	select b.id, b.location_id, b.code, b.kind, b.walk, b.active, b.main, b.version,
	       coalesce((select sum(s.quantity) from inventory_bin_stock s where s.bin_id = b.id), 0)
	from inventory_bins b
	where b.id = $1 and b.location_id = $2
	for no key update of b`

const changeBinSQL = `
	update inventory_bins
	set code = $3, kind = $4, walk = $5, active = $6, version = version + 1
	where id = $1 and version = $2`

// ChangeBin writes what a person says about a bin they saw as seen. The main
// bin, and one that holds pieces, cannot be closed.
func ChangeBin(ctx context.Context, tx *txn.Tx, seen int64, b Bin) error {
	var before Bin
	var pieces int64
	err := tx.QueryRow(ctx, lockBinSQL, b.ID, b.Location).Scan(&before.ID, &before.Location, &before.Code, &before.Kind, &before.Walk, &before.Active, &before.Main, &before.Version, &pieces)
	if err != nil {
		return missing(err, "bin")
	}
	v := &problem.Invalid{}
	b.Main = before.Main
	b = b.Checked(v)
	if err := v.Err(); err != nil {
		return err
	}
	changes := before.changes(b)
	switch {
	case before.Version != seen:
		return stale(ctx, tx, "location", int64(b.Location), before.Version, changes)
	case before.Active && !b.Active && pieces > 0:
		return problem.Refuse("refused.bin_not_empty", "bin", before.Code, "n", pieces)
	case len(changes) == 0:
		tx.Quiet("nothing was changed")
		return nil
	}
	if _, err := tx.Exec(ctx, changeBinSQL, b.ID, seen, b.Code, b.Kind, b.Walk, b.Active); err != nil {
		return codeUsed(err, "change a bin")
	}
	tx.Record(txn.Event{Kind: "bin.changed", Subject: txn.About("location", b.Location), Data: map[string]any{"bin_id": b.ID, "code": b.Code, "changes": changes}})
	return nil
}

// changes are the fields in which o differs.
func (b Bin) changes(o Bin) []problem.Change {
	return differing("code", b.Code, o.Code, "kind", b.Kind, o.Kind,
		"walk", fmt.Sprint(b.Walk), fmt.Sprint(o.Walk), "active", fmt.Sprint(b.Active), fmt.Sprint(o.Active))
}

const locationsSQL = `
	select l.id, l.code, l.name, l.kind, l.zone, l.address, l.lead_days, extract(epoch from l.cutoff)::int, l.workdays, l.active, l.version
	from inventory_locations l
	where cardinality($1::bigint[]) = 0 or l.id = any($1)
	order by l.active desc, l.name, l.id`

// Locations are all locations, or those that a person is bound to.
func Locations(ctx context.Context, r pg.Reader, bound []id.Location) ([]Location, error) {
	rows, err := r.Query(ctx, locationsSQL, known(bound))
	if err != nil {
		return nil, fmt.Errorf("read locations: %w", err)
	}
	return pgx.CollectRows(rows, scanLocation)
}

// known is never null in SQL: an empty array means all.
func known(bound []id.Location) []id.Location {
	if bound == nil {
		return []id.Location{}
	}
	return bound
}

// LocationByID reads one location, within those that a person is bound to.
func LocationByID(ctx context.Context, r pg.Reader, at id.Location, bound []id.Location) (Location, error) {
	all, err := Locations(ctx, r, bound)
	if err != nil {
		return Location{}, err
	}
	for _, l := range all {
		if l.ID == at {
			return l, nil
		}
	}
	return Location{}, problem.Missing("location")
}

// BinRow is a bin with what lies in it.
type BinRow struct {
	Bin
	Pieces int64
	SKUs   int
}

const binsSQL = `
	select b.id, b.location_id, b.code, b.kind, b.walk, b.active, b.main, b.version, coalesce(v.pieces, 0), coalesce(v.skus, 0)
	from inventory_bins b
	left join lateral (
		select sum(s.quantity) as pieces, count(distinct s.sku_id) filter (where s.quantity > 0) as skus
		from inventory_bin_stock s
		where s.bin_id = b.id) v on true
	where b.location_id = $1
	order by b.active desc, b.walk, b.code
	limit 2000`

// Bins are the bins of a location in the order of the walk, up to 2,000.
func Bins(ctx context.Context, r pg.Reader, at id.Location) ([]BinRow, error) {
	rows, err := r.Query(ctx, binsSQL, at)
	if err != nil {
		return nil, fmt.Errorf("read bins: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (b BinRow, err error) {
		err = row.Scan(&b.ID, &b.Location, &b.Code, &b.Kind, &b.Walk, &b.Active, &b.Main, &b.Version, &b.Pieces, &b.SKUs)
		return b, err
	})
}

const binByCodeSQL = `
	select b.id
	from inventory_bins b
	where b.location_id = $1 and lower(b.code) = lower($2)
	order by b.code = $2 desc, b.active desc
	limit 1`

// BinByCode finds a bin of a location as typed or scanned.
func BinByCode(ctx context.Context, r pg.Reader, at id.Location, code string) (id.Bin, error) {
	var b id.Bin
	err := r.QueryRow(ctx, binByCodeSQL, at, code).Scan(&b)
	return b, missing(err, "bin")
}

const binByIDSQL = `
	select b.id, b.location_id, b.code, b.kind, b.walk, b.active, b.main, b.version
	from inventory_bins b
	where b.id = $1 and b.location_id = $2`

// BinByID reads one bin of a location.
func BinByID(ctx context.Context, r pg.Reader, at id.Location, bin id.Bin) (b Bin, err error) {
	err = r.QueryRow(ctx, binByIDSQL, bin, at).Scan(&b.ID, &b.Location, &b.Code, &b.Kind, &b.Walk, &b.Active, &b.Main, &b.Version)
	return b, missing(err, "bin")
}
