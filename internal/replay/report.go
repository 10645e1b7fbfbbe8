package replay

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"packhouse/internal/channel/uci"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// Sum is so many lines, the pieces on them and what they are worth, exactly.
type Sum struct {
	Lines  int       `json:"lines"`
	Pieces int64     `json:"pieces"`
	Value  uci.Value `json:"value"`
}

func (s *Sum) add(pieces int64, worth uci.Value) {
	s.Lines++
	s.Pieces += pieces
	s.Value.Add(worth)
}

func (s *Sum) plus(o Sum) {
	s.Lines += o.Lines
	s.Pieces += o.Pieces
	s.Value.Add(o.Value)
}

// Reason is why lines were left, with how many invoices they stand on.
type Reason struct {
	Why      string `json:"why"`
	Invoices int    `json:"invoices"`
	Sum
}

// Report is what a run did. Read = Taken + LeftOver, in lines, pieces and
// money; Taken.Value = Total less Rounding.
type Report struct {
	From         trade.Day `json:"from,omitzero"`
	To           trade.Day `json:"to,omitzero"`
	Zone         string    `json:"zone"`
	Read         Sum       `json:"read"`
	Taken        Sum       `json:"taken"`
	LeftOver     Sum       `json:"left"`
	Reasons      []Reason  `json:"reasons"`
	Orders       int       `json:"orders"`     // that stand, made now or before
	NewOrders    int       `json:"new_orders"` // of them made by this run
	Total        uci.Value `json:"orders_total"`
	Rounding     uci.Value `json:"rounding"` // each line of an order is rounded to a penny
	Products     int       `json:"products"`
	NewProducts  int       `json:"new_products"`
	Customers    int       `json:"customers"`
	NewCustomers int       `json:"new_customers"`
	Supplied     int64     `json:"pieces_supplied"` // stock brought in by this run

	mu      sync.Mutex
	total   int64
	reasons map[string]*reason
}

type reason struct {
	Reason
	seen map[string]bool
}

func newReport(o Options) *Report {
	return &Report{From: o.Period.From, To: o.Period.Through, Zone: o.Zone.String(), Reasons: []Reason{}, reasons: map[string]*reason{}}
}

// Changed reports whether the run made anything.
func (r *Report) Changed() bool {
	return r.NewOrders+r.NewProducts+r.NewCustomers > 0 || r.Supplied > 0
}

func (r *Report) read(lines []uci.Line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range lines {
		r.Read.add(l.Quantity, l.Value())
	}
}

func (r *Report) readRow(row uci.Row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Read.add(row.Quantity, row.Known())
}

func (r *Report) take(s sale, out txn.Outcome[taken]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range s.taken {
		r.Taken.add(l.Quantity, l.Value())
	}
	r.Orders++
	r.total += out.Value.Total
	if !out.Repeated {
		r.NewOrders++
		r.Supplied += int64(out.Value.Supplied)
	}
}

// leave counts a line that is left and passes it on, one at a time.
func (r *Report) leave(l Left, worth uci.Value, to func(Left) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.reasons[l.Why]
	if w == nil {
		w = &reason{Reason: Reason{Why: l.Why}, seen: map[string]bool{}}
		r.reasons[l.Why] = w
	}
	w.add(l.Quantity, worth)
	if l.Invoice != "" && !w.seen[l.Invoice] {
		w.seen[l.Invoice] = true
		w.Invoices++
	}
	if to == nil {
		return nil
	}
	return to(l)
}

func (r *Report) finish() {
	for _, w := range r.reasons {
		r.Reasons = append(r.Reasons, w.Reason)
		r.LeftOver.plus(w.Sum)
	}
	slices.SortFunc(r.Reasons, func(a, b Reason) int { return cmp.Or(b.Lines-a.Lines, cmp.Compare(a.Why, b.Why)) })
	r.Total = uci.Minor(r.total)
	r.Rounding = r.Total.Minus(r.Taken.Value)
}

// Adds is an error when the figures do not add up: a fault of ours.
func (r *Report) Adds() error {
	sum := r.Taken
	sum.plus(r.LeftOver)
	if sum.Lines != r.Read.Lines || sum.Pieces != r.Read.Pieces || sum.Value.Minus(r.Read.Value).Sign() != 0 {
		return fmt.Errorf("the report does not add up: read %d lines, %d pieces, %s; taken and left %d, %d, %s",
			r.Read.Lines, r.Read.Pieces, r.Read.Value, sum.Lines, sum.Pieces, sum.Value)
	}
	return nil
}
