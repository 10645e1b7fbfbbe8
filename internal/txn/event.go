package txn

import (
	"encoding/json"
	"fmt"

	"packhouse/internal/id"
)

// Subject is what an event is about. There is no foreign key: the event
// outlives it.
type Subject struct {
	Type string
	ID   int64
}

// About names a subject.
func About[I ~int64](kind string, id I) Subject { return Subject{kind, int64(id)} }

// Event is one thing that happened, kept for ever: the audit trail and the
// timeline are this table, filtered.
type Event struct {
	Kind    string // "order.confirmed"; each has a sentence in internal/words
	Subject Subject
	Order   id.Order // the order on whose timeline it stands; 0 if none
	Public  bool     // the customer may read it
	Data    any      // before, after, reason and the sentence's arguments, as JSON
}

const eventSQL = `
	insert into events (occurred_at, actor_kind, actor_id, actor_name, command_key, kind, subject_type, subject_id, order_id, public, data)
	values (coalesce($1, now()), $2, nullif($3, 0), $4, $5, $6, $7, $8, nullif($9, 0), $10, $11)`

// Record writes the event with the next round trip.
func (tx *Tx) Record(e Event) {
	data := []byte("{}")
	if e.Data != nil {
		var err error
		if data, err = json.Marshal(e.Data); err != nil {
			panic(fmt.Sprintf("txn: event %s cannot be stored: %v", e.Kind, err)) // a mistake in the program, not in the data
		}
	}
	var at any
	if t := tx.At(); !t.IsZero() {
		at = t
	}
	tx.events++
	tx.queue = append(tx.queue, queued{sql: eventSQL, want: 1, args: []any{
		at, string(tx.actor.Kind), tx.actor.ID, tx.actor.Name, string(tx.command.Key),
		e.Kind, e.Subject.Type, e.Subject.ID, int64(e.Order), e.Public, string(data)}})
}
