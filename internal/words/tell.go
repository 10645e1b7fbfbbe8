package words

import (
	"errors"

	"packhouse/internal/problem"
)

// Tell is the sentence for any problem of the problem package; for every other
// error it is the sentence that says the fault is ours.
func (c *Catalogue) Tell(err error) string {
	var (
		invalid   *problem.Invalid
		refusal   *problem.Refusal
		stale     *problem.Stale
		notFound  *problem.NotFound
		forbidden *problem.Forbidden
		conflict  *problem.Conflict
		tooMany   *problem.TooMany
	)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &invalid):
		if len(invalid.Fields) == 1 {
			return c.Say(invalid.Fields[0].Code, invalid.Fields[0].Args)
		}
		return c.Say("invalid", problem.With("n", len(invalid.Fields)))
	case errors.As(err, &refusal):
		return c.Say(refusal.Code, refusal.Args)
	case errors.As(err, &stale):
		return c.tellStale(stale)
	case errors.As(err, &notFound):
		return c.either("not_found."+notFound.What, "not_found", nil)
	case errors.As(err, &forbidden):
		return c.Say("forbidden", nil)
	case errors.As(err, &conflict):
		return c.either(conflict.Code, "conflict", nil)
	case errors.As(err, &tooMany):
		return c.Say("too_many_requests", problem.With("wait", tooMany.RetryAfter))
	}
	return c.Say("our_fault", nil)
}

func (c *Catalogue) tellStale(s *problem.Stale) string {
	if s.ByName == "" {
		return c.Say("stale", nil)
	}
	return c.Say("stale_by", problem.With("name", s.ByName, "at", s.At))
}

// either says the first code, or the second where the first is unknown.
func (c *Catalogue) either(code, general string, args problem.Args) string {
	if code != "" && c.Has(code) {
		return c.Say(code, args)
	}
	return c.Say(general, args)
}
