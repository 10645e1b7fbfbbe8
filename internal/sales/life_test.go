package sales

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// order is one in a state, with lines of so many pieces.
func order(state State, lines ...Line) *Order {
	o := &Order{Head: Head{ID: 7, Number: "10007", Currency: "EUR"}, Lines: lines, state: state, from: state, version: 3, placedAt: noon, changedBy: "Mira", changedAt: noon}
	for i := range o.Lines {
		l := &o.Lines[i]
		if l.ID == 0 {
			l.ID = id.Line(i + 1)
		}
		if l.Kind == "" {
			l.Kind = Goods
		}
		l.Total = l.Net + l.Tax
	}
	o.sum()
	return o
}

func goods(pieces int, net, tax int64) Line { return Line{Quantity: pieces, Net: net, Tax: tax} }

func refusal(err error) string {
	if r, ok := errors.AsType[*problem.Refusal](err); ok {
		return r.Code
	}
	return ""
}

func TestEveryStateIsReachedAndTheLastOnesLeadNowhere(t *testing.T) {
	t.Parallel()
	reached := map[State]bool{Draft: true}
	for range States() {
		for s := range reached {
			for _, next := range s.Next() {
				reached[next] = true
			}
		}
	}
	for _, s := range States() {
		if !reached[s] {
			t.Errorf("nothing leads to %s", s)
		}
		if got, ok := parseState(s.String()); !ok || got != s {
			t.Errorf("%s is read as %s", s, got)
		}
	}
	if len(Closed.Next())+len(Cancelled.Next()) != 0 {
		t.Error("a final state leads on")
	}
	if _, ok := parseState("shipped"); ok {
		t.Error("a state was invented")
	}
}

// A05, A06
func TestConfirmSaysTheFirstReasonAgainstIt(t *testing.T) {
	t.Parallel()
	fine := Checks{{Name: "address", Passed: true, Blocks: true}, {Name: "stock", Code: "why.short"}}
	bad := Checks{{Name: "pack", Code: "why.pack", Blocks: true}}
	freed := Hold{Type: "credit", Reason: "over the limit", Blocks: []string{"pick"}}
	for _, c := range []struct {
		name   string
		state  State
		hold   *Hold
		checks Checks
		want   string
	}{
		{"placed and fine, a warning does no harm", Placed, nil, fine, ""},
		{"a draft", Draft, nil, fine, "refused.order_confirmed"},
		{"confirmed before", Confirmed, nil, fine, "refused.order_confirmed"},
		{"cancelled", Cancelled, nil, bad, "refused.order_confirmed"},
		{"held", Placed, &Hold{Type: "fraud", Reason: "look", Blocks: []string{"ship", "confirm"}, KeepsStock: true}, bad, "why.held"},
		{"held for something else", Placed, &Hold{Type: "fraud", Reason: "look", Blocks: []string{"ship"}, KeepsStock: true}, fine, ""},
		{"held without its stock", Placed, &freed, fine, "why.held"},
		{"a check that blocks", Placed, nil, bad, "why.pack"},
	} {
		o := order(c.state, goods(1, 100, 19))
		if c.hold != nil {
			o.Holds = append(o.Holds, *c.hold)
		}
		err := o.Confirm(c.checks, noon)
		if refusal(err) != c.want || (err == nil) != (c.want == "") || (err == nil) != (o.State() == Confirmed && o.ConfirmedAt().Equal(noon)) && c.state != Confirmed {
			t.Errorf("%s: %v, the order is %s", c.name, err, o.State())
		}
	}
}

