package catalog

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

var today = trade.NewDay(2026, time.November, 23)

func TestLinesAreFoundByCodeInAnyCaseAndByBarcode(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx, cl := t.Context(), class(t, tx)
	a, b, bar := unique("Äpfel"), unique("B"), unique("BAR")
	_, first := makeIn(t, tx, cl, Goods, a)
	_, second := makeIn(t, tx, cl, Service, b)
	if err := AddBarcode(ctx, tx, second, bar); err != nil {
		t.Fatal(err)
	}
	items, err := Lines(ctx, tx, []string{" ä" + a[2:] + " ", bar, b, "nothing", "", "x' or 1=1 --"})
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != 3 || items[Key(a)].SKU != first || items[Key(bar)].SKU != second || items[Key(b)].SKU != second {
		t.Fatalf("items %v", items)
	}
	if i := items[Key(bar)]; i.Code != b || i.Kind != Service || i.TaxClass != cl || i.UnitRatio != 1 {
		t.Errorf("snapshot %+v", i)
	}
}

// A47
func TestALineWithAKitBringsItsPartsTakenApart(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx, cl := t.Context(), class(t, tx)
	set, inner, cup, spoon := unique("SET"), unique("INNER"), unique("CUP"), unique("SPOON")
	_, setID := makeIn(t, tx, cl, Kit, set)
	_, innerID := makeIn(t, tx, cl, Kit, inner)
	_, cupID := makeIn(t, tx, cl, Goods, cup)
	_, spoonID := makeIn(t, tx, cl, Goods, spoon)
	if err := SetParts(ctx, tx, innerID, 1, []PartInput{{cup, 1}, {spoon, 2}}); err != nil {
		t.Fatal(err)
	}
	if err := SetParts(ctx, tx, setID, 1, []PartInput{{inner, 3}, {spoon, 1}}); err != nil {
		t.Fatal(err)
	}
	items, err := Lines(ctx, tx, []string{set, cup})
	if err != nil {
		t.Fatal(err)
	}
	parts := map[id.SKU]int64{}
	for _, p := range items[Key(set)].Parts {
		parts[p.SKU] = p.Quantity
		if p.TaxClass != cl || p.Kind != Goods {
			t.Errorf("part %+v", p)
		}
	}
	if len(parts) != 2 || parts[cupID] != 3 || parts[spoonID] != 7 || items[Key(cup)].Parts != nil {
		t.Errorf("parts %v", parts)
	}
	if err := SetParts(ctx, tx, innerID, 2, []PartInput{{set, 1}}); fields(t, err)["parts[0].code"] != "kit_in_itself" {
		t.Errorf("a circle: %v", err)
	}
	var r *problem.Refusal
	if err := SetParts(ctx, tx, cupID, 1, []PartInput{{spoon, 1}}); !errors.As(err, &r) {
		t.Errorf("parts of what is no kit: %v", err)
	}
}

