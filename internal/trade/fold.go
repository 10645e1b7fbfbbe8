package trade

import (
	_ "embed"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// foldRules are the rules of PostgreSQL's unaccent dictionary that NFKC leaves
// anything to do: code point, replacement.
//
//go:embed fold.txt
var foldRules string

var folded = func() map[rune]string {
	rules := make(map[rune]string, 1200)
	for line := range strings.Lines(foldRules) {
		code, text, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		if r, err := strconv.ParseInt(code, 16, 32); err == nil {
			rules[rune(r)] = text
		}
	}
	return rules
}()

// SearchFold is lower-case text without accents, as search keys are: the same
// as packhouse_fold(text) in PostgreSQL. Queries hand their words to that
// function; this one is for comparing in memory.
func SearchFold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		if text, ok := folded[r]; ok {
			b.WriteString(strings.ToLower(text))
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
