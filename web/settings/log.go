package settings

import (
	"encoding/json"
	"strings"

	"github.com/a-h/templ"

	"packhouse/internal/list"
	"packhouse/internal/money"
	"packhouse/internal/settings"
	"packhouse/internal/tax"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

func cells(all ...templ.Component) []templ.Component { return all }

type taxesView struct {
	base
	Held    []tax.Held
	Classes map[string]string
}

func (p pages) taxes(r *edge.Request) (edge.Reply, error) {
	b, _, _, err := p.open(r, "/settings/taxes")
	v := taxesView{base: b, Classes: map[string]string{}}
	if err != nil {
		return edge.Reply{}, err
	}
	if v.Held, err = tax.HeldRates(r.Context(), p.Read); err != nil {
		return edge.Reply{}, err
	}
	classes, err := tax.Classes(r.Context(), p.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	for _, c := range classes {
		v.Classes[c.Code] = c.Name
	}
	return edge.Page(v.frame("settings.taxes"), taxesPage(v)), nil
}

func (v taxesView) grid() ui.Grid {
	g := ui.Grid{Caption: v.Say("settings.taxes"), Columns: []ui.Column{{Label: v.Say("field.country")}, {Label: v.Say("field.region")}, {Label: v.Say("settings.tax_class")},
		{Label: v.Say("settings.rate"), Num: true, End: true}, {Label: v.Say("settings.holds"), Hide: ui.OnMid}}}
	for _, h := range v.Held {
		holds := v.Say("settings.holds_from", "from", h.From)
		if !h.Until.IsZero() {
			holds = v.Say("settings.holds_until", "from", h.From, "until", h.Until.Add(-1))
		}
		g.Rows = append(g.Rows, ui.Row{Cells: cells(ui.Text(h.Country), ui.Text(h.Region), ui.Two(v.Classes[h.Class], h.Class), ui.Text(h.Rate.Format(v.Words.Lang())), ui.Text(holds))})
	}
	return g
}

type logView struct {
	base
	Query list.Query
	Page  list.Page[settings.Entry]
}

func (p pages) log(r *edge.Request) (edge.Reply, error) {
	b, _, _, err := p.open(r, "/settings/log")
	v := logView{base: b, Query: settings.Log.Parse(r.Values())}
	if err != nil {
		return edge.Reply{}, err
	}
	if v.Page, err = settings.Entries(r.Context(), p.Read, v.Query); err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(v.frame("settings.log"), logPage(v)), nil
}

const logPath = "/settings/log"

func at(q string) string {
	if q == "" {
		return logPath
	}
	return logPath + "?" + q
}

func (v logView) filters() ui.Filters {
	about := ui.Chip{Label: v.Say("settings.about"), Name: "about", Clear: at(v.Query.With("about").Encode())}
	about.Options, about.Value = v.options("about", "settings.about.", settings.Abouts)
	by := ui.Chip{Label: v.Say("settings.by"), Name: "by", Clear: at(v.Query.With("by").Encode())}
	by.Options, by.Value = v.options("by", "actor.", []string{"staff", "customer", "visitor", "system", "import"})
	day := ui.Chip{Label: v.Say("settings.day"), Name: "day", Clear: at(v.Query.With("from").With("until").Encode()), Body: dayFields(v),
		Value: strings.Trim(v.Query.Get("from")+" – "+v.Query.Get("until"), " –")}
	f := ui.Filters{Action: logPath, Chips: []ui.Chip{about, by, day}}
	if len(v.Query.Active()) > 0 {
		f.Clear = logPath
	}
	return f
}

func (v logView) options(name, prefix string, all []string) (out []ui.Option, chosen string) {
	var words []string
	for _, value := range all {
		o := ui.Option{Value: value, Label: v.Say(prefix + value)}
		for _, c := range v.Query.All(name) {
			o.Chosen = o.Chosen || c == value
		}
		if o.Chosen {
			words = append(words, o.Label)
		}
		out = append(out, o)
	}
	return out, strings.Join(words, ", ")
}

func (v logView) grid() ui.Grid {
	g := ui.Grid{Caption: v.Say("settings.log"), Columns: []ui.Column{{Label: v.Say("settings.what")}, {Label: v.Say("settings.who")}, {Label: v.Say("settings.when"), Short: true, End: true}}}
	for _, e := range v.Page.Rows {
		who := e.Name
		if who == "" {
			who = v.Say("actor." + e.Actor)
		}
		g.Rows = append(g.Rows, ui.Row{Cells: cells(whatCell(v.Words.Say("event."+e.Kind, e.Data), v.changes(e)), ui.Text(who), ui.When(v.When(e.Occurred)))})
	}
	return g
}

// changes are the fields an event changed, each in words with its value before
// and after.
func (b base) changes(e settings.Entry) []ui.Difference {
	all, _ := e.Data["changes"].([]any)
	var out []ui.Difference
	for _, x := range all {
		c, ok := x.(map[string]any)
		if !ok {
			continue
		}
		field, _ := c["field"].(string)
		before, _ := c["before"].(string)
		after, _ := c["after"].(string)
		out = append(out, ui.Difference{Label: b.label(field), Before: b.value(field, before), After: b.value(field, after)})
	}
	return out
}

// label is a field by the name its form gives it.
func (b base) label(field string) string {
	field = strings.TrimPrefix(field, "field.")
	for _, code := range []string{"setting." + field, "field." + field} {
		if b.Words.Has(code) {
			return b.Say(code)
		}
	}
	if field == "" {
		return ""
	}
	return strings.ToUpper(field[:1]) + strings.ReplaceAll(field[1:], "_", " ")
}

// value is a setting as it was stored, told to a person.
func (b base) value(field, raw string) string {
	switch {
	case raw == "true":
		return b.Say("word.yes")
	case raw == "false":
		return b.Say("word.no")
	case raw == "" || raw == "null" || raw == "[]" || raw == "{}":
		return b.Say("word.none")
	case field == "locations":
		var places []struct{ Name string }
		if json.Unmarshal([]byte(raw), &places) == nil {
			var names []string
			for _, p := range places {
				names = append(names, p.Name)
			}
			return b.Say("settings.in_order", "places", names)
		}
	case field == "checks":
		var checks map[string]string
		if json.Unmarshal([]byte(raw), &checks) == nil {
			var out []string
			for _, name := range sorted(checks) {
				out = append(out, b.Say("check."+name)+": "+b.Say("settings.severity."+checks[name]))
			}
			return strings.Join(out, "; ")
		}
	case strings.HasSuffix(field, "_minor") || field == "max_total":
		var minor int64
		if json.Unmarshal([]byte(raw), &minor) == nil {
			return money.Of(minor, "EUR").Plain()
		}
	}
	return raw
}

func linkIf(there bool, q string) string {
	if !there {
		return ""
	}
	return at(q)
}
