package orders

import (
	"context"
	"errors"
	"strings"

	"packhouse/internal/access"
	"packhouse/internal/channel"
	"packhouse/internal/flow"
	"packhouse/internal/fulfilment"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// orderView is one order as its page draws it.
type orderView struct {
	parts.Look
	*sales.Order
	Channel  channel.Channel
	Checks   sales.Checks
	Held     map[id.Line]int
	Works    []fulfilment.Row
	Promises []sales.PromiseRow
	Story    []sales.Happening
	Filter   string // of the timeline: "", "public", "internal"
	Do       string // the form that is asked for
	Key      string
	Prices   bool // the person may see money
	Can      func(access.Permission) bool
	Problems ui.Problems // of the form on the page that failed
	Failed   string      // which form: "hold", "note", "lift", "confirm"
	Typed    func(name string) string
	Refused  string // the sentence of a refusal
	Fix      *problem.Fix
}

func (p pages) order(r *edge.Request) (edge.Reply, error) {
	v, err := p.readOrder(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(v.frame(), orderPage(v)), nil
}

func (v orderView) frame() ui.Frame {
	return ui.Frame{Title: v.Say("order_n", "number", v.Number), Section: "/orders"}
}

func (p pages) readOrder(r *edge.Request) (orderView, error) {
	ctx, order := r.Context(), id.Order(r.ID("order"))
	v := orderView{Look: p.look(r), Key: r.Key(), Prices: r.Can(access.PriceRead), Can: r.Can, Filter: r.Text("show"), Do: r.Text("do"), Typed: func(string) string { return "" }}
	var err error
	if v.Order, err = sales.Get(ctx, p.Read, order); err != nil {
		return v, err
	}
	if v.Checks, v.Channel, err = flow.Review(ctx, p.Read, v.Order); err != nil {
		return v, err
	}
	held, err := inventory.AllocationsOf(ctx, p.Read, order)
	if err != nil {
		return v, err
	}
	v.Held = make(map[id.Line]int)
	for _, a := range held {
		v.Held[a.Line] += a.Quantity
	}
	if v.Works, err = fulfilment.OfOrder(ctx, p.Read, order); err != nil {
		return v, err
	}
	if v.Promises, err = sales.Promises(ctx, p.Read, order); err != nil {
		return v, err
	}
	v.Story, err = sales.Timeline(ctx, p.Read, order, v.Filter == "public", 200)
	return v, err
}

// fail redraws the order's page with what was refused and what was typed.
func (p pages) fail(r *edge.Request, form string, cause error) (edge.Reply, error) {
	if !problem.IsPersons(cause) {
		return edge.Reply{}, cause
	}
	if _, gone := errors.AsType[*problem.NotFound](cause); gone {
		return edge.Reply{}, cause
	}
	v, err := p.readOrder(r)
	if err != nil {
		return edge.Reply{}, err
	}
	v.Failed, v.Typed = form, r.Text
	if _, invalid := errors.AsType[*problem.Invalid](cause); invalid {
		v.Problems = r.Problems(cause)
	} else {
		v.Refused = r.Sentence(cause)
	}
	if stale, ok := errors.AsType[*problem.Stale](cause); ok {
		v.Refused = v.staleSentence(stale)
	}
	if refusal, ok := errors.AsType[*problem.Refusal](cause); ok && refusal.Fix.Path != "" {
		v.Fix = &refusal.Fix
	}
	return edge.Redraw(cause, v.frame(), orderPage(v)), nil
}

// staleSentence says who was faster; what they did stands on the timeline
// right below.
func (v orderView) staleSentence(s *problem.Stale) string {
	name, at := v.ChangedBy()
	return v.Say("stale_order", "name", name, "at", v.Words.Near(at, v.Now))
}

func (p pages) confirm(r *edge.Request) (edge.Reply, error) {
	order := id.Order(r.ID("order"))
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
		return flow.ConfirmOrder(ctx, tx, order, flow.Confirming{Seen: r.Version(), NoMail: r.Ticked("no_mail")})
	})
	if err != nil {
		return p.fail(r, "confirm", err)
	}
	return edge.SeeOther(path(order), confirmedFlash(out)), nil
}

func confirmedFlash(out txn.Outcome[flow.Confirmation]) edge.Flash {
	switch {
	case out.Repeated:
		return edge.Note("confirmed_before", "number", out.Value.Number)
	case out.Value.Backordered > 0:
		return edge.Done("confirmed_part", "number", out.Value.Number, "reserved", out.Value.Reserved, "missing", out.Value.Backordered)
	}
	return edge.Done("confirmed", "number", out.Value.Number, "reserved", out.Value.Reserved)
}

// confirmOne is one order of a bulk action, a command of its own.
func (p pages) confirmOne(r *edge.Request, n int64) result {
	order := id.Order(n)
	out, err := edge.DoPart(r, id.Text(order), func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
		return flow.ConfirmOrder(ctx, tx, order, flow.Confirming{})
	})
	if err != nil {
		return result{Text: r.Sentence(err)}
	}
	f := confirmedFlash(out)
	return result{OK: true, Text: p.look(r).Words.Say(f.Code, f.Args)}
}

