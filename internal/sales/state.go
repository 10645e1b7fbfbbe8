package sales

import "packhouse/internal/problem"

// State is where an order stands. No other package can make one.
type State struct{ name string }

// The states of an order.
var (
	Draft     = State{"draft"}
	Placed    = State{"placed"}
	Confirmed = State{"confirmed"}
	Closed    = State{"closed"}
	Cancelled = State{"cancelled"}
)

// next is the whole machine; sales_order_transitions says the same.
var next = map[State][]State{
	Draft:     {Placed, Cancelled},
	Placed:    {Confirmed, Cancelled},
	Confirmed: {Closed, Cancelled},
	Closed:    {},
	Cancelled: {},
}

// String is the state's name as it is stored.
func (s State) String() string { return s.name }

// word is the code of the state's name in a sentence.
func (s State) word() string { return "state." + s.name }

// Next are the states that can follow.
func (s State) Next() []State { return next[s] }

// States are all of them, in the order of an order's life.
func States() []State { return []State{Draft, Placed, Confirmed, Closed, Cancelled} }

func parseState(name string) (State, bool) {
	s := State{name}
	_, ok := next[s]
	return s, ok
}

// refuseMove says why there is no way from one state to another.
func refuseMove(from, to State) error {
	return problem.Refuse("refused.order_"+to.name, "state", from.word())
}