// A16
func TestPartCancelsInAnyOrderAddUpToTheCent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var lines []Line
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			lines = append(lines, goods(rapid.IntRange(1, 40).Draw(t, "pieces"), rapid.Int64Range(0, 100_000).Draw(t, "net"), rapid.Int64Range(0, 20_000).Draw(t, "tax")))
		}
		o := order(rapid.SampledFrom([]State{Placed, Confirmed}).Draw(t, "state"), lines...)
		whole, taken := o.Total, int64(0)
		for o.State() != Cancelled {
			var open []Line
			for _, l := range o.Lines {
				if l.Open() > 0 {
					open = append(open, l)
				}
			}
			l := rapid.SampledFrom(open).Draw(t, "line")
			before := o.Total
			if _, err := o.CancelPieces([]Take{{l.ID, rapid.IntRange(1, l.Open()).Draw(t, "take")}}, nil, "fewer", noon); err != nil {
				t.Fatal(err)
			}
			now, _ := o.Line(l.ID)
			net, tax := now.Spread()
			if now.CancelledNet != net.Take(0, int64(now.Cancelled)) || now.CancelledTax != tax.Take(0, int64(now.Cancelled)) || o.Total > before || o.Total != o.Net+o.Tax {
				t.Fatalf("%+v, total %d then %d", now, before, o.Total)
			}
			taken += before - o.Total
		}
		if o.Total != 0 || taken != whole {
			t.Fatalf("%d of %d was taken, %d is left", taken, whole, o.Total)
		}
	})
}

// A16
func TestAPartCancelTakesNoMoreThanIsOpenAndNothingOfWhatHasLeft(t *testing.T) {
	t.Parallel()
	kit := []Line{{ID: 1, Kind: Kit, Quantity: 4, Net: 400}, {ID: 2, Kind: KitPart, Parent: 1, Quantity: 8}, {ID: 3, Kind: KitPart, Parent: 1, Quantity: 4}, {ID: 4, Kind: Shipping, Quantity: 1, Net: 500}}
	for _, c := range []struct {
		name    string
		takes   []Take
		shipped map[id.Line]int
		reason  string
		ok      bool
	}{
		{"two kits", []Take{{1, 2}}, nil, "fewer", true},
		{"all kits", []Take{{1, 4}}, nil, "fewer", true},
		{"no reason", []Take{{1, 1}}, nil, "", false},
		{"too many", []Take{{1, 5}}, nil, "fewer", false},
		{"what has left", []Take{{1, 2}}, map[id.Line]int{1: 3}, "fewer", false},
		{"a part of a kit", []Take{{2, 1}}, nil, "fewer", false},
		{"the delivery", []Take{{4, 1}}, nil, "fewer", false},
		{"a line of another order", []Take{{99, 1}}, nil, "fewer", false},
		{"one line twice", []Take{{1, 1}, {1, 1}}, nil, "fewer", false},
		{"nothing", []Take{{1, 0}}, nil, "fewer", false},
		{"less than nothing", []Take{{1, -1}}, nil, "fewer", false},
	} {
		o := order(Confirmed, slices.Clone(kit)...)
		before := slices.Clone(o.Lines)
		_, err := o.CancelPieces(c.takes, c.shipped, c.reason, noon)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && !slices.Equal(before, o.Lines) {
			t.Errorf("%s was refused and changed %+v", c.name, o.Lines)
		}
		if err == nil && (o.Lines[1].Cancelled != 2*o.Lines[0].Cancelled || o.Lines[2].Cancelled != o.Lines[0].Cancelled) {
			t.Errorf("%s: the parts do not go with their kit: %+v", c.name, o.Lines)
		}
		if whole := c.ok && c.takes[0].Pieces == 4; whole != (o.State() == Cancelled) || whole && o.Total != 0 {
			t.Errorf("%s: the order is %s and costs %d", c.name, o.State(), o.Total)
		}
	}
}

func TestCancelRefusesWhatHasLeftAndWhatHasEnded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state   State
		shipped int
		want    string
	}{{Placed, 0, ""}, {Confirmed, 0, ""}, {Confirmed, 2, "refused.cancel_shipped"}, {Closed, 0, "refused.order_cancelled"}, {Cancelled, 0, "refused.order_cancelled"}} {
		if err := order(c.state, goods(2, 100, 19)).Cancel("asked", c.shipped, noon); refusal(err) != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s with %d shipped: %v", c.state, c.shipped, err)
		}
	}
}

