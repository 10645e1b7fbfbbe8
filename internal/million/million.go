// Package million fills a migrated database with as many orders as a house has
// after years: for the tests of plans and for the benchmark. It is for tests
// alone, since it writes the tables of all rooms past their rules.
//
// What stands in it, for n orders spread over two years and numbered from
// 1,000,001 on: n/5 customers of whom fifty order much, 5,000 SKUs, three lines
// an order, nearly all closed, the newest few thousand in review, at work or
// waiting. Some things are planted to be looked for; they are named below.
package million

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// First is the id and the number of the oldest order.
const First = 1_000_001

// What only few orders have, or only old ones.
const (
	RareName    = "Quetzalcoatl" // the contact of every 100,000th order, and of the one in the middle
	OldCompany  = "Altbestand"   // one in ten of the oldest third, and no newer one
	RareSKU     = "ZZ-ONCE"      // on one order, the oldest
	NoSKU       = "ZZ-NEVER"     // on none
	RareChannel = 9006           // every 50,000th order and the oldest twenty
	NoChannel   = 9007           // no order at all
	FarLocation = 9003           // the work of every hundredth open order
)

//go:embed fill.sql
var fill string

// Fill writes n orders and what belongs to them through a session of a
// superuser, since it suspends foreign keys and triggers; statements that make
// indexes are put off to the end, so that each is built once.
func Fill(ctx context.Context, n int, exec func(ctx context.Context, sql string) error) error {
	steps := append([]string{"select set_config('packhouse.orders', '" + strconv.Itoa(n) + "', false)"}, strings.Split(fill, "\n--;\n")...)
	for _, step := range steps {
		if err := exec(ctx, step); err != nil {
			return fmt.Errorf("fill with %d orders: %w\n%.200s", n, err, step)
		}
	}
	return nil
}
