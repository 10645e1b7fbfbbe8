package flow_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/pgtest/company"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/settings"
	"packhouse/internal/txn"
)

// A failing sequence runs against a database that goes on, so making it shorter
// would only repeat it elsewhere; the seed that is printed begins it anew.
func init() {
	for name, value := range map[string]string{"rapid.shrinktime": "0s", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

// steps per run; rapid makes a hundred runs, all on one database.
const steps = 110

// lies is where pieces are.
type lies struct {
	sku       id.SKU
	at        id.Location
	bin       id.Bin
	condition inventory.Condition
}

// machine is the house and what a careful clerk would know of it: how many
// pieces lie where, and what each order has of each line.
type machine struct {
	*house
	t        testing.TB
	rt       *rapid.T
	dice     *rand.Rand
	goods    []company.Product
	all      []company.Product
	channels []id.Channel
	bins     map[id.Location][]id.Bin
	pieces   map[lies]int
	orders   []*known
	done     map[string]int // commands that went through, by name
	refused  map[string]int
	last     func() bool // the last command again: reports whether it was known
	log      []string
}

// known is what the clerk knows of an order.
type known struct {
	id    id.Order
	state sales.State
	lines []sales.Line
}

func (k *known) total() (n int64) {
	for _, l := range k.lines {
		n += l.Net - l.CancelledNet + l.Tax - l.CancelledTax
	}
	return n
}

// cancel takes pieces off a line, with the money those pieces carry.
func (k *known) cancel(of id.Line, n int) {
	for i := range k.lines {
		l := &k.lines[i]
		if l.ID != of && l.Parent != of {
			continue
		}
		take := n
		if l.Parent == of {
			for _, kit := range k.lines {
				if kit.ID == of {
					take = l.Quantity / kit.Quantity * n
				}
			}
		}
		net, tax := l.Spread()
		l.CancelledNet += net.Take(int64(l.Cancelled), int64(take))
		l.CancelledTax += tax.Take(int64(l.Cancelled), int64(take))
		l.Cancelled += take
	}
}

// act runs a command and remembers it, so that it can be pressed again. A rule
// may say no; anything else is a fault.
func act[T any](m *machine, name string, fn func(context.Context, *txn.Tx) (T, error)) (v T, ok bool) {
	cmd := txn.NewCommand(id.NewKey(), name)
	out, err := txn.Do(m.t.Context(), m.wide, pgtest.Actor, cmd, fn)
	m.note("%s: %v %v", name, out.Value, err)
	if err != nil {
		if !problem.IsPersons(err) {
			m.fail("%s: %v", name, err)
		}
		m.refused[name]++
		return v, false
	}
	if out.Repeated {
		m.fail("%s was taken for a repeat", name)
	}
	m.done[name]++
	m.last = func() bool {
		again, err := txn.Do(m.t.Context(), m.wide, pgtest.Actor, cmd, fn)
		if err != nil || fmt.Sprint(again.Value) != fmt.Sprint(out.Value) {
			m.fail("%s again: %v, then %v, %v", name, out.Value, again.Value, err)
		}
		return again.Repeated
	}
	return out.Value, true
}

func (m *machine) note(format string, args ...any) {
	if m.log = append(m.log, fmt.Sprintf(format, args...)); len(m.log) > 20 {
		m.log = m.log[1:]
	}
}

func (m *machine) fail(format string, args ...any) {
	m.rt.Helper()
	m.rt.Fatalf("%s\nthe last commands were:\n%s", fmt.Sprintf(format, args...), strings.Join(m.log, "\n"))
}

// pick and number take anything as likely as anything else; what rapid draws
// leans to the first.
func pick[T any](m *machine, _ string, from []T) T {
	return from[m.dice.IntN(len(from))]
}

func (m *machine) number(_ string, low, high int) int { return low + m.dice.IntN(high-low+1) }

func (m *machine) yes(string) bool { return m.dice.IntN(2) == 1 }

// some is an order of late, nil when there is none.
func (m *machine) some(states ...sales.State) *known {
	var fit []*known
	for i := len(m.orders) - 1; i >= 0 && len(fit) < 40; i-- {
		for _, s := range states {
			if m.orders[i].state == s {
				fit = append(fit, m.orders[i])
			}
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return pick(m, "order", fit)
}

func (m *machine) place() {
	in := newOrder(pick(m, "channel", m.channels))
	for range m.number("lines", 1, 4) {
		l := line(pick(m, "article", m.all), int64(m.number("pieces", 1, 6)))
		if m.number("own price", 0, 9) == 0 {
			u := money.MustUnitPrice(fmt.Sprintf("%d.%03d", m.number("price", 0, 99), m.number("parts", 0, 999)))
			l.Price = &u
		}
		if m.number("off", 0, 9) == 0 {
			l.DiscountRate, l.Reason = money.Rate(m.number("rate", 1, 1_000_000)), "fair"
		}
		in.Lines = append(in.Lines, l)
	}
	if m.number("order discount", 0, 5) == 0 {
		in.Discount = flow.OrderDiscount{Rate: money.Rate(m.number("rate", 1, 900_000)), Reason: "fair"}
	}
	if m.number("pickup", 0, 9) == 0 {
		in.DeliveryMethod = "pickup"
	}
	p, ok := act(m, "place", func(ctx context.Context, tx *txn.Tx) (flow.Placement, error) { return flow.PlaceOrder(ctx, tx, in) })
	if !ok {
		return
	}
	o := m.order(m.t, p.Order)
	if (o.State() == sales.Confirmed) != p.Confirmed {
		m.fail("order %s is %s and was said to be confirmed: %v", o.Number, o.State(), p.Confirmed)
	}
	m.orders = append(m.orders, &known{id: o.ID, state: o.State(), lines: o.Lines})
}

func (m *machine) confirm() {
	k := m.some(sales.Placed, sales.Placed, sales.Placed, sales.Cancelled, sales.Confirmed)
	if k == nil {
		return
	}
	done, ok := act(m, "confirm", func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
		return flow.ConfirmOrder(ctx, tx, k.id, flow.Confirming{})
	})
	if !ok {
		return
	}
	want := 0
	for _, l := range k.lines {
		if l.Stocked() {
			want += l.Open()
		}
	}
	if k.state != sales.Placed || done.Reserved+done.Backordered != want || m.holds(m.t, k.id) != done.Reserved {
		m.fail("order %s was %s, wants %d: %+v, holds %d", done.Number, k.state, want, done, m.holds(m.t, k.id))
	}
	k.state = sales.Confirmed
}

func (m *machine) cancelWhole() {
	k := m.some(sales.Placed, sales.Confirmed, sales.Cancelled)
	if k == nil {
		return
	}
	before := m.holds(m.t, k.id)
	done, ok := act(m, "cancel", func(ctx context.Context, tx *txn.Tx) (flow.Cancellation, error) {
		return flow.CancelOrder(ctx, tx, k.id, flow.Cancelling{Reason: "customer asked"})
	})
	if ok != (k.state != sales.Cancelled) || ok && (!done.Whole || done.Freed != before) {
		m.fail("order %d was %s and held %d: %+v", k.id, k.state, before, done)
	}
	if ok {
		m.ended(k)
	}
}

func (m *machine) ended(k *known) {
	k.state = sales.Cancelled
	for i := range k.lines {
		l := &k.lines[i]
		l.Cancelled, l.CancelledNet, l.CancelledTax = l.Quantity, l.Net, l.Tax
	}
}

func (m *machine) cancelPart() {
	k := m.some(sales.Placed, sales.Confirmed)
	if k == nil {
		return
	}
	l := pick(m, "line", k.lines)
	n := m.number("take", 1, 4)
	seen := int64(0)
	if m.yes("look first") {
		seen = m.order(m.t, k.id).Version()
	}
	done, ok := act(m, "reduce", func(ctx context.Context, tx *txn.Tx) (flow.Cancellation, error) {
		return flow.CancelOrder(ctx, tx, k.id, flow.Cancelling{Seen: seen, Takes: []sales.Take{{Line: l.ID, Pieces: n}}, Reason: "fewer"})
	})
	if may := l.Kind != sales.KitPart && l.Kind != sales.Shipping && n <= l.Open(); ok != may {
		m.fail("%d pieces of %s (%s), %d open: %v", n, l.Code, l.Kind, l.Open(), ok)
	}
	if !ok {
		return
	}
	k.cancel(l.ID, n)
	if done.Whole {
		m.ended(k)
	}
}

func (m *machine) holdOrder() {
	k := m.some(sales.Placed, sales.Confirmed)
	if k == nil {
		return
	}
	h := held(pick(m, "type", sales.HoldTypes), "look twice", m.yes("keeps"), pick(m, "blocks", sales.Blockable))
	if m.yes("chain") {
		h.NextType, h.NextReason = "review", "and once more"
	}
	act(m, "hold", func(ctx context.Context, tx *txn.Tx) (id.Hold, error) { return flow.HoldOrder(ctx, tx, k.id, 0, h) })
	if !h.KeepsStock && m.holds(m.t, k.id) != 0 {
		m.fail("order %d is held without its stock and has %d", k.id, m.holds(m.t, k.id))
	}
}

const anyHold = `select coalesce((select order_id from sales_holds where lifted_at is null order by id desc offset $1 limit 1), 0)`

func (m *machine) liftHold() {
	order := id.Order(m.count(m.t, anyHold, m.number("hold", 0, 5)))
	if order == 0 {
		return
	}
	o := m.order(m.t, order)
	hold := pick(m, "which", o.Holds)
	_, ok := act(m, "lift", func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		return struct{}{}, flow.LiftHold(ctx, tx, order, o.Version(), hold.ID, "settled")
	})
	if ok != (o.State() != sales.Cancelled) {
		m.fail("a hold of order %s, which is %s, was lifted: %v", o.Number, o.State(), ok)
	}
}

const anyWaiting = `select coalesce((select order_id from sales_order_progress where bucket = 'waiting' and holds = 0 order by order_id desc offset $1 limit 1), 0)`

func (m *machine) reserve() {
	k := m.some(sales.Confirmed, sales.Placed)
	if waits := id.Order(m.count(m.t, anyWaiting, m.number("waiting", 0, 5))); waits != 0 {
		k = m.orders[slices.IndexFunc(m.orders, func(k *known) bool { return k.id == waits })]
		if m.yes("after a delivery") {
			m.deliver(k)
		}
	}
	if k == nil {
		return
	}
	before := m.holds(m.t, k.id)
	got, ok := act(m, "reserve", func(ctx context.Context, tx *txn.Tx) (int, error) { return flow.ReserveNow(ctx, tx, k.id, 0) })
	if ok && (k.state != sales.Confirmed || got < 1 || m.holds(m.t, k.id) != before+got) {
		m.fail("order %d is %s, held %d and got %d", k.id, k.state, before, got)
	}
}

func (m *machine) amend() {
	k := m.some(sales.Placed, sales.Confirmed, sales.Cancelled)
	if k == nil {
		return
	}
	o := m.order(m.t, k.id)
	a := o.Amendment()
	a.NoteInternal, a.PONumber = fmt.Sprint("note ", m.number("note", 0, 3)), fmt.Sprint("PO-", m.number("po", 0, 3))
	if m.yes("move") {
		a.ShipTo = somewhere(pick(m, "name", []string{"Ida Holm", "Ada Lund", "Zoë Ørsted"}))
	}
	seen := o.Version()
	stale := m.number("stale", 0, 4) == 0
	if stale {
		seen += 3
	}
	_, ok := act(m, "amend", func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		return struct{}{}, flow.AmendOrder(ctx, tx, k.id, seen, a)
	})
	if ok && (stale || k.state == sales.Cancelled) {
		m.fail("order %d, which is %s, was changed from version %d, it is at %d", k.id, k.state, seen, o.Version())
	}
	if m.yes("remark") {
		act(m, "note", func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
			return struct{}{}, flow.NoteOrder(ctx, tx, sales.Note{Order: k.id, Text: "called"})
		})
	}
}

