package tax

import (
	"errors"
	"testing"
	"time"

	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
)

func TestRatesAreThoseOfThePlaceAndTheDay(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	ctx := t.Context()
	for _, code := range []string{"t-standard", "t-reduced", "t-none"} {
		if _, err := SaveClass(ctx, tx, code, "Class "+code); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range []Held{
		{Class: "t-standard", Country: "DE", Rate: 160_000},
		{Class: "t-standard", Country: "DE", Rate: 190_000, From: trade.NewDay(2021, 1, 1)},
		{Class: "t-reduced", Country: "DE", Rate: 70_000},
		{Class: "t-standard", Country: "FR", Rate: 200_000},
		{Class: "t-standard", Country: "US", Rate: 0},
		{Class: "t-standard", Country: "US", Region: "CA", Rate: 72_500},
	} {
		if err := SetRate(ctx, tx, h); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		country, region   string
		at                time.Time
		standard, reduced money.Rate
	}{
		{"DE", "", now, 190_000, 70_000}, {"DE", "", time.Date(2020, 12, 31, 23, 59, 0, 0, time.UTC), 160_000, 70_000}, {"DE", "", time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC), 190_000, 70_000},
		{"FR", "", now, 200_000, 70_000}, {"US", "NY", now, 0, 70_000}, {"US", "CA", now, 72_500, 70_000}, {"BR", "", now, 190_000, 70_000},
	} {
		got, err := RatesFor(ctx, tx, c.country, "DE", c.region, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if _, has := got["t-none"]; got["t-standard"] != c.standard || got["t-reduced"] != c.reduced || has {
			t.Errorf("%s %s %v: %v", c.country, c.region, c.at, got)
		}
	}
	held, err := HeldRates(ctx, tx)
	if err != nil {
		t.Fatal(err)
	}
	ends := 0
	for _, h := range held {
		if h.Class == "t-standard" && h.Country == "DE" && h.Until == trade.NewDay(2021, 1, 1) {
			ends++
		}
	}
	if ends != 1 {
		t.Errorf("the old rate ends %d times: %v", ends, held)
	}
	classes, err := Classes(ctx, tx)
	if err != nil || len(classes) < 3 {
		t.Errorf("%v %v", classes, err)
	}
}

func TestARateThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	err := SetRate(t.Context(), tx, Held{Country: "QQ", Rate: 2 * money.Whole, From: trade.NewDay(2025, 2, 1), Until: trade.NewDay(2025, 1, 1)})
	var v *problem.Invalid
	if !errors.As(err, &v) || len(v.Fields) != 4 {
		t.Errorf("%v", err)
	}
	if err := SetRate(t.Context(), tx, Held{Class: "t-nobody", Country: "DE"}); !errors.As(err, &v) || !v.Has("class") {
		t.Errorf("%v", err)
	}
	if _, err := SaveClass(t.Context(), tx, " ", "\x00"); !errors.As(err, &v) || !v.Has("code") || !v.Has("name") {
		t.Errorf("%v", err)
	}
}
