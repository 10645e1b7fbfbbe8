package track

import (
	"context"
	"errors"
	"slices"

	"packhouse/internal/flow"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/internal/words"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// reasons a customer may choose from.
var reasons = []string{"mistake", "late", "elsewhere", "other"}

func (p pages) cancelForm(r *edge.Request) (edge.Reply, error) {
	v, err := p.open(r)
	if err != nil {
		return edge.Reply{}, err
	}
	if err := v.mayCancel(); err != nil {
		return edge.SeeOther(v.address(""), edge.Flash{Kind: ui.Amber, Text: r.Sentence(err)}), nil
	}
	return edge.Page(v.frame(v.Say("track.cancel")), cancelPage(v)), nil
}

// cancel cancels the whole order for whoever holds its link: always as a
// visitor, whoever else may be signed in here.
func (p pages) cancel(r *edge.Request) (edge.Reply, error) {
	v, err := p.open(r)
	if err != nil {
		return edge.Reply{}, err
	}
	r.Customer = 0
	v.Why, v.Note = r.Text("why"), r.Text("note")
	invalid := r.Invalid()
	if v.Why == "" {
		invalid.Add("why", "required")
	} else if !slices.Contains(reasons, v.Why) {
		invalid.Add("why", "not_a_choice")
	}
	note := trade.ReadLine(invalid, "note", v.Note, 300)
	if err := invalid.Err(); err != nil {
		return v.again(r, err)
	}
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (flow.Cancellation, error) {
		o, err := sales.Get(ctx, tx, v.Order.ID)
		if err != nil {
			return flow.Cancellation{}, err
		}
		// Which state may be cancelled is decided by what is read here: a version that came with the form proves nothing.
		if err := (view{Order: o, Company: v.Company}).mayCancel(); err != nil {
			return flow.Cancellation{}, err
		}
		return flow.CancelOrder(ctx, tx, o.ID, flow.Cancelling{Seen: o.Version(), Reason: reason(v.Why, note)})
	})
	if err != nil {
		return v.again(r, err)
	}
	said := edge.Done("track.cancelled_now", "number", out.Value.Number)
	if out.Repeated {
		said = edge.Note("track.cancelled_before", "number", out.Value.Number)
	}
	return edge.SeeOther(v.address(""), said), nil
}

// reason is what stands on the order, in the language of the staff.
func reason(why, note string) string {
	s := words.For("en").Say("track.reason."+why, nil)
	if note != "" {
		s += ": " + note
	}
	return s
}

func (v view) again(r *edge.Request, err error) (edge.Reply, error) {
	if _, stale := errors.AsType[*problem.Stale](err); stale { // confirmed while this page was open
		err = &problem.Stale{What: "order"}
	}
	v.Problems = r.Problems(err)
	return edge.Redraw(err, v.frame(v.Say("track.cancel")), cancelPage(v)), nil
}

func (v view) whyInput() ui.Input {
	in := ui.Input{Label: v.Say("track.why"), Name: "why", Type: ui.Radios, Value: v.Why, Problem: v.Problems.For("why")}
	for _, c := range reasons {
		in.Options = append(in.Options, ui.Option{Value: c, Label: v.Say("track.reason." + c)})
	}
	return in
}

func (v view) noteInput() ui.Input {
	return ui.Input{Label: v.Say("track.note"), Name: "note", Value: v.Note, Problem: v.Problems.For("note"), Optional: true, MaxLength: 300}
}
