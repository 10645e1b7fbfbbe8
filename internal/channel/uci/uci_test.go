package uci

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"packhouse/internal/money"
	"packhouse/internal/trade"
)

func all(t testing.TB, r io.Reader, period trade.Period) (rows []Row) {
	t.Helper()
	in, err := NewRows(r, time.UTC, period)
	if err != nil {
		t.Fatal(err)
	}
	for {
		row, err := in.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

func nasty(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/nasty.csv")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryBadRowIsToldAndCostsNoOther(t *testing.T) {
	t.Parallel()
	want := `2 600001 10001a "BIRD HOUSE, BLUE" 6 × 2.55 20001 United Kingdom
3 600001 10002 "12\" RULER" 4 × 0.1 20001 United Kingdom
4 600002 10003 "SAYS \"HELLO\"" 1 × 1  EIRE
5 columns
6 columns
8 open_quote
9 600003 10005 "GOOD AGAIN" 6 × 1 20002 France
10 bad_price
11 bad_quantity
12 bad_date
13 empty
14 empty
15 bad_text
16 bad_price
17 600003 10006 "PRICED £5 IN LATIN-1" 1 × 0.001 20002 France
18 bad_quantity
19 600004 10007 "A LINE BREAK" 2 × 3 20002 France
21 row_too_long
22 600004 10008 "NO END OF LINE" 2 × 3 20002 France
`
	var got strings.Builder
	for _, r := range all(t, bytes.NewReader(nasty(t)), trade.Period{}) {
		if r.Wrong != "" {
			fmt.Fprintf(&got, "%d %s\n", r.No, r.Wrong)
			continue
		}
		fmt.Fprintf(&got, "%d %s %s %q %d × %s %s %s\n", r.No, r.Invoice, r.Code, r.Description, r.Quantity, r.Price, r.Customer, r.Country)
	}
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestAPackedFileReadsTheSame(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(nasty(t)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	plain, unpacked := all(t, bytes.NewReader(nasty(t)), trade.Period{}), all(t, &packed, trade.Period{})
	if fmt.Sprint(plain) != fmt.Sprint(unpacked) {
		t.Error("the packed file reads otherwise")
	}
}

func TestOnlyThePeriodIsReadWithWhatMightBelongToIt(t *testing.T) {
	t.Parallel()
	day := trade.NewDay(2010, 12, 2)
	var got []int
	for _, r := range all(t, bytes.NewReader(nasty(t)), trade.Period{From: day, Through: day}) {
		got = append(got, r.No)
	}
	if want := "[5 6 8 12 19 21 22]"; fmt.Sprint(got) != want {
		t.Errorf("rows %v, want %s", got, want)
	}
}

func TestAFileWithoutAColumnIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, says string }{
		{"", "no column Country, CustomerID, Description"},
		{"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,CustomerID,Country\n", "no column UnitPrice"},
		{"\x1f\x8bbroken", "unpack"},
	} {
		_, err := NewRows(strings.NewReader(c.file), time.UTC, trade.Period{})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.20q: %v", c.file, err)
		}
	}
}

func TestColumnsMayStandInAnyOrderAndHaveTheirLaterNames(t *testing.T) {
	t.Parallel()
	rows := all(t, strings.NewReader("Country,Price,Invoice,StockCode,Quantity,Customer ID,InvoiceDate,Description\nRSA,1.5,7,A1,2,9,2010-12-01T09:00:00,Cup\n"), trade.Period{})
	if len(rows) != 1 || rows[0].Wrong != "" || rows[0].Invoice != "7" || rows[0].Value().String() != "3.00" || CountryCode(rows[0].Country) != "ZA" {
		t.Errorf("%+v", rows)
	}
}

// Whatever the bytes, each line of text is told once or passed over as blank,
// and nothing ends the reading.
func TestNoBytesEndTheReading(t *testing.T) {
	t.Parallel()
	const heading = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
	piece := rapid.OneOf(rapid.StringMatching(`[0-9A-C",\r\n. -]{0,40}`), rapid.SampledFrom([]string{`"`, `""`, ",", "\n", "1,2,3,4,2010-12-01 09:00:00,6,7,8\n", "\x00", "\xff"}))
	rapid.Check(t, func(rt *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(rt, "text"), "")
		in, err := NewRows(strings.NewReader(heading+text), time.UTC, trade.Period{})
		if err != nil {
			rt.Fatal(err)
		}
		last := 1
		for {
			r, err := in.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || r.No <= last {
				rt.Fatalf("after row %d: row %d, %v", last, r.No, err)
			}
			last = r.No
			if r.Wrong == "" && r.Invoice == "" {
				rt.Fatalf("row %d is good and has no invoice", r.No)
			}
		}
	})
}

