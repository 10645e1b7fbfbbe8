package parts

import (
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"packhouse/internal/trade"
	"packhouse/web/ui"
)

// ReadAddress is the address typed under a prefix, as typed.
func ReadAddress(text func(name string) string, prefix string) trade.Address {
	return trade.Address{Name: text(prefix + ".name"), Company: text(prefix + ".company"), Line1: text(prefix + ".line1"), Line2: text(prefix + ".line2"),
		City: text(prefix + ".city"), Region: text(prefix + ".region"), Postcode: text(prefix + ".postcode"), Country: text(prefix + ".country"), Phone: text(prefix + ".phone")}
}

func countryInput(l Look, prefix string, a trade.Address, problems ui.Problems) ui.Input {
	in := ui.Input{Label: l.Say("field.country"), Name: prefix + ".country", Type: ui.Select, Value: a.Country, Problem: problems.For(prefix + ".country"),
		Autocomplete: "country", Blank: "-", Width: "m"}
	in.Options = Countries(l.Words.Lang())
	return in
}

var byName sync.Map // language: []ui.Option

// Countries are all of them by their names, as the language sorts them; put in
// order once for each language.
func Countries(lang string) []ui.Option {
	if have, ok := byName.Load(lang); ok {
		return have.([]ui.Option)
	}
	var all []ui.Option
	for _, c := range trade.Countries() {
		all = append(all, ui.Option{Value: c, Label: trade.CountryOf(c).Name(lang)})
	}
	order := collate.New(language.Make(lang))
	slices.SortFunc(all, func(a, b ui.Option) int { return order.CompareString(a.Label, b.Label) })
	byName.Store(lang, all)
	return all
}

var autocomplete = map[string]string{"name": "name", "company": "organization", "line1": "address-line1", "line2": "address-line2",
	"city": "address-level2", "region": "address-level1", "postcode": "postal-code", "phone": "tel"}

func addressInputs(l Look, prefix string, a trade.Address, problems ui.Problems) []ui.Input {
	values := map[string]string{"name": a.Name, "company": a.Company, "line1": a.Line1, "line2": a.Line2, "city": a.City, "region": a.Region, "postcode": a.Postcode, "phone": a.Phone}
	var out []ui.Input
	for _, f := range trade.CountryOf(a.Country).Fields() {
		if f.Name == "country" {
			continue
		}
		in := ui.Input{Label: l.Say(f.Label), Name: prefix + "." + f.Name, Value: values[f.Name], Problem: problems.For(prefix + "." + f.Name),
			Optional: !f.Required, Autocomplete: autocomplete[f.Name], MaxLength: 200}
		switch f.Name {
		case "phone":
			in.Type, in.Width = ui.Phone, "m"
		case "postcode", "region":
			in.Width = "s"
		case "city":
			in.Width = "m"
		}
		out = append(out, in)
	}
	return out
}
