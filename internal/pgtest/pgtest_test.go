package pgtest_test

import (
	"context"
	"testing"

	"packhouse/internal/pgtest"
	"packhouse/internal/txn"
)

func count(t *testing.T, db *pgtest.Database) (n int) {
	t.Helper()
	if err := db.Pools.Read.QueryRow(t.Context(), "select count(*) from events").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	a, b := pgtest.DB(t), pgtest.DB(t)
	_, err := txn.Do(t.Context(), a.DB, pgtest.Actor, txn.Once(), func(_ context.Context, tx *txn.Tx) (struct{}, error) {
		tx.Record(txn.Event{Kind: "test.happened", Subject: txn.About("test", int64(1))})
		return struct{}{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count(t, a) != 1 || count(t, b) != 0 {
		t.Fatalf("events: %d and %d", count(t, a), count(t, b))
	}
}

func TestATransactionLeavesNothingForTheNextTest(t *testing.T) {
	t.Parallel()
	for range 2 {
		t.Run("one", func(t *testing.T) {
			tx := pgtest.Tx(t)
			tx.Record(txn.Event{Kind: "test.happened", Subject: txn.About("test", int64(1))})
			var n int
			if err := tx.QueryRow(t.Context(), "select count(*) from events").Scan(&n); err != nil || n != 1 {
				t.Fatalf("events: %d %v", n, err)
			}
		})
	}
}

func TestTheReadPoolCannotWrite(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	if _, err := db.Pools.Read.Exec(t.Context(), "delete from tax_classes"); err == nil {
		t.Fatal("the read pool wrote")
	}
}

func BenchmarkDB(b *testing.B) {
	for b.Loop() {
		pgtest.DB(b)
	}
}