// A80
func TestAHoldSaysEverythingAndLiftingNamesWhatFollows(t *testing.T) {
	t.Parallel()
	good := Hold{Type: "fraud", Reason: "look", Blocks: []string{"confirm"}, KeepsStock: true}
	for name, wrong := range map[string]func(*Hold){
		"type":        func(h *Hold) { h.Type = "mood" },
		"reason":      func(h *Hold) { h.Reason = "  " },
		"blocks":      func(h *Hold) { h.Blocks = nil },
		"next_type":   func(h *Hold) { h.NextType, h.NextReason = "mood", "x" },
		"next_reason": func(h *Hold) { h.NextType = "payment" },
	} {
		h := good
		wrong(&h)
		o := order(Placed, goods(1, 1, 0))
		if v, ok := errors.AsType[*problem.Invalid](o.PlaceHold(h)); !ok || !v.Has(name) || len(o.Holds) != 0 {
			t.Errorf("%s: %v", name, v)
		}
	}
	for _, s := range []State{Draft, Closed, Cancelled} {
		o := order(s, goods(1, 1, 0))
		if err := o.PlaceHold(good); refusal(err) != "refused.hold_state" {
			t.Errorf("%s was held: %v", s, err)
		}
		o.Holds = []Hold{{ID: 1, Type: "fraud"}}
		if _, _, err := o.LiftHold(1); refusal(err) != "refused.hold_state" {
			t.Errorf("a hold of one %s was lifted: %v", s, err)
		}
	}
	o := order(Placed, goods(1, 1, 0))
	chained := good
	chained.ID, chained.NextType, chained.NextReason, chained.OwnerRole = 5, "payment", "wait", "manager"
	if err := o.PlaceHold(chained); err != nil {
		t.Fatal(err)
	}
	lifted, next, err := o.LiftHold(5)
	if err != nil || lifted.ID != 5 || next == nil || next.Type != "payment" || next.Reason != "wait" || next.OwnerRole != "manager" || next.NextType != "" || len(o.Holds) != 0 {
		t.Errorf("%+v, %+v, %v", lifted, next, err)
	}
}

// A10
func TestAChangeFromAnOlderVersionIsToldWhoWasFirst(t *testing.T) {
	t.Parallel()
	o := order(Placed, goods(1, 1, 0))
	for seen, fine := range map[int64]bool{0: true, 3: true, 2: false, 4: false} {
		err := o.Expect(seen)
		s, stale := errors.AsType[*problem.Stale](err)
		if (err == nil) != fine || stale && (s.ByName != "Mira" || s.Version != 3 || !s.At.Equal(noon)) {
			t.Errorf("seen %d: %v", seen, err)
		}
	}
}

// A79
func TestTheListAnOrderStandsInAndItsSentenceFollowFromItsCounts(t *testing.T) {
	t.Parallel()
	hold := Hold{Type: "fraud", Reason: "look", Blocks: []string{"ship"}, KeepsStock: true}
	for _, c := range []struct {
		name   string
		order  *Order
		held   bool
		counts Counts
		bucket string
		says   string
	}{
		{"placed", order(Placed, goods(5, 1, 0)), false, Counts{}, "review", "why.ready_to_confirm"},
		{"all there", order(Confirmed, goods(5, 1, 0)), false, Counts{Reserved: 5}, "work", "why.to_pick"},
		{"a part", order(Confirmed, goods(5, 1, 0)), false, Counts{Reserved: 2}, "waiting", "why.part_waits"},
		{"nothing there", order(Confirmed, goods(5, 1, 0)), false, Counts{}, "waiting", "why.all_waits"},
		{"held", order(Confirmed, goods(5, 1, 0)), true, Counts{Reserved: 5}, "waiting", "why.held"},
		{"a service", order(Confirmed, Line{Kind: Service, Quantity: 1}), false, Counts{}, "work", "why.service_only"},
		{"cancelled", order(Cancelled, goods(5, 1, 0)), true, Counts{}, "cancelled", "why.cancelled"},
		{"closed", order(Closed, goods(5, 1, 0)), false, Counts{Shipped: 5}, "closed", "why.closed"},
		{"left", order(Confirmed, goods(5, 1, 0)), false, Counts{Shipped: 5}, "shipped", ""},
	} {
		if c.held {
			c.order.Holds = append(c.order.Holds, hold)
		}
		if got := c.order.Bucket(c.counts); got != c.bucket {
			t.Errorf("%s stands in %s", c.name, got)
		}
		if got := c.order.Says(nil, c.counts).Code; c.says != "" && got != c.says {
			t.Errorf("%s says %s", c.name, got)
		}
	}
}

