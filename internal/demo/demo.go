// Package demo plants a small company in an empty database, through the same
// commands as the screens: what one sees on the first day is what the product
// does. It is only ever asked for by name.
package demo

import (
	"context"
	"fmt"
	"time"

	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/customers"
	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/sales"
	"packhouse/internal/settings"
	"packhouse/internal/tax"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// Actor is who plants.
var Actor = txn.Actor{Kind: txn.System, Name: "Packhouse demo"}

// Plant makes the company: tax, locations, channels, prices, products with
// stock, customers and a day's orders.
func Plant(ctx context.Context, db *txn.DB) error {
	out, err := txn.Do(ctx, db, Actor, txn.Once(), company)
	if err != nil {
		return fmt.Errorf("plant the company: %w", err)
	}
	if _, err = txn.Do(ctx, db, Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		return struct{}{}, goods(ctx, tx, out.Value)
	}); err != nil {
		return fmt.Errorf("plant the products: %w", err)
	}
	if err := orders(ctx, db, out.Value); err != nil {
		return fmt.Errorf("plant the orders: %w", err)
	}
	return nil
}

// ground is what the rest of the company stands on.
type ground struct {
	Main, Store       id.Location
	Shop, Phone, API  id.Channel
	Base, Wholesale   id.PriceList
	Bakery, Café, Inn id.Customer
}

func company(ctx context.Context, tx *txn.Tx) (g ground, err error) {
	c, version, err := settings.Read(ctx, tx)
	if err != nil {
		return g, err
	}
	c.Name, c.Email, c.Zone, c.Country = "Northgate Supply (demo)", "orders@demo.test", "Europe/Berlin", "DE"
	if err := settings.Change(ctx, tx, c, version); err != nil {
		return g, err
	}
	entity, err := settings.CreateEntity(ctx, tx, settings.Entity{Name: "Northgate Supply", Country: "DE", Currency: "EUR"})
	if err != nil {
		return g, err
	}
	if err := taxes(ctx, tx); err != nil {
		return g, err
	}
	week := inventory.Calendar{Zone: "Europe/Berlin", LeadDays: 1, Cutoff: 14 * time.Hour, Workdays: [7]bool{true, true, true, true, true}}
	if g.Main, err = inventory.AddLocation(ctx, tx, inventory.Location{Code: "HAM", Name: "Hamburg warehouse", Kind: inventory.Warehouse, Calendar: week, Active: true,
		Address: trade.Address{Company: "Northgate Supply", Line1: "Lagerstraße 4", City: "Hamburg", Postcode: "20357", Country: "DE"}}); err != nil {
		return g, err
	}
	week.LeadDays, week.Workdays = 0, [7]bool{true, true, true, true, true, true}
	if g.Store, err = inventory.AddLocation(ctx, tx, inventory.Location{Code: "BER", Name: "Berlin store", Kind: inventory.Store, Calendar: week, Active: true,
		Address: trade.Address{Company: "Northgate Supply", Line1: "Markt 1", City: "Berlin", Postcode: "10178", Country: "DE"}}); err != nil {
		return g, err
	}
	if g.Base, err = catalog.CreateList(ctx, tx, catalog.ListInput{Code: "BASE", Name: "Prices of the shop", Currency: "EUR", IncludesTax: true, Base: true}); err != nil {
		return g, err
	}
	if g.Wholesale, err = catalog.CreateList(ctx, tx, catalog.ListInput{Code: "WHOLESALE", Name: "Wholesale", Currency: "EUR", IncludesTax: true}); err != nil {
		return g, err
	}
	both := []channel.Place{{ID: g.Main}, {ID: g.Store}}
	for _, c := range []struct {
		to *id.Channel
		channel.Channel
	}{
		{&g.Shop, channel.Channel{Code: "shop", Name: "Web shop", Kind: "shop", SoftHold: 60, NeedsReview: true, Shortage: channel.Backorder, Shipping: 490}},
		{&g.Phone, channel.Channel{Code: "phone", Name: "Phone and counter", Kind: "staff", NeedsReview: true, Shortage: channel.Backorder, Shipping: 490}},
		{&g.API, channel.Channel{Code: "market", Name: "Marketplace", Kind: "api", NeedsReview: false, Shortage: channel.Refuse, Buffer: 2}},
	} {
		c.Entity, c.Currency, c.PricesIncludeTax, c.SendsMail, c.Active, c.Locations = entity, "EUR", true, true, true, both
		if *c.to, err = channel.Create(ctx, tx, c.Channel); err != nil {
			return g, err
		}
	}
	return g, people(ctx, tx, &g)
}

