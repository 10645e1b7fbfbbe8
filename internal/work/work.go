// Package work is each person's inbox: what waits, for whom, since when and
// until when, read from the rooms where it waits. It writes nothing: a thing
// leaves the inbox when it is done where it belongs.
//
// Words: an item is one thing that waits for a person; it is late when the day
// promised to the customer has passed.
package work

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
)

// Item is one order that waits, with the sentence why.
type Item struct {
	Order    id.Order
	Number   string
	Customer string
	Channel  string
	Since    time.Time
	Promised *time.Time
	Bucket   string
	Holds    int
	Total    int64 // minor units
	Currency money.Currency
	Sentence string
	Args     problem.Args
}

const lateSQL = `
	select p.order_id, p.number, p.customer_name, c.name, p.placed_at, nullif(p.promised_day, 'infinity'), p.bucket, p.holds, p.total_minor, p.currency, p.sentence, p.args
	from unnest(array['work', 'waiting']) as b (bucket)
	cross join lateral (
	    select x.order_id, x.number, x.customer_name, x.channel_id, x.placed_at, x.promised_day, x.bucket, x.holds, x.total_minor, x.currency, x.sentence, x.args
	    from sales_order_progress x
	    where x.bucket = b.bucket and x.promised_day < $1
	      and x.channel_id not in (select i.id from channels i where i.kind = 'import')
	    order by x.promised_day, x.order_id
	    limit $2) p
	join channels c on c.id = p.channel_id
	order by p.promised_day, p.order_id
	limit $2`

// Late are orders whose promised day has passed before today, the longest
// first. Those that were taken over from elsewhere are history, not work.
func Late(ctx context.Context, r pg.Reader, today time.Time, limit int) ([]Item, error) {
	return items(ctx, r, lateSQL, today, limit)
}

const oldestSQL = `
	select p.order_id, p.number, p.customer_name, c.name, p.placed_at, nullif(p.promised_day, 'infinity'), p.bucket, p.holds, p.total_minor, p.currency, p.sentence, p.args
	from sales_order_progress p
	join channels c on c.id = p.channel_id
	where p.bucket = $1
	order by p.placed_at, p.order_id
	limit $2`

// Oldest are the orders that have stood longest in a bucket.
func Oldest(ctx context.Context, r pg.Reader, bucket string, limit int) ([]Item, error) {
	return items(ctx, r, oldestSQL, bucket, limit)
}

const mineSQL = `
	select p.order_id, p.number, p.customer_name, c.name, h.placed_at, nullif(p.promised_day, 'infinity'), p.bucket, p.holds, p.total_minor, p.currency,
	       'why.held', jsonb_build_object('type', 'hold.' || h.type, 'reason', h.reason, 'owner', coalesce(nullif(h.owner_name, ''), 'role.' || h.owner_role))
	from sales_holds h
	join sales_order_progress p on p.order_id = h.order_id
	join channels c on c.id = p.channel_id
	where h.lifted_at is null and (h.owner_id = $1 or h.owner_id is null and h.owner_role = $2)
	order by h.placed_at
	limit $3`

// Held are the orders on whose holds this person, or anybody of the role,
// should act.
func Held(ctx context.Context, r pg.Reader, user id.User, role string, limit int) ([]Item, error) {
	return items(ctx, r, mineSQL, user, role, limit)
}

func items(ctx context.Context, r pg.Reader, sql string, args ...any) ([]Item, error) {
	rows, err := r.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read what waits: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Item])
}

const countsSQL = `
	select (select count(*) from (select 1 from sales_order_progress p where p.bucket = 'review' limit 100) x),
	       (select count(*) from (select 1 from fulfilment_orders f where f.state in ('open', 'in_progress') and (f.location_id = any($1) or cardinality($1::bigint[]) = 0) limit 100) x),
	       (select count(*) from (select 1 from notify_mails m where m.state = 'failed' limit 100) x)`

// Counts are how much waits: orders to review, work to pick, mails that
// failed; each at most 100.
type Counts struct{ Review, Pick, Mails int }

// Count counts for the rail. No location means all.
func Count(ctx context.Context, r pg.Reader, at []id.Location) (c Counts, err error) {
	if at == nil {
		at = []id.Location{}
	}
	err = r.QueryRow(ctx, countsSQL, at).Scan(&c.Review, &c.Pick, &c.Mails)
	return c, err
}
