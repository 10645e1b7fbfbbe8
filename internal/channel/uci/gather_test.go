package uci

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"packhouse/internal/trade"
)

const heading = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

func file(rows ...string) Open {
	text := heading + strings.Join(rows, "\n")
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

func TestInvoicesComeWholeAndInTheOrderOfTheirTimes(t *testing.T) {
	t.Parallel()
	open := file(
		"3,a,A,1,2010-12-01 12:00:00,1,7,France",
		"1,a,A,1,2010-12-01 10:00:00,1,7,France",
		"2,a,A,1,2010-12-01 11:00:00,1,7,France",
		"1,b,B,2,2010-12-01 10:01:00,1,7,France",
		"3,broken",
		"3,a,A,1,2010-12-01 12:00:00,1,7,France",
		"1,a,A,3,2010-12-01 10:00:00,1,7,France")
	s, err := Look(open, time.UTC, trade.Period{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	bad := 0
	err = s.Gather(open, func(i Invoice) error {
		got = append(got, fmt.Sprintf("%s:%d at %s", i.No, len(i.Lines), i.At().Format("15:04")))
		return nil
	}, func(Row) error { bad++; return nil })
	if want := []string{"1:3 at 10:00", "2:1 at 11:00", "3:2 at 12:00"}; err != nil || !slices.Equal(got, want) || bad != 1 {
		t.Errorf("%v, %d bad, %v; want %v", got, bad, err, want)
	}
}

func TestAFileThatChangesBetweenTheReadingsIsNoticed(t *testing.T) {
	t.Parallel()
	one, two := "1,a,A,1,2010-12-01 10:00:00,1,7,France", "2,a,A,1,2010-12-01 11:00:00,1,7,France"
	for _, c := range [][2]Open{{file(one, two), file(one)}, {file(one), file(one, two)}, {file(one), file(one, one)}} {
		s, err := Look(c[0], time.UTC, trade.Period{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Gather(c[1], func(Invoice) error { return nil }, func(Row) error { return nil }); !errors.Is(err, ErrChanged) {
			t.Errorf("it gave %v", err)
		}
	}
}

func TestACodeIsOneProductUnderItsMostFrequentWords(t *testing.T) {
	t.Parallel()
	s, err := Look(file(
		"1,85b,OLD NAME,1,2010-12-01 10:00:00,1,7,France",
		"1,85B,NAME,1,2010-12-01 10:00:00,1,7,France",
		"1,85B,NAME ,1,2010-12-01 10:00:00,1,7,France",
		"1,FREE,GIFT,1,2010-12-01 10:00:00,0,7,France",
		"1,POST,,1,2010-12-01 10:00:00,18,7,France",
		"2,GONE,found,9,2010-12-01 10:00:00,0,,France", // no sale: no product
		"3,85B,damaged,-9,2010-12-01 10:00:00,0,,France",
		"C4,ONLYBACK,RETURNED,-1,2010-12-01 10:00:00,1,7,France"), time.UTC, trade.Period{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Product{{Code: "85B", Title: "NAME"}, {Code: "FREE", Title: "GIFT"}, {Code: "POST", Title: "POST", Service: true}}
	if !slices.Equal(s.Products, want) || s.Orders != 1 {
		t.Errorf("%+v, %d orders; want %+v", s.Products, s.Orders, want)
	}
}

func TestWhoHasNoNumberIsOneCustomerPerCountry(t *testing.T) {
	t.Parallel()
	s, err := Look(file(
		"3,a,A,1,2010-12-01 12:00:00,1,,France",
		"1,a,A,1,2010-12-01 10:00:00,1,7,France",
		"2,a,A,1,2010-12-01 11:00:00,1,,Unspecified",
		"4,a,A,1,2010-12-01 13:00:00,1,,France",
		"5,a,A,1,2010-12-01 14:00:00,1,7,Spain"), time.UTC, trade.Period{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range s.Customers {
		got = append(got, c.Ref()+c.Since.Format(" 15:04"))
	}
	if want := []string{"7 10:00", "walk-in 11:00", "walk-in-FR 12:00"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
