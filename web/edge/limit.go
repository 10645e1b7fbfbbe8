package edge

import (
	"context"
	"net/netip"
	"time"

	"packhouse/internal/txn"
)

// limited applies the route's limits, by client address.
func (e *Edge) limited(ctx context.Context, r *Request, from netip.Addr) error {
	for _, l := range r.route.limits {
		if err := e.take(ctx, r, l.name+" "+crowd(from), l.n, l.per); err != nil {
			return err
		}
	}
	return nil
}

// take counts a try. The first beyond the limit leaves an audit line; the rest
// only a line in the log, so that nobody fills the audit trail from outside.
func (e *Edge) take(ctx context.Context, r *Request, bucket string, n int, per time.Duration) error {
	first, err := e.limiter.Take(ctx, bucket, n, per)
	if first {
		e.audit(ctx, r, txn.Event{Kind: "access.limited", Subject: txn.About("user", r.Person.ID),
			Data: map[string]any{"route": r.route.Method + " " + r.route.Pattern, "address": r.visit.Address}})
	}
	return err
}

// LimitAddress is Limit per client address, counted as the routes' own limits
// are, where the number is a setting.
func (r *Request) LimitAddress(name string, n int, per time.Duration) error {
	return r.edge.take(r.Context(), r, name+" "+crowd(r.trace.address), n, per)
}

// audit records what happened at the door. A reply never fails for it.
func (e *Edge) audit(ctx context.Context, r *Request, event txn.Event) {
	_, err := txn.Do(ctx, e.DB, r.Actor(), txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		tx.Record(event)
		return struct{}{}, nil
	})
	if err != nil {
		e.Log.ErrorContext(ctx, "audit line lost", "kind", event.Kind, "request", r.trace.id, "error", err)
	}
}
