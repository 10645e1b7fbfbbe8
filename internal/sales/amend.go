package sales

import (
	"strings"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// Amendment is what may change of an order without touching its lines or its
// money: who, where to, when, and the notes.
type Amendment struct {
	ContactName  string
	Email        string
	Phone        string
	ShipTo       trade.Address
	BillTo       trade.Address
	TaxID        string
	RequestedDay *time.Time
	Wish         Wish
	PONumber     string
	NoteCustomer string
	NoteInternal string
}

// Amendment is the order's present state of what may be amended.
func (h Head) Amendment() Amendment {
	return Amendment{h.ContactName, h.Email, h.Phone, h.ShipTo, h.BillTo, h.TaxID, h.RequestedDay, h.Wish, h.PONumber, h.NoteCustomer, h.NoteInternal}
}

// Amend changes the order and names the fields that changed; their values are
// personal data and stay out of the audit trail.
func (o *Order) Amend(a Amendment) ([]string, error) {
	if o.state != Placed && o.state != Confirmed {
		return nil, problem.Refuse("refused.amend_state", "state", o.state.word())
	}
	var changed []string
	note := func(name string, differs bool) {
		if differs {
			changed = append(changed, name)
		}
	}
	note("contact_name", a.ContactName != o.ContactName)
	note("email", a.Email != o.Email)
	note("phone", a.Phone != o.Phone)
	note("ship_to", a.ShipTo != o.ShipTo)
	note("bill_to", a.BillTo != o.BillTo)
	note("tax_id", a.TaxID != o.TaxID)
	note("requested_day", !sameDay(a.RequestedDay, o.RequestedDay))
	note("wish", a.Wish != o.Wish)
	note("po_number", a.PONumber != o.PONumber)
	note("note_customer", a.NoteCustomer != o.NoteCustomer)
	note("note_internal", a.NoteInternal != o.NoteInternal)
	o.ContactName, o.Email, o.Phone, o.ShipTo, o.BillTo, o.TaxID = a.ContactName, a.Email, a.Phone, a.ShipTo, a.BillTo, a.TaxID
	o.RequestedDay, o.Wish, o.PONumber, o.NoteCustomer, o.NoteInternal = a.RequestedDay, a.Wish, a.PONumber, a.NoteCustomer, a.NoteInternal
	return changed, nil
}

func sameDay(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

// RecordAmended notes which fields changed and, of those that hold no personal
// data, what they were and are.
func RecordAmended(tx *txn.Tx, o *Order, before Amendment, changed []string) {
	data := map[string]any{"fields": strings.Join(changed, ", ")}
	after := o.Amendment()
	var changes []problem.Change
	for _, c := range []problem.Change{{Field: "po_number", Before: before.PONumber, After: after.PONumber}, {Field: "wish", Before: string(before.Wish), After: string(after.Wish)},
		{Field: "requested_day", Before: dayText(before.RequestedDay), After: dayText(after.RequestedDay)}} {
		if c.Before != c.After {
			changes = append(changes, c)
		}
	}
	if len(changes) > 0 {
		data["changes"] = changes
	}
	tx.Record(txn.Event{Kind: "order.amended", Subject: txn.About("order", o.ID), Order: o.ID, Public: true, Data: data})
}

func dayText(d *time.Time) string {
	if d == nil {
		return ""
	}
	return d.Format(time.DateOnly)
}

// Note is a remark on the timeline.
type Note struct {
	Order  id.Order
	Text   string
	Public bool // the customer may read it
}

// Record puts the note on the order's timeline.
func (n Note) Record(tx *txn.Tx) error {
	text, err := trade.Text(n.Text, 2000)
	if err != nil {
		return err
	}
	if text == "" {
		return problem.At("text", "required")
	}
	tx.Record(txn.Event{Kind: "order.noted", Subject: txn.About("order", n.Order), Order: n.Order, Public: n.Public, Data: map[string]any{"text": text}})
	return nil
}
