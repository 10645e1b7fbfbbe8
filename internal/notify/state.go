package notify

// State is where a mail stands. It cannot be made outside this package.
type State struct{ s string }

// String is the state as it is stored.
func (s State) String() string { return s.s }

// Code is the words key of its name.
func (s State) Code() string { return "mail.state." + s.s }

// The states. Sent and suppressed are final; failed goes back to queued when a
// person asks.
var (
	StateQueued     = State{"queued"}
	StateSent       = State{"sent"}
	StateFailed     = State{"failed"}
	StateSuppressed = State{"suppressed"}
)

// States in the order they are shown.
var States = []State{StateQueued, StateFailed, StateSent, StateSuppressed}

// Next is the table of moves; each statement that writes a state names the one
// it comes from.
var Next = map[State][]State{
	StateQueued: {StateSent, StateFailed},
	StateFailed: {StateQueued},
}

// StateNamed finds a state as it is stored or asked for.
func StateNamed(name string) (State, bool) {
	for _, s := range States {
		if s.s == name {
			return s, true
		}
	}
	return State{}, false
}
