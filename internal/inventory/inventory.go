// Package inventory owns where goods lie and what is promised of them:
// locations and their bins, the ledger of pieces, the levels that sum it up,
// and the allocations that set stock aside for lines of orders.
//
// Words: a location is a place stock is kept at (warehouse, store, third-party
// warehouse, vendor); a bin is a shelf in it. On hand are the pieces that lie
// there, each in a condition: sellable, damaged or in quarantine. Reserved
// pieces are sellable ones set aside by an allocation; free ones can still be
// promised, and the safety stock never is. A movement is a line of the ledger:
// it is written once and never changed, and every change of on hand is one. An
// adjustment corrects what is counted wrongly and says why. Words to avoid:
// stock item, quantity on order, inventory unit.
//
// Always true, held by constraints and compared by `oms check`: the level of a
// condition is the sum of its movements and the sum of its bins; reserved is
// the sum of the live allocations and never more than on hand.
//
// Levels are locked in the order (SKU, location, condition) before anything of
// them is written.
package inventory

import (
	"slices"

	"packhouse/internal/problem"
)

// Condition is the state the pieces are in.
type Condition string

// The conditions. Only sellable pieces can be reserved.
const (
	Sellable   Condition = "sellable"
	Damaged    Condition = "damaged"
	Quarantine Condition = "quarantine" // nobody has decided yet
)

// Conditions in the order they are shown.
var Conditions = []Condition{Sellable, Damaged, Quarantine}

// ParseCondition reads a condition as stored or chosen.
func ParseCondition(s string) (Condition, bool) {
	c := Condition(s)
	return c, slices.Contains(Conditions, c)
}

// Kind says what moved the pieces.
type Kind string

// The kinds of movement. The pieces of a move leave one place or condition and
// reach another in the same command, so the two lines cancel out.
const (
	Opening    Kind = "opening" // what was there when the books began
	Receive    Kind = "receive"
	Correction Kind = "adjust"
	Moved      Kind = "move"
	Shipped    Kind = "ship"
	Returned   Kind = "return"
)

// Kinds in the order they are shown.
var Kinds = []Kind{Opening, Receive, Correction, Moved, Shipped, Returned}

// ParseKind reads a kind of movement as stored or chosen.
func ParseKind(s string) (Kind, bool) {
	k := Kind(s)
	return k, slices.Contains(Kinds, k)
}

// Limits of what one command takes, in pieces and characters.
const (
	MaxPieces = 1_000_000_000
	MaxReason = 500
	MaxLot    = 64
)

// Reasons for which stock is corrected or changes its condition: codes, whose
// sentences are "stock.reason.<code>". A person may add words of their own.
var Reasons = []string{"count", "found", "lost", "broken", "expired", "theft", "sample", "own_use", "wrong_booking", "supplier", "inspected", "other"}

// Reason joins the chosen reason with what the person wrote. It notes at path
// what is missing: the reason itself, or the words that "other" asks for.
func Reason(v *problem.Invalid, chosen, said string) string {
	switch {
	case !slices.Contains(Reasons, chosen):
		v.Add("reason", "stock.reason_needed")
	case chosen == "other" && said == "":
		v.Add("note", "stock.reason_words_needed")
	case len([]rune(said)) > MaxReason:
		v.Add("note", "too_long", "max", MaxReason)
	case said == "":
		return chosen
	default:
		return chosen + ": " + said
	}
	return ""
}
