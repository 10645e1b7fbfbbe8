package edge

import (
	"context"

	"packhouse/internal/id"
	"packhouse/internal/txn"
)

// DoPart runs one part of a bulk action as a command of its own: it commits or
// fails alone, and the same part of the same form again gets its first answer.
func DoPart[T any](r *Request, part string, fn func(context.Context, *txn.Tx) (T, error)) (txn.Outcome[T], error) {
	if err := r.Invalid().Err(); err != nil {
		return txn.Outcome[T]{}, err
	}
	return txn.Do(r.Context(), r.edge.DB, r.Actor(), txn.NewCommand(id.Derive(id.Key(r.Key()), part), r.URL.Path, part), fn)
}