func taxes(ctx context.Context, tx *txn.Tx) error {
	rates := map[string][2]any{"standard": {"Standard", 190_000}, "reduced": {"Reduced", 70_000}, "zero": {"Zero", 0}}
	for _, code := range []string{"standard", "reduced", "zero"} {
		if _, err := tax.SaveClass(ctx, tx, code, rates[code][0].(string)); err != nil {
			return err
		}
		if err := tax.SetRate(ctx, tx, tax.Held{Class: code, Country: "DE", Rate: money.Rate(rates[code][1].(int))}); err != nil {
			return err
		}
	}
	for country, rate := range map[string]money.Rate{"AT": 200_000, "FR": 200_000, "NL": 210_000} {
		if err := tax.SetRate(ctx, tx, tax.Held{Class: "standard", Country: country, Rate: rate}); err != nil {
			return err
		}
	}
	return nil
}

// Where the customers of the demonstration are.
var (
	canal   = trade.Address{Company: "Café am Kanal", Name: "Bar", Line1: "Kanalstraße 12", City: "Berlin", Postcode: "10997", Country: "DE"}
	market  = trade.Address{Company: "Marktbäckerei GmbH", Name: "Backstube", Line1: "Marktplatz 3", City: "Lüneburg", Postcode: "21335", Country: "DE"}
	harbour = trade.Address{Company: "Harbour Inn", Name: "Front desk", Line1: "Prins Hendrikkade 33", City: "Amsterdam", Postcode: "1012 TM", Country: "NL"}
)

func people(ctx context.Context, tx *txn.Tx, g *ground) (err error) {
	limit := money.Of(250_000, "EUR")
	for _, c := range []struct {
		to *id.Customer
		at trade.Address
		customers.Details
	}{
		{&g.Bakery, market, customers.Details{Kind: customers.Company, Name: "Marktbäckerei GmbH", Email: "einkauf@baeckerei.demo.test", Phone: "+49 40 1234560", Language: "de", TermsDays: 14, CreditLimit: &limit, PriceList: g.Wholesale}},
		{&g.Café, canal, customers.Details{Kind: customers.Company, Name: "Café am Kanal", Email: "kontakt@cafe.demo.test", Phone: "+49 30 9876540", Language: "de"}},
		{&g.Inn, harbour, customers.Details{Kind: customers.Company, Name: "Harbour Inn", Email: "office@inn.demo.test", Phone: "+31 20 5550100", Language: "en"}},
	} {
		if *c.to, err = customers.Create(ctx, tx, c.Details); err != nil {
			return err
		}
		if _, err := customers.AddAddress(ctx, tx, *c.to, customers.Address{Address: c.at, Shipping: true, Billing: true}); err != nil {
			return err
		}
	}
	return nil
}

// article is one product of the demonstration.
type article struct {
	code, name, variant, handling string
	kind                          catalog.Kind
	price, wholesale              string
	weight, pack                  int64
	main, store                   int
}

