package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/channel/uci"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/settings"
	"packhouse/internal/tax"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// Channel is the code of the channel that the orders come in by. What it asks
// of an order can be changed in the settings like that of any other.
const Channel = "uci"

// known is what every order needs to be made.
type known struct {
	channel   id.Channel
	terms     inventory.Terms         // from where the channel is served
	items     map[string]catalog.Item // by uci.Key of the code
	customers map[string]id.Customer  // by uci.Customer.Ref
}

func (r *run) prepare(ctx context.Context, read pg.Reader, s *uci.Survey) (err error) {
	if len(s.Customers) == 0 {
		return nil
	}
	since := s.Customers[0].Since
	if r.known.channel, err = r.place(ctx, read, since); err != nil {
		return fmt.Errorf("set up the channel: %w", err)
	}
	ch, err := channel.Get(ctx, read, r.known.channel)
	if err != nil {
		return err
	}
	r.known.terms = inventory.Terms{Locations: ch.LocationIDs(), Buffer: ch.Buffer}
	if err := r.products(ctx, read, s.Products, since); err != nil {
		return fmt.Errorf("make the products: %w", err)
	}
	if err := r.people(ctx, s.Customers); err != nil {
		return fmt.Errorf("make the customers: %w", err)
	}
	return nil
}

// place finds the channel, or makes it with a legal entity and a warehouse of
// its own, so that goods of the past are not mixed with today's.
func (r *run) place(ctx context.Context, read pg.Reader, at time.Time) (id.Channel, error) {
	ch, err := channel.ByCode(ctx, read, Channel)
	if _, missing := errors.AsType[*problem.NotFound](err); !missing {
		return ch.ID, err
	}
	out, err := txn.Do(ctx, r.db, by(at), txn.NewCommand(id.Derive(family, "channel")), func(ctx context.Context, tx *txn.Tx) (id.Channel, error) {
		entity, err := settings.CreateEntity(ctx, tx, settings.Entity{Name: "Online Retail (UCI)", Country: "GB", Currency: "GBP"})
		if err != nil {
			return 0, err
		}
		if err := ensureTaxClass(ctx, tx); err != nil {
			return 0, err
		}
		// Closed on Saturdays, as the times in the file show.
		hours := inventory.Calendar{Zone: r.opt.Zone.String(), LeadDays: 1, Cutoff: 14 * time.Hour, Workdays: [7]bool{true, true, true, true, true, false, true}}
		here, err := inventory.AddLocation(ctx, tx, inventory.Location{Code: "UCI", Name: "Online Retail warehouse", Kind: inventory.Warehouse,
			Address: trade.Address{Country: "GB"}, Calendar: hours})
		if err != nil {
			return 0, err
		}
		// It waits for review, so that confirming is a step of its own as at the screens. The file has a country and no
		// address, and invoices of more lines than anybody types.
		return channel.Create(ctx, tx, channel.Channel{Code: Channel, Name: "Online Retail (UCI)", Kind: "import", Entity: entity, Currency: "GBP",
			NeedsReview: true, Shortage: channel.Refuse, Checks: map[string]channel.Severity{"address": channel.Warn, "limit": channel.Warn}, Active: true,
			Locations: []channel.Place{{ID: here}}})
	})
	return out.Value, err
}

// taxClass is that of the products. It decides nothing for the orders of the
// file, whose prices are all that was charged.
const taxClass = "standard"

func ensureTaxClass(ctx context.Context, tx *txn.Tx) error {
	classes, err := tax.Classes(ctx, tx)
	if err != nil || slices.ContainsFunc(classes, func(c tax.Class) bool { return c.Code == taxClass }) {
		return err
	}
	_, err = tax.SaveClass(ctx, tx, taxClass, "Standard rate")
	return err
}

// atOnce is how many products are looked for or made by one command.
const atOnce = 500

