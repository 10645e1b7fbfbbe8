package inventory

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"packhouse/internal/id"
	"packhouse/internal/pgtest"
)

// A26
func TestDecideNeverPromisesWhatIsNotFree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var levels []Level
		var terms Terms
		terms.Buffer = rapid.IntRange(0, 3).Draw(t, "buffer")
		places := rapid.IntRange(0, 3).Draw(t, "places")
		for at := range places {
			terms.Locations = append(terms.Locations, id.Location(at+1))
			for sku := range 3 {
				onHand := rapid.IntRange(0, 20).Draw(t, "on hand")
				reserved := rapid.IntRange(0, onHand).Draw(t, "reserved")
				levels = append(levels, Level{SKU: id.SKU(sku + 1), Location: id.Location(at + 1), OnHand: onHand, Reserved: reserved,
					Safety: rapid.IntRange(0, 5).Draw(t, "safety"), Expired: rapid.IntRange(0, reserved).Draw(t, "expired")})
			}
		}
		levels = append(levels, Level{SKU: 1, Location: 99, OnHand: 1000}) // a place the channel is not served from
		var needs []Need
		for i := range rapid.IntRange(0, 6).Draw(t, "needs") {
			needs = append(needs, Need{Line: id.Line(i + 1), SKU: id.SKU(rapid.IntRange(1, 4).Draw(t, "sku")), Quantity: rapid.IntRange(1, 15).Draw(t, "quantity")})
		}
		plan := Decide(needs, levels, terms)

		got, taken := map[id.Line]int{}, map[place]int{}
		for _, s := range plan.Shares {
			if s.Quantity < 1 || !slices.Contains(terms.Locations, s.Location) {
				t.Fatalf("a share of %+v", s)
			}
			got[s.Line] += s.Quantity
			taken[place{s.SKU, s.Location}] += s.Quantity
		}
		free := map[id.SKU]int{}
		for _, l := range levels {
			key := place{l.SKU, l.Location}
			if taken[key] > max(0, l.Free()-terms.Buffer) {
				t.Fatalf("%d taken of %+v with buffer %d", taken[key], l, terms.Buffer)
			}
			if slices.Contains(terms.Locations, l.Location) {
				free[l.SKU] += max(0, l.Free()-terms.Buffer) - taken[key]
			}
		}
		short := map[id.Line]Short{}
		for _, s := range plan.Shorts {
			short[s.Line] = s
		}
		for _, n := range needs {
			s, isShort := short[n.Line]
			if got[n.Line]+s.Missing != n.Quantity || isShort != (s.Missing > 0) {
				t.Fatalf("line %d wants %d, got %d, misses %d", n.Line, n.Quantity, got[n.Line], s.Missing)
			}
			if isShort && free[n.SKU] > 0 {
				t.Fatalf("line %d misses %d while %d of it are left", n.Line, s.Missing, free[n.SKU])
			}
			if isShort && (s.Free != got[n.Line] || s.Wanted != n.Quantity) {
				t.Fatalf("line %d: %+v, got %d", n.Line, s, got[n.Line])
			}
		}
	})
}

func TestDecideAsksTheLocationsInTheirOrder(t *testing.T) {
	t.Parallel()
	levels := []Level{{SKU: 1, Location: 1, OnHand: 5}, {SKU: 1, Location: 2, OnHand: 5}}
	for _, c := range []struct {
		order []id.Location
		want  []Share
	}{
		{[]id.Location{1, 2}, []Share{{1, 1, 1, 5}, {1, 1, 2, 2}}},
		{[]id.Location{2, 1}, []Share{{1, 1, 2, 5}, {1, 1, 1, 2}}},
		{[]id.Location{2}, []Share{{1, 1, 2, 5}}},
		{nil, nil},
	} {
		if got := Decide([]Need{{Line: 1, SKU: 1, Quantity: 7}}, levels, Terms{Locations: c.order}); !slices.Equal(got.Shares, c.want) {
			t.Errorf("%v: %+v", c.order, got.Shares)
		}
	}
}

