package ui

import (
	"strconv"
	"strings"
)

// Lookup is a field that suggests while one types. The script asks Source with
// ?q= and shows the ListOptions it answers; without script it is a plain field.
type Lookup struct {
	Input
	Source string // GET address answering ListOptions
	// Sets is the name of a hidden field that takes the chosen option's ID, if
	// the text alone does not say which one is meant; ID is its value now.
	Sets, ID string
	// Also are names of fields sent along with q, such as the customer.
	Also string
}

// Suggestion is one answer of a Lookup.
type Suggestion struct {
	Value  string // what stands in the field once chosen
	ID     string // what the hidden field takes
	Label  string
	Detail string
	Note   string // at the end, such as "12 in stock"
	// Fill gives values for the neighbours marked data-fill="name" within the
	// same row or form: "price" → "9.95".
	Fill map[string]string
}

// LineSheet is the table in which the lines of an order are entered.
type LineSheet struct {
	Prefix   string // of the names: "lines" makes lines[0].sku
	Lookup   string // GET address of the SKU suggestions
	Also     string // names of fields sent along with the lookup
	Rows     []LineRow
	Discount bool // the column is there
	PriceOff bool // prices are not typed here
	Currency string
	Add      string // name of the button that asks for another row without script; empty is "add-line"
	Remove   string // name of the button that takes a row away; empty is "remove-line"
	Paste    string // name of the box for several lines; empty is "paste", "-" leaves it out
	PasteBad string // what could not be understood in it
	PasteWas string // what was typed there
}

// LineRow is one row of it, as typed. Names in Problems are "sku", "quantity",
// "price", "discount".
type LineRow struct {
	SKU, Quantity, Price, Discount string
	Name                           string // of the product, once known
	Note                           string // "12 in stock in Hamburg"
	NoteKind                       Kind
	Total                          string
	ID                             string // of the stored line; sent as lines[0].id
	Problems                       map[string]string
}

func (s LineSheet) prefix() string { return or(s.Prefix, "lines") }
func (s LineSheet) add() string    { return or(s.Add, "add-line") }
func (s LineSheet) remove() string { return or(s.Remove, "remove-line") }
func (s LineSheet) paste() string  { return or(s.Paste, "paste") }

// at is the name of a field of a row; the row a script copies has "__i__".
func (s LineSheet) at(i int, field string) string {
	index := strconv.Itoa(i)
	if i < 0 {
		index = "__i__"
	}
	return s.prefix() + "[" + index + "]." + field
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// cellID is the id of a field in a row. The placeholder must survive as it is.
func cellID(name string) string {
	if strings.Contains(name, "__i__") {
		return "f-" + strings.NewReplacer("[", "-", "].", "-").Replace(name)
	}
	return FieldID(name)
}
