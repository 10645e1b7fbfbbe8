package problem

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Differences lists the fields in which two values differ, by their JSON name.
func Differences(from, to any) []Change {
	a, b := fields(from), fields(to)
	var out []Change
	for _, k := range slices.Sorted(maps.Keys(b)) {
		if a[k] != b[k] {
			out = append(out, Change{Field: k, Before: a[k], After: b[k]})
		}
	}
	return out
}

// fields spells each field of a value as its JSON text.
func fields(v any) map[string]string {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, r := range m {
		out[k] = strings.Trim(string(r), `"`)
	}
	return out
}