// A33
func TestLockEndsWhatHasExpiredOfOthersAndReserveTakesItOff(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	ctx := t.Context()
	r.opening(t, tx, r.skus[0], 10)
	reserve(t, tx, r, r.skus[0], 4, tx.Now().Add(-time.Second)) // has ended
	reserve(t, tx, r, r.skus[0], 3, tx.Now().Add(time.Hour))
	order, l := line(t, tx, r.skus[0])
	needs, terms := []Need{{Line: l, SKU: r.skus[0], Quantity: 8}}, Terms{Locations: []id.Location{r.location}}
	levels, err := Lock(ctx, tx, order, needs, terms)
	must(t, err)
	if len(levels) != 1 || levels[0].Free() != 7 {
		t.Fatalf("%+v", levels)
	}
	plan := Decide(needs, levels, terms)
	must(t, Reserve(tx, order, plan.Shares, levels, time.Time{}))
	if n, err := faults(ctx, tx); err != nil || n != 0 {
		t.Errorf("%d levels do not add up, %v", n, err)
	}
	held, err := AllocationsOf(ctx, tx, order)
	must(t, err)
	if len(held) != 1 || held[0].Quantity != 7 || held[0].Soft {
		t.Errorf("%+v", held)
	}
	after, err := LevelsFor(ctx, tx, needs, terms)
	must(t, err)
	if after[0].Reserved != 10 || after[0].Free() != 0 {
		t.Errorf("%+v", after)
	}
}

// A26
func TestReserveWithoutTheLockIsCaughtByItsOwnCondition(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	r.opening(t, tx, r.skus[0], 5)
	order, l := line(t, tx, r.skus[0])
	must(t, Reserve(tx, order, []Share{{Line: l, SKU: r.skus[0], Location: r.location, Quantity: 6}}, nil, time.Time{}))
	if err := tx.Flush(t.Context()); err == nil {
		t.Error("six of five pieces were reserved")
	}
}

// A16
func TestReleaseFreesPartsAndThenTheRest(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	ctx := t.Context()
	r.opening(t, tx, r.skus[0], 10)
	order, l := line(t, tx, r.skus[0])
	needs, terms := []Need{{Line: l, SKU: r.skus[0], Quantity: 6}}, Terms{Locations: []id.Location{r.location}}
	levels, err := Lock(ctx, tx, order, needs, terms)
	must(t, err)
	must(t, Reserve(tx, order, Decide(needs, levels, terms).Shares, levels, time.Time{}))
	for _, step := range []struct{ less, left int }{{2, 4}, {1, 3}, {3, 0}} {
		held, err := LockAllocations(ctx, tx, order)
		must(t, err)
		Release(tx, held, []int{step.less})
		held, err = AllocationsOf(ctx, tx, order)
		must(t, err)
		left := 0
		for _, a := range held {
			left += a.Quantity
		}
		if n, err := faults(ctx, tx); left != step.left || n != 0 || err != nil {
			t.Errorf("after %d less there are %d, %d levels do not add up, %v", step.less, left, n, err)
		}
	}
}

// A33
func TestSweepTidiesEveryLevelOnce(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	ctx := t.Context()
	for _, sku := range r.skus {
		r.opening(t, tx, sku, 10)
		reserve(t, tx, r, sku, 4, tx.Now().Add(time.Minute))
		reserve(t, tx, r, sku, 2, tx.Now().Add(-time.Second)) // the last, for reserving tidies too
	}
	for _, want := range []int{2, 0} {
		if n, err := Sweep(ctx, tx); err != nil || n != want {
			t.Errorf("%d levels tidied, want %d, %v", n, want, err)
		}
	}
	if n, err := faults(ctx, tx); err != nil || n != 0 {
		t.Errorf("%d levels do not add up, %v", n, err)
	}
	levels, err := LevelsFor(ctx, tx, []Need{{SKU: r.skus[0]}, {SKU: r.skus[1]}}, Terms{Locations: []id.Location{r.location}})
	must(t, err)
	for _, l := range levels {
		if l.Reserved != 4 || l.Free() != 6 {
			t.Errorf("%+v", l)
		}
	}
}
