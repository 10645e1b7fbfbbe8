package check_test

import (
	"context"
	"errors"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/access"
	"packhouse/internal/catalog"
	"packhouse/internal/check"
	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/pgtest/company"
	"packhouse/internal/sales"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

func do[T any](t testing.TB, db *pgtest.Database, fn func(context.Context, *txn.Tx) (T, error)) T {
	t.Helper()
	out, err := txn.Do(t.Context(), db.DB, pgtest.Actor, txn.Once(), fn)
	if err != nil {
		t.Fatal(err)
	}
	return out.Value
}

func line(p company.Product, pieces int64) flow.NewLine {
	return flow.NewLine{Code: p.Code, Pieces: pieces}
}

func place(t testing.TB, db *pgtest.Database, ch id.Channel, email string, lines ...flow.NewLine) id.Order {
	t.Helper()
	return do(t, db, func(ctx context.Context, tx *txn.Tx) (flow.Placement, error) {
		return flow.PlaceOrder(ctx, tx, flow.NewOrder{Channel: ch, ContactName: "Ida Holm", Email: email, Lines: lines,
			ShipTo: trade.Address{Name: "Ida Holm", Line1: "Große Straße 1", City: "Hamburg", Postcode: "20457", Country: "DE"}})
	}).Order
}

func confirm(t testing.TB, db *pgtest.Database, order id.Order) {
	t.Helper()
	do(t, db, func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
		return flow.ConfirmOrder(ctx, tx, order, flow.Confirming{})
	})
}

func cancel(t testing.TB, db *pgtest.Database, order id.Order, takes ...sales.Take) {
	t.Helper()
	do(t, db, func(ctx context.Context, tx *txn.Tx) (flow.Cancellation, error) {
		return flow.CancelOrder(ctx, tx, order, flow.Cancelling{Takes: takes, Reason: "customer asked"})
	})
}

func hold(t testing.TB, db *pgtest.Database, order id.Order, keeps bool) {
	t.Helper()
	do(t, db, func(ctx context.Context, tx *txn.Tx) (id.Hold, error) {
		return flow.HoldOrder(ctx, tx, order, 0, sales.Hold{Type: "address", Reason: "no house number", Blocks: []string{"pick"}, KeepsStock: keeps})
	})
}

func lines(t testing.TB, db *pgtest.Database, order id.Order) []sales.Line {
	t.Helper()
	o, err := sales.Get(t.Context(), db.Pools.Read, order)
	if err != nil {
		t.Fatal(err)
	}
	return o.Lines
}

// busy is a company in which something of every kind has happened.
func busy(t testing.TB) *pgtest.Database {
	t.Helper()
	db := pgtest.DB(t)
	f := company.Plant(t, db)
	kit := kitOf(t, db, f)
	do(t, db, func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		err := inventory.MoveCondition(ctx, tx, inventory.ConditionMove{SKU: f.Tray.SKU, Location: f.Warehouse, From: inventory.Sellable, To: inventory.Damaged, Quantity: 2, Reason: "broken"})
		return struct{}{}, err
	})
	do(t, db, func(ctx context.Context, tx *txn.Tx) (id.User, error) {
		user, err := access.Invite(ctx, tx, access.Details{Name: "Ada Admin", Email: "ada@example.com", Role: access.Admin})
		if err == nil {
			_, err = access.SetPassword(ctx, tx, user, "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g", "test")
		}
		return user, err
	})

	place(t, db, f.Shop, "placed@example.com", line(f.Tray, 3), line(f.Tray, 1), line(f.Engraving, 1))
	confirmed := place(t, db, f.Shop, "confirmed@example.com", line(f.Tray, 7), line(f.Napkin, 2))
	confirm(t, db, confirmed)
	cancel(t, db, confirmed, sales.Take{Line: lines(t, db, confirmed)[0].ID, Pieces: 2})
	waiting := place(t, db, f.Desk, "waiting@example.com", line(f.Tray, 2), line(f.Candle, 5))
	confirm(t, db, waiting)
	gone := place(t, db, f.Shop, "gone@example.com", line(f.Tray, 4))
	cancel(t, db, gone)
	held := place(t, db, f.Desk, "held@example.com", line(f.Tray, 2))
	confirm(t, db, held)
	hold(t, db, held, false)
	kits := place(t, db, f.Desk, "kits@example.com", line(kit, 3))
	confirm(t, db, kits)
	cancel(t, db, kits, sales.Take{Line: lines(t, db, kits)[0].ID, Pieces: 1})
	return db
}

func kitOf(t testing.TB, db *pgtest.Database, f company.Fixture) (kit company.Product) {
	t.Helper()
	return do(t, db, func(ctx context.Context, tx *txn.Tx) (company.Product, error) {
		product, sku, err := catalog.Create(ctx, tx, catalog.ProductInput{Name: "Gift set", Kind: catalog.Kit, TaxClass: "standard"},
			catalog.SKUInput{Code: "GIFT", SoldUnit: "piece", UnitRatio: 1, PackSize: 1, MinQuantity: 1})
		if err != nil {
			return kit, err
		}
		kit = company.Product{Product: product, SKU: sku, Code: "GIFT"}
		if err := catalog.SetParts(ctx, tx, sku, 1, []catalog.PartInput{{Code: f.Tray.Code, Quantity: 2}}); err != nil {
			return kit, err
		}
		return kit, catalog.SetPrice(ctx, tx, catalog.PriceInput{List: f.Base, Code: "GIFT", Least: 1, Unit: money.MustUnitPrice("49.99")})
	})
}

// superuser is a connection that may switch guards off, as a careless hand at
// the server could.
func superuser(t testing.TB, db *pgtest.Database) *pgx.Conn {
	t.Helper()
	u, err := url.Parse(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User("postgres")
	conn, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return conn
}

// with runs the checks on the database as it is after the statements, none of
// which stay.
func with(t testing.TB, conn *pgx.Conn, plant string) []check.Result {
	t.Helper()
	var got []check.Result
	undo := errors.New("undo")
	err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "set local session_replication_role = replica; "+plant, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		var err error
		if got, err = check.On(t.Context(), tx); err != nil {
			return err
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatalf("%s: %v", plant, err)
	}
	return got
}
