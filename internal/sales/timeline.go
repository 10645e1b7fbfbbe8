package sales

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
)

// Happening is one event of an order's timeline.
type Happening struct {
	ID       int64
	Occurred time.Time
	Actor    string // staff, customer, visitor, system, import
	Name     string // as it was
	Kind     string
	Public   bool
	Data     problem.Args
}

const timelineSQL = `
	select e.id, e.occurred_at, e.actor_kind, e.actor_name, e.kind, e.public, e.data
	from events e
	where e.order_id = $1 and (e.public or not $2)
	order by e.id desc
	limit $3`

// Timeline is what happened to an order, the latest first; onlyPublic is what
// its customer may read.
func Timeline(ctx context.Context, r pg.Reader, order id.Order, onlyPublic bool, limit int) ([]Happening, error) {
	rows, err := r.Query(ctx, timelineSQL, order, onlyPublic, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Happening])
}

const latestSQL = `
	select e.id, e.occurred_at, e.actor_kind, e.actor_name, e.kind, e.public, e.data
	from events e
	where e.order_id = $1 and e.recorded_at > $2
	order by e.id desc
	limit 20`

// Since is what happened to an order after a moment, for the screen that was
// overtaken.
func Since(ctx context.Context, r pg.Reader, order id.Order, after time.Time) ([]Happening, error) {
	rows, err := r.Query(ctx, latestSQL, order, after)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Happening])
}
