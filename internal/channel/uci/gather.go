package uci

import "errors"

// ErrChanged says that the file is no longer what the survey saw.
var ErrChanged = errors.New("the file changed while it was read")

// Gather reads the file a second time and hands over every invoice whole, in
// the order of their times, wherever their lines stand. It holds the lines of
// the invoices that are not complete or not yet due: of a file in order, one or
// two. Rows that could not be read go to bad. An error of either ends it.
func (s *Survey) Gather(open Open, each func(Invoice) error, bad func(Row) error) error {
	waiting := map[string]*Invoice{}
	due := 0
	err := s.rows(open, func(r Row) error {
		if r.Wrong != "" {
			return bad(r)
		}
		h := s.heads[r.Invoice]
		if h == nil {
			return ErrChanged
		}
		inv := waiting[r.Invoice]
		if inv == nil {
			inv = &Invoice{No: r.Invoice, Lines: make([]Line, 0, h.rows)}
			waiting[r.Invoice] = inv
		}
		inv.Lines = append(inv.Lines, r.Line)
		for due < len(s.order) {
			next := waiting[s.order[due].no]
			if next == nil || len(next.Lines) < s.order[due].rows {
				return nil
			}
			delete(waiting, next.No)
			due++
			if err := each(*next); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && (due < len(s.order) || len(waiting) > 0) {
		return ErrChanged
	}
	return err
}
