package inventory

import (
	"fmt"
	"testing"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/pgtest"
)

// A25
func TestTheGridShowsEachLocationAndItsNumbersHaveRowsBehindThem(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx := t.Context()
	r := setup(t, tx)
	there := setup(t, tx)
	sku := r.skus[0]
	r.opening(t, tx, sku, 20)
	_, err := Adjust(ctx, tx, Adjustment{SKU: sku, Location: there.location, Delta: 7, Kind: Receive})
	must(t, err)
	must(t, MoveCondition(ctx, tx, ConditionMove{SKU: sku, Location: r.location, From: Sellable, To: Quarantine, Quantity: 3, Reason: "count"}))
	must(t, SetSafety(ctx, tx, sku, r.location, 2))
	reserve(t, tx, r, sku, 5, time.Time{})

	rows, err := LevelsOf(ctx, tx, []id.SKU{sku}, nil)
	must(t, err)
	if len(rows) != 2 {
		t.Fatalf("%d rows, want one per location", len(rows))
	}
	for _, l := range rows {
		if l.Location == r.location && (l.OnHand != 17 || l.Reserved != 5 || l.Free != 10 || l.Safety != 2 || l.Quarantine != 3 || l.Damaged != 0) {
			t.Errorf("the grid says %+v", l)
		}
		if !l.Balanced() {
			t.Errorf("on hand is not the sum of the ledger: %+v", l)
		}
	}
	sum, err := LedgerSum(ctx, tx, MovementFilter{SKU: sku, Location: r.location, Condition: Sellable}, 0)
	must(t, err)
	if sum != 17 {
		t.Errorf("the ledger sums to %d, the grid says 17", sum)
	}
	behind, _, err := Reservations(ctx, tx, ReservationFilter{SKU: sku, Location: r.location, Limit: 10})
	must(t, err)
	if len(behind) != 1 || behind[0].Quantity != 5 || behind[0].Soft {
		t.Errorf("behind the 5 reserved stand %+v", behind)
	}
	free, err := Available(ctx, tx, []id.SKU{sku}, []id.Location{r.location, there.location}, 1)
	must(t, err)
	if free[sku] != 9+6 {
		t.Errorf("%d available with one left at each place, want 15", free[sku])
	}
}

func TestAPersonBoundToALocationSeesOnlyItsStock(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx := t.Context()
	mine, theirs := setup(t, tx), setup(t, tx)
	mine.opening(t, tx, mine.skus[0], 4)
	_, err := Adjust(ctx, tx, Adjustment{SKU: mine.skus[0], Location: theirs.location, Delta: 90, Kind: Receive})
	must(t, err)
	bound := []id.Location{mine.location}
	rows, err := LevelsOf(ctx, tx, mine.skus[:1], bound)
	must(t, err)
	moves, _, err := Movements(ctx, tx, MovementFilter{Bound: bound, SKU: mine.skus[0], Limit: 10})
	must(t, err)
	sum, err := LedgerSum(ctx, tx, MovementFilter{Bound: bound, SKU: mine.skus[0]}, 0)
	must(t, err)
	lies, err := BinStock(ctx, tx, mine.skus[0], bound)
	must(t, err)
	if len(rows) != 1 || len(moves) != 1 || len(lies) != 1 || sum != 4 {
		t.Errorf("sees levels %+v, movements %+v, bins %+v, sum %d", rows, moves, lies, sum)
	}
	if _, err := LocationByID(ctx, tx, theirs.location, bound); err == nil {
		t.Error("a location the person is not bound to was shown")
	}
}

func TestTheGridIsReadForwardsAndBackwardsWithoutGapsOrRepeats(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	n := seed.Add(1)
	for i := range 7 {
		goods(t, tx, fmt.Sprintf("Page%d-%d", n, i))
	}
	q := GridQuery{Search: fmt.Sprintf("page%d-", n), Limit: 3}
	var codes []string
	var pages [][]LevelRow
	for {
		page, more, err := Grid(t.Context(), tx, q)
		must(t, err)
		pages = append(pages, page)
		for _, l := range page {
			codes = append(codes, l.Code)
		}
		if !more {
			break
		}
		q.After = page[len(page)-1].Code
	}
	if len(codes) != 7 || len(pages) != 3 {
		t.Fatalf("%d pages with %v", len(pages), codes)
	}
	q.After, q.Before = "", pages[2][0].Code
	back, more, err := Grid(t.Context(), tx, q)
	must(t, err)
	if !more || len(back) != 3 || back[0].Code != pages[1][0].Code {
		t.Errorf("the page before the last is %+v", back)
	}
}

func TestTheGridIsNarrowedToWhatAsksForAttention(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx := t.Context()
	r := setup(t, tx)
	r.opening(t, tx, r.skus[0], 4)
	must(t, SetSafety(ctx, tx, r.skus[0], r.location, 5))
	for show, want := range map[Show]int{ShowAll: 2, ShowIn: 1, ShowOut: 2, ShowLow: 1, ShowBlocked: 0} {
		page, _, err := Grid(ctx, tx, GridQuery{Location: r.location, Search: r.prefix, Show: show, Limit: 50})
		must(t, err)
		if len(page) != want {
			t.Errorf("%q shows %d goods, want %d", show, len(page), want)
		}
	}
}
