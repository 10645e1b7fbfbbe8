package stock

import (
	"encoding/csv"
	"io"
	"net/url"

	"github.com/a-h/templ"

	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// gridView is the stock of all goods as the page draws it.
type gridView struct {
	sight
	Query      inventory.GridQuery
	Rows       []inventory.LevelRow
	More       bool
	Locations  []inventory.Location
	Prev, Next string
}

func gridQuery(r *edge.Request) inventory.GridQuery {
	return inventory.GridQuery{Bound: r.Person.Locations, Location: id.Location(number(r.Text("location"))), Search: r.Text("q"),
		Show: inventory.Show(r.Text("show")), After: r.Text("after"), Before: r.Text("before"), Limit: size}
}

// address is the page of the grid that q asks for, from the code on.
func address(path string, q inventory.GridQuery, direction, code string) string {
	v := url.Values{}
	set(v, "q", q.Search)
	set(v, "show", string(q.Show))
	if q.Location != 0 {
		v.Set("location", text(q.Location))
	}
	set(v, direction, code)
	return joined(path, v)
}

func set(v url.Values, name, value string) {
	if name != "" && value != "" {
		v.Set(name, value)
	}
}

func joined(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func (p pages) grid(r *edge.Request) (edge.Reply, error) {
	ctx := r.Context()
	v := gridView{sight: p.sight(r), Query: gridQuery(r)}
	var err error
	if v.Rows, v.More, err = inventory.Grid(ctx, p.Read, v.Query); err != nil {
		return edge.Reply{}, err
	}
	if v.Locations, err = inventory.Locations(ctx, p.Read, v.Bound); err != nil {
		return edge.Reply{}, err
	}
	if n := len(v.Rows); n > 0 {
		back := v.Query.Before != ""
		if back && v.More || !back && v.Query.After != "" {
			v.Prev = address("/stock", v.Query, "before", v.Rows[0].Code)
		}
		if back || v.More {
			v.Next = address("/stock", v.Query, "after", v.Rows[n-1].Code)
		}
	}
	return edge.Page(wide("Stock"), gridPage(v)), nil
}

// exportGrid is what the grid shows, all its pages.
func (p pages) exportGrid(r *edge.Request) (edge.Reply, error) {
	q, ctx := gridQuery(r), r.Context()
	q.After, q.Before, q.Limit = "", "", 1000
	return edge.File("stock.csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		out := csv.NewWriter(w)
		if err := out.Write([]string{"sku", "title", "on_hand", "reserved", "free", "safety", "damaged", "quarantine"}); err != nil {
			return err
		}
		for n := 0; n < most; {
			rows, more, err := inventory.Grid(ctx, p.Read, q)
			if err != nil {
				return err
			}
			for _, l := range rows {
				if err := out.Write([]string{parts.Cell(l.Code), parts.Cell(l.Title), text(l.OnHand), text(l.Reserved), text(l.Free), text(l.Safety), text(l.Damaged), text(l.Quarantine)}); err != nil {
					return err
				}
			}
			if n += len(rows); !more {
				break
			}
			q.After = rows[len(rows)-1].Code
		}
		out.Flush()
		return out.Error()
	}), nil
}

// find answers the field of a SKU while somebody types.
func (p pages) find(r *edge.Request) (edge.Reply, error) {
	var found []inventory.Named
	var err error
	if q := r.Text("q"); q != "" {
		if found, err = inventory.SKUsLike(r.Context(), p.Read, q, 10); err != nil {
			return edge.Reply{}, err
		}
	}
	options := make([]ui.Suggestion, len(found))
	for i, f := range found {
		options[i] = ui.Suggestion{Value: f.Code, ID: text(f.ID), Label: f.Title, Detail: f.Code}
	}
	return edge.Fragment(ui.ListOptions("No goods fit", options...)), nil
}

func (v gridView) head() ui.PageHead {
	h := ui.PageHead{Title: "Stock", Sub: "Pieces, at this moment. Each number opens what stands behind it.",
		Quiet: []ui.Action{{Label: "Movements", Href: "/stock/movements"}, {Label: "Locations", Href: "/stock/locations"}, {Label: "Export", Href: address("/stock/export", v.Query, "", ""), Icon: "download"}}}
	if v.Adjust {
		h.Primary = &ui.Action{Label: "Adjust stock", Href: "/stock/adjust", Key: "a"}
	}
	return h
}

func (v gridView) tabs() []ui.Tab {
	var tabs []ui.Tab
	for _, s := range inventory.Shows {
		q := v.Query
		q.Show = s
		label := "all"
		if s != inventory.ShowAll {
			label = string(s)
		}
		tabs = append(tabs, ui.Tab{Label: v.Say("stock.show." + label), Href: address("/stock", q, "", ""), Current: v.Query.Show == s})
	}
	return tabs
}

func (v gridView) filters() ui.Filters {
	f := ui.Filters{Action: "/stock", Search: &ui.Input{Label: "SKU or words of the name", Name: "q", Value: v.Query.Search}}
	if v.Query.Show != "" {
		f.Keep = []ui.Hidden{{Name: "show", Value: string(v.Query.Show)}}
	}
	if v.Query.Search != "" || v.Query.Location != 0 {
		f.Clear = address("/stock", inventory.GridQuery{Show: v.Query.Show}, "", "")
	}
	if len(v.Locations) > 1 {
		all := v.Query
		all.Location = 0
		f.Chips = []ui.Chip{locationChip(v.Locations, v.Query.Location, address("/stock", all, "", ""))}
	}
	return f
}

// locationChip narrows a list to one location.
func locationChip(all []inventory.Location, chosen id.Location, clear string) ui.Chip {
	c := ui.Chip{Label: "Location", Name: "location", One: true}
	for _, l := range all {
		o := ui.Option{Value: text(l.ID), Label: l.Name, Hint: l.Code, Chosen: l.ID == chosen}
		if o.Chosen {
			c.Value, c.Clear = l.Name, clear
		}
		c.Options = append(c.Options, o)
	}
	return c
}

func (v gridView) table() ui.Grid {
	g := ui.Grid{ID: "stock", Caption: "Stock of all goods", Columns: levelColumns(ui.Column{Label: "SKU"})}
	for _, l := range v.Rows {
		g.Rows = append(g.Rows, ui.Row{Label: l.Code, Cells: append([]templ.Component{ui.Lead("/stock/goods/"+text(l.SKU), l.Code, l.Title)}, v.cells(l, v.Query.Location)...)})
	}
	return g
}

// levelColumns are the numbers of a level behind the first column.
func levelColumns(first ui.Column) []ui.Column {
	return []ui.Column{first, {Label: "Free", Num: true}, {Label: "On hand", Num: true}, {Label: "Reserved", Num: true},
		{Label: "Safety", Num: true, Hide: ui.OnMid}, {Label: "Damaged", Num: true}, {Label: "Quarantine", Num: true}}
}

// cells are the numbers of a level, each a link to what stands behind it.
func (s sight) cells(l inventory.LevelRow, at id.Location) []templ.Component {
	behind := func(condition inventory.Condition) string {
		v := url.Values{"goods": {text(l.SKU)}, "condition": {string(condition)}}
		if at != 0 {
			v.Set("location", text(at))
		}
		return "/stock/movements?" + v.Encode()
	}
	held := url.Values{"sku": {text(l.SKU)}}
	safety := ""
	if at != 0 {
		held.Set("location", text(at))
		if s.Adjust {
			safety = "/stock/safety?sku=" + text(l.SKU) + "&location=" + text(at)
		}
	}
	return []templ.Component{
		pieces(s.n(l.Free), "", l.Free <= 0),
		pieces(s.n(l.OnHand), behind(inventory.Sellable), l.OnHand == 0),
		pieces(s.n(l.Reserved), "/stock/reservations?"+held.Encode(), l.Reserved == 0),
		pieces(s.n(l.Safety), safety, l.Safety == 0),
		pieces(s.n(l.Damaged), behind(inventory.Damaged), l.Damaged == 0),
		pieces(s.n(l.Quarantine), behind(inventory.Quarantine), l.Quarantine == 0),
	}
}

func (s sight) n(n int64) string { return s.Words.Number(n) }