var articles = []article{
	{"TRAY-OAK-L", "Oak tray", "large", "", catalog.Goods, "29.90", "22.50", 1400, 1, 40, 6},
	{"TRAY-OAK-S", "Oak tray", "small", "", catalog.Goods, "19.90", "14.90", 800, 1, 60, 10},
	{"NAP-LIN-SND", "Linen napkin", "sand", "", catalog.Goods, "9.95", "6.80", 90, 4, 400, 40},
	{"NAP-LIN-SEA", "Linen napkin", "sea blue", "", catalog.Goods, "9.95", "6.80", 90, 4, 12, 8},
	{"MUG-STN-GRY", "Stoneware mug", "grey", "fragile", catalog.Goods, "14.50", "9.90", 420, 1, 150, 24},
	{"MUG-STN-WHT", "Stoneware mug", "white", "fragile", catalog.Goods, "14.50", "9.90", 420, 1, 3, 0},
	{"PLATE-STN-27", "Stoneware plate 27 cm", "", "fragile", catalog.Goods, "18.00", "12.40", 700, 1, 90, 12},
	{"BOWL-STN-16", "Stoneware bowl 16 cm", "", "fragile", catalog.Goods, "12.00", "8.20", 380, 1, 110, 12},
	{"TEAPOT-IRON", "Cast-iron teapot", "", "", catalog.Goods, "64.00", "47.00", 2100, 1, 18, 2},
	{"CANDLE-BEE-6", "Beeswax candles, six", "", "", catalog.Goods, "16.90", "11.50", 600, 1, 75, 20},
	{"APRON-DEN", "Denim apron", "", "", catalog.Goods, "34.00", "24.00", 350, 1, 55, 9},
	{"BOARD-ASH", "Ash cutting board", "", "", catalog.Goods, "27.50", "19.90", 1100, 1, 0, 0},
	{"TOWEL-WAF", "Waffle towel", "", "", catalog.Goods, "11.00", "7.40", 160, 2, 220, 30},
	{"ENGRAVE", "Engraving", "", "", catalog.Service, "8.00", "8.00", 0, 1, 0, 0},
}

func goods(ctx context.Context, tx *txn.Tx, g ground) error {
	var stock []inventory.Adjustment
	products := make(map[string]id.Product)
	for _, a := range articles {
		in := catalog.SKUInput{Code: a.code, Variant: a.variant, SoldUnit: "piece", UnitRatio: 1, PackSize: a.pack, MinQuantity: a.pack}
		if a.weight > 0 {
			in.WeightG = &a.weight
		}
		var sku id.SKU
		var err error
		if p, known := products[a.name]; known {
			sku, err = catalog.AddSKU(ctx, tx, p, in)
		} else {
			products[a.name], sku, err = catalog.Create(ctx, tx, catalog.ProductInput{Name: a.name, Kind: a.kind, TaxClass: "standard", HandlingClass: a.handling}, in)
		}
		if err != nil {
			return fmt.Errorf("product %s: %w", a.code, err)
		}
		for list, price := range map[id.PriceList]string{g.Base: a.price, g.Wholesale: a.wholesale} {
			if err := catalog.SetPrice(ctx, tx, catalog.PriceInput{List: list, Code: a.code, Least: 1, Unit: money.MustUnitPrice(price)}); err != nil {
				return fmt.Errorf("price of %s: %w", a.code, err)
			}
		}
		for at, n := range map[id.Location]int{g.Main: a.main, g.Store: a.store} {
			if n > 0 {
				stock = append(stock, inventory.Adjustment{SKU: sku, Location: at, Delta: n, Kind: inventory.Opening, Reason: "opening stock"})
			}
		}
	}
	if err := gift(ctx, tx, g); err != nil {
		return err
	}
	_, err := inventory.AdjustAll(ctx, tx, stock)
	return err
}

