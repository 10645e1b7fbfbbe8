package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"packhouse/internal/problem"
	"packhouse/internal/replay"
	"packhouse/internal/words"
)

// leftovers is the file of the lines that were not taken; without a name they
// are only counted.
type leftovers struct {
	file *os.File
	buf  *bufio.Writer
	csv  *csv.Writer
}

func newLeftovers(name string) (*leftovers, error) {
	if name == "" {
		return &leftovers{}, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, wrongly("the report cannot be written: %v", err)
	}
	buf := bufio.NewWriter(f)
	l := &leftovers{file: f, buf: buf, csv: csv.NewWriter(buf)}
	return l, l.csv.Write([]string{"row", "invoice", "stock_code", "description", "quantity", "date", "unit_price", "value", "customer", "country", "why", "reason"})
}

func (l *leftovers) write(left replay.Left) error {
	if l.csv == nil {
		return nil
	}
	quantity, price := "", ""
	if left.Value != "" {
		quantity, price = strconv.FormatInt(left.Quantity, 10), left.Price.String()
	}
	return l.csv.Write([]string{strconv.Itoa(left.No), cell(left.Invoice), cell(left.Code), cell(left.Description), quantity, cell(left.When),
		price, left.Value, cell(left.Customer), cell(left.Country), left.Why, cell(reasonOf(left))})
}

// cell keeps a spreadsheet from taking text out of the file for a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func reasonOf(left replay.Left) string {
	if left.Err != nil {
		return told(left.Err).Error()
	}
	return words.For("en").Say("import.why."+left.Why, left.Args)
}

func (l *leftovers) close() error {
	if l.csv == nil {
		return nil
	}
	l.csv.Flush()
	return errors.Join(l.csv.Error(), l.buf.Flush(), l.file.Close())
}

func printImport(w io.Writer, r *replay.Report, took time.Duration) {
	say := words.For("en")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(what string, s replay.Sum) {
		fmt.Fprintf(t, "\t%d\t%d\t%s\t  %s\n", s.Lines, s.Pieces, s.Value, what)
	}
	fmt.Fprint(t, "\tlines\tpieces\tvalue GBP\t\n")
	row("read from the file"+period(r), r.Read)
	row("taken as orders", r.Taken)
	row("not taken", r.LeftOver)
	t.Flush()
	if len(r.Reasons) > 0 {
		fmt.Fprint(w, "\nNot taken, and why:\n")
		t = tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		for _, why := range r.Reasons {
			row(fmt.Sprintf("%s (%s)", say.Say("import.why."+why.Why, blank(why.Why)), plural(why.Invoices, "invoice")), why.Sum)
		}
		t.Flush()
	}
	fmt.Fprintf(w, "\n%s, of which %d new; they total %s, which is what was taken with each line rounded to a penny (%s).\n",
		plural(r.Orders, "order"), r.NewOrders, r.Total, r.Rounding)
	fmt.Fprintf(w, "%s (%d new), %s (%d new), %s of opening stock brought in.\n",
		plural(r.Products, "product"), r.NewProducts, plural(r.Customers, "customer"), r.NewCustomers, plural(int(r.Supplied), "piece"))
	if r.Orders > 0 && !r.Changed() {
		fmt.Fprintln(w, "Everything was there already: this run changed nothing.")
	}
	if seconds := took.Seconds(); r.NewOrders > 0 && seconds > 0 {
		fmt.Fprintf(w, "%.1f s, %.0f orders/s.\n", seconds, float64(r.NewOrders)/seconds)
	}
}

// blank are the values of a reason that stands for many rows.
func blank(why string) problem.Args {
	switch why {
	case "columns":
		return problem.With("have", "too few or too many", "want", "8")
	case "bad_text", "empty":
		return problem.With("column", "InvoiceNo, StockCode or CustomerID")
	case "bad_date":
		return problem.With("value", "InvoiceDate")
	case "bad_quantity":
		return problem.With("value", "Quantity")
	case "bad_price":
		return problem.With("value", "UnitPrice")
	}
	return nil
}

func period(r *replay.Report) string {
	switch {
	case !r.From.IsZero() && !r.To.IsZero():
		return fmt.Sprintf(", %s to %s", r.From, r.To)
	case !r.From.IsZero():
		return fmt.Sprintf(", from %s", r.From)
	case !r.To.IsZero():
		return fmt.Sprintf(", to %s", r.To)
	}
	return ""
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