const levelSQL = `
	select coalesce(sum(l.on_hand), 0) - coalesce(sum(l.reserved), 0) + coalesce((
		select sum(a.quantity) from inventory_allocations a
		where a.sku_id = $1 and a.location_id = $2 and a.state = 'soft' and a.expires_at <= now()), 0)
	from inventory_levels l
	where l.sku_id = $1 and l.location_id = $2 and l.condition = 'sellable'`

// unreserved is how many sellable pieces may leave.
func (m *machine) unreserved(sku id.SKU, at id.Location) int { return m.count(m.t, levelSQL, sku, at) }

func (m *machine) where() lies {
	at := pick(m, "location", []id.Location{m.Warehouse, m.Warehouse, m.Store})
	return lies{pick(m, "article", m.goods).SKU, at, pick(m, "bin", m.bins[at]), pick(m, "condition", []inventory.Condition{inventory.Sellable, inventory.Sellable, inventory.Sellable, inventory.Damaged, inventory.Quarantine})}
}

func (m *machine) adjust() {
	w := m.where()
	n := pick(m, "delta", []int{-9, -4, -2, -1, 1, 3, 6, 9, 15, 20})
	free := m.unreserved(w.sku, w.at)
	_, ok := act(m, "adjust", func(ctx context.Context, tx *txn.Tx) (inventory.Adjusted, error) {
		return inventory.Adjust(ctx, tx, inventory.Adjustment{SKU: w.sku, Location: w.at, Bin: w.bin, Condition: w.condition, Delta: n, Kind: inventory.Correction, Reason: "count", UnitCost: money.MustUnitPrice("1.5")})
	})
	may := n > 0 || n < 0 && m.pieces[w] >= -n && (w.condition != inventory.Sellable || free >= -n)
	if ok != may {
		m.fail("%d pieces at %+v, which holds %d with %d unreserved: %v", n, w, m.pieces[w], free, ok)
	}
	if ok {
		m.pieces[w] += n
	}
}