// gift is a kit: a mug and a bowl sold as one.
func gift(ctx context.Context, tx *txn.Tx, g ground) error {
	_, kit, err := catalog.Create(ctx, tx, catalog.ProductInput{Name: "Breakfast set", Kind: catalog.Kit, TaxClass: "standard", HandlingClass: "fragile"},
		catalog.SKUInput{Code: "SET-BREAKFAST", SoldUnit: "set", UnitRatio: 1, PackSize: 1, MinQuantity: 1})
	if err != nil {
		return err
	}
	if err := catalog.SetParts(ctx, tx, kit, 1, []catalog.PartInput{{Code: "MUG-STN-GRY", Quantity: 1}, {Code: "BOWL-STN-16", Quantity: 1}}); err != nil {
		return fmt.Errorf("parts of the set: %w", err)
	}
	return catalog.SetPrice(ctx, tx, catalog.PriceInput{List: g.Base, Code: "SET-BREAKFAST", Least: 1, Unit: money.MustUnitPrice("24.00")})
}

// order is one order of the demonstration.
type order struct {
	channel  id.Channel
	customer id.Customer
	to       trade.Address
	lines    []flow.NewLine
	po       string
	wish     sales.Wish
	confirm  bool
	hold     *sales.Hold
}

func orders(ctx context.Context, db *txn.DB, g ground) error {
	for _, o := range []order{
		{channel: g.Phone, customer: g.Bakery, to: market, po: "B-2291", confirm: true, lines: []flow.NewLine{{Code: "TOWEL-WAF", Pieces: 20}, {Code: "APRON-DEN", Pieces: 6}}},
		{channel: g.Shop, customer: g.Café, to: canal, lines: []flow.NewLine{{Code: "MUG-STN-GRY", Pieces: 24}, {Code: "PLATE-STN-27", Pieces: 12}, {Code: "NAP-LIN-SND", Pieces: 16}}},
		{channel: g.Shop, customer: g.Inn, to: harbour, po: "HI-778", lines: []flow.NewLine{{Code: "TEAPOT-IRON", Pieces: 4}, {Code: "MUG-STN-WHT", Pieces: 8}}},
		{channel: g.Phone, customer: g.Bakery, to: market, po: "B-2304", lines: []flow.NewLine{{Code: "TRAY-OAK-L", Pieces: 30}, {Code: "SET-BREAKFAST", Pieces: 12}}},
		{channel: g.Phone, customer: g.Café, to: canal, confirm: true, lines: []flow.NewLine{{Code: "BOARD-ASH", Pieces: 5}, {Code: "BOWL-STN-16", Pieces: 10}, {Code: "ENGRAVE", Pieces: 5}}},
		{channel: g.Shop, customer: g.Inn, to: harbour, lines: []flow.NewLine{{Code: "CANDLE-BEE-6", Pieces: 6}},
			hold: &sales.Hold{Type: "customer", Reason: "Asked to wait until the guest rooms are counted", OwnerRole: "sales", Blocks: []string{"confirm"}, KeepsStock: true}},
		{channel: g.API, customer: g.Café, to: canal, lines: []flow.NewLine{{Code: "TRAY-OAK-S", Pieces: 2}}},
	} {
		if err := o.plant(ctx, db); err != nil {
			return err
		}
	}
	return nil
}

func (o order) plant(ctx context.Context, db *txn.DB) error {
	out, err := txn.Do(ctx, db, Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (flow.Placement, error) {
		return flow.PlaceOrder(ctx, tx, flow.NewOrder{Channel: o.channel, Customer: o.customer, ShipTo: o.to, Lines: o.lines, PONumber: o.po, Wish: o.wish})
	})
	if err != nil {
		return err
	}
	placed := out.Value.Order
	if o.hold != nil {
		_, err = txn.Do(ctx, db, Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (id.Hold, error) {
			return flow.HoldOrder(ctx, tx, placed, 0, *o.hold)
		})
	}
	if o.confirm && err == nil {
		_, err = txn.Do(ctx, db, Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
			return flow.ConfirmOrder(ctx, tx, placed, flow.Confirming{})
		})
	}
	return err
}
