package trade

import (
	"strings"
	"unicode"

	"packhouse/internal/problem"
)

// Lines are the printed lines in the country's order, without the country: for
// a letter at home.
func (a Address) Lines() []string {
	values := map[byte]string{'N': a.Name, 'O': a.Company, 'A': a.Line1, 'B': a.Line2, 'C': a.City, 'S': a.Region, 'Z': a.Postcode}
	if a.Name == "" {
		values['N'], values['O'] = a.Company, ""
	}
	var lines []string
	for pattern := range strings.SplitSeq(CountryOf(a.Country).order, "/") {
		if line := printed(pattern, values); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// Format is Lines with the country in a language as the last.
func (a Address) Format(lang string) []string {
	if a.Country == "" {
		return a.Lines()
	}
	return append(a.Lines(), CountryOf(a.Country).Name(lang))
}

// printed fills one line; what stands between two parts needs both.
func printed(pattern string, values map[byte]string) string {
	line, between := "", ""
	for i := range len(pattern) {
		value, isPart := values[pattern[i]]
		switch {
		case !isPart:
			between += pattern[i : i+1]
		case value != "":
			if line != "" {
				line += between
			}
			line, between = line+value, ""
		}
		if isPart && value == "" {
			between = "" // it stood before what is missing
		}
	}
	return line
}

// FormField is one field of an address form: its name within the form, the
// words code of its label, and whether the country needs it.
type FormField struct {
	Name     string
	Label    string
	Required bool
}

// Fields are the fields of a form in the country's order, the country first
// and the phone last.
func (c Country) Fields() []FormField {
	fields := []FormField{{"country", "field.country", true}}
	for _, p := range []byte(c.order) {
		switch p {
		case 'N':
			fields = append(fields, FormField{"name", "field.name", false})
		case 'O':
			fields = append(fields, FormField{"company", "field.company", false})
		case 'A':
			fields = append(fields, FormField{"line1", "field.line1", true})
		case 'B':
			fields = append(fields, FormField{"line2", "field.line2", false})
		case 'C':
			fields = append(fields, c.field("city", c.NeedsCity))
		case 'S':
			fields = append(fields, c.field("region", c.NeedsRegion))
		case 'Z':
			fields = append(fields, c.field("postcode", c.NeedsPostcode))
		}
	}
	return append(fields, FormField{"phone", "field.phone", false})
}

func (c Country) field(name string, required bool) FormField {
	label, ok := c.labels[name]
	if !ok {
		label = "field." + name
	}
	return FormField{name, label, required}
}

// labelWidth is how many characters carriers print on a line of a label.
const labelWidth = 40

// Notes are what a person should look at although it may be right: each a
// field with its code. address.warn.no_number, address.warn.po_box,
// address.warn.parcel_locker, address.warn.no_phone,
// address.warn.line_too_long {max}, address.warn.repeated.
func (a Address) Notes() []problem.Field {
	v := &problem.Invalid{}
	street := a.Line1 + " " + a.Line2
	words := " " + strings.Join(strings.FieldsFunc(SearchFold(street), notWord), " ") + " "
	switch {
	case containsAny(words, lockers):
		v.Add("line1", "address.warn.parcel_locker")
	case containsAny(words, boxes):
		v.Add("line1", "address.warn.po_box")
	case a.Line1 != "" && CountryOf(a.Country).numbered && !strings.ContainsFunc(street, unicode.IsDigit):
		v.Add("line1", "address.warn.no_number")
	}
	for _, p := range a.parts() {
		if len([]rune(*p.value)) > labelWidth {
			v.Add(p.name, "address.warn.line_too_long", "max", labelWidth)
		}
	}
	if repeated(words, a.Postcode, 4) || repeated(words, a.City, 4) && strings.Count(words, " ") > 5 {
		v.Add("line1", "address.warn.repeated")
	}
	if a.Phone == "" {
		v.Add("phone", "address.warn.no_phone")
	}
	return v.Fields
}

var (
	boxes = []string{" po box ", " p o box ", " pob ", " pobox ", " post office box ", " postfach ", " postbus ", " boite postale ", " bp ", " casella postale ", " apartado ",
		" apdo ", " casilla ", " caixa postal ", " postboks ", " postbox ", " box postal ", " skrytka pocztowa ", " postilokero ", " private bag ", " а я ", " gpo box ", " locked bag "}
	lockers = []string{" packstation ", " parcel locker ", " paczkomat ", " inpost ", " pickup station ", " amazon locker ", " postfiliale "}
)

func containsAny(words string, any []string) bool {
	for _, w := range any {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}

func repeated(words, part string, least int) bool {
	part = strings.Join(strings.FieldsFunc(SearchFold(part), notWord), " ")
	return len(part) >= least && strings.Contains(words, " "+part+" ")
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
