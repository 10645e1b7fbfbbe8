// Package today is the home page: what waits for the person who opened it, the
// most urgent first, each with its sentence and the way to it.
package today

import (
	"time"

	"github.com/a-h/templ"

	"packhouse/internal/access"
	"packhouse/internal/fulfilment"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/pg"
	"packhouse/internal/settings"
	"packhouse/internal/work"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// Deps is what the page needs.
type Deps struct {
	Read    pg.Reader // the read-only pool
	Company func() settings.Company
	Clock   func() time.Time
}

type pages struct{ Deps }

// Routes adds the home page and the work of one's locations.
func Routes(r *edge.Router, d Deps) {
	p := pages{d}
	r.Get("/", access.SignedIn, p.today)
	r.Get("/fulfilment", access.FulfilmentRead, p.work)
}

const shown = 10

// view is the page: a list for each kind of thing that waits.
type view struct {
	parts.Look
	Name   string
	Lists  []group
	Work   []fulfilment.Waiting
	Counts work.Counts
	Prices bool
	Can    func(access.Permission) bool
}

// group is one kind of thing that waits.
type group struct {
	Title string
	More  string // where all of it is
	Kind  ui.Kind
	Items []work.Item
}

func (p pages) today(r *edge.Request) (edge.Reply, error) {
	look := parts.NewLook(r.Lang, p.Company().Location(), p.Clock())
	look.NoMoney = !r.Can(access.PriceRead)
	v := view{Look: look, Name: r.Person.Name, Prices: r.Can(access.PriceRead), Can: r.Can}
	if !r.Can(access.OrderRead) {
		return edge.SeeOther("/account"), nil
	}
	add := func(g group, err error) error {
		if len(g.Items) > 0 {
			v.Lists = append(v.Lists, g)
		}
		return err
	}
	ctx := r.Context()
	day := look.Now.In(p.Company().Location())
	late, err := work.Late(ctx, p.Read, time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC), shown)
	if err := add(group{v.Say("today.late"), "/orders?all=1&sort=promised", ui.Red, late}, err); err != nil {
		return edge.Reply{}, err
	}
	held, err := work.Held(ctx, p.Read, r.Person.ID, string(r.Person.Role), shown)
	if err := add(group{v.Say("today.held"), "/orders?all=1&held=yes", ui.Amber, held}, err); err != nil {
		return edge.Reply{}, err
	}
	if r.Can(access.OrderConfirm) {
		review, err := work.Oldest(ctx, p.Read, "review", shown)
		if err := add(group{v.Say("today.review"), "/orders?bucket=review&sort=placed", ui.Neutral, review}, err); err != nil {
			return edge.Reply{}, err
		}
		waiting, err := work.Oldest(ctx, p.Read, "waiting", shown)
		if err := add(group{v.Say("today.waiting"), "/orders?bucket=waiting&sort=placed", ui.Amber, waiting}, err); err != nil {
			return edge.Reply{}, err
		}
	}
	if r.Can(access.FulfilmentWork) {
		if v.Work, err = p.open(r, shown); err != nil {
			return edge.Reply{}, err
		}
	}
	if v.Counts, err = work.Count(ctx, p.Read, r.Person.Locations); err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(ui.Frame{Title: v.Say("today"), Section: "/"}, todayPage(v)), nil
}

// open is the work of the person's locations; of all where they are bound to
// none.
func (p pages) open(r *edge.Request, limit int) ([]fulfilment.Waiting, error) {
	at := r.Person.Locations
	if len(at) == 0 {
		all, err := inventory.Locations(r.Context(), p.Read, nil)
		if err != nil {
			return nil, err
		}
		for _, l := range all {
			at = append(at, l.ID)
		}
	}
	return fulfilment.OpenAt(r.Context(), p.Read, at, limit)
}

func (p pages) work(r *edge.Request) (edge.Reply, error) {
	v := view{Look: parts.NewLook(r.Lang, p.Company().Location(), p.Clock()), Can: r.Can}
	var err error
	if v.Work, err = p.open(r, 200); err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(ui.Frame{Title: v.Say("fulfilment"), Section: "/fulfilment"}, workPage(v)), nil
}

func (v view) grid(g group) ui.Grid {
	out := ui.Grid{ID: "t-" + string(g.Kind) + g.More, Plain: true, Caption: g.Title, Columns: []ui.Column{{Label: v.Say("order")}, {Label: v.Say("customer"), Hide: ui.OnPhone}, {Label: v.Say("state")}}}
	if v.Prices {
		out.Columns = append(out.Columns, ui.Column{Label: v.Say("total"), Num: true, End: true, Short: true})
	}
	for _, o := range g.Items {
		row := ui.Row{Cells: []templ.Component{ui.Lead("/orders/"+id.Text(o.Order), o.Number, o.Channel+", "+v.When(o.Since).Relative), ui.Text(o.Customer),
			ui.StateCell(g.Kind, v.badge(o), v.Tell(o.Sentence, o.Args))}}
		if v.Prices {
			row.Cells = append(row.Cells, ui.Money(v.Money(o.Total, o.Currency)))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

func (v view) badge(o work.Item) string {
	if o.Holds > 0 {
		return v.Say("badge.held")
	}
	return v.Say("badge." + o.Bucket)
}

func (v view) works() ui.Grid {
	g := ui.Grid{ID: "work", Plain: true, Caption: v.Say("today.pick"), Columns: []ui.Column{{Label: v.Say("order")}, {Label: v.Say("location")}, {Label: v.Say("state"), Hide: ui.OnPhone},
		{Label: v.Say("pieces"), Num: true}, {Label: v.Say("due"), Num: true, Short: true}}}
	for _, w := range v.Work {
		kind, word := ui.Blue, v.Say("work.state."+w.State)
		if w.Holds > 0 {
			kind, word = ui.Amber, v.Say("badge.held")
		}
		g.Rows = append(g.Rows, ui.Row{Cells: []templ.Component{ui.Lead("/orders/"+id.Text(w.Order), w.Number, w.Customer), ui.Text(w.Location), ui.Badge(kind, word), ui.Text(v.N(w.Pieces)), ui.Text(v.Day(w.Due))}})
	}
	return g
}
