package orders

import (
	"context"
	"encoding/csv"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"packhouse/internal/access"
	"packhouse/internal/channel"
	"packhouse/internal/id"
	"packhouse/internal/list"
	"packhouse/internal/money"
	"packhouse/internal/sales"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// listView is the order list as the page draws it.
type listView struct {
	parts.Look
	Query   list.Query
	Page    list.Page[sales.Row]
	Tabs    []ui.Tab
	Filters ui.Filters
	Results map[int64]result // of a bulk command, by order
	Key     string
	May     func(access.Permission) bool
	Own     []sales.View
	Bucket  string
}

// result is what a bulk command did with one order.
type result struct {
	OK   bool
	Text string
}

func (p pages) list(r *edge.Request) (edge.Reply, error) {
	return p.drawList(r, r.Values(), nil)
}

func (p pages) drawList(r *edge.Request, values url.Values, results map[int64]result) (edge.Reply, error) {
	if !values.Has("bucket") && !values.Has("all") && len(results) == 0 {
		values = withValue(values, "bucket", "review")
	}
	q := sales.List.Parse(ownValues(r, values))
	page, err := sales.Page(r.Context(), p.Read, q)
	if err != nil {
		return edge.Reply{}, err
	}
	counts, err := sales.BucketCounts(r.Context(), p.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	channels, err := channel.All(r.Context(), p.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	views, err := sales.Views(r.Context(), p.Read, p.user(r))
	if err != nil {
		return edge.Reply{}, err
	}
	v := listView{Look: p.look(r), Query: q, Page: page, Results: results, Key: r.Key(), May: r.Can, Own: views, Bucket: q.Get("bucket")}
	v.Tabs = v.tabs(counts, views)
	v.Filters = v.filters(channels)
	return edge.Page(ui.Frame{Title: v.Say("orders"), Section: "/orders", Wide: true}, listPage(v)), nil
}

func withValue(values url.Values, name, value string) url.Values {
	out := url.Values{}
	for k, v := range values {
		out[k] = v
	}
	out.Set(name, value)
	return out
}

// ownValues leaves out what would tell totals to who may not see them: by
// filter or by order.
func ownValues(r *edge.Request, values url.Values) url.Values {
	if r.Can(access.PriceRead) {
		return values
	}
	out := withValue(values, "total_from", "")
	out.Del("total_to")
	if strings.TrimPrefix(out.Get("sort"), "-") == "total" {
		out.Del("sort")
	}
	return out
}

// tabs are the views everybody has, then one's own.
func (v listView) tabs(counts map[string]int, views []sales.View) []ui.Tab {
	var tabs []ui.Tab
	only := len(v.Query.Active()) <= 1
	for _, b := range sales.Buckets {
		tabs = append(tabs, ui.Tab{Label: v.Say("bucket." + b), Href: "/orders?bucket=" + b, Count: v.capped(counts[b]), Current: only && v.Bucket == b && len(v.Query.All("bucket")) == 1})
	}
	tabs = append(tabs, ui.Tab{Label: v.Say("bucket.all"), Href: "/orders?all=1", Current: len(v.Query.Active()) == 0})
	here := v.Query.Encode()
	for _, s := range views {
		tabs = append(tabs, ui.Tab{Label: s.Name, Href: "/orders?" + s.Query, Current: s.Query == here || s.Query == "all=1&"+here})
	}
	return tabs
}

func (v listView) capped(n int) string {
	switch {
	case n == 0:
		return ""
	case n > sales.Enough:
		return v.N(sales.Enough) + "+"
	}
	return v.N(n)
}

func (v listView) href(q list.Query) string {
	if enc := q.Encode(); enc != "" {
		if !strings.Contains(enc, "bucket=") {
			return "/orders?all=1&" + enc
		}
		return "/orders?" + enc
	}
	return "/orders?all=1"
}

func (v listView) filters(channels []channel.Channel) ui.Filters {
	q := v.Query
	f := ui.Filters{Action: "/orders"}
	if b := q.Get("bucket"); b != "" {
		f.Keep = append(f.Keep, ui.Hidden{Name: "bucket", Value: b})
	} else {
		f.Keep = append(f.Keep, ui.Hidden{Name: "all", Value: "1"})
	}
	ch := ui.Chip{Label: v.Say("channel"), Name: "channel"}
	for _, c := range channels {
		value := id.Text(c.ID)
		chosen := slices.Contains(q.All("channel"), value)
		if chosen {
			if ch.Value != "" {
				ch.Value += ", "
			}
			ch.Value += c.Name
			ch.Clear = v.href(q.With("channel"))
		}
		ch.Options = append(ch.Options, ui.Option{Value: value, Label: c.Name, Chosen: chosen})
	}
	period := ui.Chip{Label: v.Say("placed"), Name: "placed_from", Body: dayFields(v.Say("from"), "placed_from", q.Get("placed_from"), v.Say("to"), "placed_to", q.Get("placed_to"))}
	if q.Get("placed_from")+q.Get("placed_to") != "" {
		period.Value, period.Clear = q.Get("placed_from")+" – "+q.Get("placed_to"), v.href(q.With("placed_from").With("placed_to"))
	}
	promised := ui.Chip{Label: v.Say("promised_by"), Name: "promised_by", Body: dayFields(v.Say("promised_by"), "promised_by", q.Get("promised_by"), "", "", "")}
	if d := q.Get("promised_by"); d != "" {
		promised.Value, promised.Clear = d, v.href(q.With("promised_by"))
	}
	held := ui.Chip{Label: v.Say("held"), Name: "held", One: true, Options: []ui.Option{{Value: "yes", Label: v.Say("held_only"), Chosen: q.Get("held") == "yes"}}}
	if q.Get("held") == "yes" {
		held.Value, held.Clear = v.Say("held_only"), v.href(q.With("held"))
	}
	f.Chips = []ui.Chip{ch, period, promised, held}
	total := ui.Chip{Label: v.Say("total"), Name: "total_from", Body: totalFields(v.Look, q.Get("total_from"), q.Get("total_to"))}
	if q.Get("total_from")+q.Get("total_to") != "" {
		total.Value, total.Clear = major(q.Get("total_from"))+" – "+major(q.Get("total_to")), v.href(q.With("total_from").With("total_to"))
	}
	sorts := []string{"-placed", "placed", "promised", "-promised"}
	if !v.NoMoney {
		f.Chips = append(f.Chips, total)
		sorts = append(sorts, "-total", "total")
	}
	by, desc := q.Sorted()
	if len(q.Active()) > 1 || len(q.Active()) == 1 && q.Get("bucket") == "" {
		f.Clear = "/orders?all=1"
	}
	f.Sort = &ui.Chip{Label: v.Say("sorted"), Value: v.Say("sort." + by + map[bool]string{true: ".desc", false: ".asc"}[desc])}
	f.Sort.Name, f.Sort.One = "sort", true
	for _, s := range sorts {
		name, dir := strings.TrimPrefix(s, "-"), ".asc"
		if strings.HasPrefix(s, "-") {
			dir = ".desc"
		}
		f.Sort.Options = append(f.Sort.Options, ui.Option{Value: s, Label: v.Say("sort." + name + dir), Chosen: name == by && (dir == ".desc") == desc})
	}
	return f
}

// major shows minor units in a chip; the exact amounts stand in the rows.
func major(minor string) string {
	n, err := strconv.ParseInt(minor, 10, 64)
	if err != nil {
		return ""
	}
	return strconv.FormatInt(n/100, 10)
}

func (v listView) grid() ui.Grid {
	by, desc := v.Query.Sorted()
	sorted := func(name string) string {
		if by != name {
			return ""
		}
		if desc {
			return "descending"
		}
		return "ascending"
	}
	g := ui.Grid{ID: "orders", Caption: v.Say("orders"), Columns: []ui.Column{
		{Label: v.Say("order"), Sort: v.href(v.Query.By("placed")), Sorted: sorted("placed")},
		{Label: v.Say("customer")},
		{Label: v.Say("state")},
		{Label: v.Say("promised"), Sort: v.href(v.Query.By("promised")), Sorted: sorted("promised"), Hide: ui.OnPhone, Short: true},
		{Label: v.Say("lines"), Num: true, Hide: ui.OnMid},
	}}
	if !v.NoMoney {
		g.Columns = append(g.Columns, ui.Column{Label: v.Say("total"), Num: true, Sort: v.href(v.Query.By("total")), Sorted: sorted("total"), End: true, Short: true})
	}
	for _, o := range v.Page.Rows {
		kind, word := parts.OrderBadge(v.Look, o)
		row := ui.Row{ID: strconv.FormatInt(int64(o.ID), 10), Label: v.Say("order_n", "number", o.Number), Cells: []templ.Component{
			ui.Lead("/orders/"+strconv.FormatInt(int64(o.ID), 10), o.Number, o.Channel+", "+v.When(o.Placed).Relative),
			ui.Text(o.Name),
			ui.StateCell(kind, word, v.Tell(o.Sentence, o.Args)),
			ui.Text(v.Day(o.Promised)),
			ui.Text(v.N(o.Lines)),
		}}
		if !v.NoMoney {
			row.Cells = append(row.Cells, ui.Money(v.Money(o.Total, o.Currency)))
		}
		if res, ok := v.Results[int64(o.ID)]; ok {
			row.Result, row.ResultKind = res.Text, ui.Red
			if res.OK {
				row.ResultKind = ui.Green
			}
		}
		g.Rows = append(g.Rows, row)
	}
	if v.May(access.OrderConfirm) && (v.Bucket == "review" || len(v.Results) > 0 || v.Bucket == "") {
		g.Bulk = &ui.Bulk{Name: "id", Command: v.Key, One: v.Say("one_ticked"), Many: v.Say("n_ticked"),
			Actions: []ui.BulkAction{{Label: v.Say("do.confirm_ticked"), One: v.Say("do.confirm_one"), Many: v.Say("do.confirm_many"), Post: "/orders/confirm", Kind: ui.Primary}}}
	}
	return g
}

// export writes exactly what the list shows, all pages of it.
func (p pages) export(r *edge.Request) (edge.Reply, error) {
	q := sales.List.Parse(ownValues(r, r.Values()))
	look := p.look(r)
	prices := r.Can(access.PriceRead)
	ctx := r.Context()
	return edge.File("orders.csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		out := csv.NewWriter(w)
		head := []string{"number", "state", "channel", "customer", "placed_at", "promised", "lines", "pieces", "reserved", "waits_for"}
		if prices {
			head = append(head, "total", "currency")
		}
		if err := out.Write(head); err != nil {
			return err
		}
		err := sales.Each(ctx, p.Read, q, func(o sales.Row) error {
			day := ""
			if o.Promised != nil {
				day = o.Promised.Format(time.DateOnly)
			}
			cells := []string{o.Number, o.State, o.Channel, parts.Cell(o.Name), o.Placed.UTC().Format(time.RFC3339), day, strconv.Itoa(o.Lines), strconv.Itoa(o.Ordered),
				strconv.Itoa(o.Reserved), parts.Cell(look.Tell(o.Sentence, o.Args))}
			if prices {
				cells = append(cells, money.Of(o.Total, o.Currency).Plain(), string(o.Currency))
			}
			return out.Write(cells)
		})
		out.Flush()
		if err != nil {
			return err
		}
		return out.Error()
	}), nil
}

// bulkConfirm confirms each ticked order by itself; every one gets its answer.
func (p pages) bulkConfirm(r *edge.Request) (edge.Reply, error) {
	ids := r.Texts("id")
	if len(ids) == 0 {
		return edge.SeeOther("/orders", edge.Failed("nothing_ticked")), nil
	}
	if len(ids) > 500 {
		return edge.SeeOther("/orders", edge.Failed("too_many_ticked", "max", 500)), nil
	}
	results := make(map[int64]result, len(ids))
	var done, failed int
	for _, s := range ids {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 {
			continue
		}
		res := p.confirmOne(r, n)
		results[n] = res
		if res.OK {
			done++
		} else {
			failed++
		}
	}
	values := url.Values{"all": {"1"}}
	reply, err := p.drawResults(r, values, ids, results)
	if err != nil {
		return edge.Reply{}, err
	}
	return reply.WithFlash(edge.Note("bulk_confirmed", "done", done, "failed", failed)), nil
}

// drawResults shows the ticked orders again, each with its answer.
func (p pages) drawResults(r *edge.Request, values url.Values, ids []string, results map[int64]result) (edge.Reply, error) {
	var nums []int64
	for n := range results {
		nums = append(nums, n)
	}
	rows, err := sales.ByIDs(r.Context(), p.Read, nums)
	if err != nil {
		return edge.Reply{}, err
	}
	v := listView{Look: p.look(r), Query: sales.List.Parse(values), Page: list.Page[sales.Row]{Rows: rows}, Results: results, Key: string(id.NewKey()), May: r.Can}
	v.Tabs = []ui.Tab{{Label: v.Say("bucket.review"), Href: "/orders?bucket=review"}, {Label: v.Say("bulk_result"), Href: "#orders", Current: true}}
	return edge.Page(ui.Frame{Title: v.Say("bulk_result"), Section: "/orders", Wide: true}, listPage(v)), nil
}

func (p pages) saveView(r *edge.Request) (edge.Reply, error) {
	name, query := r.Text("name"), r.Text("query")
	back := "/orders?" + query
	_, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return sales.SaveView(ctx, tx, p.user(r), name, query) })
	if err != nil {
		return edge.SeeOther(back, edge.Flash{Kind: ui.Red, Text: r.Sentence(err)}), nil
	}
	return edge.SeeOther(back, edge.Done("view_saved", "name", name)), nil
}

func (p pages) deleteView(r *edge.Request) (edge.Reply, error) {
	view := r.ID("view")
	_, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return sales.DeleteView(tx, p.user(r), view) })
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther("/orders", edge.Done("view_deleted")), nil
}
