package uci

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"packhouse/internal/trade"
)

// Survey is what a first reading of the file finds in a period: the invoices in
// the order of their times, and the products and customers they need. It keeps
// a few words per invoice and per code, not the lines.
type Survey struct {
	Orders    int // invoices that become an order
	Products  []Product
	Customers []Customer

	period trade.Period
	zone   *time.Location
	order  []*head
	heads  map[string]*head
}

// head is an invoice as far as the survey keeps it.
type head struct {
	no       string
	at       time.Time
	first    int // row
	rows     int
	customer Customer
	priced   bool
}

// Product is one code whatever its case, as most of its lines write it.
type Product struct {
	Code    string
	Title   string
	Service bool
}

// Customer is who an invoice is for. Those without a number in the file share
// one customer per country.
type Customer struct {
	No      string // empty: not known
	Country string // ISO code; empty: not known
	Since   time.Time
}

// Open gives the file from its beginning, as often as it is asked.
type Open func() (io.ReadCloser, error)

// Look reads the file once.
func Look(open Open, zone *time.Location, period trade.Period) (*Survey, error) {
	s := &Survey{period: period, zone: zone, heads: map[string]*head{}}
	codes := map[string]*tally{}
	var seen []string // codes in the order of the file
	err := s.rows(open, func(r Row) error {
		if r.Wrong != "" {
			return nil
		}
		h := s.head(r.Line)
		if DocumentOf(r.Invoice) != Sale || r.Quantity <= 0 || r.Price.Sign() < 0 {
			return nil
		}
		h.priced = h.priced || r.Sold()
		key := Key(r.Code)
		if codes[key] == nil {
			codes[key] = &tally{spellings: map[string]int{}, titles: map[string]int{}, gifts: map[string]int{}}
			seen = append(seen, key)
		}
		codes[key].add(r.Line)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.order = slices.SortedFunc(maps.Values(s.heads), func(a, b *head) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.first, b.first))
	})
	s.customers()
	for _, key := range seen {
		if p, ok := codes[key].product(s.heads); ok {
			s.Products = append(s.Products, p)
		}
	}
	return s, nil
}

// rows goes through the rows of the period.
func (s *Survey) rows(open Open, each func(Row) error) error {
	in, err := open()
	if err != nil {
		return err
	}
	defer in.Close()
	rows, err := NewRows(in, s.zone, s.period)
	if err != nil {
		return err
	}
	for {
		r, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := each(r); err != nil {
			return err
		}
	}
}

func (s *Survey) head(l Line) *head {
	h := s.heads[l.Invoice]
	if h == nil {
		h = &head{no: l.Invoice, at: l.At, first: l.No, customer: Customer{No: l.Customer, Country: CountryCode(l.Country)}}
		s.heads[l.Invoice] = h
	}
	if l.At.Before(h.at) {
		h.at = l.At
	}
	h.rows++
	return h
}

// customers are those of the orders, in the order of their first.
func (s *Survey) customers() {
	known := map[string]bool{}
	for _, h := range s.order {
		if !h.priced {
			continue
		}
		s.Orders++
		if ref := h.customer.Ref(); !known[ref] {
			known[ref] = true
			h.customer.Since = h.at
			s.Customers = append(s.Customers, h.customer)
		}
	}
}

// Ref names the customer: "17850", or "walk-in-GB" for those without a number.
func (c Customer) Ref() string {
	switch {
	case c.No != "":
		return c.No
	case c.Country != "":
		return "walk-in-" + c.Country
	}
	return "walk-in"
}

// CustomerOf is who a line is for.
func CustomerOf(l Line) Customer { return Customer{No: l.Customer, Country: CountryCode(l.Country)} }

// tally counts how a code and its article are written. Lines at price 0 are
// kept apart: many are no sale, and their words ("damaged", "?") no title.
type tally struct {
	spellings map[string]int
	titles    map[string]int
	gifts     map[string]int // by invoice
	gift      string         // first title on a line at price 0
}

func (t *tally) add(l Line) {
	t.spellings[l.Code]++
	switch {
	case !l.Sold():
		t.gifts[l.Invoice]++
		t.gift = cmp.Or(t.gift, l.Description)
	case l.Description != "":
		t.titles[l.Description]++
	default:
		t.titles[l.Code]++
	}
}

// product is the code's product, unless no order needs it.
func (t *tally) product(heads map[string]*head) (Product, bool) {
	p := Product{Code: most(t.spellings), Title: most(t.titles)}
	if p.Title == "" {
		given := false
		for invoice := range t.gifts {
			given = given || heads[invoice].priced
		}
		if !given {
			return p, false
		}
		p.Title = cmp.Or(t.gift, p.Code)
	}
	p.Service = Service(p.Code)
	return p, true
}

// most is what was counted most often, the first of the alphabet among equals.
func most(counts map[string]int) string {
	best := ""
	for s, n := range counts {
		if m := counts[best]; n > m || n == m && s < best {
			best = s
		}
	}
	return best
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
