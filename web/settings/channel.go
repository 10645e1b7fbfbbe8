package settings

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sort"

	"packhouse/internal/access"
	"packhouse/internal/channel"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

type channelsView struct {
	base
	All []channel.Channel
}

func (p pages) channels(r *edge.Request) (edge.Reply, error) {
	b, _, _, err := p.open(r, "/settings/channels")
	if err != nil {
		return edge.Reply{}, err
	}
	v := channelsView{base: b}
	if v.All, err = channel.All(r.Context(), p.Read); err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(v.frame("settings.channels"), channelsPage(v)), nil
}

func (v channelsView) grid() ui.Grid {
	g := ui.Grid{Caption: v.Say("settings.channels"), Columns: []ui.Column{{Label: v.Say("setting.name")}, {Label: v.Say("settings.orders")}, {Label: v.Say("setting.shortage")},
		{Label: v.Say("settings.served_by"), Hide: ui.OnMid}, {Label: v.Say("settings.state"), End: true}}}
	for _, c := range v.All {
		review := v.Say("settings.confirms_itself")
		if c.NeedsReview {
			review = v.Say("settings.waits_for_review")
		}
		kind, word := ui.Green, v.Say("settings.open")
		if !c.Active {
			kind, word = ui.Neutral, v.Say("settings.closed")
		}
		var places []string
		for _, pl := range c.Locations {
			places = append(places, pl.Name)
		}
		served := v.Say("settings.nowhere")
		if len(places) > 0 {
			served = v.Say("settings.in_order", "places", places)
		}
		g.Rows = append(g.Rows, ui.Row{Cells: cells(ui.Lead("/settings/channels/"+id.Text(c.ID), c.Name, v.Say("settings.kind."+c.Kind)), ui.Text(review),
			ui.Text(v.Say("settings.shortage."+string(c.Shortage))), ui.Text(served), ui.Badge(kind, word))})
	}
	return g
}

// channelForm is a channel's settings as typed.
type channelForm struct {
	Name, Shortage, SoftHold, Buffer, Shipping string
	Active, NeedsReview, SendsMail             bool
	Checks                                     map[string]string      // by the name of the check; "" is as usual
	Places                                     map[id.Location]string // the position as typed; "" does not serve
}

func formOf(c channel.Channel) channelForm {
	f := channelForm{Name: c.Name, Shortage: string(c.Shortage), SoftHold: number(c.SoftHold), Buffer: number(c.Buffer), Shipping: money.Of(c.Shipping, c.Currency).Plain(),
		Active: c.Active, NeedsReview: c.NeedsReview, SendsMail: c.SendsMail, Checks: map[string]string{}, Places: map[id.Location]string{}}
	for name, s := range c.Checks {
		f.Checks[name] = string(s)
	}
	for i, pl := range c.Locations {
		f.Places[pl.ID] = number(i + 1)
	}
	return f
}

func readChannel(r *edge.Request, places []inventory.Location) channelForm {
	f := channelForm{Name: r.Text("name"), Shortage: r.Text("shortage"), SoftHold: r.Text("soft_hold_minutes"), Buffer: r.Text("buffer"), Shipping: r.Text("shipping_minor"),
		Active: r.Ticked("active"), NeedsReview: r.Ticked("needs_review"), SendsMail: r.Ticked("sends_mail"), Checks: map[string]string{}, Places: map[id.Location]string{}}
	for _, name := range channel.CheckNames {
		f.Checks[name] = r.Text("checks." + name)
	}
	for _, pl := range places {
		f.Places[pl.ID] = r.Text("place." + id.Text(pl.ID))
	}
	return f
}

// Input is the channel with what the form says, or everything wrong with it.
func (f channelForm) Input(v *problem.Invalid, from channel.Channel, places []inventory.Location) channel.Channel {
	to := from
	to.Name = trade.ReadLine(v, "name", f.Name, 120)
	to.Shortage = channel.Shortage(f.Shortage)
	to.SoftHold, to.Buffer = whole(v, "soft_hold_minutes", f.SoftHold), whole(v, "buffer", f.Buffer)
	to.Shipping = money.Read(v, "shipping_minor", f.Shipping, from.Currency).Minor
	to.Active, to.NeedsReview, to.SendsMail = f.Active, f.NeedsReview, f.SendsMail
	to.Checks = map[string]channel.Severity{}
	for name, s := range f.Checks {
		if s != "" {
			to.Checks[name] = channel.Severity(s)
		}
	}
	to.Locations = f.served(v, from, places)
	if wrong, ok := errors.AsType[*problem.Invalid](to.Validate()); ok {
		for _, x := range wrong.Fields {
			if !v.Has(x.Path) {
				v.Fields = append(v.Fields, x)
			}
		}
	}
	return to
}