func (p pages) reserve(r *edge.Request) (edge.Reply, error) {
	order := id.Order(r.ID("order"))
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (int, error) {
		return flow.ReserveNow(ctx, tx, order, r.Version())
	})
	if err != nil {
		return p.fail(r, "reserve", err)
	}
	return edge.SeeOther(path(order), edge.Done("reserved_now", "pieces", out.Value)), nil
}

func (p pages) note(r *edge.Request) (edge.Reply, error) {
	n := sales.Note{Order: id.Order(r.ID("order")), Text: r.Text("text"), Public: r.Ticked("public")}
	if _, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return flow.NoteOrder(ctx, tx, n) }); err != nil {
		return p.fail(r, "note", err)
	}
	return edge.SeeOther(path(n.Order)+"#story", edge.Done("noted")), nil
}

func (p pages) hold(r *edge.Request) (edge.Reply, error) {
	order := id.Order(r.ID("order"))
	h := sales.Hold{Type: r.Text("type"), Reason: r.Text("reason"), OwnerRole: r.Text("owner"), Blocks: r.Texts("blocks"), KeepsStock: r.Ticked("keeps_stock"),
		NextType: r.Text("next_type"), NextReason: r.Text("next_reason")}
	if h.OwnerRole == "me" || h.OwnerRole == "" {
		h.OwnerRole, h.Owner, h.OwnerName = string(r.Person.Role), r.Person.ID, r.Person.Name
	}
	if _, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		_, err := flow.HoldOrder(ctx, tx, order, r.Version(), h)
		return err
	}); err != nil {
		return p.fail(r, "hold", err)
	}
	return edge.SeeOther(path(order), edge.Done("held_now")), nil
}

func (p pages) lift(r *edge.Request) (edge.Reply, error) {
	order, hold := id.Order(r.ID("order")), id.Hold(r.ID("hold"))
	if _, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return flow.LiftHold(ctx, tx, order, r.Version(), hold, r.Text("reason"))
	}); err != nil {
		return p.fail(r, "lift-"+id.Text(hold), err)
	}
	return edge.SeeOther(path(order), edge.Done("lifted")), nil
}

func path(order id.Order) string { return "/orders/" + id.Text(order) }

// head is the top of the page: number, derived states, what may be done.
func (v orderView) head() ui.PageHead {
	bucket := v.Bucket(sales.Counts{Reserved: v.reserved()})
	h := ui.PageHead{Crumbs: []ui.Crumb{{Label: v.Say("orders"), Href: "/orders"}}, Title: v.Say("order_n", "number", v.Number), Sub: v.subtitle(), Quiet: v.actions(),
		Badges: []ui.State{{Kind: parts.BucketKind(bucket), Word: v.Say("badge." + bucket)}}}
	if len(v.Holds) > 0 {
		h.Badges = append(h.Badges, ui.State{Kind: ui.Amber, Word: v.Say("badge.held")})
	}
	return h
}

func (v orderView) reserved() int {
	n := 0
	for _, held := range v.Held {
		n += held
	}
	return n
}

// subtitle says who, whence and since when.
func (v orderView) subtitle() string {
	s := []string{v.Called(), v.Channel.Name, v.Say("placed_at", "at", v.Words.Near(v.PlacedAt(), v.Now))}
	if at := v.ConfirmedAt(); !at.IsZero() {
		s = append(s, v.Say("confirmed_at", "at", v.Words.Near(at, v.Now)))
	}
	return strings.Join(s, ", ")
}

// next is the one sentence and the one button.
func (v orderView) next() ui.NextStep {
	waits := ""
	if len(v.Works) > 0 {
		waits = v.Works[0].Location
	}
	says := v.Says(v.Checks, sales.Counts{Reserved: v.reserved(), Waits: waits})
	n := ui.NextStep{Kind: ui.Neutral, Sentence: v.Tell(says.Code, says.Args)}
	switch v.State() {
	case sales.Placed:
		n.Kind = ui.Green
		n.Action = &ui.Action{Label: v.Say("do.confirm"), Kind: ui.Primary, Post: path(v.ID) + "/confirm", Command: v.command("confirm"), Version: version(v.Version()), Key: "c"}
		v.because(&n, v.WhyNotConfirm(v.Checks), access.OrderConfirm)
	case sales.Confirmed:
		n.Kind = ui.Blue
		if v.reserved() < v.wanted() {
			n.Kind = ui.Amber
			n.Action = &ui.Action{Label: v.Say("do.reserve"), Kind: ui.Primary, Post: path(v.ID) + "/reserve", Command: v.command("reserve"), Version: version(v.Version())}
			v.because(&n, v.MayReserve(), access.OrderConfirm)
		} else if len(v.Holds) > 0 {
			n.Kind = ui.Amber
			n.Action = &ui.Action{Label: v.Say("do.lift_hold"), Kind: ui.Primary, Href: "#holds"}
		}
	}
	return n
}