// deliver brings what an order waits for.
func (m *machine) deliver(k *known) {
	for _, l := range k.lines {
		if !l.Stocked() || l.Open() == 0 {
			continue
		}
		w := lies{l.SKU, m.Warehouse, m.bins[m.Warehouse][0], inventory.Sellable}
		if _, ok := act(m, "receive", func(ctx context.Context, tx *txn.Tx) (inventory.Adjusted, error) {
			return inventory.Adjust(ctx, tx, inventory.Adjustment{SKU: w.sku, Location: w.at, Delta: 3, Kind: inventory.Receive, UnitCost: money.MustUnitPrice("1.5")})
		}); ok {
			m.pieces[w] += 3
		}
	}
}

func (m *machine) moveCondition() {
	w := m.where()
	to := w
	to.condition = pick(m, "to", inventory.Conditions)
	n := m.number("pieces", 1, 5)
	free := m.unreserved(w.sku, w.at)
	_, ok := act(m, "condition", func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		return struct{}{}, inventory.MoveCondition(ctx, tx, inventory.ConditionMove{SKU: w.sku, Location: w.at, Bin: w.bin, From: w.condition, To: to.condition, Quantity: n, Reason: "inspected"})
	})
	if may := to != w && m.pieces[w] >= n && (w.condition != inventory.Sellable || free >= n); ok != may {
		m.fail("%d pieces from %+v to %s, which holds %d with %d unreserved: %v", n, w, to.condition, m.pieces[w], free, ok)
	}
	if ok {
		m.pieces[w] -= n
		m.pieces[to] += n
	}
}

