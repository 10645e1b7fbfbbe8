package demo_test

import (
	"testing"

	"packhouse/internal/demo"
	"packhouse/internal/pgtest"
)

func TestTheDemonstrationPlantsThroughTheCommands(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	if err := demo.Plant(t.Context(), db.DB); err != nil {
		t.Fatal(err)
	}
	var orders, confirmed int
	err := db.Pools.Read.QueryRow(t.Context(), "select count(*), count(*) filter (where state = 'confirmed') from sales_orders").Scan(&orders, &confirmed)
	if err != nil || orders != 7 || confirmed != 3 {
		t.Fatalf("%d orders, %d confirmed (%v); want 7 and 3", orders, confirmed, err)
	}
}