// because keeps the step's button from working for the reason the guard gives,
// and leads to where that is solved.
func (v orderView) because(n *ui.NextStep, why error, needs access.Permission) {
	switch {
	case why != nil:
		n.Kind, n.Why = ui.Amber, v.Words.Tell(why)
		if refusal, ok := errors.AsType[*problem.Refusal](why); ok {
			n.Why = v.Tell(refusal.Code, refusal.Args)
			if refusal.Fix.Path != "" {
				n.Solve = &ui.Action{Label: v.Words.Say(refusal.Fix.Code, nil), Kind: ui.Primary, Href: refusal.Fix.Path}
			}
		}
		if n.Why == n.Sentence {
			n.Why = v.Say("confirm_waits")
		}
	case !v.Can(needs):
		n.Why = v.Say("sales_may")
	}
}

func (v orderView) wanted() int {
	n := 0
	for _, l := range v.Lines {
		if l.Stocked() {
			n += l.Open()
		}
	}
	return n
}

// actions are the quiet ones beside the title.
func (v orderView) actions() []ui.Action {
	var out []ui.Action
	open := v.State() == sales.Placed || v.State() == sales.Confirmed
	if open && v.Can(access.OrderCreate) {
		out = append(out, ui.Action{Label: v.Say("do.edit"), Kind: ui.Quiet, Href: path(v.ID) + "/edit", Key: "e"})
	}
	if open && v.Can(access.OrderHold) {
		out = append(out, ui.Action{Label: v.Say("do.hold"), Kind: ui.Quiet, Href: path(v.ID) + "?do=hold#hold"})
	}
	if open && v.Can(access.OrderCancel) {
		out = append(out, ui.Action{Label: v.Say("do.cancel"), Kind: ui.Quiet, Href: path(v.ID) + "/cancel"})
	}
	return out
}

// checkList are the named checks with their answers.
func (v orderView) checkList() []ui.Check {
	var out []ui.Check
	for _, c := range v.Checks {
		u := ui.Check{Name: v.Say("check." + c.Name), Verdict: ui.Pass, Sentence: v.Say("check." + c.Name + ".ok")}
		if !c.Passed {
			u.Verdict, u.Sentence = ui.Warn, v.Tell(c.Code, c.Args)
			if c.Blocks {
				u.Verdict = ui.Fail
			}
			if c.Fix.Path != "" {
				u.Fix, u.FixHref = v.Words.Say(c.Fix.Code, nil), c.Fix.Path
			}
		}
		out = append(out, u)
	}
	return out
}

// command is the key of one of the page's forms: each has its own, so that
// after "back" a second form is not taken for a repeat of the first.
func (v orderView) command(form string) string { return string(id.Derive(id.Key(v.Key), form)) }

func version(n int64) string { return id.Text(id.Order(n)) }

// progress is how far one line is, as a bar with words.
func (v orderView) progress(l sales.Line) []ui.Segment {
	if !l.Stocked() {
		return nil
	}
	held := v.Held[l.ID]
	word := v.Say("reserved")
	if v.State() == sales.Placed {
		word = v.Say("kept")
	}
	segments := []ui.Segment{{Label: word, N: int64(held), Kind: ui.Blue}}
	if missing := l.Open() - held; missing > 0 && v.State() == sales.Confirmed {
		segments = append(segments, ui.Segment{Label: v.Say("waiting"), N: int64(missing), Kind: ui.Amber})
	}
	if l.Cancelled > 0 {
		segments = append(segments, ui.Segment{Label: v.Say("cancelled"), N: int64(l.Cancelled), Kind: ui.Neutral})
	}
	return segments
}

// story is the timeline in sentences.
func (v orderView) story() []ui.Happening {
	var out []ui.Happening
	for _, h := range v.Story {
		if v.Filter == "internal" && h.Public {
			continue
		}
		out = append(out, parts.Event(v.Look, h))
	}
	return out
}

// money are the rows of the money card.
func (v orderView) money() []ui.Pair {
	m := func(code string, minor int64) ui.Pair {
		return ui.Pair{Key: v.Say(code), Value: v.Look.Money(minor, v.Currency), Num: true}
	}
	out := []ui.Pair{m("money.goods", v.Goods)}
	if v.Discount > 0 {
		out = append(out, m("money.discount", -v.Discount))
	}
	if v.Shipping > 0 {
		out = append(out, m("money.shipping", v.Shipping))
	}
	var gone int64
	for _, l := range v.Lines {
		gone += l.CancelledNet + l.CancelledTax
	}
	if gone > 0 {
		out = append(out, m("money.cancelled", -gone))
	}
	if v.PricesIncludeTax {
		out = append(out, m("money.tax_within", v.Tax))
	} else {
		out = append(out, m("money.tax", v.Tax))
	}
	total := m("money.total", v.Total)
	total.Total = true
	return append(out, total)
}
