package uci

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
)

// Row is one row of the file: a line, or what is wrong with it and as much of
// the line as could be read.
type Row struct {
	Line
	Wrong string // code of the reason; empty: the line is good
	Args  problem.Args
	worth bool // quantity and price were read
}

// Readable reports whether the row's quantity and price could be read.
func (r Row) Readable() bool { return r.worth }

// Known is what the row is worth, where its figures could be read.
func (r Row) Known() Value {
	if !r.worth {
		return Value{}
	}
	return r.Value()
}

// Rows reads a file row by row.
type Rows struct {
	split   splitter
	columns map[string]int
	zone    *time.Location
	period  trade.Period
	last    dated // most rows bear the time of the row before
}

// dated is a time as the file writes it.
type dated struct {
	text string
	at   time.Time
	ok   bool // it is a time
	in   bool // it lies in the period
}

// The columns, and what later issues of the data set call them.
var headings = map[string]string{
	"invoiceno": "InvoiceNo", "invoice": "InvoiceNo", "stockcode": "StockCode", "description": "Description", "quantity": "Quantity",
	"invoicedate": "InvoiceDate", "unitprice": "UnitPrice", "price": "UnitPrice", "customerid": "CustomerID", "country": "Country",
}

// NewRows begins to read r, plain or gzip; its times are told in zone. Rows of
// days outside the period are passed over; those whose time cannot be read
// might be of any day. A file that lacks a column is an error that names it.
func NewRows(r io.Reader, zone *time.Location, period trade.Period) (*Rows, error) {
	in, err := unzipped(r)
	if err != nil {
		return nil, err
	}
	rows := &Rows{split: splitter{in: in}, columns: map[string]int{}, zone: zone, period: period}
	_, fields, _, err := rows.split.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for i, f := range fields {
		if name, ok := headings[strings.ToLower(strings.Join(strings.Fields(f), ""))]; ok {
			rows.columns[name] = i
		}
	}
	var missing []string
	for _, name := range headings {
		if _, ok := rows.columns[name]; !ok && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return nil, fmt.Errorf("the first row has no column %s", strings.Join(missing, ", "))
	}
	rows.split.columns = len(fields)
	return rows, nil
}

// Next answers the next row; the end is io.EOF.
func (r *Rows) Next() (Row, error) {
	for {
		no, fields, wrong, err := r.split.next()
		if err != nil {
			return Row{}, err
		}
		row := Row{Line: Line{No: no}}
		switch {
		case wrong != "":
			row.bad(wrong)
		case len(fields) != r.split.columns:
			row.bad("columns", "have", len(fields), "want", r.split.columns)
		default:
			if !r.date(fields) {
				continue
			}
			r.read(&row, fields)
		}
		return row, nil
	}
}

// date reads the row's time and reports whether the row is asked for.
func (r *Rows) date(fields []string) bool {
	if text := strings.TrimSpace(fields[r.columns["InvoiceDate"]]); text != r.last.text {
		at, ok := moment(text, r.zone)
		r.last = dated{text, at, ok, !ok || r.period.Contains(trade.DayOf(at, r.zone))}
	}
	return r.last.in || !r.last.ok
}

func (r *Row) bad(code string, args ...any) {
	if r.Wrong == "" {
		r.Wrong, r.Args = code, problem.With(args...)
	}
}

func (r *Rows) read(row *Row, fields []string) {
	field := func(name string) string { return strings.TrimSpace(fields[r.columns[name]]) }
	row.Description = description(fields[r.columns["Description"]])
	row.Country = description(field("Country"))
	for _, f := range []struct {
		name string
		to   *string
		need bool
	}{{"InvoiceNo", &row.Invoice, true}, {"StockCode", &row.Code, true}, {"CustomerID", &row.Customer, false}} {
		text, ok := word(field(f.name))
		switch {
		case !ok:
			row.bad("bad_text", "column", f.name)
		case text == "" && f.need:
			row.bad("empty", "column", f.name)
		default:
			*f.to = text
		}
	}
	row.When, row.At = r.last.text, r.last.at
	if !r.last.ok {
		row.bad("bad_date", "value", shown(row.When))
	}
	quantity, okQuantity := count(field("Quantity"))
	if !okQuantity {
		row.bad("bad_quantity", "value", shown(field("Quantity")))
	}
	price := new(money.UnitPrice)
	errPrice := price.UnmarshalText([]byte(field("UnitPrice")))
	if errPrice != nil {
		row.bad("bad_price", "value", shown(field("UnitPrice")))
	}
	if row.worth = okQuantity && errPrice == nil; row.worth {
		row.Quantity, row.Price = quantity, *price
	}
}

// word is a number or code: spreadsheets leave ".0" behind numbers.
func word(s string) (string, bool) {
	s = withoutTail(s)
	if !utf8.ValidString(s) || len(s) > 64 || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", false
	}
	return s, true
}

func withoutTail(s string) string {
	whole, tail, ok := strings.Cut(s, ".")
	digits := func(s string, set string) bool { return s != "" && strings.Trim(s, set) == "" }
	if ok && digits(strings.TrimPrefix(whole, "-"), "0123456789") && digits(tail, "0") {
		return whole
	}
	return s
}

// maxCount keeps the product with a price far inside exact arithmetic; the
// order has its own, lower limit.
const maxCount = 1_000_000_000

func count(s string) (int64, bool) {
	n, err := strconv.ParseInt(withoutTail(s), 10, 64)
	return n, err == nil && n >= -maxCount && n <= maxCount
}

func moment(s string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, t.Year() >= 1900 && t.Year() < 2200
		}
	}
	return time.Time{}, false
}

// maxDescription is what a title may have.
const maxDescription = 200

// description is free text as it can be stored. It decides nothing, so it is
// never a reason to leave a line: old files write £ in Latin-1.
func description(s string) string {
	if !utf8.ValidString(s) {
		runes := make([]rune, len(s))
		for i := range len(s) {
			runes[i] = rune(s[i])
		}
		s = string(runes)
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > maxDescription {
		s = string([]rune(s)[:maxDescription])
	}
	clean, err := trade.Line(s, maxDescription)
	if err != nil {
		return ""
	}
	return clean
}

// shown is a value as a report can show it.
func shown(s string) string {
	s = description(s)
	if runes := []rune(s); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return s
}