func line(invoice string, quantity int64, price string) Line {
	return Line{Invoice: invoice, Code: "1", Quantity: quantity, Price: money.MustUnitPrice(price), Customer: "5", Country: "France"}
}

func TestAnInvoiceIsDividedIntoWhatIsSoldAndWhatIsNot(t *testing.T) {
	t.Parallel()
	other := line("1", 1, "1")
	other.Customer = "6"
	for _, c := range []struct {
		lines []Line
		want  string
	}{
		{[]Line{line("1", 2, "1"), line("1", 2, "1")}, "taken taken"},
		{[]Line{line("1", 80995, "2.08")}, "taken"},
		{[]Line{line("1", 1, "0.001"), line("1", 3, "0")}, "taken taken"},
		{[]Line{line("1", 1, "0"), line("1", 3, "0")}, "nothing_priced nothing_priced"},
		{[]Line{line("1", -5, "0"), line("1", 1, "1")}, "stock_adjustment taken"},
		{[]Line{line("1", -5, "1"), line("1", 0, "1")}, "negative_quantity no_quantity"},
		{[]Line{line("1", 5, "-1"), line("1", 1, "1")}, "negative_price taken"},
		{[]Line{line("C1", -5, "1"), line("c2", -5, "1")}, "waits_for_returns waits_for_returns"},
		{[]Line{line("A1", 1, "-11062.06")}, "bad_debt"},
		{[]Line{line("1", 1, "1"), other}, "two_customers two_customers"},
	} {
		taken, left := Invoice{Lines: c.lines}.Divide()
		var got []string
		for range taken {
			got = append(got, "taken")
		}
		for _, l := range left {
			if l.Why == StockAdjustment || l.Why == NegativePrice {
				got = append([]string{l.Why}, got...) // they stand first above
				continue
			}
			got = append(got, l.Why)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v: %v, want %s", c.lines, got, c.want)
		}
	}
}

func TestPostageAndFeesAreServicesAndGoodsAreNot(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"POST": true, "dot": true, "M": true, "m": true, "C2": true, "S": true, "BANK CHARGES": true, "AMAZONFEE": true, "gift_0001_20": true,
		"10001": false, "10001A": false, "PADS": false, "DCGS0003": false, "SP1002": false} {
		if Service(code) != want {
			t.Errorf("%s is a service: %v", code, !want)
		}
	}
}

func TestCountriesAreReadAsTheFileCallsThem(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"United Kingdom": "GB", "EIRE": "IE", "RSA": "ZA", "USA": "US", "Channel Islands": "JE", "Czech Republic": "CZ", "Hong Kong": "HK",
		"European Community": "", "Unspecified": "", "": ""} {
		if got := CountryCode(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestValuesAreExact(t *testing.T) {
	t.Parallel()
	var sum Value
	for range 1000 {
		sum.Add(line("1", 1, "0.001").Value())
	}
	copied := sum
	sum.Add(line("1", -80995, "2.08").Value())
	if copied.String() != "1.00" || sum.String() != "-168468.60" || sum.Minus(copied).String() != "-168469.60" {
		t.Errorf("%s %s", copied, sum)
	}
	if got := line("1", 3, "0.001").Value().String(); got != "0.003" {
		t.Error(got)
	}
}
