package settings

import (
	"errors"
	"maps"
	"slices"
	"strconv"

	"packhouse/internal/money"
	"packhouse/internal/problem"
)

func number(n int) string { return strconv.Itoa(n) }

func text(n int64) string { return strconv.FormatInt(n, 10) }

// whole reads a whole number as people type it, or notes what is wrong. Beyond
// what a setting can be it is the largest there is, for the room to refuse.
func whole(v *problem.Invalid, path, typed string) int {
	if typed == "" {
		v.Add(path, "required")
		return 0
	}
	n, err := money.ParseInt(typed)
	if wrong, ok := errors.AsType[*problem.Invalid](err); ok {
		for _, f := range wrong.Fields {
			f.Path = path
			v.Fields = append(v.Fields, f)
		}
		return 0
	}
	if err != nil {
		v.Add(path, "not_a_number")
	}
	return int(max(-1<<31, min(n, 1<<31-1)))
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
