package checks

import (
	"fmt"

	"github.com/a-h/templ"

	"packhouse/internal/check"
	"packhouse/internal/words"
	"packhouse/web/ui"
)

// view is the page: the sentences alone, or with their answers.
type view struct {
	say     func(code string, args ...any) string
	words   *words.Catalogue
	Results []check.Result
}

func (v view) ran() bool { return v.Results != nil }

func (v view) head() ui.PageHead {
	label := v.say("do.run_checks")
	if v.ran() {
		label = v.say("do.run_checks_again")
	}
	return ui.PageHead{Title: v.say("checks_title"), Sub: v.say("checks_lead"), Primary: &ui.Action{Label: label, Href: "/checks?run=1"}}
}

// verdict is the one sentence about all of them.
func (v view) verdict() (ui.Kind, string) {
	broken := 0
	for _, r := range v.Results {
		if !r.Fine() {
			broken++
		}
	}
	if broken == 0 {
		return ui.Green, v.say("checks_clean", "n", len(v.Results))
	}
	return ui.Red, v.say("checks_broken", "n", broken, "of", len(v.Results))
}

func (v view) grid() ui.Grid {
	g := ui.Grid{Caption: v.say("checks_what"), Plain: true,
		Columns: []ui.Column{{Label: v.say("checks_col_check"), Short: true}, {Label: v.say("checks_col_holds")}}}
	if !v.ran() {
		for _, i := range check.All() {
			g.Rows = append(g.Rows, ui.Row{Cells: []templ.Component{ui.Text(i.ID), ui.Text(i.Says(v.words))}})
		}
		return g
	}
	g.Caption = v.say("checks_results")
	g.Columns = append(g.Columns, ui.Column{Label: v.say("checks_col_answer"), End: true}, ui.Column{Label: v.say("checks_col_took"), Num: true, Short: true, Hide: ui.OnPhone})
	for _, r := range v.Results {
		row := ui.Row{Cells: []templ.Component{ui.Text(r.ID), ui.Text(v.words.Say("invariant."+r.ID, nil)), ui.Badge(ui.Green, v.say("checks_holds")),
			ui.Text(v.say("checks_ms", "n", fmt.Sprintf("%.1f", float64(r.Took.Microseconds())/1000)))}}
		if !r.Fine() {
			row.Kind = ui.Red
			row.Cells[2] = ui.Badge(ui.Red, v.say("checks_violations", "n", r.Rows))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// broken are the checks that do not hold, for their culprits.
func (v view) broken() []check.Result {
	var out []check.Result
	for _, r := range v.Results {
		if !r.Fine() {
			out = append(out, r)
		}
	}
	return out
}

func (v view) cardTitle(r check.Result) string {
	return r.ID + " · " + v.words.Say("invariant."+r.ID, nil)
}
