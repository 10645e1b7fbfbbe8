package sales

import (
	"slices"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/problem"
)

// Order is an order under change: locked, with its lines and its open holds.
// Its verbs decide and touch no database; Save writes what they decided.
type Order struct {
	Head
	Lines []Line
	Holds []Hold

	state     State
	from      State // as it was locked
	version   int64
	placedAt  time.Time
	confirmed time.Time
	closedAt  time.Time
	cancelled time.Time
	reason    string
	changedBy string
	changedAt time.Time
}

// State is where the order stands now.
func (o *Order) State() State { return o.state }

// Version grows with every change; a form sends back the one it was made from.
func (o *Order) Version() int64 { return o.version }

// PlacedAt is when it was placed; zero for a draft.
func (o *Order) PlacedAt() time.Time { return o.placedAt }

// Expect refuses a change made from an older version than the order's.
// Version 0 means that the caller did not look.
func (o *Order) Expect(seen int64) error {
	if seen == 0 || seen == o.version {
		return nil
	}
	return &problem.Stale{What: "order", ByName: o.changedBy, At: o.changedAt, Version: o.version}
}

// Line finds one of its lines.
func (o *Order) Line(l id.Line) (*Line, bool) {
	for i := range o.Lines {
		if o.Lines[i].ID == l {
			return &o.Lines[i], true
		}
	}
	return nil, false
}

// Blocking is the first open hold that stops an action. One that frees the
// stock stops confirming too, which would reserve it again.
func (o *Order) Blocking(action string) (Hold, bool) {
	for _, h := range o.Holds {
		if slices.Contains(h.Blocks, action) || action == "confirm" && !h.KeepsStock {
			return h, true
		}
	}
	return Hold{}, false
}

func (o *Order) move(to State) error {
	if !slices.Contains(o.state.Next(), to) {
		return refuseMove(o.state, to)
	}
	o.state = to
	return nil
}

// Place moves a draft to placed.
func (o *Order) Place(at time.Time) error {
	if len(o.Lines) == 0 {
		return problem.Refuse("refused.no_lines")
	}
	if err := o.move(Placed); err != nil {
		return err
	}
	o.placedAt = at
	return nil
}

// Confirm accepts the order: refused by its state, by a hold that stops
// confirming, or by the first blocking check that fails.
func (o *Order) Confirm(checks Checks, at time.Time) error {
	if why := o.WhyNotConfirm(checks); why != nil {
		return why
	}
	if err := o.move(Confirmed); err != nil {
		return err
	}
	o.confirmed = at
	return nil
}

// WhyNotConfirm is the one place that says why an order cannot be confirmed;
// nil means that it can.
func (o *Order) WhyNotConfirm(checks Checks) error {
	if !slices.Contains(o.state.Next(), Confirmed) {
		return refuseMove(o.state, Confirmed)
	}
	if h, held := o.Blocking("confirm"); held {
		return h.refusal(o.ID)
	}
	if c, failed := checks.Blocking(); failed {
		return c.refusal(o.ID)
	}
	return nil
}

// Cancel ends the order with everything still open on it. Pieces already
// shipped must come back as a return.
func (o *Order) Cancel(reason string, shipped int, at time.Time) error {
	if reason == "" {
		return problem.At("reason", "required")
	}
	if shipped > 0 {
		return problem.Refuse("refused.cancel_shipped", "pieces", shipped)
	}
	if err := o.move(Cancelled); err != nil {
		return err
	}
	for i := range o.Lines {
		if l := &o.Lines[i]; l.Open() > 0 {
			l.cancel(l.Open())
		}
	}
	o.sum()
	o.cancelled, o.reason = at, reason
	return nil
}

// Take is a quantity of a line, in pieces.
type Take struct {
	Line   id.Line
	Pieces int
}

// CancelPieces takes pieces off lines, again and again until nothing is left;
// the order itself is cancelled with its last piece. shipped says what of each
// line has left. It answers the takes of all lines, parts of kits included.
func (o *Order) CancelPieces(takes []Take, shipped map[id.Line]int, reason string, at time.Time) ([]Take, error) {
	if reason == "" {
		return nil, problem.At("reason", "required")
	}
	if o.state != Placed && o.state != Confirmed {
		return nil, refuseMove(o.state, Cancelled)
	}
	v := &problem.Invalid{}
	var all []Take
	seen := make(map[id.Line]bool, len(takes))
	for _, t := range takes {
		l, ok := o.Line(t.Line)
		again := seen[t.Line]
		seen[t.Line] = true
		switch path := "take[" + id.Text(t.Line) + "]"; {
		case again:
			return nil, problem.Missing("line")
		case !ok || l.Kind == KitPart || l.Kind == Shipping:
			return nil, problem.Missing("line")
		case t.Pieces < 0:
			v.Add(path, "too_small", "min", 0)
		case t.Pieces > l.Open()-shipped[l.ID]:
			v.Add(path, "cancel_too_many", "open", l.Open()-shipped[l.ID], "shipped", shipped[l.ID])
		case t.Pieces > 0:
			all = append(all, t)
			all = append(all, o.parts(*l, t.Pieces)...)
		}
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, problem.At("take", "nothing_to_cancel")
	}
	for _, t := range all {
		l, _ := o.Line(t.Line)
		l.cancel(t.Pieces)
	}
	o.sum()
	if !slices.ContainsFunc(o.Lines, func(l Line) bool { return l.Kind != Shipping && l.Kind != Fee && l.Open() > 0 }) {
		return all, o.Cancel(reason, 0, at)
	}
	o.reason = reason
	return all, nil
}

// parts are the pieces of a kit's parts that go with pieces of the kit.
func (o *Order) parts(kit Line, pieces int) []Take {
	var out []Take
	for _, l := range o.Lines {
		if l.Parent == kit.ID && l.Kind == KitPart {
			out = append(out, Take{l.ID, l.Quantity / kit.Quantity * pieces})
		}
	}
	return out
}

// cancel takes pieces off the line, with exactly the money they carry.
func (l *Line) cancel(pieces int) {
	l.CancelledNet += l.netPerPiece().Take(int64(l.Cancelled), int64(pieces))
	l.CancelledTax += l.taxPerPiece().Take(int64(l.Cancelled), int64(pieces))
	l.Cancelled += pieces
}

// sum makes the order's totals those of what is not cancelled.
func (o *Order) sum() {
	o.Net, o.Tax = 0, 0
	for _, l := range o.Lines {
		o.Net += l.Net - l.CancelledNet
		o.Tax += l.Tax - l.CancelledTax
	}
	o.Total = o.Net + o.Tax
}
