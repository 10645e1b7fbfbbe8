package catalog

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
)

func sound() SKUInput { return SKUInput{Code: "TRAY-OAK-L", UnitRatio: 1, PackSize: 1, MinQuantity: 1} }

func TestEverythingWrongWithAVariantIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	heavy, wide := int64(maxGrams+1), int64(-1)
	in := SKUInput{Code: "  ", Title: strings.Repeat("ä", maxName+1), WeightG: &heavy, WidthMM: &wide, UnitRatio: 0, PackSize: maxPieces + 1, MinQuantity: 0}
	_, v := in.Checked()
	got := map[string]string{}
	for _, f := range v.Fields {
		got[f.Path] = f.Code
	}
	want := map[string]string{"code": "required", "title": "too_long", "weight": "too_large", "width": "too_small", "unit_ratio": "too_small", "pack_size": "too_large", "min_quantity": "too_small"}
	if len(got) != len(want) {
		t.Errorf("said %v", got)
	}
	for path, code := range want {
		if got[path] != code {
			t.Errorf("%s: %q, want %q", path, got[path], code)
		}
	}
}

func TestCodesAreWhatAPersonCanTypeAndAScannerSends(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"85123A": "", "BANK CHARGES": "", "gift_0001_20": "", "Ä-1": "", " A-1 ": "",
		"A  1": "code_double_space", "A\u200b1": "code_unprintable", "A\x1b[31m": "code_unprintable", strings.Repeat("9", 65): "too_long", "": "required",
	} {
		in := sound()
		in.Code = code
		got := ""
		if _, v := in.Checked(); len(v.Fields) > 0 {
			got = v.Fields[0].Code
		}
		if got != want {
			t.Errorf("%q: %q, want %q", code, got, want)
		}
	}
}

func TestAPackGoesWithTheSoldUnit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ratio, pack int64
		ok          bool
	}{{1, 6, true}, {12, 12, true}, {12, 24, true}, {12, 1, true}, {12, 18, false}, {5, 3, false}} {
		in := sound()
		in.UnitRatio, in.PackSize = c.ratio, c.pack
		if _, v := in.Checked(); (v.Err() == nil) != c.ok {
			t.Errorf("%d pieces in a unit, packs of %d: %v", c.ratio, c.pack, v.Err())
		}
	}
}

func TestTheCostIsNeverAmongTheChangesEverybodySees(t *testing.T) {
	t.Parallel()
	cost := money.MustUnitPrice("3.10")
	in := sound()
	in.Variant, in.Cost = "large", &cost
	after, open, secret := SKU{Code: "TRAY-OAK-L", UnitRatio: 1, PackSize: 1, MinQuantity: 1, ShopVisible: true}.change(in)
	if len(open) != 1 || open[0] != (problem.Change{Field: "variant", After: "large"}) {
		t.Errorf("open changes: %v", open)
	}
	if len(secret) != 1 || secret[0] != (problem.Change{Field: "cost", After: "3.1"}) || *after.Cost != cost {
		t.Errorf("secret changes: %v", secret)
	}
}

// A47
func TestAKitCannotContainItselfAtAnyDepth(t *testing.T) {
	t.Parallel()
	items := map[string]Item{"b": {SKU: 2, Code: "B", Kind: Kit}, "c": {SKU: 3, Code: "C", Kind: Kit}, "self": {SKU: 1, Code: "SELF", Kind: Kit},
		"goods": {SKU: 4, Code: "GOODS", Kind: Goods}, "service": {SKU: 5, Code: "SERVICE", Kind: Service}}
	kits := edges{2: {4, 3}, 3: {1}}
	for code, want := range map[string]string{"b": "kit_in_itself", "c": "kit_in_itself", "self": "kit_in_itself", "goods": "", "service": "service_in_kit", "none": "unknown_sku", " ": "required"} {
		_, v := resolveParts(1, []PartInput{{code, 1}}, items, kits)
		got := ""
		if len(v.Fields) > 0 {
			got = v.Fields[0].Code
		}
		if got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	if _, v := resolveParts(1, []PartInput{{"goods", 0}, {"GOODS", 2}}, items, nil); len(v.Fields) != 2 || v.Fields[0].Path != "parts[0].quantity" || v.Fields[1].Code != "part_twice" {
		t.Errorf("twice: %v", v)
	}
}

func TestNoSequenceOfAllowedKitsMakesACycle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := edges{}
		for range rapid.IntRange(1, 40).Draw(t, "edits") {
			kit, part := id.SKU(rapid.IntRange(1, 7).Draw(t, "kit")), id.SKU(rapid.IntRange(1, 7).Draw(t, "part"))
			if !e.reaches(part, kit) {
				e[kit] = append(e[kit], part)
			}
		}
		for kit, parts := range e {
			if slices.ContainsFunc(parts, func(p id.SKU) bool { return e.reaches(p, kit) }) {
				t.Fatalf("%d is among its own parts: %v", kit, e)
			}
		}
	})
}

// A47
func TestAKitIsAsOftenThereAsItsScarcestPartAtOnePlace(t *testing.T) {
	t.Parallel()
	recipes := map[id.SKU]Recipe{1: {10: 2, 11: 1}, 10: {10: 1}}
	free := map[id.Location]map[id.SKU]int64{1: {10: 7, 11: 2}, 2: {10: 100}, 3: {10: 2, 11: 9}}
	got := MadeUp(recipes, free)
	if got[1] != 2+0+1 || got[10] != 109 {
		t.Errorf("free: %v", got)
	}
}

// A19
func TestTheSourceOfAPriceIsToldInWords(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]priceFrom{
		"price.base":                             {base: true, least: 1, code: "BASE"},
		"price.base_from?from=10":                {base: true, least: 10},
		"price.list?list=WHOLE+%26+SALE":         {code: "WHOLE & SALE", least: 1},
		"price.list_from?from=10&list=WHOLESALE": {code: "WHOLESALE", least: 10},
	} {
		if got := f.source(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		code, args := SourceWords(want)
		if !strings.HasPrefix(want, code) || (f.least > 1 && args["from"] != f.least) || (!f.base && args["list"] != f.code) {
			t.Errorf("%q reads as %s %v", want, code, args)
		}
	}
}

func TestWhatIsTypedMeansItselfInASearch(t *testing.T) {
	t.Parallel()
	if got := words(` 100%_Öl  \x `); !slices.Equal(got, []string{`%100\%\_ol%`, `%\\x%`, "%"}) {
		t.Errorf("%q", got)
	}
}

func fields(t *testing.T, err error) map[string]string {
	t.Helper()
	v, ok := errors.AsType[*problem.Invalid](err)
	if !ok {
		t.Fatalf("no field problem: %v", err)
	}
	got := map[string]string{}
	for _, f := range v.Fields {
		got[f.Path] = f.Code
	}
	return got
}
