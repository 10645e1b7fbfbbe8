// Package fulfilment owns the work that an order makes: one fulfilment order
// for each location and kind. It is made when the order is confirmed; picking,
// packing and shipping happen on it.
//
// Words: a fulfilment order is open until somebody starts it, in progress,
// closed when its goods have left, or cancelled. It is due on a day of its
// location's own calendar.
package fulfilment

import (
	"context"
	"fmt"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/txn"
)

// State is where a piece of work stands.
type State struct{ name string }

// The states of a fulfilment order.
var (
	Open       = State{"open"}
	InProgress = State{"in_progress"}
	Closed     = State{"closed"}
	Cancelled  = State{"cancelled"}
)

var next = map[State][]State{
	Open:       {InProgress, Cancelled},
	InProgress: {Open, Closed, Cancelled},
	Closed:     {},
	Cancelled:  {},
}

// String is the state's name as it is stored.
func (s State) String() string { return s.name }

// Next are the states that can follow.
func (s State) Next() []State { return next[s] }

// States are all of them.
func States() []State { return []State{Open, InProgress, Closed, Cancelled} }

// Piece is a quantity of a line that one location serves.
type Piece struct {
	Line     id.Line
	SKU      id.SKU
	Quantity int
}

// Work is what one location has to do for one order.
type Work struct {
	Location id.Location
	Kind     string // ship, pickup, service
	Due      *time.Time
	Pieces   []Piece
}

const insertSQL = `
	with f as (
		insert into fulfilment_orders (order_id, location_id, kind, pieces, due_day, created_at)
		values ($1, $2, $3, $4, $5, $6)
		returning id)
	insert into fulfilment_lines (fulfilment_id, line_id, sku_id, quantity)
	select f.id, l.line, l.sku, l.pieces
	from f, unnest($7::bigint[], $8::bigint[], $9::int[]) as l (line, sku, pieces)`

// Start queues new work, a fulfilment order for each location and kind.
func Start(tx *txn.Tx, order id.Order, works []Work) {
	for _, w := range works {
		lines, skus, pieces, sum := make([]id.Line, len(w.Pieces)), make([]id.SKU, len(w.Pieces)), make([]int, len(w.Pieces)), 0
		for i, p := range w.Pieces {
			lines[i], skus[i], pieces[i] = p.Line, p.SKU, p.Quantity
			sum += p.Quantity
		}
		tx.Queue(insertSQL, int64(len(w.Pieces)), nil, order, w.Location, w.Kind, sum, w.Due, tx.At(), lines, skus, pieces)
	}
}

const withdrawSQL = `
	update fulfilment_lines l
	set cancelled = l.cancelled + c.less
	from (select unnest($1::bigint[]) as fulfilment, unnest($2::bigint[]) as line, unnest($3::int[]) as less) c
	where l.fulfilment_id = c.fulfilment and l.line_id = c.line`

const emptySQL = `
	update fulfilment_orders f
	set state = 'cancelled', closed_at = $2, version = f.version + 1
	where f.id = any($1) and f.state in ('open', 'in_progress')
	  and not exists (select 1 from fulfilment_lines l where l.fulfilment_id = f.id and l.quantity > l.cancelled)`

const openSQL = `
	select l.fulfilment_id, f.location_id, l.line_id, l.quantity - l.cancelled
	from fulfilment_orders f
	join fulfilment_lines l on l.fulfilment_id = f.id and l.quantity > l.cancelled
	where f.order_id = $1 and f.state in ('open', 'in_progress') and f.location_id = any($2)
	order by f.id, l.line_id
	for no key update of f`

// Less is a quantity to take off the work of one location.
type Less struct {
	Line     id.Line
	Location id.Location
	Quantity int
}

// Withdraw takes pieces off the open work of an order and cancels work that
// has nothing left. The order is locked.
func Withdraw(ctx context.Context, tx *txn.Tx, order id.Order, less []Less) error {
	if len(less) == 0 {
		return nil
	}
	type part struct {
		line id.Line
		at   id.Location
	}
	want := make(map[part]int)
	places := make([]id.Location, 0, len(less))
	for _, l := range less {
		want[part{l.Line, l.Location}] += l.Quantity
		places = append(places, l.Location)
	}
	rows, err := tx.Query(ctx, openSQL, order, places)
	if err != nil {
		return fmt.Errorf("lock the order's work: %w", err)
	}
	var works []id.Fulfilment
	var lines []id.Line
	var pieces []int
	for rows.Next() {
		var f id.Fulfilment
		var at id.Location
		var line id.Line
		var open int
		if err := rows.Scan(&f, &at, &line, &open); err != nil {
			rows.Close()
			return err
		}
		if take := min(open, want[part{line, at}]); take > 0 {
			want[part{line, at}] -= take
			works, lines, pieces = append(works, f), append(lines, line), append(pieces, take)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(works) == 0 {
		return nil
	}
	tx.Queue(withdrawSQL, int64(len(works)), nil, works, lines, pieces)
	tx.Queue(emptySQL, -1, nil, works, tx.At())
	return nil
}
