package tax

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

const createClassSQL = `insert into tax_classes (code, name) values ($1, $2) on conflict (code) do update set name = excluded.name returning id`

// SaveClass adds a class, or renames the one with its code.
func SaveClass(ctx context.Context, tx *txn.Tx, code, name string) (int64, error) {
	v := &problem.Invalid{}
	code, name = trade.ReadLine(v, "code", code, 40), trade.ReadLine(v, "name", name, 100)
	if code == "" && !v.Has("code") {
		v.Add("code", "required")
	}
	if name == "" && !v.Has("name") {
		v.Add("name", "required")
	}
	if err := v.Err(); err != nil {
		return 0, err
	}
	var class int64
	if err := tx.QueryRow(ctx, createClassSQL, code, name).Scan(&class); err != nil {
		return 0, fmt.Errorf("save tax class %s: %w", code, err)
	}
	tx.Record(txn.Event{Kind: "tax.class_saved", Subject: txn.About("tax_class", class), Data: map[string]any{"code": code, "name": name}})
	return class, nil
}

// The rate that held until now ends where the new one begins.
const endRateSQL = `
	update tax_rates set valid_to = $4
	where class_id = (select id from tax_classes where code = $1) and country = $2 and coalesce(region, '') = $3
	  and valid_from < $4 and (valid_to is null or valid_to > $4)`

const setRateSQL = `
	insert into tax_rates (class_id, country, region, rate_ppm, valid_from, valid_to)
	select id, $2, nullif($3, ''), $4, $5, $6 from tax_classes where code = $1
	on conflict (class_id, country, coalesce(region, ''), valid_from) do update set rate_ppm = excluded.rate_ppm, valid_to = excluded.valid_to
	returning class_id`

// SetRate lets a rate hold from a day on; the one before it ends there. The
// zero From means always. Orders keep the rate they were computed with.
func SetRate(ctx context.Context, tx *txn.Tx, h Held) error {
	if err := h.validate(); err != nil {
		return err
	}
	if h.From.IsZero() {
		h.From = trade.NewDay(2000, 1, 1)
	}
	if _, err := tx.Exec(ctx, endRateSQL, h.Class, h.Country, h.Region, h.From); err != nil {
		return fmt.Errorf("end tax rate of %s in %s: %w", h.Class, h.Country, err)
	}
	var class int64
	if err := tx.QueryRow(ctx, setRateSQL, h.Class, h.Country, h.Region, int32(h.Rate), h.From, h.Until).Scan(&class); errors.Is(err, pgx.ErrNoRows) {
		return problem.At("class", "not_a_choice")
	} else if err != nil {
		return fmt.Errorf("set tax rate of %s in %s: %w", h.Class, h.Country, err)
	}
	tx.Record(txn.Event{Kind: "tax.rate_set", Subject: txn.About("tax_class", class), Data: map[string]any{
		"class": h.Class, "country": h.Country, "region": h.Region, "rate": h.Rate.String(), "from": h.From.String()}})
	return nil
}

func (h Held) validate() error {
	v := &problem.Invalid{}
	if h.Class == "" {
		v.Add("class", "required")
	}
	if !trade.KnownCountry(h.Country) {
		v.Add("country", "unknown_country")
	}
	if h.Rate < 0 {
		v.Add("rate", "too_small", "min", money.Rate(0))
	}
	if h.Rate > money.Whole {
		v.Add("rate", "too_large", "max", money.Rate(money.Whole))
	}
	if !h.Until.IsZero() && !h.From.Before(h.Until) {
		v.Add("until", "bad_period")
	}
	return v.Err()
}
