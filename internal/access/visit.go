package access

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"packhouse/internal/id"
)

// Quick is the pool that takes the few writes outside a command: sessions and
// counted tries. They change nothing of the business and leave no event.
type Quick interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// How long a session lives.
const (
	IdleLimit     = 2 * time.Hour    // without a request
	AbsoluteLimit = 12 * time.Hour   // at all
	FreshLimit    = 10 * time.Minute // since the password was proved, for changes to the account itself
)

// Visit travels with a request's context between the edge and the session
// store: where the request comes from, whom its session belongs to, and to
// whom the session is to belong when it is stored.
type Visit struct {
	Address string // the client's, as the edge worked it out
	Agent   string // the browser's own words, cut

	Person Person // found with the session

	// Set by SignIn: whose the session becomes, valid only while the account is
	// still of this generation, so that a sign-in under way dies with a password
	// change.
	Owner      id.User
	Generation int
}

type visitKey struct{}

// WithVisit puts the visit where the session store finds it.
func WithVisit(ctx context.Context, v *Visit) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}

func visitOf(ctx context.Context) *Visit {
	if v, ok := ctx.Value(visitKey{}).(*Visit); ok {
		return v
	}
	return &Visit{}
}