func (m *machine) moveBin() {
	w := m.where()
	to := w
	to.bin = pick(m, "to", m.bins[w.at])
	n := m.number("pieces", 1, 5)
	_, ok := act(m, "bin", func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		return struct{}{}, inventory.MoveBin(ctx, tx, inventory.BinMove{SKU: w.sku, Location: w.at, From: w.bin, To: to.bin, Condition: w.condition, Quantity: n})
	})
	if may := to != w && m.pieces[w] >= n; ok != may {
		m.fail("%d pieces from %+v to bin %d, which holds %d: %v", n, w, to.bin, m.pieces[w], ok)
	}
	if ok {
		m.pieces[w] -= n
		m.pieces[to] += n
	}
}

func (m *machine) safety() {
	w := m.where()
	act(m, "safety", func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		return struct{}{}, inventory.SetSafety(ctx, tx, w.sku, w.at, m.number("safety", 0, 4))
	})
}

const versionSQL = `select version from catalog_skus where id = $1`

func (m *machine) withdraw() {
	p := pick(m, "article", m.all)
	seen := int64(m.count(m.t, versionSQL, p.SKU))
	off := m.number("off", 0, 3) == 0
	act(m, "withdraw", func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		if off {
			return struct{}{}, catalog.Withdraw(ctx, tx, p.SKU, seen, "out of fashion")
		}
		return struct{}{}, catalog.Reinstate(ctx, tx, p.SKU, seen)
	})
}

