package orders

import (
	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/sales"
	"packhouse/web/ui"
)

func (v listView) head() ui.PageHead {
	h := ui.PageHead{Title: v.Say("orders")}
	if v.Results != nil {
		h.Title = v.Say("bulk_result")
		h.Crumbs = []ui.Crumb{{Label: v.Say("orders"), Href: "/orders"}}
		return h
	}
	h.Quiet = []ui.Action{{Label: v.Say("do.export"), Icon: "download", Href: "/orders/export?" + v.Query.Encode()}}
	if v.May(access.OrderCreate) {
		h.Primary = &ui.Action{Label: v.Say("do.new_order"), Href: "/orders/new", Icon: "plus"}
	}
	return h
}

// emptyCode says which kind of nothing there is: filtered away, or done.
func (v listView) emptyCode() string {
	switch {
	case v.Filters.Clear != "":
		return "filtered"
	case v.Bucket == "review":
		return "review"
	}
	return "orders"
}

func (v listView) emptyAction() *ui.Action {
	if v.Filters.Clear != "" {
		return &ui.Action{Label: v.Say("do.clear_filters"), Href: v.Filters.Clear}
	}
	if v.May(access.OrderCreate) {
		return &ui.Action{Label: v.Say("do.new_order"), Href: "/orders/new"}
	}
	return nil
}

func (v listView) pager() ui.Pages {
	p := ui.Pages{Text: v.Say("rows_shown", "n", len(v.Page.Rows))}
	whole := ""
	if v.Bucket == "" {
		whole = "all=1&"
	}
	if v.Page.HasPrev {
		p.Prev = "/orders?" + whole + v.Page.Prev
	}
	if v.Page.HasNext {
		p.Next = "/orders?" + whole + v.Page.Next
	}
	return p
}

func (v listView) deleteView(own sales.View) string {
	return "/orders/views/" + id.Text(id.Order(own.ID)) + "/delete"
}

func (v listView) viewKey(own sales.View) string {
	return string(id.Derive(id.Key(v.Key), "view", id.Text(id.Order(own.ID))))
}
