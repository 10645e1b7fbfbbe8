package flow_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"packhouse/internal/id"
	"packhouse/internal/sales"
)

// asked of a level of stock, and what it said.
type ask struct {
	what   string // reserve, release, look
	pieces int
}

// level is how a shelf with so many pieces behaves when one asks after the
// other: a reservation is refused exactly when too few are free.
func level(onHand int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return onHand },
		Step: func(state, input, output any) (bool, any) {
			free, in := state.(int), input.(ask)
			switch in.what {
			case "reserve":
				if output.(int) == 0 {
					return free < in.pieces, free
				}
				return free >= in.pieces, free - in.pieces
			case "release":
				return true, free + in.pieces
			}
			return output.(int) == free, free
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %v", input, output) },
	}
}

// A26
func TestReservingAndReleasingOfOneLevelHappensInSomeOneOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	const clients, rounds, onHand = 8, 12, 9
	p := h.product(t, onHand, 0)
	// Every order is there before, so that an operation is the confirmation or cancellation alone.
	var ready [clients][rounds]id.Order
	var wants [clients][rounds]int
	together(clients, func(c int) {
		dice := rand.New(rand.NewPCG(uint64(c), 7))
		for i := range rounds {
			wants[c][i] = 1 + dice.IntN(4)
			ready[c][i] = h.place(t, h.API, line(p, int64(wants[c][i])))
		}
	})
	var mu sync.Mutex
	var history []porcupine.Operation
	begin := time.Now()
	did := func(client int, in ask, fn func() int) int {
		call := time.Since(begin).Nanoseconds()
		out := fn()
		mu.Lock()
		defer mu.Unlock()
		history = append(history, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: time.Since(begin).Nanoseconds()})
		return out
	}
	together(clients, func(c int) {
		for i, order := range ready[c] {
			n := wants[c][i]
			got := did(c, ask{"reserve", n}, func() int {
				done, err := h.confirm(order)
				if err != nil && !refused(err, "why.short") {
					t.Errorf("confirm: %v", err)
				}
				return done.Reserved
			})
			did(c, ask{what: "look"}, func() int { return h.free(t, p) })
			for left := got; left > 0; {
				take := 1 + (left-1)*(i%2) // all at once, or piece by piece
				did(c, ask{"release", take}, func() int {
					done, err := h.cancel(order, sales.Take{Line: h.order(t, order).Lines[0].ID, Pieces: take})
					if err != nil || done.Freed != take {
						t.Errorf("cancel: %+v, %v", done, err)
					}
					return done.Freed
				})
				left -= take
			}
		}
	})
	switch result, info := porcupine.CheckOperationsVerbose(level(onHand), history, time.Minute); result {
	case porcupine.Ok:
	case porcupine.Unknown:
		t.Error("the history is too long to be checked")
	default:
		t.Errorf("no order of the %d operations explains what they answered: %v", len(history), info.PartialLinearizations())
	}
	if free := h.free(t, p); free != onHand {
		t.Errorf("%d free at the end", free)
	}
	h.quiet(t)
	h.clean(t)
}