// products makes those that are missing. One that is there keeps its title and
// its kind, whatever the file calls it.
func (r *run) products(ctx context.Context, read pg.Reader, all []uci.Product, at time.Time) error {
	r.known.items = make(map[string]catalog.Item, len(all))
	for some := range slices.Chunk(all, atOnce) {
		missing, err := r.look(ctx, read, some)
		for try := 1; err == nil && len(missing) > 0; try++ {
			// Where another run makes the same products at this moment, one of the two is refused and looks again.
			if err = r.make(ctx, missing, at); err == nil || refused(err) && try < 3 {
				missing, err = r.look(ctx, read, missing)
			}
		}
		if err != nil {
			return err
		}
	}
	r.report.Products = len(all)
	return nil
}

func (r *run) make(ctx context.Context, missing []uci.Product, at time.Time) error {
	items := make([]catalog.Imported, len(missing))
	for i, p := range missing {
		items[i] = catalog.Imported{Code: p.Code, Title: p.Title, Kind: catalog.Goods, TaxClass: taxClass}
		if p.Service {
			items[i].Kind = catalog.Service
		}
	}
	out, err := txn.Do(ctx, r.db, by(at), txn.Once(), func(ctx context.Context, tx *txn.Tx) (int, error) {
		done, err := catalog.Upsert(ctx, tx, items, 0)
		return done.Created, err
	})
	r.report.NewProducts += out.Value
	return err
}

// look notes the products that are there and answers the others.
func (r *run) look(ctx context.Context, read pg.Reader, some []uci.Product) (missing []uci.Product, err error) {
	codes := make([]string, len(some))
	for i, p := range some {
		codes[i] = p.Code
	}
	found, err := catalog.Lines(ctx, read, codes)
	if err != nil {
		return nil, err
	}
	for _, p := range some {
		if it, ok := found[catalog.Key(p.Code)]; ok {
			r.known.items[uci.Key(p.Code)] = it
			continue
		}
		missing = append(missing, p)
	}
	return missing, nil
}

// people makes the customers, those of one day by one command that bears the
// time of its first order.
func (r *run) people(ctx context.Context, all []uci.Customer) error {
	r.known.customers = make(map[string]id.Customer, len(all))
	for len(all) > 0 {
		day := trade.DayOf(all[0].Since, r.opt.Zone)
		n := 1
		for n < len(all) && trade.DayOf(all[n].Since, r.opt.Zone) == day {
			n++
		}
		if err := r.arrivals(ctx, all[:n]); err != nil {
			return err
		}
		r.report.Customers += n
		all = all[n:]
	}
	return nil
}

func (r *run) arrivals(ctx context.Context, some []uci.Customer) error {
	words := make([]string, 0, 2*len(some))
	for _, c := range some {
		words = append(words, c.Ref(), c.Country)
	}
	type made struct {
		IDs map[string]id.Customer
		New int
	}
	cmd := txn.NewCommand(id.Derive(family, append([]string{"customers"}, words...)...))
	out, err := txn.Do(ctx, r.db, by(some[0].Since), cmd, func(ctx context.Context, tx *txn.Tx) (made, error) {
		got := made{IDs: make(map[string]id.Customer, len(some))}
		for _, c := range some {
			found, created, err := customers.Upsert(ctx, tx, imported(c))
			if err != nil {
				return got, err
			}
			got.IDs[c.Ref()] = found.ID
			if created {
				got.New++
			}
		}
		return got, nil
	})
	if err != nil {
		return err
	}
	for ref, c := range out.Value.IDs {
		r.known.customers[ref] = c
	}
	if !out.Repeated {
		r.report.NewCustomers += out.Value.New
	}
	return nil
}

// imported is the customer as ours. Who has a number orders again and again in
// trade quantities, which is a company; the others are one customer per
// country.
func imported(c uci.Customer) customers.Imported {
	in := customers.Imported{ExternalRef: "uci-" + c.Ref(), Details: customers.Details{Kind: customers.Company, Name: name(c), Language: "en"}}
	if c.Country != "" {
		a := address(c)
		in.Address = &a
	}
	return in
}

func name(c uci.Customer) string {
	switch {
	case c.No != "":
		return "UCI customer " + c.No
	case c.Country != "":
		return "UCI walk-in customers, " + trade.CountryOf(c.Country).Name("en")
	}
	return "UCI walk-in customers"
}

// address is all the file tells: whose, and the country.
func address(c uci.Customer) trade.Address {
	return trade.Address{Company: name(c), Country: c.Country}
}
