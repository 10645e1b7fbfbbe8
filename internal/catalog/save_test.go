package catalog

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

var serial atomic.Int64

// class makes a tax class of the test's own.
func class(t *testing.T, tx *txn.Tx) string {
	t.Helper()
	code := fmt.Sprintf("class-%d", serial.Add(1))
	if _, err := tx.Exec(t.Context(), `insert into tax_classes (code, name) values ($1, 'Standard')`, code); err != nil {
		t.Fatal(err)
	}
	return code
}

func make1(t *testing.T, tx *txn.Tx, kind Kind, code string) (id.Product, id.SKU) {
	t.Helper()
	return makeIn(t, tx, class(t, tx), kind, code)
}

func makeIn(t *testing.T, tx *txn.Tx, taxClass string, kind Kind, code string) (id.Product, id.SKU) {
	t.Helper()
	p, s, err := Create(t.Context(), tx, ProductInput{Name: "Product " + code, Kind: kind, TaxClass: taxClass}, SKUInput{Code: code, UnitRatio: 1, PackSize: 1, MinQuantity: 1})
	if err != nil {
		t.Fatal(err)
	}
	return p, s
}

func unique(code string) string { return fmt.Sprintf("%s-%d", code, serial.Add(1)) }

func read(t *testing.T, r pg.Reader, p id.Product) Record {
	t.Helper()
	rec, err := Read(t.Context(), r, p)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// A18
func TestAProductKeepsAllThatIsKnownOfItsVariants(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx := t.Context()
	g, mm, cost := int64(1250), int64(400), money.MustUnitPrice("7.125")
	code, bar := unique("TRAY"), unique("4006381")
	product, sku, err := Create(ctx, tx,
		ProductInput{Name: "Oak tray", Kind: Goods, TaxClass: class(t, tx), HandlingClass: "fragile", Attributes: Attributes{"Wood": "oak"}, Description: "Oiled.\r\nBy hand."},
		SKUInput{Code: code, Variant: "large", Attributes: Attributes{"Size": "L"}, WeightG: &g, LengthMM: &mm, SoldUnit: "box", UnitRatio: 4, PackSize: 8, MinQuantity: 8, Cost: &cost})
	if err != nil {
		t.Fatal(err)
	}
	_, other := make1(t, tx, Goods, unique("TRAY-B"))
	if err := AddBarcode(ctx, tx, sku, bar); err != nil {
		t.Fatal(err)
	}
	if err := SetSubstitutes(ctx, tx, sku, 1, []string{mustCode(t, tx, other)}); err != nil {
		t.Fatal(err)
	}
	rec := read(t, tx, product)
	s := rec.SKUs[0]
	if rec.Name != "Oak tray" || rec.Description != "Oiled.\nBy hand." || rec.HandlingClass != "fragile" || rec.Attributes["Wood"] != "oak" {
		t.Errorf("product %+v", rec.Product)
	}
	if s.Title != "Oak tray, large" || *s.WeightG != g || *s.LengthMM != mm || s.WidthMM != nil || s.SoldUnit != "box" || s.UnitRatio != 4 || s.PackSize != 8 || s.MinQuantity != 8 || *s.Cost != cost || s.Attributes["Size"] != "L" {
		t.Errorf("variant %+v", s)
	}
	if b := rec.Barcodes[sku]; len(b) != 1 || b[0] != bar {
		t.Errorf("barcodes %v", b)
	}
	if sub := rec.Substitutes[sku]; len(sub) != 1 || sub[0].SKU != other {
		t.Errorf("substitutes %v", sub)
	}
}

func mustCode(t *testing.T, r pg.Reader, sku id.SKU) string {
	t.Helper()
	var code string
	if err := r.QueryRow(t.Context(), `select code from catalog_skus where id = $1`, sku).Scan(&code); err != nil {
		t.Fatal(err)
	}
	return code
}

func TestACodeIsTakenWhateverItsCaseAndAlsoAsABarcode(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx, cl := t.Context(), class(t, tx)
	code, bar := unique("Mug-A"), unique("MUGBAR")
	product, sku := makeIn(t, tx, cl, Goods, code)
	if err := AddBarcode(ctx, tx, sku, bar); err != nil {
		t.Fatal(err)
	}
	in := SKUInput{Code: "m" + code[1:], UnitRatio: 1, PackSize: 1, MinQuantity: 1}
	_, err := AddSKU(ctx, tx, product, in)
	if got := fields(t, err); got["code"] != "code_taken" {
		t.Errorf("other case: %v", got)
	}
	in.Code = bar
	if _, _, err = Create(ctx, tx, ProductInput{Name: "x", Kind: Goods, TaxClass: cl}, in); fields(t, err)["code"] != "code_taken" {
		t.Errorf("another's barcode: %v", err)
	}
	_, second := makeIn(t, tx, cl, Goods, unique("CUP"))
	if err := AddBarcode(ctx, tx, second, bar); fields(t, err)["barcode"] != "barcode_taken" {
		t.Errorf("a barcode twice: %v", err)
	}
	if err := AddBarcode(ctx, tx, second, code); fields(t, err)["barcode"] != "barcode_taken" {
		t.Errorf("a barcode like another's code: %v", err)
	}
}

func TestTwoPeopleCreatingOneCodeMakeOne(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	ctx := t.Context()
	if _, err := db.Pools.Write.Exec(ctx, `insert into tax_classes (code, name) values ('standard', 'Standard')`); err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	for i := range 8 {
		go func() {
			code := "race"
			if i%2 == 0 {
				code = "RACE"
			}
			_, err := txn.Do(ctx, db.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (id.Product, error) {
				p, _, err := Create(ctx, tx, ProductInput{Name: "Race", Kind: Goods, TaxClass: "standard"}, SKUInput{Code: code, UnitRatio: 1, PackSize: 1, MinQuantity: 1})
				return p, err
			})
			errs <- err
		}()
	}
	made := 0
	for range 8 {
		if err := <-errs; err == nil {
			made++
		} else if fields(t, err)["code"] != "code_taken" {
			t.Errorf("refused otherwise: %v", err)
		}
	}
	if made != 1 {
		t.Errorf("%d were made", made)
	}
}

// A10
func TestAStaleVariantIsRefusedWithTheOthersChange(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx := t.Context()
	code := unique("LAMP")
	product, sku := make1(t, tx, Goods, code)
	in := SKUInput{Code: code, Title: "Lamp, brass", UnitRatio: 1, PackSize: 6, MinQuantity: 1}
	if err := ChangeSKU(ctx, tx, sku, 1, in); err != nil {
		t.Fatal(err)
	}
	in.PackSize = 12
	if err := ChangeSKU(ctx, tx, sku, 2, in); err != nil {
		t.Fatal(err)
	}
	err := ChangeSKU(ctx, tx, sku, 1, in)
	s, ok := errors.AsType[*problem.Stale](err)
	if !ok || s.ByName != pgtest.Actor.Name || s.Version != 3 || s.What != "sku" {
		t.Fatalf("not stale: %v", err)
	}
	if len(s.Changes) != 2 || s.Changes[1] != (problem.Change{Field: "pack_size", Before: "1", After: "12"}) {
		t.Errorf("the other's changes: %v", s.Changes)
	}
	if err := ChangeSKU(ctx, tx, sku, 3, in); err != nil {
		t.Errorf("after a look: %v", err)
	}
	if err := ChangeProduct(ctx, tx, product, 9, ProductInput{Name: "x", TaxClass: read(t, tx, product).TaxClass}); !errors.As(err, &s) {
		t.Errorf("product: %v", err)
	}
}

func TestTitlesFollowTheProductsNameUntilSomebodyNamesThem(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx := t.Context()
	product, _ := make1(t, tx, Goods, unique("VASE"))
	if _, err := AddSKU(ctx, tx, product, SKUInput{Code: unique("VASE-B"), Variant: "blue", UnitRatio: 1, PackSize: 1, MinQuantity: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := AddSKU(ctx, tx, product, SKUInput{Code: unique("VASE-C"), Title: "The red one", UnitRatio: 1, PackSize: 1, MinQuantity: 1}); err != nil {
		t.Fatal(err)
	}
	rec := read(t, tx, product)
	if err := ChangeProduct(ctx, tx, product, 1, ProductInput{Name: "Vase", TaxClass: rec.TaxClass}); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, s := range read(t, tx, product).SKUs {
		got[s.Title] = true
	}
	if !got["Vase"] || !got["Vase, blue"] || !got["The red one"] {
		t.Errorf("titles %v", got)
	}
}

func TestTheKindOfAProductIsFixed(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	product, _ := make1(t, tx, Goods, unique("FIX"))
	err := ChangeProduct(t.Context(), tx, product, 1, ProductInput{Name: "x", Kind: Service, TaxClass: read(t, tx, product).TaxClass})
	if fields(t, err)["kind"] != "kind_fixed" {
		t.Error(err)
	}
}

func TestAnUnknownTaxClassIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	_, _, err := Create(t.Context(), tx, ProductInput{Name: "x", Kind: Goods, TaxClass: "nowhere"}, sound())
	if fields(t, err)["tax_class"] != "unknown_tax_class" {
		t.Error(err)
	}
}

// A05: a withdrawn product is known to the check by Item.Withdrawn.
func TestAWithdrawnVariantIsKnownAsSuchAndComesBack(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx := t.Context()
	code := unique("OLD")
	product, sku := make1(t, tx, Goods, code)
	if err := Withdraw(ctx, tx, sku, 1, " "); fields(t, err)["reason"] != "required" {
		t.Errorf("without a reason: %v", err)
	}
	if err := Withdraw(ctx, tx, sku, 1, "no longer made"); err != nil {
		t.Fatal(err)
	}
	items, err := Lines(ctx, tx, []string{code})
	if err != nil || !items[Key(code)].Withdrawn {
		t.Errorf("withdrawn: %v %v", items, err)
	}
	if err := Reinstate(ctx, tx, sku, 2); err != nil {
		t.Fatal(err)
	}
	history, err := History(ctx, tx, product, false, false, 10)
	if err != nil || len(history) != 3 || history[0].Kind != "sku.reinstated" || history[1].Reason != "no longer made" {
		t.Errorf("history %v %v", history, err)
	}
}

func TestTheHistoryHidesCostFromWhoMayNotSeeIt(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx := t.Context()
	code, cost := unique("COST"), money.MustUnitPrice("1.5")
	product, sku := make1(t, tx, Goods, code)
	if err := ChangeSKU(ctx, tx, sku, 1, SKUInput{Code: code, Title: "Product " + code, UnitRatio: 1, PackSize: 1, MinQuantity: 1, Cost: &cost}); err != nil {
		t.Fatal(err)
	}
	for _, may := range []bool{true, false} {
		h, err := History(ctx, tx, product, may, may, 10)
		if err != nil || (len(h) == 2) != may {
			t.Errorf("may %v: %v %v", may, h, err)
		}
	}
	var public int
	if err := tx.QueryRow(ctx, `select count(*) from events where subject_id = $1 and subject_type = 'product' and public`, product).Scan(&public); err != nil || public != 0 {
		t.Errorf("%d public events, %v", public, err)
	}
}
