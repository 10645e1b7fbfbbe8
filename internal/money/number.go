package money

import (
	"strings"
	"unicode"

	"github.com/govalues/decimal"

	"packhouse/internal/problem"
)

// number is what a person typed, understood digit by digit.
type number struct {
	negative        bool
	whole, fraction string
}

// maxTyped is longer than any number a person means.
const maxTyped = 48

// scan understands a number in any common writing. What it cannot read in
// exactly one way it refuses: "1,234" may be a thousand or a little more than
// one, and a wrong guess is an order for a thousand times the money. Only where
// grouped says that decimals make no sense (yen) is a lone separator before
// three digits a thousands separator.
func scan(s string, grouped bool) (number, error) {
	s = strings.TrimSpace(strings.Map(plainRune, s))
	if s == "" {
		return number{}, problem.At("", "required")
	}
	var n number
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		n.negative, s = true, strings.TrimLeft(rest, " ")
	} else {
		s = strings.TrimLeft(strings.TrimPrefix(s, "+"), " ")
	}
	if len(s) > maxTyped || !digitsAndSeparators(s) {
		return number{}, problem.At("", "not_a_number")
	}
	mark := decimalMark(s)
	if mark == unclear && !grouped {
		whole, fraction := s[:len(s)-4], s[len(s)-3:]
		return number{}, problem.At("", "ambiguous_number", "one", whole+fraction, "other", exactly(whole, fraction))
	}
	n.whole = s
	if mark == '.' || mark == ',' {
		at := strings.LastIndexByte(s, mark)
		n.whole, n.fraction = s[:at], s[at+1:]
	}
	var ok bool
	if n.whole, ok = ungroup(n.whole); !ok || strings.ContainsAny(n.fraction, " '") {
		return number{}, problem.At("", "not_a_number")
	}
	n.whole = strings.TrimLeft(n.whole, "0")
	n.fraction = strings.TrimRight(n.fraction, "0")
	return n, nil
}

// exactly writes a decimal so that scan reads it in one way.
func exactly(whole, fraction string) string {
	if fraction == "000" {
		return whole
	}
	return whole + "." + fraction + "0"
}

// plainRune folds the marks and digits that keyboards, spreadsheets and our own
// pages write for the same thing.
func plainRune(r rune) rune {
	switch r {
	case '\u2212', '\u2013', '\u2014', '\uff0d':
		return '-'
	case '\u2019', '\u2018', '\u02bc':
		return '\''
	case '\uff0c':
		return ','
	case '\uff0e':
		return '.'
	case '\u200e', '\u200f', '\ufeff':
		return -1
	}
	if r >= '０' && r <= '９' {
		return r - '０' + '0'
	}
	if unicode.IsSpace(r) {
		return ' '
	}
	return r
}

func digitsAndSeparators(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && strings.IndexByte(" '.,", c) < 0 {
			return false
		}
	}
	return len(s) > 0 && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' && s[0] != ' ' && s[0] != '\''
}

const unclear = '?'

// decimalMark is '.' or ',' where that is the decimal mark, 0 where there is
// none, unclear where one could think both.
func decimalMark(s string) byte {
	dots, commas := strings.Count(s, "."), strings.Count(s, ",")
	last := byte('.')
	if strings.LastIndexByte(s, ',') > strings.LastIndexByte(s, '.') {
		last = ','
	}
	switch {
	case dots+commas == 0:
		return 0
	case dots > 0 && commas > 0:
		return last // the other one must group, which ungroup sees to
	case dots+commas > 1:
		return 0
	case strings.ContainsAny(s, " '"):
		return last
	}
	at := strings.IndexByte(s, last)
	if len(s)-at-1 == 3 && at >= 1 && at <= 3 && s[0] != '0' {
		return unclear
	}
	return last
}

// ungroup takes one kind of separator out where it groups by thousands, or by
// lakh and crore with commas.
func ungroup(s string) (string, bool) {
	at := strings.IndexAny(s, " '.,")
	if at < 0 {
		return s, true
	}
	groups := strings.Split(s, s[at:at+1])
	first, rest := groups[0], groups[1:]
	if len(first) < 1 || len(first) > 3 || first[0] == '0' || strings.ContainsAny(strings.Join(groups, ""), " '.,") {
		return "", false
	}
	size, last := 3, len(rest)-1
	if s[at] == ',' && last > 0 && len(rest[0]) == 2 && len(first) < 3 {
		size = 2
	}
	for _, g := range rest[:last] {
		if len(g) != size {
			return "", false
		}
	}
	return strings.Join(groups, ""), len(rest[last]) == 3
}

// decimal is the exact value with at most places decimals.
func (n number) decimal(places int) (decimal.Decimal, error) {
	if len(n.fraction) > places {
		if places == 0 {
			return decimal.Decimal{}, problem.At("", "not_whole")
		}
		return decimal.Decimal{}, problem.At("", "too_precise", "max", places)
	}
	if len(n.whole)+places > 18 {
		return decimal.Decimal{}, problem.At("", "too_large", "max", strings.Repeat("9", 18-places))
	}
	text := "0" + n.whole
	if n.fraction != "" {
		text += "." + n.fraction
	}
	d, err := decimal.Parse(text)
	if err != nil {
		return decimal.Decimal{}, problem.At("", "not_a_number")
	}
	if n.negative {
		d = d.Neg()
	}
	return d, nil
}
