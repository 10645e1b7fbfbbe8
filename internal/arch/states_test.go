package arch

import (
	"iter"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/fulfilment"
	"packhouse/internal/pgtest"
	"packhouse/internal/sales"
)

func keys[V any](m map[string]V) iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// machine is a state machine as Go tells it.
type machine struct {
	table  string // where SQL tells it
	begins string
	final  []string
	next   map[string][]string
}

func machineOf[S interface {
	comparable
	String() string
	Next() []S
}](table, begins string, final []string, states []S) machine {
	m := machine{table, begins, final, map[string][]string{}}
	for _, s := range states {
		m.next[s.String()] = []string{}
		for _, to := range s.Next() {
			m.next[s.String()] = append(m.next[s.String()], to.String())
		}
	}
	return m
}

var machines = []machine{
	machineOf("sales_order_transitions", "draft", []string{"cancelled", "closed"}, sales.States()),
	machineOf("fulfilment_transitions", "open", []string{"cancelled", "closed"}, fulfilment.States()),
}

func TestTheStatesOfGoAreTheStatesOfSQL(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	for _, m := range machines {
		rows, err := db.Pools.Read.Query(t.Context(), "select from_state || ' to ' || to_state from "+m.table)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for from, all := range m.next {
			for _, to := range all {
				told = append(told, from+" to "+to)
			}
		}
		slices.Sort(stored)
		slices.Sort(told)
		if !slices.Equal(stored, told) {
			t.Errorf("%s says\n%v\nand Go says\n%v", m.table, stored, told)
		}
	}
}

func TestEveryStateIsReachedAndFinalOnesAreFinal(t *testing.T) {
	t.Parallel()
	for _, m := range machines {
		reached := map[string]bool{}
		var walk func(string)
		walk = func(s string) {
			if reached[s] {
				return
			}
			reached[s] = true
			for _, to := range m.next[s] {
				walk(to)
			}
		}
		walk(m.begins)
		var final []string
		for s, next := range m.next {
			if !reached[s] {
				t.Errorf("%s: nothing leads to %s", m.table, s)
			}
			if len(next) == 0 {
				final = append(final, s)
			}
		}
		slices.Sort(final)
		if !slices.Equal(final, m.final) {
			t.Errorf("%s: final are %v, meant are %v", m.table, final, m.final)
		}
	}
}

func TestEveryTableOfMovesIsCompared(t *testing.T) {
	t.Parallel()
	for _, table := range tables(t) {
		if len(table) > 12 && table[len(table)-12:] == "_transitions" && !slices.ContainsFunc(machines, func(m machine) bool { return m.table == table }) {
			t.Errorf("%s is compared with no machine of Go", table)
		}
	}
}
