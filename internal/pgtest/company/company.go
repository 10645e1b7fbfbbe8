// Package company plants a small company for tests that need a whole one: a
// legal entity in Germany, its taxes, two locations, the public form and the
// staff's entry as channels, a base price list, and a few products with stock.
// It stands apart from pgtest because it uses the capabilities, whose own tests
// use pgtest.
package company

import (
	"context"
	"testing"
	"time"

	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/settings"
	"packhouse/internal/tax"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// Product is a planted variant.
type Product struct {
	Product id.Product
	SKU     id.SKU
	Code    string
}

// Fixture is the company. Prices are with 19 % tax, in EUR.
type Fixture struct {
	Entity     id.Entity
	Warehouse  id.Location // Hamburg
	Store      id.Location // Altona
	Shop       id.Channel  // "shop": waits for review, holds goods for 30 minutes, asks Hamburg and then Altona
	Desk       id.Channel  // "desk": the staff's entry, Hamburg only
	Base       id.PriceList
	Tray       Product // 29.90, 50 in Hamburg
	Napkin     Product // 9.95, 3 in Hamburg, in packs of 2
	Candle     Product // 4.00, none anywhere
	Engraving  Product // 12.00, a service
	Secret     Product // 99.00, not for the shop, 10 in Hamburg
	CostCanary string  // the cost price of every product, which no customer may read
}

// Plant makes the company.
func Plant(t testing.TB, db *pgtest.Database) Fixture {
	t.Helper()
	out, err := txn.Do(t.Context(), db.DB, pgtest.Actor, txn.Once(), plant)
	if err != nil {
		t.Fatalf("company: %v", err)
	}
	return out.Value
}

func plant(ctx context.Context, tx *txn.Tx) (f Fixture, err error) {
	c := settings.Default()
	c.Name, c.Zone, c.Country, c.Email = "Nordlys Home", "Europe/Berlin", "DE", "orders@nordlys.example"
	if err := settings.Change(ctx, tx, c, 0); err != nil {
		return f, err
	}
	if f.Entity, err = settings.CreateEntity(ctx, tx, settings.Entity{Name: "Nordlys GmbH", Country: "DE", Currency: "EUR"}); err != nil {
		return f, err
	}
	if _, err = tax.SaveClass(ctx, tx, "standard", "Standard rate"); err != nil {
		return f, err
	}
	if err = tax.SetRate(ctx, tx, tax.Held{Class: "standard", Country: "DE", Rate: 190_000}); err != nil {
		return f, err
	}
	calendar := inventory.Calendar{Zone: "Europe/Berlin", LeadDays: 1, Cutoff: 14 * time.Hour, Workdays: [7]bool{true, true, true, true, true}}
	at := trade.Address{Company: "Nordlys", Line1: "Am Kai 1", City: "Hamburg", Postcode: "20457", Country: "DE"}
	if f.Warehouse, err = inventory.AddLocation(ctx, tx, inventory.Location{Code: "HAM", Name: "Hamburg", Kind: "warehouse", Address: at, Calendar: calendar}); err != nil {
		return f, err
	}
	if f.Store, err = inventory.AddLocation(ctx, tx, inventory.Location{Code: "ALT", Name: "Altona", Kind: "store", Address: at, Calendar: calendar}); err != nil {
		return f, err
	}
	if f.Shop, err = channel.Create(ctx, tx, channel.Channel{Code: "shop", Name: "Web shop", Kind: "shop", Entity: f.Entity, Currency: "EUR", PricesIncludeTax: true,
		NeedsReview: true, Shortage: channel.Refuse, SoftHold: 30, SendsMail: true, Shipping: 490, Active: true,
		Locations: []channel.Place{{ID: f.Warehouse}, {ID: f.Store}}}); err != nil {
		return f, err
	}
	if f.Desk, err = channel.Create(ctx, tx, channel.Channel{Code: "desk", Name: "Sales desk", Kind: "staff", Entity: f.Entity, Currency: "EUR", PricesIncludeTax: true,
		NeedsReview: true, Shortage: channel.Backorder, SendsMail: true, Active: true, Locations: []channel.Place{{ID: f.Warehouse}}}); err != nil {
		return f, err
	}
	if f.Base, err = catalog.CreateList(ctx, tx, catalog.ListInput{Code: "BASE", Name: "Base", Currency: "EUR", IncludesTax: true, Base: true}); err != nil {
		return f, err
	}
	f.CostCanary = "7.13579"
	for _, p := range []struct {
		to                *Product
		name, code, price string
		kind              catalog.Kind
		pack, stock       int64
		hidden            bool
	}{
		{&f.Tray, "Oak tray, large", "TRAY-OAK-L", "29.90", catalog.Goods, 1, 50, false},
		{&f.Napkin, "Linen napkin, sand", "NAP-LIN-SND", "9.95", catalog.Goods, 2, 3, false},
		{&f.Candle, "Beeswax candle", "CANDLE-01", "4", catalog.Goods, 1, 0, false},
		{&f.Engraving, "Engraving", "ENGRAVE", "12", catalog.Service, 1, 0, false},
		{&f.Secret, "Sample not for sale", "SAMPLE-X", "99", catalog.Goods, 1, 10, true},
	} {
		cost := money.MustUnitPrice(f.CostCanary)
		product, sku, err := catalog.Create(ctx, tx, catalog.ProductInput{Name: p.name, Kind: p.kind, TaxClass: "standard"},
			catalog.SKUInput{Code: p.code, SoldUnit: "piece", UnitRatio: 1, PackSize: p.pack, MinQuantity: p.pack, Cost: &cost, HideInShop: p.hidden})
		if err != nil {
			return f, err
		}
		*p.to = Product{product, sku, p.code}
		if err := catalog.SetPrice(ctx, tx, catalog.PriceInput{List: f.Base, Code: p.code, Least: 1, Unit: money.MustUnitPrice(p.price)}); err != nil {
			return f, err
		}
		if p.stock == 0 {
			continue
		}
		if _, err := inventory.Adjust(ctx, tx, inventory.Adjustment{SKU: sku, Location: f.Warehouse, Condition: inventory.Sellable, Delta: int(p.stock), Kind: inventory.Opening,
			Reason: "opening stock", UnitCost: cost}); err != nil {
			return f, err
		}
	}
	return f, nil
}
