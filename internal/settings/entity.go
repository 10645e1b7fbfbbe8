package settings

import (
	"context"
	"fmt"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/txn"
)

// Entity is one legal entity of the company.
type Entity struct {
	Name     string
	Country  string // ISO 3166-1
	TaxID    string
	Currency money.Currency
}

const entitySQL = `insert into settings_entities (name, country, tax_id, currency) values ($1, $2, $3, $4) returning id`

// CreateEntity adds a legal entity.
func CreateEntity(ctx context.Context, tx *txn.Tx, e Entity) (id.Entity, error) {
	var ent id.Entity
	if err := tx.QueryRow(ctx, entitySQL, e.Name, e.Country, e.TaxID, e.Currency).Scan(&ent); err != nil {
		return 0, fmt.Errorf("create legal entity: %w", err)
	}
	tx.Record(txn.Event{Kind: "entity.created", Subject: txn.About("entity", ent), Data: map[string]any{"name": e.Name}})
	return ent, nil
}