// A05
func TestEachCheckFailsOnWhatItNames(t *testing.T) {
	t.Parallel()
	all := func(string) (bool, bool) { return true, true }
	facts := Facts{Articles: map[id.SKU]Article{1: {Code: "A", Pack: 4, Min: 4}, 2: {Code: "B", Pack: 1, Min: 1}}, MaxLines: 2, MaxPieces: 50, MaxTotal: 10_000, Severity: all}
	failing := func(change func(*Order, *Facts)) (names []string) {
		o := order(Placed, Line{SKU: 1, Code: "A", Quantity: 8, Net: 1000, Tax: 190})
		o.ShipTo.Name, o.ShipTo.Line1, o.ShipTo.City, o.ShipTo.Postcode, o.ShipTo.Country = "Ida Holm", "Große Straße 1", "Hamburg", "20457", "DE"
		f := facts
		change(o, &f)
		for _, c := range o.Run(f) {
			if !c.Passed {
				names = append(names, c.Name)
			}
		}
		return names
	}
	for want, change := range map[string]func(*Order, *Facts){
		"":         func(*Order, *Facts) {},
		"address":  func(o *Order, _ *Facts) { o.ShipTo.Postcode = "1" },
		"quantity": func(o *Order, f *Facts) { f.MaxPieces = 4 },
		"pack":     func(o *Order, _ *Facts) { o.Lines[0].Quantity = 10 },
		"withdrawn": func(o *Order, f *Facts) {
			f.Articles = map[id.SKU]Article{1: {Code: "A", Pack: 4, Min: 4, Withdrawn: true}}
		},
		"limit":  func(o *Order, f *Facts) { f.MaxTotal = 1189 },
		"credit": func(o *Order, f *Facts) { f.Credit = &Credit{Limit: 2000, Open: 900} },
		"tax_id": func(o *Order, f *Facts) { o.TaxID = "DE1" },
		"stock":  func(o *Order, f *Facts) { f.Shorts = map[id.Line]ShortFact{1: {Missing: 1, Free: 7}} },
	} {
		var wanted []string
		if want != "" {
			wanted = []string{want}
		}
		if got := failing(change); !slices.Equal(got, wanted) {
			t.Errorf("%q: %v failed", want, got)
		}
	}
	if got := failing(func(o *Order, f *Facts) {
		o.Lines[0].Quantity = 10
		f.Severity = func(name string) (bool, bool) { return name != "pack", true }
	}); len(got) != 0 {
		t.Errorf("a check that is off failed: %v", got)
	}
	if got := failing(func(o *Order, _ *Facts) { o.Lines[0].Quantity, o.Lines[0].Cancelled = 10, 10 }); len(got) != 0 {
		t.Errorf("a line that is cancelled was checked: %v", got)
	}
}

func TestAnAmendmentNamesTheFieldsThatChanged(t *testing.T) {
	t.Parallel()
	day := noon.AddDate(0, 0, 3)
	o := order(Placed, goods(1, 1, 0))
	same := o.Amendment()
	if changed, err := o.Amend(same); err != nil || len(changed) != 0 {
		t.Errorf("%v, %v", changed, err)
	}
	a := same
	a.PONumber, a.RequestedDay, a.Wish = "PO-1", &day, Together
	changed, err := o.Amend(a)
	if err != nil || !slices.Equal(changed, []string{"requested_day", "wish", "po_number"}) || o.PONumber != "PO-1" {
		t.Errorf("%v, %v", changed, err)
	}
	for _, s := range []State{Draft, Closed, Cancelled} {
		if _, err := order(s, goods(1, 1, 0)).Amend(a); refusal(err) != "refused.amend_state" {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestTheMoneyOfALineIsSpreadToTheCent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := goods(rapid.IntRange(1, 1000).Draw(t, "pieces"), rapid.Int64Range(0, 1_000_000).Draw(t, "net"), rapid.Int64Range(0, 1_000_000).Draw(t, "tax"))
		net, tax := l.Spread()
		if net.Total() != l.Net || tax.Total() != l.Tax || net != money.Spread(l.Net, int64(l.Quantity)) {
			t.Fatalf("%+v, %+v", net, tax)
		}
	})
}
