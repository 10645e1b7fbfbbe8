package tax

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/trade"
)

// The rates of the country go before those at home, those of a region before
// those of its country, the newest first.
const ratesForSQL = `
	select distinct on (c.id) c.code, r.rate_ppm
	from tax_classes c
	join tax_rates r on r.class_id = c.id
	where r.valid_from <= $4 and (r.valid_to is null or r.valid_to > $4)
	  and (r.country = $1 and coalesce(r.region, $3) = $3 or r.country = $2 and r.region is null)
	order by c.id, (r.country = $1) desc, (r.region is not null) desc, r.valid_from desc`

// RatesFor finds the rate of every class by its code for goods that go to a
// country (ISO 3166-1) and region at a time; which day that is, the zone of at
// says. A class without a rate in the country has the one at home; one without
// either is not among the answers, and its rate is zero.
func RatesFor(ctx context.Context, r pg.Reader, country, home, region string, at time.Time) (map[string]money.Rate, error) {
	rows, err := r.Query(ctx, ratesForSQL, country, home, region, trade.DayOf(at, at.Location()))
	if err != nil {
		return nil, fmt.Errorf("read tax rates of %s: %w", country, err)
	}
	rates := map[string]money.Rate{}
	var code string
	var ppm int32
	_, err = pgx.ForEachRow(rows, []any{&code, &ppm}, func() error {
		rates[code] = money.Rate(ppm)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read tax rates of %s: %w", country, err)
	}
	return rates, nil
}

// Class is a kind of goods as tax law sees it.
type Class struct {
	ID   int64
	Code string
	Name string
}

const classesSQL = `select id, code, name from tax_classes order by code`

// Classes lists every class by its code.
func Classes(ctx context.Context, r pg.Reader) ([]Class, error) {
	rows, err := r.Query(ctx, classesSQL)
	if err != nil {
		return nil, fmt.Errorf("read tax classes: %w", err)
	}
	classes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Class])
	if err != nil {
		return nil, fmt.Errorf("read tax classes: %w", err)
	}
	return classes, nil
}

// Held is a rate as the table has it: of a class, in a country or one region
// of it, from a day until before another (zero: for good).
type Held struct {
	Class   string
	Country string
	Region  string
	Rate    money.Rate
	From    trade.Day
	Until   trade.Day
}

const heldSQL = `
	select c.code, r.country, coalesce(r.region, ''), r.rate_ppm, r.valid_from, r.valid_to
	from tax_rates r
	join tax_classes c on c.id = r.class_id
	order by r.country, r.region nulls first, c.code, r.valid_from`

// HeldRates lists every rate, by country, region, class and day.
func HeldRates(ctx context.Context, r pg.Reader) ([]Held, error) {
	rows, err := r.Query(ctx, heldSQL)
	if err != nil {
		return nil, fmt.Errorf("read tax rates: %w", err)
	}
	held, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Held])
	if err != nil {
		return nil, fmt.Errorf("read tax rates: %w", err)
	}
	return held, nil
}