// served are the places with a position, in its order.
func (f channelForm) served(v *problem.Invalid, from channel.Channel, places []inventory.Location) []channel.Place {
	at := map[int]channel.Place{}
	for _, l := range places {
		typed, path := f.Places[l.ID], "place."+id.Text(l.ID)
		if typed == "" {
			continue
		}
		n := whole(v, path, typed)
		_, taken := at[n]
		switch {
		case v.Has(path):
		case n < 1 || n > 1000:
			v.Add(path, "settings.position", "max", 1000)
		case taken:
			v.Add(path, "settings.position_twice", "n", n)
		default:
			pl, known := from.Place(l.ID)
			if !known {
				pl = channel.Place{ID: l.ID, Name: l.Name, Kind: string(l.Kind), Zone: l.Zone}
			}
			at[n] = pl
		}
	}
	positions := slices.Collect(maps.Keys(at))
	sort.Ints(positions)
	out := make([]channel.Place, 0, len(at))
	for _, n := range positions {
		out = append(out, at[n])
	}
	return out
}

type channelView struct {
	base
	Channel   channel.Channel
	Places    []inventory.Location
	Form      channelForm
	Version   string
	Key       string
	MayNot    string
	Problems  ui.Problems
	Overtaken overtaken
}

func (p pages) channelView(r *edge.Request) (channelView, error) {
	which := id.Channel(r.ID("channel"))
	b, _, _, err := p.open(r, "/settings/channels")
	v := channelView{base: b, Key: r.Key(), MayNot: mayNot(r, b, access.ShopManage)}
	if err != nil {
		return v, err
	}
	if v.Channel, err = channel.Get(r.Context(), p.Read, which); err != nil {
		return v, err
	}
	all, err := inventory.Locations(r.Context(), p.Read, nil)
	if err != nil {
		return v, err
	}
	for _, l := range all {
		if _, serves := v.Channel.Place(l.ID); l.Active || serves {
			v.Places = append(v.Places, l)
		}
	}
	v.Form, v.Version = formOf(v.Channel), text(v.Channel.Version)
	return v, nil
}

func (v channelView) path() string { return "/settings/channels/" + id.Text(v.Channel.ID) }

func (p pages) channel(r *edge.Request) (edge.Reply, error) {
	v, err := p.channelView(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(v.frame("settings.channels"), channelPage(v)), nil
}

func (p pages) saveChannel(r *edge.Request) (edge.Reply, error) {
	v, err := p.channelView(r)
	if err != nil {
		return edge.Reply{}, err
	}
	v.Form = readChannel(r, v.Places)
	invalid := r.Invalid()
	to := v.Form.Input(invalid, v.Channel, v.Places)
	to.Version = r.Version()
	again := func(err error) (edge.Reply, error) {
		if _, stale := errors.AsType[*problem.Stale](err); stale {
			var failed error
			if v.Overtaken, failed = p.overtaken(r, v.base, err, "channel", int64(v.Channel.ID)); failed != nil {
				return edge.Reply{}, failed
			}
		} else {
			v.Version, v.Problems = r.Text("version"), r.Problems(err)
		}
		return edge.Redraw(err, v.frame("settings.channels"), channelPage(v)), nil
	}
	if err := invalid.Err(); err != nil {
		return again(err)
	}
	repeated, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return channel.Change(ctx, tx, to) })
	if err != nil {
		return again(err)
	}
	return edge.SeeOther(v.path(), saved(repeated, len(problem.Differences(v.Channel, to)) > 0)), nil
}

func (v channelView) input(label, name, value string) ui.Input {
	return ui.Input{Label: v.Say(label), Name: name, Value: value, Problem: v.Problems.For(name), MaxLength: 200, Width: "m"}
}

func (v channelView) tick(label, name string, on bool) ui.Input {
	return ui.Input{Label: v.Say(label), Name: name, Type: ui.Tick, Chosen: on, Help: v.Say(label + "_help")}
}

func (v channelView) figure(label, name, value string, t ui.FieldType) ui.Input {
	in := v.input(label, name, value)
	in.Type, in.Width, in.Help = t, "s", v.Say(label+"_help")
	if t == ui.Sum {
		in.After = string(v.Channel.Currency)
	}
	return in
}

func (v channelView) shortage() ui.Input {
	in := v.input("setting.shortage", "shortage", v.Form.Shortage)
	in.Type = ui.Radios
	for _, s := range []channel.Shortage{channel.Refuse, channel.Backorder} {
		in.Options = append(in.Options, ui.Option{Value: string(s), Label: v.Say("settings.shortage." + string(s)), Hint: v.Say("settings.shortage." + string(s) + "_hint")})
	}
	return in
}

func (v channelView) check(name string) ui.Input {
	in := v.input("check."+name, "checks."+name, v.Form.Checks[name])
	in.Type, in.Width, in.Blank = ui.Select, "s", v.Say("settings.as_usual")
	for _, s := range []channel.Severity{channel.Off, channel.Warn, channel.Block} {
		in.Options = append(in.Options, ui.Option{Value: string(s), Label: v.Say("settings.severity." + string(s))})
	}
	return in
}

func (v channelView) place(l inventory.Location) ui.Input {
	name := "place." + id.Text(l.ID)
	return ui.Input{Label: l.Name, Name: name, Type: ui.Quantity, Value: v.Form.Places[l.ID], Problem: v.Problems.For(name), Width: "xs", InputMode: "numeric", MaxLength: 10}
}
