package sales

import (
	"maps"
	"strings"
	"time"

	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// Counts are what other rooms have done for an order, in pieces, as the flow
// that changed them knows them.
type Counts struct {
	Reserved int // live, firm or soft
	Shipped  int
	Waits    string     // name of the location whose work is next
	Promised *time.Time // the latest day promised, nil when none is
}

// Sentence is what an order waits for: a code of internal/words with its
// arguments, which the list, the page and the work item show alike.
type Sentence struct {
	Code string
	Args problem.Args
}

// Bucket is the list an order stands in. It and the sentence are pure
// functions of the order, its checks and its counts.
func (o *Order) Bucket(c Counts) string {
	switch o.state {
	case Draft:
		return "draft"
	case Placed:
		return "review"
	case Cancelled:
		return "cancelled"
	case Closed:
		return "closed"
	}
	if len(o.Holds) > 0 || c.Reserved+c.Shipped < o.wanted() {
		return "waiting"
	}
	if c.Shipped >= o.wanted() && o.wanted() > 0 {
		return "shipped"
	}
	return "work"
}

// wanted is how many pieces must leave a shelf.
func (o *Order) wanted() int {
	n := 0
	for _, l := range o.Lines {
		if l.Stocked() {
			n += l.Open()
		}
	}
	return n
}

// Says is the sentence at the top of the order: what it waits for.
func (o *Order) Says(checks Checks, c Counts) Sentence {
	switch o.state {
	case Cancelled:
		return Sentence{"why.cancelled", problem.With("reason", o.reason)}
	case Closed:
		return Sentence{Code: "why.closed"}
	case Placed:
		if h, held := o.Blocking("confirm"); held {
			r := h.refusal(o.ID).(*problem.Refusal)
			return Sentence{r.Code, r.Args}
		}
		if f, failed := checks.Failed(); failed {
			args := maps.Clone(f.Args)
			if args["blocks"] = 0; f.Blocks {
				args["blocks"] = 1
			}
			return Sentence{f.Code, args}
		}
		return Sentence{Code: "why.ready_to_confirm"}
	}
	if len(o.Holds) > 0 {
		r := o.Holds[0].refusal(o.ID).(*problem.Refusal)
		return Sentence{r.Code, r.Args}
	}
	missing := o.wanted() - c.Reserved - c.Shipped
	switch {
	case missing > 0 && c.Reserved > 0:
		return Sentence{"why.part_waits", problem.With("ready", c.Reserved, "missing", missing)}
	case missing > 0:
		return Sentence{"why.all_waits", problem.With("missing", missing)}
	case o.wanted() == 0:
		return Sentence{Code: "why.service_only"}
	default:
		return Sentence{"why.to_pick", problem.With("pieces", c.Reserved, "location", c.Waits)}
	}
}

const progressSQL = `
	insert into sales_order_progress (order_id, number, bucket, state, channel_id, customer_id, customer_name, placed_at, promised_day,
	    line_count, ordered, reserved, shipped, holds, total_minor, currency, sentence, args)
	values ($1, $2, $3, $4, $5, nullif($6, 0), $7, $8, coalesce($9::date, 'infinity'), $10, $11, $12, $13, $14, $15, $16, $17, $18)
	on conflict (order_id) do update
	set bucket = excluded.bucket, state = excluded.state, customer_id = excluded.customer_id, customer_name = excluded.customer_name,
	    promised_day = excluded.promised_day, line_count = excluded.line_count, ordered = excluded.ordered, reserved = excluded.reserved,
	    shipped = excluded.shipped, holds = excluded.holds, total_minor = excluded.total_minor, sentence = excluded.sentence, args = excluded.args`

// SaveProgress queues what the lists show: the last step of every command on
// an order.
func SaveProgress(tx *txn.Tx, o *Order, checks Checks, c Counts) {
	says := o.Says(checks, c)
	if says.Args == nil {
		says.Args = problem.Args{}
	}
	lines := 0
	for _, l := range o.Lines {
		if l.Kind != KitPart && l.Kind != Shipping {
			lines++
		}
	}
	tx.Queue(progressSQL, 1, nil, o.ID, o.Number, o.Bucket(c), o.state.name, o.Channel, o.Customer, o.Called(), o.placedAt, c.Promised,
		lines, o.wanted(), c.Reserved, c.Shipped, len(o.Holds), o.Total, o.Currency, says.Code, says.Args)
}

// Called is the name that lists show.
func (o *Order) Called() string {
	for _, s := range []string{o.BillTo.Company, o.ShipTo.Company, o.ContactName, o.ShipTo.Name, o.Email} {
		if s != "" {
			return s
		}
	}
	return o.Number
}

// words are what the order is found by, SKUs apart: those are found through
// the lines. A space stands before each, also the first: it is how a search
// tells where a word begins.
func (o *Order) words() string {
	return strings.Join([]string{"", o.Number, o.ContactName, o.ShipTo.Name, o.ShipTo.Company, o.BillTo.Company, o.Email,
		trade.PhoneDigits(o.Phone), o.PONumber, o.ExternalRef}, " ")
}

const promiseSQL = `
	insert into sales_promises (order_id, line_id, quantity, promised_day, zone, source, reason, author, recorded_at)
	select $1, p.line, p.pieces, p.day, p.zone, p.source, $7, $8, $9
	from unnest($2::bigint[], $3::int[], $4::date[], $5::text[], $6::text[]) as p (line, pieces, day, zone, source)`

// Promise is a day for pieces of a line; Day nil says that none can be named.
type Promise struct {
	Line   int64
	Pieces int
	Day    *time.Time
	Zone   string
	Source string // stock, supply, backorder, person
}

// SavePromises queues new promises; the ones before stay as they were.
func SavePromises(tx *txn.Tx, o *Order, ps []Promise, reason string) {
	if len(ps) == 0 {
		return
	}
	lines, pieces, days := make([]int64, len(ps)), make([]int, len(ps)), make([]*time.Time, len(ps))
	zones, sources := make([]string, len(ps)), make([]string, len(ps))
	for i, p := range ps {
		lines[i], pieces[i], days[i], zones[i], sources[i] = p.Line, p.Pieces, p.Day, p.Zone, p.Source
	}
	tx.Queue(promiseSQL, int64(len(ps)), nil, o.ID, lines, pieces, days, zones, sources, reason, tx.Actor().Name, tx.At())
}