const endSomeSQL = `update inventory_allocations set expires_at = now() - interval '1 second' where state = 'soft' and sku_id = $1`

// timePasses ends what is kept of an article for a while, and sometimes tidies.
func (m *machine) timePasses() {
	must(m.Pools.Write.Exec(m.t.Context(), endSomeSQL, pick(m, "article", m.goods).SKU))(m.t)
	if m.yes("tidy") {
		act(m, "tidy", func(ctx context.Context, tx *txn.Tx) (int, error) {
			tx.Quiet("tidying")
			return inventory.Sweep(ctx, tx)
		})
	}
}

func (m *machine) settings() {
	if m.yes("company") {
		act(m, "settings", func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
			c, version, err := settings.Read(ctx, tx)
			if err != nil {
				return struct{}{}, err
			}
			c.MaxPieces = pick(m, "max pieces", []int{5, 10, 20, 30})
			return struct{}{}, settings.Change(ctx, tx, c, version)
		})
		return
	}
	which := pick(m, "channel", m.channels)
	act(m, "channel", func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		c, err := channel.Get(ctx, tx, which)
		if err != nil {
			return struct{}{}, err
		}
		c.Buffer, c.SoftHold = m.number("buffer", 0, 2), pick(m, "hold", []int{0, 0, 30})
		c.Shortage = pick(m, "shortage", []channel.Shortage{channel.Refuse, channel.Backorder})
		c.NeedsReview = m.number("review", 0, 3) > 0
		if m.yes("turn") && len(c.Locations) > 1 {
			c.Locations[0], c.Locations[1] = c.Locations[1], c.Locations[0]
		}
		return struct{}{}, channel.Change(ctx, tx, c)
	})
}

// again presses the last button once more.
func (m *machine) again() {
	if m.last == nil {
		return
	}
	events := m.count(m.t, `select count(*) from events`)
	if !m.last() || m.count(m.t, `select count(*) from events`) != events {
		m.fail("a repeat was done again")
	}
	m.done["repeat"]++
}

// compare holds what the clerk knows against the house.
func (m *machine) compare() {
	rows, err := m.Pools.Read.Query(m.t.Context(), `select s.sku_id, b.location_id, s.bin_id, s.condition, s.quantity from inventory_bin_stock s join inventory_bins b on b.id = s.bin_id where s.sku_id = any($1)`, m.skus())
	if err != nil {
		m.fail("%v", err)
	}
	defer rows.Close()
	seen := map[lies]int{}
	for rows.Next() {
		var w lies
		var n int
		if err := rows.Scan(&w.sku, &w.at, &w.bin, &w.condition, &n); err != nil {
			m.fail("%v", err)
		}
		if seen[w] = n; m.pieces[w] != n {
			m.fail("%+v holds %d, the clerk counts %d", w, n, m.pieces[w])
		}
	}
	for w, n := range m.pieces {
		if seen[w] != n {
			m.fail("%+v holds %d, the clerk counts %d", w, seen[w], n)
		}
	}
	for _, k := range m.orders[max(0, len(m.orders)-60):] {
		o := m.order(m.t, k.id)
		if o.State() != k.state || o.Total != k.total() {
			m.fail("order %s is %s with %d, the clerk says %s with %d", o.Number, o.State(), o.Total, k.state, k.total())
		}
	}
}

