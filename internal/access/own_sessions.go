package access

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Session is one browser that is signed in.
type Session struct {
	ID        int64
	CreatedAt time.Time
	SeenAt    time.Time
	Address   string
	Agent     string
}

const sessionsSQL = `
	select s.id, s.created_at, s.seen_at, s.address, s.agent
	from access_sessions s join access_users u on u.id = s.user_id and u.generation = s.generation
	where s.user_id = $1 and s.expires_at > now() and s.seen_at > now() - $2::interval and s.created_at > now() - $3::interval
	order by s.seen_at desc, s.id desc
	limit 100`

// ReadSessions lists where a person is signed in, latest first.
func ReadSessions(ctx context.Context, r pg.Reader, user id.User) ([]Session, error) {
	rows, err := r.Query(ctx, sessionsSQL, int64(user), IdleLimit, AbsoluteLimit)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Session])
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return all, nil
}

const endOneSQL = `delete from access_sessions where id = $1 and user_id = $2`

// EndSession ends one session of the person; problem.NotFound when it is not
// theirs or has ended.
func EndSession(tx *txn.Tx, user id.User, session int64) {
	tx.Queue(endOneSQL, 1, problem.Missing("session"), session, int64(user))
	tx.Record(event("access.session_ended", user, nil))
}

const endOthersSQL = `delete from access_sessions where user_id = $1 and id <> $2`

// EndSessions ends all sessions of the person but keep (0: all) and says how
// many there were.
func EndSessions(ctx context.Context, tx *txn.Tx, user id.User, keep int64) (int64, error) {
	tag, err := tx.Exec(ctx, endOthersSQL, int64(user), keep)
	if err != nil {
		return 0, fmt.Errorf("end sessions of user %d: %w", user, err)
	}
	tx.Record(event("access.sessions_ended", user, nil))
	return tag.RowsAffected(), nil
}
