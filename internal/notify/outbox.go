package notify

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/list"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
)

// Row is a mail as the outbox lists it.
type Row struct {
	ID        id.Mail
	Kind      Kind
	To        string
	State     State
	Copy      int
	Attempts  int
	LastError string
	Created   time.Time
	Sent      *time.Time
	Order     id.Order
	Number    string // of the order
}

// Outbox is the list of all mails. q finds an address as it was written to, or
// the number of an order.
var Outbox = &list.Spec{
	Columns: "m.id, m.kind, m.recipient, m.state, m.copy, m.attempts, m.last_error, m.created_at, m.sent_at, coalesce(m.order_id, 0), coalesce(o.number, '')",
	From:    "notify_mails m",
	Joins:   "left join sales_orders o on o.id = m.order_id",
	Key:     "m.id",
	Filters: map[string]list.Filter{
		"state": {SQL: "m.state = any(?)", Read: list.Texts(stateNames()...)},
		"kind":  {SQL: "m.kind = any(?)", Read: list.Texts(kindNames()...)},
		"order": {SQL: "m.order_id = ?", Read: list.ID},
		"q": {SQL: `m.id in (select found.id from (select ?::text as typed) q cross join lateral (
			select a.id from notify_mails a where lower(a.recipient) = lower(q.typed)
			union all
			select b.id from sales_orders p join notify_mails b on b.order_id = p.id where p.number = q.typed) found)`, Read: list.Text},
	},
	Sorts:   map[string]list.Sort{"time": {Column: "m.id", Type: "bigint"}},
	Default: "-time",
}

func stateNames() (names []string) {
	for _, s := range States {
		names = append(names, s.s)
	}
	return names
}

func kindNames() (names []string) {
	for _, k := range Kinds {
		names = append(names, k.name)
	}
	return names
}

// Rows reads a page of the outbox.
func Rows(ctx context.Context, r pg.Reader, q list.Query) (list.Page[Row], error) {
	return list.Read(ctx, r, q, scanRow, func(m Row) (string, int64) { return strconv.FormatInt(int64(m.ID), 10), int64(m.ID) })
}

func scanRow(row pgx.CollectableRow) (Row, error) {
	var m Row
	var kind, state string
	err := row.Scan(&m.ID, &kind, &m.To, &state, &m.Copy, &m.Attempts, &m.LastError, &m.Created, &m.Sent, &m.Order, &m.Number)
	m.Kind, m.State = readKind(kind), readState(state)
	return m, err
}

// readKind keeps the name of a kind this version does not know.
func readKind(name string) Kind {
	if k, ok := KindNamed(name); ok {
		return k
	}
	return Kind{name: name}
}

func readState(name string) State {
	s, _ := StateNamed(name)
	return s
}

// Full is a mail with all that is known of it. Subject, Text and HTML are what
// was sent, without the secret of its link; empty until it was.
type Full struct {
	Row
	Event     id.Event
	Language  string
	Why       Why
	MessageID string
	Message   Message
	Args      problem.Args
	Leased    bool // a worker is sending it now
	Copies    []Row
	History   []Happening
}

// Happening is one event about a mail.
type Happening struct {
	At    time.Time
	Actor string // staff, customer, visitor, system, import
	Name  string
	Kind  string
	Data  problem.Args
}

const fullSQL = `
	select m.event_id, m.kind, m.recipient, m.state, m.copy, m.attempts, m.last_error, m.created_at, m.sent_at, coalesce(m.order_id, 0), coalesce(o.number, ''),
	       m.language, m.why, m.message_id, m.subject, m.body_text, m.body_html, m.args, coalesce(m.leased_until > now(), false)
	from notify_mails m
	left join sales_orders o on o.id = m.order_id
	where m.id = $1`

// Read reads one mail; problem.NotFound when there is none.
func Read(ctx context.Context, r pg.Reader, which id.Mail) (Full, error) {
	f := Full{Row: Row{ID: which}}
	var kind, state string
	err := r.QueryRow(ctx, fullSQL, int64(which)).Scan(&f.Event, &kind, &f.To, &state, &f.Copy, &f.Attempts, &f.LastError, &f.Created, &f.Sent, &f.Order, &f.Number,
		&f.Language, &f.Why, &f.MessageID, &f.Message.Subject, &f.Message.Text, &f.Message.HTML, &f.Args, &f.Leased)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, problem.Missing("mail")
	}
	if err != nil {
		return f, fmt.Errorf("read mail %d: %w", which, err)
	}
	f.Kind, f.State = readKind(kind), readState(state)
	if f.Copies, err = copies(ctx, r, f); err != nil {
		return f, err
	}
	f.History, err = history(ctx, r, f)
	return f, err
}

// Mail is the mail as Render takes it.
func (f Full) Mail() Mail {
	return Mail{ID: f.ID, Order: f.Order, Kind: f.Kind, To: f.To, Language: f.Language, Args: f.Args}
}

// CanResend says why the mail cannot be sent again; nil when it can.
func (f Full) CanResend() error { return locked{kind: f.Kind, state: f.State}.canResend() }

const copiesSQL = `
	select id, kind, recipient, state, copy, attempts, last_error, created_at, sent_at, coalesce(order_id, 0), ''
	from notify_mails
	where event_id = $1 and kind = $2 and id <> $3
	order by id`

// copies are the other mails of the same event and kind.
func copies(ctx context.Context, r pg.Reader, f Full) ([]Row, error) {
	rows, err := r.Query(ctx, copiesSQL, int64(f.Event), f.Kind.name, int64(f.ID))
	if err != nil {
		return nil, fmt.Errorf("read the copies of mail %d: %w", f.ID, err)
	}
	return pgx.CollectRows(rows, scanRow)
}

// Events of an order are found by the order, others by their subject: there is
// an index for each. The event that caused the mail comes first of all.
const historySQL = `
	select occurred_at, actor_kind, actor_name, kind, data
	from (
		select e.id, e.occurred_at, e.actor_kind, e.actor_name, e.kind, e.data from events e where e.id = $3
		union all
		select e.id, e.occurred_at, e.actor_kind, e.actor_name, e.kind, e.data
		from events e where $2::bigint > 0 and e.order_id = $2 and e.subject_type = 'mail' and e.subject_id = $1
		union all
		select e.id, e.occurred_at, e.actor_kind, e.actor_name, e.kind, e.data
		from events e where $2::bigint = 0 and e.order_id is null and e.subject_type = 'mail' and e.subject_id = $1
	) h
	order by id`

func history(ctx context.Context, r pg.Reader, f Full) ([]Happening, error) {
	rows, err := r.Query(ctx, historySQL, int64(f.ID), int64(f.Order), int64(f.Event))
	if err != nil {
		return nil, fmt.Errorf("read the history of mail %d: %w", f.ID, err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Happening])
}