// lists makes a base list and a customer's list with breaks and dates.
func lists(t *testing.T, tx *txn.Tx, sku string) (base, own id.PriceList) {
	t.Helper()
	ctx := t.Context()
	var err error
	if base, err = CreateList(ctx, tx, ListInput{Code: "BASE", Name: "Base", Currency: "EUR", Base: true}); err != nil {
		t.Fatal(err)
	}
	if own, err = CreateList(ctx, tx, ListInput{Code: "WHOLESALE", Name: "Wholesale", Currency: "EUR"}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []PriceInput{
		{List: base, Least: 1, Unit: money.MustUnitPrice("10")},
		{List: base, Least: 100, Unit: money.MustUnitPrice("9")},
		{List: base, Least: 1, Unit: money.MustUnitPrice("8"), From: today.Add(-3), Until: today.Add(4)},
		{List: own, Least: 10, Unit: money.MustUnitPrice("7.5")},
		{List: own, Least: 50, Unit: money.MustUnitPrice("0.001")},
	} {
		p.Code = sku
		if err := SetPrice(ctx, tx, p); err != nil {
			t.Fatal(err)
		}
	}
	return base, own
}

func begun(t *testing.T) *txn.Tx {
	t.Helper()
	return pgtest.Tx(t)
}

// A19
func TestThePriceComesFromTheCustomersListThenTheBaseWithBreaksAndDates(t *testing.T) {
	tx := begun(t)
	ctx := t.Context()
	code := unique("TRAY")
	_, sku := make1(t, tx, Goods, code)
	_, own := lists(t, tx, code)
	asks := []PriceAsk{{sku, 1}, {sku, 10}, {sku, 49}, {sku, 50}, {sku, 100}, {99999999, 1}}
	for _, c := range []struct {
		list  id.PriceList
		day   trade.Day
		units []string
		rules []string
	}{
		{0, today.Add(30), []string{"10", "10", "10", "10", "9"}, []string{"price.base", "price.base", "price.base", "price.base", "price.base_from?from=100"}},
		{0, today, []string{"8", "8", "8", "8", "8"}, []string{"price.base", "price.base", "price.base", "price.base", "price.base"}},
		{0, today.Add(4), []string{"10", "10", "10", "10", "9"}, nil},
		{own, today, []string{"8", "7.5", "7.5", "0.001", "0.001"}, []string{"price.base", "price.list_from?from=10&list=WHOLESALE", "price.list_from?from=10&list=WHOLESALE", "price.list_from?from=50&list=WHOLESALE", "price.list_from?from=50&list=WHOLESALE"}},
	} {
		got, err := Prices(ctx, tx, asks, c.list, "EUR", false, c.day)
		if err != nil || len(got) != 5 {
			t.Fatalf("%v %v", got, err)
		}
		for i, want := range c.units {
			p := got[asks[i]]
			if p.Unit != money.MustUnitPrice(want) || (c.rules != nil && p.Source != c.rules[i]) {
				t.Errorf("list %d on %s, %d pieces: %s by %s, want %s", c.list, c.day, asks[i].Quantity, p.Unit, p.Source, want)
			}
		}
		lines := make([]Ask, len(asks)-1)
		for i := range lines {
			lines[i] = Ask{Code: code, Quantity: asks[i].Quantity}
		}
		priced, err := LinesPriced(ctx, tx, lines, c.list, "EUR", false, c.day)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range priced {
			if p.Price != got[asks[i]] || p.SKU != sku || p.Pieces != asks[i].Quantity {
				t.Errorf("in one round trip: %+v, apart: %+v", p.Price, got[asks[i]])
			}
		}
	}
	// A new price without an end replaces the old one also where it is higher.
	if err := SetPrice(ctx, tx, PriceInput{List: own, Code: code, Least: 50, Unit: money.MustUnitPrice("7"), From: today.Add(60)}); err != nil {
		t.Fatal(err)
	}
	later, err := Prices(ctx, tx, asks, own, "EUR", false, today.Add(60))
	if err != nil || later[asks[3]].Unit != money.MustUnitPrice("7") || later[asks[1]].Unit != money.MustUnitPrice("7.5") {
		t.Errorf("after the rise: %v %v", later, err)
	}
	for _, other := range []struct {
		currency money.Currency
		tax      bool
	}{{"USD", false}, {"EUR", true}} {
		if got, err := Prices(ctx, tx, asks, own, other.currency, other.tax, today); err != nil || len(got) != 0 {
			t.Errorf("%v: %v %v", other, got, err)
		}
	}
}

// A39
func TestAQuantityInSoldUnitsIsTurnedIntoPieces(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	code := unique("BOX")
	if _, _, err := Create(t.Context(), tx, ProductInput{Name: "Box", Kind: Goods, TaxClass: class(t, tx)}, SKUInput{Code: code, SoldUnit: "box", UnitRatio: 12, PackSize: 12, MinQuantity: 12}); err != nil {
		t.Fatal(err)
	}
	got, err := LinesPriced(t.Context(), tx, []Ask{{code, 3, true}, {code, 3, false}, {"nothing", 1, true}}, 0, "EUR", false, today)
	if err != nil || got[0].Pieces != 36 || got[1].Pieces != 3 || got[2].Found || got[0].HasPrice {
		t.Errorf("%+v %v", got, err)
	}
}

func TestASecondBaseListOfACurrencyIsRefused(t *testing.T) {
	tx := begun(t)
	in := ListInput{Code: unique("BASE"), Name: "Base", Currency: "SEK", Base: true}
	if _, err := CreateList(t.Context(), tx, in); err != nil {
		t.Fatal(err)
	}
	in.Code = unique("OTHER")
	if _, err := CreateList(t.Context(), tx, in); fields(t, err)["base"] != "base_taken" {
		t.Error(err)
	}
}

func TestPricesAreSetOverTakenOutAndTold(t *testing.T) {
	tx := begun(t)
	ctx := t.Context()
	code := unique("TRAY")
	product, sku := make1(t, tx, Goods, code)
	base, _ := lists(t, tx, code)
	if err := SetPrice(ctx, tx, PriceInput{List: base, Code: code, Least: 1, Unit: money.MustUnitPrice("11")}); err != nil {
		t.Fatal(err)
	}
	for path, in := range map[string]PriceInput{"sku": {List: base, Code: "nothing", Least: 1}, "least": {List: base, Code: code}, "until": {List: base, Code: code, Least: 1, From: today, Until: today}} {
		if got := fields(t, SetPrice(ctx, tx, in)); got[path] == "" {
			t.Errorf("%s: %v", path, got)
		}
	}
	entries, err := PricesOf(ctx, tx, product)
	if err != nil || len(entries) != 5 || entries[0].Unit != money.MustUnitPrice("11") {
		t.Fatalf("%v %v", entries, err)
	}
	if err := RemovePrice(ctx, tx, base, entries[0].ID); err != nil {
		t.Fatal(err)
	}
	if got, err := StandingPrices(ctx, tx, []id.SKU{sku}); err != nil || len(got[sku]) != 0 {
		t.Errorf("standing %v %v", got, err)
	}
	h, err := History(ctx, tx, product, true, true, 2)
	if err != nil || h[0].Kind != "price.removed" || h[0].Changes[0].Before != "11" || h[1].Changes[0] != (problem.Change{Field: "price", Before: "10", After: "11"}) || h[1].List != "BASE" {
		t.Errorf("history %+v %v", h, err)
	}
	page, err := Entries(ctx, tx, base, code, EntryKey{}, 1)
	if err != nil || len(page) != 1 {
		t.Fatalf("%v %v", page, err)
	}
	rest, err := Entries(ctx, tx, base, "", EntryKey{page[0].Code, page[0].Least, page[0].ID}, 10)
	if err != nil || len(rest) != 1 || rest[0].ID == page[0].ID {
		t.Errorf("next page %v %v", rest, err)
	}
}

func TestAnImportMakesWhatIsMissingAndASecondRunChangesNothing(t *testing.T) {
	db := pgtest.DB(t)
	ctx := t.Context()
	if _, err := db.Pools.Write.Exec(ctx, `insert into tax_classes (code, name) values ('standard', 'Standard')`); err != nil {
		t.Fatal(err)
	}
	five, six := money.MustUnitPrice("5.95"), money.MustUnitPrice("6")
	run := func(items []Imported) Upserted {
		t.Helper()
		out, err := txn.Do(ctx, db.DB, txn.Actor{Kind: txn.Import, Name: "file.csv"}, txn.Once(), func(ctx tctx, tx *txn.Tx) (Upserted, error) {
			lists, err := BaseLists(ctx, tx)
			if err != nil {
				return Upserted{}, err
			}
			var base id.PriceList
			if len(lists) == 0 {
				if base, err = CreateList(ctx, tx, ListInput{Code: "BASE", Name: "Base", Currency: "GBP", Base: true}); err != nil {
					return Upserted{}, err
				}
			} else {
				base = lists[0].ID
			}
			return Upsert(ctx, tx, items, base)
		})
		if err != nil {
			t.Fatal(err)
		}
		return out.Value
	}
	items := []Imported{{Code: "85123A", Title: "WHITE HANGING HEART", TaxClass: "standard", Price: &five}, {Code: "85123a", Title: "the same"}, {Code: "POST", Title: "Postage", Kind: Service, TaxClass: "standard"}, {Code: "X", TaxClass: "standard"}}
	first := run(items)
	if first.Created != 3 || len(first.SKUs) != 3 {
		t.Fatalf("first run %+v", first)
	}
	if again := run(items); again.Created+again.Changed != 0 || again.SKUs["85123a"] != first.SKUs["85123a"] {
		t.Errorf("second run %+v", again)
	}
	if third := run([]Imported{{Code: "85123A", Title: "White hanging heart", Price: &six}}); third.Changed != 2 {
		t.Errorf("changed %+v", third)
	}
	var names int
	if err := db.Pools.Read.QueryRow(ctx, `select count(*) from catalog_products where name in ('White hanging heart', 'X', 'Postage')`).Scan(&names); err != nil || names != 3 {
		t.Errorf("%d names %v", names, err)
	}
	out, err := Prices(ctx, db.Pools.Read, []PriceAsk{{first.SKUs["85123a"], 5}}, 0, "GBP", false, today)
	if err != nil || len(out) != 1 {
		t.Errorf("%v %v", out, err)
	}
}

func TestFindPutsExactCodesFirstAndForgivesTyping(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	ctx := t.Context()
	_, err := txn.Do(ctx, db.DB, pgtest.Actor, txn.Once(), func(ctx tctx, tx *txn.Tx) (int, error) {
		if _, err := tx.Exec(ctx, `insert into tax_classes (code, name) values ('standard', 'Standard')`); err != nil {
			return 0, err
		}
		for code, name := range map[string]string{"TRAY": "Oak tray", "TRAY-L": "Oak tray, large", "CAFE": "Café crème, Öl 100%", "OLD-TRAY": "Tray no longer made", "4001": "Numbers"} {
			_, sku, err := Create(ctx, tx, ProductInput{Name: name, Kind: Goods, TaxClass: "standard"}, SKUInput{Code: code, UnitRatio: 1, PackSize: 1, MinQuantity: 1})
			if err != nil {
				return 0, err
			}
			if code == "4001" {
				err = AddBarcode(ctx, tx, sku, "4006381333931")
			}
			if code == "OLD-TRAY" {
				err = Withdraw(ctx, tx, sku, 1, "gone")
			}
			if err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string]string{
		"tray": "TRAY TRAY-L OLD-TRAY", "TRAY-": "TRAY-L", "large oak": "TRAY-L", "cafe": "CAFE", "CREME café": "CAFE", "öl": "CAFE", "oel": "", "100%": "CAFE", "%": "", "_": "",
		"4006381333931": "4001", "nummbers": "4001", "  ": "", "'; drop table catalog_skus": "",
	} {
		found, err := Find(ctx, db.Pools.Read, q, 10)
		if err != nil {
			t.Fatal(q, err)
		}
		got := ""
		for i, f := range found {
			if i > 0 {
				got += " "
			}
			got += f.Code
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", q, got, want)
		}
	}
}

func TestTheListOfProductsPagesBothWaysUnderEveryFilterAndSort(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	ctx := t.Context()
	_, err := txn.Do(ctx, db.DB, pgtest.Actor, txn.Once(), func(ctx tctx, tx *txn.Tx) (int, error) {
		if _, err := tx.Exec(ctx, `insert into tax_classes (code, name) values ('standard', 'Standard')`); err != nil {
			return 0, err
		}
		items := make([]Imported, 120)
		for i := range items {
			items[i] = Imported{Code: fmt.Sprintf("C%03d", i), Title: fmt.Sprintf("Candle %d", 500-i), TaxClass: "standard"}
		}
		_, err := Upsert(ctx, tx, items, 0)
		return 0, err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"", "sort=-code", "sort=title", "sort=-title", "q=candle", "kind=goods&kind=kit", "sale=sold", "q=c0+candle&sale=sold&sort=title"} {
		q := Shelf.Parse(parse(t, address))
		seen := map[id.SKU]bool{}
		var last string
		for {
			page, err := Rows(ctx, db.Pools.Read, q)
			if err != nil {
				t.Fatal(address, err)
			}
			for _, r := range page.Rows {
				if seen[r.SKU] {
					t.Fatalf("%s: %s twice", address, r.Code)
				}
				seen[r.SKU] = true
			}
			if !page.HasNext {
				last = page.Prev
				break
			}
			q = Shelf.Parse(parse(t, page.Next))
		}
		want := 120
		if address == "q=c0+candle&sale=sold&sort=title" {
			want = 100
		}
		if len(seen) != want {
			t.Errorf("%s: %d rows", address, len(seen))
		}
		back, err := Rows(ctx, db.Pools.Read, Shelf.Parse(parse(t, last)))
		if err != nil || len(back.Rows) != 50 {
			t.Errorf("%s back: %d %v", address, len(back.Rows), err)
		}
	}
	if page, err := Rows(ctx, db.Pools.Read, Shelf.Parse(parse(t, "kind=service"))); err != nil || len(page.Rows) != 0 {
		t.Errorf("services: %v %v", page.Rows, err)
	}
}

// A47
func TestTwoKitsPutIntoEachOtherAtOnceMakeNoCircle(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	ctx := t.Context()
	var skus [2]id.SKU
	_, err := txn.Do(ctx, db.DB, pgtest.Actor, txn.Once(), func(ctx tctx, tx *txn.Tx) (int, error) {
		if _, err := tx.Exec(ctx, `insert into tax_classes (code, name) values ('standard', 'Standard')`); err != nil {
			return 0, err
		}
		for i, code := range []string{"A", "B"} {
			var err error
			if _, skus[i], err = Create(ctx, tx, ProductInput{Name: code, Kind: Kit, TaxClass: "standard"}, SKUInput{Code: code, UnitRatio: 1, PackSize: 1, MinQuantity: 1}); err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	for i, other := range []string{"B", "A"} {
		go func() {
			_, err := txn.Do(ctx, db.DB, pgtest.Actor, txn.Once(), func(ctx tctx, tx *txn.Tx) (int, error) {
				return 0, SetParts(ctx, tx, skus[i], 1, []PartInput{{other, 1}})
			})
			errs <- err
		}()
	}
	refused := 0
	for range 2 {
		if err := <-errs; err != nil {
			refused++
			if fields(t, err)["parts[0].code"] != "kit_in_itself" {
				t.Error(err)
			}
		}
	}
	if refused != 1 {
		t.Errorf("%d were refused", refused)
	}
}
