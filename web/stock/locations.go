package stock

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

type locationsView struct {
	sight
	Rows []inventory.Location
}

func (p pages) locations(r *edge.Request) (edge.Reply, error) {
	v := locationsView{sight: p.sight(r)}
	var err error
	if v.Rows, err = inventory.Locations(r.Context(), p.Read, v.Bound); err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(wide("Locations"), locationsPage(v)), nil
}

func (v locationsView) head() ui.PageHead {
	h := ui.PageHead{Title: "Locations", Crumbs: []ui.Crumb{{Label: "Stock", Href: "/stock"}}, Sub: "Where goods lie: our own warehouses and stores, and those of others."}
	if v.Manage {
		h.Primary = &ui.Action{Label: "New location", Href: "/stock/locations/new", Icon: "plus"}
	}
	return h
}

func (v locationsView) table() ui.Grid {
	g := ui.Grid{Caption: "Locations", Columns: []ui.Column{{Label: "Name"}, {Label: "Kind"}, {Label: "Orders until"}, {Label: "Workdays"}, {Label: "State", End: true}}}
	for _, l := range v.Rows {
		state := ui.Badge(ui.Green, "open")
		if !l.Active {
			state = ui.Badge(ui.Neutral, "closed")
		}
		g.Rows = append(g.Rows, ui.Row{Label: l.Name, Cells: []templ.Component{ui.Lead("/stock/locations/"+text(l.ID), l.Name, l.Code), ui.Text(v.Say("stock.location_kind." + string(l.Kind))),
			ui.Two(inventory.ClockText(l.Cutoff), l.Zone), ui.Text(weekText(l.Workdays)), state}})
	}
	return g
}

var weekdays = []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// weekText names the days that are worked, runs of days as "Mon–Fri".
func weekText(days [7]bool) string {
	out := ""
	for i := 0; i < 7; i++ {
		if !days[i] {
			continue
		}
		end := i
		for end+1 < 7 && days[end+1] {
			end++
		}
		if out != "" {
			out += ", "
		}
		out += weekdays[i]
		if end > i {
			out += "–" + weekdays[end]
		}
		i = end
	}
	return out
}

type locationView struct {
	sight
	Location inventory.Location
	Bins     []inventory.BinRow
}

// mine is the location of the path, if it is one of the person's.
func (p pages) mine(r *edge.Request) (inventory.Location, error) {
	return inventory.LocationByID(r.Context(), p.Read, id.Location(r.ID("location")), r.Person.Locations)
}

func (p pages) location(r *edge.Request) (edge.Reply, error) {
	v := locationView{sight: p.sight(r)}
	var err error
	if v.Location, err = p.mine(r); err != nil {
		return edge.Reply{}, err
	}
	if v.Bins, err = inventory.Bins(r.Context(), p.Read, v.Location.ID); err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(wide(v.Location.Name), locationPage(v)), nil
}

func (v locationView) head() ui.PageHead {
	l := v.Location
	h := ui.PageHead{Title: l.Name, Crumbs: []ui.Crumb{{Label: "Stock", Href: "/stock"}, {Label: "Locations", Href: "/stock/locations"}}, Sub: l.Code + " · " + v.Say("stock.location_kind."+string(l.Kind)),
		Quiet: []ui.Action{{Label: "Stock here", Href: "/stock?location=" + text(l.ID)}, {Label: "Movements here", Href: "/stock/movements?location=" + text(l.ID)}}}
	if !l.Active {
		h.Badges = []ui.State{{Kind: ui.Neutral, Word: "closed"}}
	}
	if v.Manage {
		h.Primary = &ui.Action{Label: "Edit", Href: "/stock/locations/" + text(l.ID) + "/edit"}
	}
	return h
}

func (v locationView) bins() ui.Grid {
	g := ui.Grid{Caption: "Bins", Plain: true, Columns: []ui.Column{{Label: "Bin"}, {Label: "Kind"}, {Label: "Way", Num: true, Hide: ui.OnPhone}, {Label: "SKUs", Num: true, Hide: ui.OnPhone}, {Label: "Pieces", Num: true, End: true}}}
	for _, b := range v.Bins {
		note := ""
		switch {
		case b.Main:
			note = "main bin"
		case !b.Active:
			note = "closed"
		}
		var name templ.Component = ui.Two(b.Code, note)
		if v.Manage {
			name = ui.Lead("/stock/locations/"+text(v.Location.ID)+"/bins/"+text(b.ID), b.Code, note)
		}
		g.Rows = append(g.Rows, ui.Row{Label: b.Code, Cells: []templ.Component{name, ui.Text(v.Say("stock.bin_kind." + b.Kind)), ui.Text(text(b.Walk)), ui.Text(text(b.SKUs)),
			pieces(v.n(b.Pieces), "/stock/movements?location="+text(v.Location.ID)+"&bin="+text(b.ID), b.Pieces == 0)}})
	}
	return g
}

// locationForm is what was typed about a location.
type locationForm struct {
	Code, Name, Kind, Zone, LeadDays, Cutoff string
	Workdays                                 []string // "0" is Monday
	Active                                   bool
	Address                                  trade.Address
}

type locationFormView struct {
	sight
	Form    locationForm
	ID      id.Location // 0: a new one
	Version string
}

func readLocation(r *edge.Request) locationForm {
	return locationForm{Code: r.Text("code"), Name: r.Text("name"), Kind: r.Text("kind"), Zone: r.Text("zone"), LeadDays: r.Text("lead_days"), Cutoff: r.Text("cutoff"),
		Workdays: r.Texts("workdays"), Active: r.Ticked("active"), Address: parts.ReadAddress(r.Text, "address")}
}