func (m *machine) skus() (all []id.SKU) {
	for _, p := range m.goods {
		all = append(all, p.SKU)
	}
	return all
}

func newMachine(t *testing.T) *machine {
	m := &machine{house: open(t), t: t, bins: map[id.Location][]id.Bin{}, pieces: map[lies]int{}, done: map[string]int{}, refused: map[string]int{}}
	for range 4 {
		m.goods = append(m.goods, m.product(t, 0, 0))
	}
	kit := must(do(m.house, func(ctx context.Context, tx *txn.Tx) (company.Product, error) {
		product, sku, err := catalog.Create(ctx, tx, catalog.ProductInput{Name: "Set", Kind: catalog.Kit, TaxClass: "standard"},
			catalog.SKUInput{Code: "SET", SoldUnit: "piece", UnitRatio: 1, PackSize: 1, MinQuantity: 1})
		if err != nil {
			return company.Product{}, err
		}
		if err := catalog.SetParts(ctx, tx, sku, 1, []catalog.PartInput{{Code: m.goods[0].Code, Quantity: 2}, {Code: m.goods[1].Code, Quantity: 1}}); err != nil {
			return company.Product{}, err
		}
		for _, list := range []id.PriceList{m.Base, m.Net} {
			if err := catalog.SetPrice(ctx, tx, catalog.PriceInput{List: list, Code: "SET", Least: 1, Unit: money.MustUnitPrice("19.99")}); err != nil {
				return company.Product{}, err
			}
		}
		return company.Product{Product: product, SKU: sku, Code: "SET"}, nil
	}))(t)
	m.all = append([]company.Product{kit, m.Engraving}, m.goods...)
	m.channels = []id.Channel{m.Shop, m.Desk, m.API, m.Back}
	for _, at := range []id.Location{m.Warehouse, m.Store} {
		shelf := must(do(m.house, func(ctx context.Context, tx *txn.Tx) (id.Bin, error) {
			return inventory.AddBin(ctx, tx, inventory.Bin{Location: at, Code: "A-01", Kind: "shelf"})
		}))(t)
		main := id.Bin(m.count(t, `select id from inventory_bins where location_id = $1 and main`, at))
		m.bins[at] = []id.Bin{main, shelf}
	}
	return m
}

// A27
func TestTenThousandRandomCommandsLeaveNothingThatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	commands := []func(){
		m.place, m.place, m.place, m.confirm, m.confirm, m.confirm, m.cancelWhole, m.cancelPart, m.cancelPart, m.holdOrder, m.liftHold, m.liftHold,
		m.reserve, m.reserve, m.amend, m.adjust, m.adjust, m.adjust, m.adjust, m.moveCondition, m.moveBin, m.safety, m.withdraw, m.timePasses, m.settings, m.again,
	}
	total := 0
	rapid.Check(t, func(rt *rapid.T) {
		m.rt, m.dice = rt, rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), uint64(total)))
		for range steps {
			pick(m, "command", commands)()
			total++
		}
		m.compare()
	})
	m.clean(t)
	t.Logf("%d steps; done %v; refused %v", total, m.done, m.refused)
	if total < 10_000 {
		t.Errorf("only %d steps", total)
	}
	for _, name := range []string{"place", "confirm", "cancel", "reduce", "hold", "lift", "reserve", "amend", "note", "adjust", "condition", "bin", "safety", "withdraw", "tidy", "settings", "channel", "repeat"} {
		if m.done[name] < 20 {
			t.Errorf("%s went through only %d times", name, m.done[name])
		}
	}
}
