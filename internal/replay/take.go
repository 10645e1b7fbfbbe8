package replay

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"packhouse/internal/catalog"
	"packhouse/internal/channel/uci"
	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// stockReason stands in the ledger beside the goods that were brought in.
const stockReason = "Opening stock for the replay"

// taken is the outcome of one order's command.
type taken struct {
	flow.Placement
	Supplied int `json:"supplied"` // pieces
}

// take makes the order of an invoice, or finds that it is made. An order that
// is refused is told line by line; any other error ends the run.
func (r *run) take(ctx context.Context, s sale) error {
	out, err := r.order(ctx, s)
	if err != nil && !refused(err) && !already(err) {
		return fmt.Errorf("invoice %s: %w", s.No, err)
	}
	if err != nil {
		for _, l := range s.taken {
			left := Left{Line: l, Value: l.Value().String(), Why: "refused", Err: err}
			switch _, changed := errors.AsType[*problem.Conflict](err); {
			case changed:
				left.Why, left.Err = "imported_otherwise", nil
			case already(err):
				left.Why, left.Err = "number_taken", nil
			}
			if err := r.tell(left, l.Value()); err != nil {
				return err
			}
		}
		r.opt.Progress.Done.Add(1)
		return nil
	}
	r.report.take(s, out)
	r.opt.Progress.Done.Add(1)
	if !out.Repeated {
		r.opt.Progress.New.Add(1)
	}
	return nil
}

// already says that the channel has an order of the number which came another
// way: only an import whose commands are forgotten meets the index.
func already(err error) bool {
	name, ok := pg.Violates(err)
	return ok && strings.HasPrefix(name, "sales_orders_external")
}

// order is the one command of an invoice: stock, order, confirmation.
func (r *run) order(ctx context.Context, s sale) (txn.Outcome[taken], error) {
	in := r.newOrder(s)
	cmd := txn.NewCommand(id.Derive(family, "order", Channel, s.No), uci.Invoice{No: s.No, Lines: s.taken}.Words()...)
	return txn.Do(ctx, r.db, by(s.At()), cmd, func(ctx context.Context, tx *txn.Tx) (taken, error) {
		var done taken
		var err error
		if done.Placement, err = flow.PlaceOrder(ctx, tx, in); err != nil || done.Confirmed {
			return done, err
		}
		// Stock comes last: its locks are what other orders wait for.
		if done.Supplied, err = inventory.Supply(ctx, tx, r.needs(s), r.known.terms, stockReason); err != nil {
			return taken{}, err
		}
		_, err = flow.ConfirmOrder(ctx, tx, done.Order, flow.Confirming{NoMail: true})
		done.Confirmed = true
		return done, err
	})
}

func (r *run) newOrder(s sale) flow.NewOrder {
	who := uci.CustomerOf(s.taken[0])
	free := int64(0)
	in := flow.NewOrder{Channel: r.known.channel, ExternalRef: s.No, Customer: r.known.customers[who.Ref()], ContactName: name(who),
		ShipTo: address(who), Shipping: &free, NoMail: true, NoTax: true}
	for _, l := range s.taken {
		in.Lines = append(in.Lines, flow.NewLine{Code: l.Code, Pieces: l.Quantity, Price: &l.Price, PriceSource: "price.imported"})
	}
	return in
}

// needs is what the lines take from shelves: of a kit that was here before,
// its parts.
func (r *run) needs(s sale) []inventory.Need {
	var out []inventory.Need
	for _, l := range s.taken {
		switch it := r.known.items[uci.Key(l.Code)]; it.Kind {
		case catalog.Goods:
			out = append(out, inventory.Need{SKU: it.SKU, Quantity: int(l.Quantity)})
		case catalog.Kit:
			for _, p := range it.Parts {
				if p.Kind == catalog.Goods {
					out = append(out, inventory.Need{SKU: p.SKU, Quantity: int(p.Quantity * l.Quantity)})
				}
			}
		}
	}
	return out
}