func formOf(l inventory.Location) locationForm {
	f := locationForm{Code: l.Code, Name: l.Name, Kind: string(l.Kind), Zone: l.Zone, LeadDays: text(l.LeadDays), Cutoff: inventory.ClockText(l.Cutoff), Active: l.Active, Address: l.Address}
	for i, on := range l.Workdays {
		if on {
			f.Workdays = append(f.Workdays, text(i))
		}
	}
	return f
}

// Input is the location the form describes; what cannot be read is noted.
func (f locationForm) Input(v *problem.Invalid) inventory.Location {
	l := inventory.Location{Code: f.Code, Name: f.Name, Kind: inventory.LocationKind(f.Kind), Active: f.Active, Address: f.Address}
	l.Zone = f.Zone
	days, err := money.ParseInt(f.LeadDays)
	if err != nil {
		v.Add("lead_days", "stock.lead_days")
	}
	l.LeadDays = int(min(max(days, -1), 1000))
	at, err := time.Parse("15:04", f.Cutoff)
	if err != nil {
		v.Add("cutoff", "stock.bad_time")
	} else {
		l.Cutoff = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	}
	for _, d := range f.Workdays {
		if n := number(d); n < 7 {
			l.Workdays[n] = true
		}
	}
	return l
}

func (p pages) newLocation(r *edge.Request) (edge.Reply, error) {
	f := locationForm{Kind: string(inventory.Warehouse), Zone: p.Company().Zone, LeadDays: "1", Cutoff: "14:00", Workdays: []string{"0", "1", "2", "3", "4"}, Active: true}
	return p.drawLocation(r, 0, r.Version(), f, nil)
}

func (p pages) editLocation(r *edge.Request) (edge.Reply, error) {
	l, err := p.mine(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return p.drawLocation(r, l.ID, l.Version, formOf(l), nil)
}

func (p pages) drawLocation(r *edge.Request, at id.Location, version int64, f locationForm, wrong error) (edge.Reply, error) {
	if wrong != nil && !problem.IsPersons(wrong) {
		return edge.Reply{}, wrong
	}
	v := locationFormView{sight: p.sight(r), Form: f, ID: at, Version: text(version)}
	title := "New location"
	if at != 0 {
		title = "Edit location"
	}
	if wrong == nil {
		return edge.Page(frame(title), locationFormPage(v)), nil
	}
	v.Said = r.Problems(wrong)
	if s, ok := wrong.(*problem.Stale); ok {
		v.Version, v.Changed = text(s.Version), differences(s)
	}
	return edge.Redraw(wrong, frame(title), locationFormPage(v)), nil
}

// differences are what somebody else changed meanwhile.
func differences(s *problem.Stale) []ui.Difference {
	var out []ui.Difference
	for _, c := range s.Changes {
		out = append(out, ui.Difference{Label: c.Field, Before: c.Before, After: c.After})
	}
	return out
}

func (p pages) addLocation(r *edge.Request) (edge.Reply, error) {
	f, v := readLocation(r), r.Invalid()
	l := f.Input(v)
	if _, err := checked(l, v); err != nil {
		return p.drawLocation(r, 0, 0, f, err)
	}
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (id.Location, error) { return inventory.AddLocation(ctx, tx, l) })
	if err != nil {
		return p.drawLocation(r, 0, 0, f, err)
	}
	return edge.SeeOther("/stock/locations/"+text(out.Value), append(repeated(out.Repeated), edge.Done("done.location_saved", "name", l.Name))...), nil
}

// checked says everything at once: what the form could not read and what the
// rules do not take.
func checked(l inventory.Location, v *problem.Invalid) (inventory.Location, error) {
	rules := &problem.Invalid{}
	l = l.Checked(rules)
	for _, f := range rules.Fields {
		if !v.Has(f.Path) {
			v.Fields = append(v.Fields, f)
		}
	}
	return l, v.Err()
}

func (p pages) changeLocation(r *edge.Request) (edge.Reply, error) {
	was, err := p.mine(r)
	if err != nil {
		return edge.Reply{}, err
	}
	f, v := readLocation(r), r.Invalid()
	l := f.Input(v)
	l.ID = was.ID
	if _, err := checked(l, v); err != nil {
		return p.drawLocation(r, was.ID, r.Version(), f, err)
	}
	again, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return inventory.ChangeLocation(ctx, tx, r.Version(), l) })
	if err != nil {
		return p.drawLocation(r, was.ID, r.Version(), f, err)
	}
	return edge.SeeOther("/stock/locations/"+text(was.ID), append(repeated(again), edge.Done("done.location_saved", "name", l.Name))...), nil
}

func (v locationFormView) action() string {
	if v.ID == 0 {
		return "/stock/locations/new"
	}
	return "/stock/locations/" + text(v.ID) + "/edit"
}

func (v locationFormView) back() string {
	if v.ID == 0 {
		return "/stock/locations"
	}
	return "/stock/locations/" + text(v.ID)
}

func (v locationFormView) title() string {
	if v.ID == 0 {
		return "New location"
	}
	return "Edit " + v.Form.Name
}

func (v locationFormView) kinds() []ui.Option {
	var out []ui.Option
	for _, k := range inventory.LocationKinds {
		out = append(out, ui.Option{Value: string(k), Label: v.Say("stock.location_kind." + string(k))})
	}
	return out
}

func (v locationFormView) days() []ui.Option {
	var out []ui.Option
	for i, d := range weekdays {
		o := ui.Option{Value: text(i), Label: d}
		for _, on := range v.Form.Workdays {
			o.Chosen = o.Chosen || on == o.Value
		}
		out = append(out, o)
	}
	return out
}

func (v locationView) clock() string {
	return inventory.ClockText(v.Location.Cutoff) + " (" + v.Location.Zone + ")"
}
