package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// happening is the data of every event of this room. The subject is always the
// product, so that its page shows the history of its variants too.
type happening struct {
	Name    string           `json:"name,omitempty"`
	SKU     id.SKU           `json:"sku,omitempty"`
	Code    string           `json:"code,omitempty"`
	Barcode string           `json:"barcode,omitempty"`
	List    string           `json:"list,omitempty"`
	Reason  string           `json:"reason,omitempty"`
	Version int64            `json:"version,omitempty"` // of the product, or of the SKU if there is one, after it
	Changes []problem.Change `json:"changes,omitempty"`
}

func about(product id.Product) txn.Subject { return txn.About("product", product) }

const sinceSQL = `
	select e.actor_name, e.recorded_at, coalesce(e.data->'changes', '[]')
	from events e
	where e.subject_type = 'product' and e.subject_id = $1 and e.order_id is null
	  and coalesce((e.data->>'sku')::bigint, 0) = $2 and (e.data->>'version')::bigint > $3
	order by e.id`

// stale tells what others changed since the person looked.
func stale(ctx context.Context, r pg.Reader, product id.Product, sku id.SKU, seen, now int64) error {
	s := &problem.Stale{What: "product", Version: now}
	if sku != 0 {
		s.What = "sku"
	}
	rows, err := r.Query(ctx, sinceSQL, product, sku, seen)
	if err != nil {
		return fmt.Errorf("read what changed: %w", err)
	}
	var changes []problem.Change
	_, err = pgx.ForEachRow(rows, []any{&s.ByName, &s.At, &changes}, func() error {
		s.Changes = merge(s.Changes, changes)
		changes = nil
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what changed: %w", err)
	}
	return s
}

// merge shows two changes of one field as one.
func merge(all, next []problem.Change) []problem.Change {
next:
	for _, c := range next {
		for i := range all {
			if all[i].Field == c.Field {
				all[i].After = c.After
				continue next
			}
		}
		all = append(all, c)
	}
	return all
}

// Happened is one entry of a product's history.
type Happened struct {
	ID      id.Event
	At      time.Time
	By      string
	Kind    string // "product.changed"; the sentence is in words under "event." + Kind
	Code    string // of the variant it is about; empty for the product
	Name    string
	Barcode string
	List    string
	Reason  string
	Changes []problem.Change
}

const historySQL = `
	select e.id, e.occurred_at, e.actor_name, e.kind, e.data
	from events e
	where e.subject_type = 'product' and e.subject_id = $1 and e.order_id is null and e.kind <> all ($2::text[])
	order by e.id desc
	limit $3`

// History is what happened to a product and its variants, the last first.
// Without cost or prices the events that tell them are left out.
func History(ctx context.Context, r pg.Reader, product id.Product, cost, prices bool, limit int) ([]Happened, error) {
	hidden := []string{}
	if !cost {
		hidden = append(hidden, "sku.cost_changed")
	}
	if !prices {
		hidden = append(hidden, "price.set", "price.removed")
	}
	rows, err := r.Query(ctx, historySQL, product, hidden, limit)
	if err != nil {
		return nil, fmt.Errorf("read the history of product %d: %w", product, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Happened, error) {
		var h Happened
		var d happening
		err := row.Scan(&h.ID, &h.At, &h.By, &h.Kind, &d)
		h.Code, h.Name, h.Barcode, h.List, h.Reason, h.Changes = d.Code, d.Name, d.Barcode, d.List, d.Reason, d.Changes
		return h, err
	})
}

// missing gives problem.Missing(what) where there was no row.
func missing(err error, what string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return problem.Missing(what)
	}
	return err
}
