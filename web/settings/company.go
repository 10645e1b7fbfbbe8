package settings

import (
	"context"
	"errors"
	"strings"

	"packhouse/internal/access"
	"packhouse/internal/channel"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/settings"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// companyForm is the company's settings as typed.
type companyForm struct {
	Name, Colour, Email, Zone, Language, Country string
	MaxLines, MaxPieces, MaxTotal, ShopPerTen    string
	ShopOpen                                     bool
}

func companyOf(c settings.Company, cur money.Currency) companyForm {
	return companyForm{c.Name, c.Colour, c.Email, c.Zone, c.Language, c.Country, number(c.MaxLines), number(c.MaxPieces),
		money.Of(c.MaxTotal, cur).Plain(), number(c.ShopPerTen), c.ShopOpen}
}

func readCompany(r *edge.Request) companyForm {
	return companyForm{r.Text("name"), r.Text("colour"), r.Text("email"), r.Text("zone"), r.Text("language"), r.Text("country"), r.Text("max_lines"), r.Text("max_pieces"),
		r.Text("max_total"), r.Text("shop_per_10"), r.Ticked("shop_open")}
}

// Input is the company with what the form says; what it does not show stays.
func (f companyForm) Input(v *problem.Invalid, from settings.Company, cur money.Currency) settings.Company {
	to := from
	to.Name = trade.ReadLine(v, "name", f.Name, 120)
	to.Colour, to.Zone, to.Language, to.Country, to.ShopOpen = strings.ToLower(f.Colour), f.Zone, f.Language, f.Country, f.ShopOpen
	if to.Email = trade.ReadEmail(v, "email", f.Email); f.Email == "" {
		v.Add("email", "required")
	}
	if !trade.KnownCountry(f.Country) {
		v.Add("country", "unknown_country", "country", f.Country)
	}
	to.MaxLines, to.MaxPieces, to.ShopPerTen = whole(v, "max_lines", f.MaxLines), whole(v, "max_pieces", f.MaxPieces), whole(v, "shop_per_10", f.ShopPerTen)
	to.MaxTotal = money.Read(v, "max_total", f.MaxTotal, cur).Minor
	// What the room itself finds wrong comes with the rest, once per field.
	if wrong, ok := errors.AsType[*problem.Invalid](to.Validate()); ok {
		for _, x := range wrong.Fields {
			if !v.Has(x.Path) {
				v.Fields = append(v.Fields, x)
			}
		}
	}
	return to
}

type companyView struct {
	base
	Form      companyForm
	Currency  money.Currency
	Version   string
	Key       string
	MayNot    string
	Problems  ui.Problems
	Overtaken overtaken
}

func (p pages) companyView(r *edge.Request) (companyView, settings.Company, error) {
	b, c, version, err := p.open(r, "/settings")
	v := companyView{base: b, Version: text(version), Key: r.Key(), MayNot: mayNot(r, b, access.SettingsManage), Currency: "EUR"}
	if err != nil {
		return v, c, err
	}
	all, err := channel.All(r.Context(), p.Read)
	if len(all) > 0 {
		v.Currency = all[0].Currency
	}
	v.Form = companyOf(c, v.Currency)
	return v, c, err
}

func (p pages) company(r *edge.Request) (edge.Reply, error) {
	v, _, err := p.companyView(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(v.frame("settings.company"), companyPage(v)), nil
}

func (p pages) saveCompany(r *edge.Request) (edge.Reply, error) {
	v, from, err := p.companyView(r)
	if err != nil {
		return edge.Reply{}, err
	}
	v.Form = readCompany(r)
	invalid := r.Invalid()
	to := v.Form.Input(invalid, from, v.Currency)
	again := func(err error) (edge.Reply, error) {
		if _, stale := errors.AsType[*problem.Stale](err); stale {
			var failed error
			if v.Overtaken, failed = p.overtaken(r, v.base, err, "settings", 1); failed != nil {
				return edge.Reply{}, failed
			}
		} else {
			v.Version, v.Problems = r.Text("version"), r.Problems(err)
		}
		return edge.Redraw(err, v.frame("settings.company"), companyPage(v)), nil
	}
	if err := invalid.Err(); err != nil {
		return again(err)
	}
	repeated, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return settings.Change(ctx, tx, to, r.Version()) })
	if err != nil {
		return again(err)
	}
	return edge.SeeOther("/settings", saved(repeated, to != from)), nil
}

func (v companyView) input(label, name, value string) ui.Input {
	return ui.Input{Label: v.Say(label), Name: name, Value: value, Problem: v.Problems.For(name), MaxLength: 200, Width: "m"}
}

func (v companyView) languages() ui.Input {
	in := v.input("setting.language", "language", v.Form.Language)
	in.Type, in.Blank, in.Help = ui.Select, "-", v.Say("settings.language_help")
	in.Options = []ui.Option{{Value: "en", Label: "English"}, {Value: "de", Label: "Deutsch"}}
	return in
}

func (v companyView) countries() ui.Input {
	in := v.input("setting.country", "country", v.Form.Country)
	in.Type, in.Blank, in.Help = ui.Select, "-", v.Say("settings.country_help")
	in.Options = parts.Countries(v.Words.Lang())
	return in
}

func (v companyView) figure(label, name, value, help string) ui.Input {
	in := v.input(label, name, value)
	in.Type, in.Width, in.Help = ui.Quantity, "s", help
	return in
}

func helped(in ui.Input, help string) ui.Input {
	in.Help = help
	return in
}

func (v companyView) maxTotal() ui.Input {
	in := v.input("setting.max_total", "max_total", v.Form.MaxTotal)
	in.Type, in.Width, in.After = ui.Sum, "m", string(v.Currency)
	return in
}
