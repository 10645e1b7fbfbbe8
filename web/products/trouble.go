package products

import (
	"errors"

	"packhouse/internal/problem"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// told puts a problem into the page that is drawn again: each field's sentence,
// or what somebody else changed meanwhile beside what this person typed. It
// answers the version that the next try is to send, 0 for the one it came with.
func (s *sight) told(r *edge.Request, err error, typed map[string]string) int64 {
	if err == nil {
		return 0
	}
	stale, ok := errors.AsType[*problem.Stale](err)
	if !ok {
		s.Said = r.Problems(err)
		return 0
	}
	s.Whole = s.Words.Tell(err)
	for _, c := range stale.Changes {
		d := ui.Difference{Label: s.Say("product.field." + c.Field), Before: s.value(c.Field, c.Before), After: s.value(c.Field, c.After)}
		if yours := typed[c.Field]; yours != c.After {
			d.Yours = s.value(c.Field, yours)
		}
		s.Differences = append(s.Differences, d)
	}
	return stale.Version
}

// value tells a stored value of a field in words.
func (s sight) value(field, v string) string {
	switch field {
	case "shop_visible", "sale":
		if v != "" {
			return s.Say("product.value." + v)
		}
	}
	return v
}
