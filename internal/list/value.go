package list

import (
	"strconv"
	"strings"
	"time"
)

// Text takes a value as typed.
func Text(values []string) (any, bool) { return strings.TrimSpace(values[0]), values[0] != "" }

// Texts takes several values.
func Texts(allowed ...string) func([]string) (any, bool) {
	return func(values []string) (any, bool) {
		var out []string
		for _, v := range values {
			for _, a := range allowed {
				if v == a {
					out = append(out, v)
				}
			}
		}
		return out, len(out) > 0
	}
}

// ID takes one id.
func ID(values []string) (any, bool) {
	n, err := strconv.ParseInt(values[0], 10, 64)
	return n, err == nil && n > 0
}

// IDs takes several ids.
func IDs(values []string) (any, bool) {
	var out []int64
	for _, v := range values {
		if n, err := strconv.ParseInt(v, 10, 64); err == nil && n > 0 {
			out = append(out, n)
		}
	}
	return out, len(out) > 0
}

// Day takes a day as a date field sends it.
func Day(values []string) (any, bool) {
	d, err := time.Parse(time.DateOnly, values[0])
	return d, err == nil
}

// Number takes a whole number.
func Number(values []string) (any, bool) {
	n, err := strconv.ParseInt(values[0], 10, 64)
	return n, err == nil
}

// Flag takes "yes".
func Flag(values []string) (any, bool) { return true, values[0] == "yes" }

// plausible keeps a mangled cursor from becoming a database error.
func plausible(typ, v string) bool {
	switch typ {
	case "timestamptz":
		_, err := time.Parse(time.RFC3339Nano, v)
		return err == nil
	case "bigint", "int":
		_, err := strconv.ParseInt(v, 10, 64)
		return err == nil
	case "date":
		_, err := time.Parse(time.DateOnly, v)
		return err == nil || v == "infinity"
	default:
		return !strings.ContainsRune(v, 0)
	}
}
