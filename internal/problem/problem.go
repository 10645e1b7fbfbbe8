// Package problem holds the things a person can be told: what they typed is
// not valid, a rule refuses, somebody changed it first, it is not there, they
// may not, they asked too often. All are errors; anything else that is an
// error is our fault and shown as such.
//
// A problem is a code with arguments, never a sentence: the sentence is
// written once per language in internal/words, so the page, the list, the API
// and the work item that show the same problem cannot disagree.
package problem

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Args are the named values a sentence is made with: string, int, int64,
// money.Amount or time.Time.
type Args map[string]any

// With makes Args from alternating names and values.
func With(pairs ...any) Args {
	if len(pairs) == 0 {
		return nil
	}
	a := make(Args, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		a[pairs[i].(string)] = pairs[i+1]
	}
	return a
}

// Field is one thing wrong with what was typed. Path is the name of the form
// field ("lines[2].quantity"), Code the sentence.
type Field struct {
	Path string
	Code string
	Args Args
}

// Invalid lists everything wrong with a form, all at once.
type Invalid struct{ Fields []Field }

// Add notes one more problem; args are alternating names and values.
func (v *Invalid) Add(path, code string, args ...any) {
	v.Fields = append(v.Fields, Field{path, code, With(args...)})
}

// Has reports whether the field at path has a problem already.
func (v *Invalid) Has(path string) bool {
	for _, f := range v.Fields {
		if f.Path == path {
			return true
		}
	}
	return false
}

// Err is v when something is wrong, nil otherwise.
func (v *Invalid) Err() error {
	if v == nil || len(v.Fields) == 0 {
		return nil
	}
	return v
}

func (v *Invalid) Error() string {
	var b strings.Builder
	b.WriteString("invalid:")
	for _, f := range v.Fields {
		fmt.Fprintf(&b, " %s=%s", f.Path, f.Code)
	}
	return b.String()
}

// At makes an Invalid of one field.
func At(path, code string, args ...any) error {
	v := &Invalid{}
	v.Add(path, code, args...)
	return v
}

// Fix is the way out of a refusal: the words of the button, where it leads,
// and the permission that may press it.
type Fix struct {
	Code       string `json:"code,omitempty"`
	Path       string `json:"path,omitempty"`
	Permission string `json:"permission,omitempty"`
}

// Refusal is a rule saying no, written by the guard that refuses and nowhere
// else: what is missing, who can act, and where.
type Refusal struct {
	Code string
	Args Args
	Fix  Fix
}

// Refuse makes a refusal without a button.
func Refuse(code string, args ...any) error {
	return &Refusal{Code: code, Args: With(args...)}
}

func (r *Refusal) Error() string { return fmt.Sprintf("refused: %s %v", r.Code, r.Args) }

// Change is one field that somebody else changed, for the stale screen.
type Change struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Stale says that somebody else changed the thing first. Version is the one
// to send with the next try.
type Stale struct {
	What    string
	ByName  string
	At      time.Time
	Changes []Change
	Version int64
}

func (s *Stale) Error() string { return "stale: " + s.What + " was changed by " + s.ByName }

// NotFound says that there is no such thing, or that this person cannot know.
type NotFound struct{ What string }

func (n *NotFound) Error() string { return "not found: " + n.What }

// Missing makes a NotFound.
func Missing(what string) error { return &NotFound{what} }

// Forbidden says which permission is lacking.
type Forbidden struct{ Permission string }

func (f *Forbidden) Error() string { return "forbidden: " + f.Permission }

// Conflict says that a command key came again with another request.
type Conflict struct{ Code string }

func (c *Conflict) Error() string { return "conflict: " + c.Code }

// TooMany says that a limit on tries was passed, and when to come again.
type TooMany struct{ RetryAfter time.Duration }

func (t *TooMany) Error() string { return "too many requests" }

// IsPersons reports whether err is one of the problems above: something a
// person can act on, as against a fault of ours.
func IsPersons(err error) bool {
	var (
		v *Invalid
		r *Refusal
		s *Stale
		n *NotFound
		f *Forbidden
		c *Conflict
		t *TooMany
	)
	return errors.As(err, &v) || errors.As(err, &r) || errors.As(err, &s) || errors.As(err, &n) ||
		errors.As(err, &f) || errors.As(err, &c) || errors.As(err, &t)
}
