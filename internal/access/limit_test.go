package access_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
)

func TestManyAtOnceNeverTakeMoreThanTheLimit(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	l := access.NewLimiter(db.Pools.Write)
	var in, first atomic.Int64
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			was, err := l.Take(t.Context(), "bucket", 7, 1000*time.Hour)
			if was {
				first.Add(1)
			}
			if err == nil {
				in.Add(1)
			} else if _, ok := errors.AsType[*problem.TooMany](err); !ok {
				t.Errorf("take: %v", err)
			}
		})
	}
	all.Wait()
	if in.Load() != 7 || first.Load() != 1 {
		t.Errorf("%d were let in and %d were the first beyond, want 7 and 1", in.Load(), first.Load())
	}
	if err := l.Forget(t.Context(), "bucket"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Take(t.Context(), "bucket", 7, 1000*time.Hour); err != nil {
		t.Errorf("after forgetting: %v", err)
	}
}

func TestTheTurnOfAWindowForgetsGradually(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	l := access.NewLimiter(db.Pools.Write)
	for range 10 {
		if _, err := l.Take(t.Context(), "bucket", 10, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	back := func(by string) {
		if _, err := db.Pools.Write.Exec(t.Context(), `update access_rate_windows set starts_at = starts_at - $1::interval, ends_at = ends_at - $1::interval`, by); err != nil {
			t.Fatal(err)
		}
	}
	back("1 hour") // the tries lie in the window before: they weigh by what is left of it
	var weight float64
	if err := db.Pools.Write.QueryRow(t.Context(), `select extract(epoch from date_bin('1 hour', now(), 'epoch') + interval '1 hour' - now()) / 3600`).Scan(&weight); err != nil {
		t.Fatal(err)
	}
	free := 0
	for range 12 {
		if _, err := l.Take(t.Context(), "bucket", 10, time.Hour); err == nil {
			free++
		}
	}
	if want := 10 - int(weight*10+0.5); free < want-1 || free > want+1 {
		t.Errorf("%d tries are free when %.0f %% of the window before still counts", free, weight*100)
	}
	back("3 hours")
	if _, err := l.Take(t.Context(), "bucket", 10, time.Hour); err != nil {
		t.Errorf("hours later: %v", err)
	}
}

func TestTidyRemovesOnlyWhatHasRunOut(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	if _, err := db.Pools.Write.Exec(t.Context(), `insert into access_sessions (token_hash, data, seen_at, created_at, expires_at) values
		('live', '', now(), now(), now() + interval '1 hour'), ('over', '', now(), now(), now() - interval '1 second'),
		('idle', '', now() - interval '3 hours', now() - interval '3 hours', now() + interval '1 hour'), ('old', '', now(), now() - interval '13 hours', now() + interval '1 hour')`); err != nil {
		t.Fatal(err)
	}
	if err := access.Tidy(t.Context(), db.Pools.Write); err != nil {
		t.Fatal(err)
	}
	var left string
	if err := db.Pools.Write.QueryRow(t.Context(), `select string_agg(token_hash, ',') from access_sessions`).Scan(&left); err != nil || left != "live" {
		t.Errorf("left: %s (%v)", left, err)
	}
}
