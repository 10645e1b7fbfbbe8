package inventory

import (
	"errors"
	"testing"
	"time"

	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
)

func TestGoodsLeaveOnTheWorkdayThatCutoffAndLeadTimeGive(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	week := Calendar{Zone: "Europe/Berlin", Cutoff: 14 * time.Hour, LeadDays: 1, Workdays: [7]bool{true, true, true, true, true}}
	for _, c := range []struct {
		ordered string
		lead    int
		leaves  string
	}{
		{"2025-11-24 13:59", 0, "2025-11-24"}, // a Monday, in time
		{"2025-11-24 14:01", 0, "2025-11-25"},
		{"2025-11-24 13:59", 1, "2025-11-25"},
		{"2025-11-28 14:01", 0, "2025-12-01"}, // a Friday, too late
		{"2025-11-28 13:00", 1, "2025-12-01"},
		{"2025-11-29 09:00", 0, "2025-12-01"}, // a Saturday
		{"2025-10-26 02:30", 0, "2025-10-27"}, // the night the clocks go back
		{"2025-03-31 13:59", 0, "2025-03-31"}, // the day after they went forward
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.ordered, berlin)
		must(t, err)
		week.LeadDays = c.lead
		if got := week.Leaves(at).Format(time.DateOnly); got != c.leaves {
			t.Errorf("ordered %s with %d days leaves %s, want %s", c.ordered, c.lead, got, c.leaves)
		}
	}
}

func TestALocationComesWithItsMainBinAndACodeOfItsOwn(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	bins, err := Bins(t.Context(), tx, r.location)
	must(t, err)
	if len(bins) != 2 || !bins[1].Main && !bins[0].Main {
		t.Errorf("the location has %+v", bins)
	}
	l, err := LocationByID(t.Context(), tx, r.location, nil)
	must(t, err)
	if l.Cutoff != 0 || !l.Workdays[0] || l.Workdays[6] || l.Zone != "Europe/Berlin" {
		t.Errorf("read back as %+v", l)
	}
	_, err = AddLocation(t.Context(), tx, Location{Kind: "tent", Calendar: Calendar{Zone: "Mars/Olympus"}})
	for _, path := range []string{"code", "name", "kind", "zone", "workdays"} {
		v, ok := errors.AsType[*problem.Invalid](err)
		if !ok || !v.Has(path) {
			t.Errorf("%s was accepted: %v", path, err)
		}
	}
}

func TestALocationThatHoldsPiecesStaysOpen(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	r.opening(t, tx, r.skus[0], 3)
	l, err := LocationByID(t.Context(), tx, r.location, nil)
	must(t, err)
	l.Active = false
	refusal(t, ChangeLocation(t.Context(), tx, l.Version, l), "refused.location_not_empty")
}

func TestALocationChangedMeanwhileIsStaleAndSaysWhat(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	l, err := LocationByID(t.Context(), tx, r.location, nil)
	must(t, err)
	first := l
	first.Name = "Hamburg Harbour"
	must(t, ChangeLocation(t.Context(), tx, l.Version, first))
	second := l
	second.Name = "Hamburg North"
	err = ChangeLocation(t.Context(), tx, l.Version, second)
	s, ok := errors.AsType[*problem.Stale](err)
	if !ok || s.ByName != pgtest.Actor.Name || len(s.Changes) != 1 || s.Changes[0].After != "Hamburg Harbour" || s.Version != l.Version+1 {
		t.Errorf("the second change answers %+v", err)
	}
}

func TestABinWithPiecesOrTheMainOneStaysOpen(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	r.opening(t, tx, r.skus[0], 3)
	must(t, MoveBin(t.Context(), tx, BinMove{SKU: r.skus[0], Location: r.location, From: r.main, To: r.shelf, Quantity: 3}))
	refusal(t, ChangeBin(t.Context(), tx, 1, Bin{ID: r.shelf, Location: r.location, Code: "A-01", Kind: "shelf"}), "refused.bin_not_empty")
	invalid(t, ChangeBin(t.Context(), tx, 1, Bin{ID: r.main, Location: r.location, Code: "MAIN", Kind: "shelf"}), "active", "stock.main_bin_stays")
}
