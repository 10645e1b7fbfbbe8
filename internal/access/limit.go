package access

import (
	"context"
	"fmt"
	"time"

	"packhouse/internal/problem"
)

// Limiter counts tries in PostgreSQL, so that every process counts the same
// and a restart forgets nothing.
type Limiter struct{ write Quick }

// NewLimiter makes a limiter.
func NewLimiter(write Quick) *Limiter { return &Limiter{write} }

// The tries of the window before weigh as much as of it still lies within the
// last such stretch of time, so that the turn of a window opens nothing. A lost
// count after a crash of the server hurts nobody, so the commit does not wait
// for the disk.
const takeSQL = `
	with taken as (
	    insert into access_rate_windows as w (bucket, starts_at, ends_at, taken)
	    select $1, date_bin($2::interval, now(), 'epoch'), date_bin($2::interval, now(), 'epoch') + $2::interval, 1
	    from (select set_config('synchronous_commit', 'off', true)) as relaxed
	    on conflict (bucket, starts_at) do update set taken = w.taken + 1
	    returning w.taken, w.starts_at, w.ends_at)
	select taken.taken + coalesce(round(before.taken * extract(epoch from taken.ends_at - now()) / extract(epoch from $2::interval)), 0)::int,
	       extract(epoch from taken.ends_at - now())::float8
	from taken left join access_rate_windows before on before.bucket = $1 and before.starts_at = taken.starts_at - $2::interval`

// Take counts one try in the bucket and answers problem.TooMany when more than
// n were made in the running window; first marks the first of those.
func (l *Limiter) Take(ctx context.Context, bucket string, n int, per time.Duration) (first bool, err error) {
	var taken int
	var rest float64
	if err := l.write.QueryRow(ctx, takeSQL, bucket, per).Scan(&taken, &rest); err != nil {
		return false, fmt.Errorf("count a try of %s: %w", bucket, err)
	}
	if taken > n {
		return taken == n+1, &problem.TooMany{RetryAfter: time.Duration(rest*float64(time.Second)) + time.Second}
	}
	return false, nil
}

const forgetSQL = `delete from access_rate_windows where bucket = $1`

// Forget empties the bucket, as after a sign-in that succeeded.
func (l *Limiter) Forget(ctx context.Context, bucket string) error {
	if _, err := l.write.Exec(ctx, forgetSQL, bucket); err != nil {
		return fmt.Errorf("forget the tries of %s: %w", bucket, err)
	}
	return nil
}

const tidySQL = `
	with windows as (delete from access_rate_windows where ends_at + (ends_at - starts_at) < now())
	delete from access_sessions
	where expires_at < now() or seen_at < now() - $1::interval or created_at < now() - $2::interval`

// Tidy removes what has run out; a periodic job calls it.
func Tidy(ctx context.Context, write Quick) error {
	if _, err := write.Exec(ctx, tidySQL, IdleLimit, AbsoluteLimit); err != nil {
		return fmt.Errorf("tidy sessions: %w", err)
	}
	return nil
}
