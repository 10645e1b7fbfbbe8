package words

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// sentence is text cut at its placeholders, once, when the files are read.
type sentence struct {
	pieces []piece
	tag    language.Tag // whose plural rules its forms follow
}

// piece is plain text, or a placeholder when name is set.
type piece struct {
	text  string
	name  string
	style string   // day, time or word
	forms []string // of a plural placeholder
}

// forms are the plural categories each language has, in the order a sentence
// lists them.
var forms = map[string][]plural.Form{
	"en": {plural.One, plural.Other},
	"de": {plural.One, plural.Other},
}

var knownStyles = []string{"", "day", "time", "word"}

// cut reads a sentence as it stands in a file.
func cut(lang, text string) (sentence, error) {
	s := sentence{tag: language.Make(lang)}
	for text != "" {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			open = len(text)
		}
		if strings.IndexByte(text[:open], '}') >= 0 {
			return s, fmt.Errorf("a } without {")
		}
		if open > 0 {
			s.pieces = append(s.pieces, piece{text: text[:open]})
		}
		if open == len(text) {
			break
		}
		inside, rest, closed := strings.Cut(text[open+1:], "}")
		if !closed {
			return s, fmt.Errorf("a { without }")
		}
		p, err := placeholder(lang, inside)
		if err != nil {
			return s, err
		}
		s.pieces = append(s.pieces, p)
		text = rest
	}
	return s, nil
}

func placeholder(lang, inside string) (piece, error) {
	p := piece{text: "{" + inside + "}"}
	parts := strings.Split(inside, "|")
	p.name, p.style, _ = strings.Cut(parts[0], ":")
	if p.name == "" || strings.ContainsAny(p.name, " {") {
		return p, fmt.Errorf("%s names no argument", p.text)
	}
	if !slices.Contains(knownStyles, p.style) {
		return p, fmt.Errorf("%s: there is no style %q", p.text, p.style)
	}
	if p.forms = parts[1:]; len(p.forms) > 0 && len(p.forms) != len(forms[lang]) {
		return p, fmt.Errorf("%s: %s has %d forms", p.text, lang, len(forms[lang]))
	}
	return p, nil
}

// names are the arguments a sentence asks for, each once, in order.
func (s sentence) names() []string {
	var names []string
	for _, p := range s.pieces {
		if p.name != "" {
			names = append(names, p.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// form picks the form that a number takes, by the rules of the CLDR.
func (s sentence) form(p piece, n int64) string {
	base, _ := s.tag.Base()
	if n < 0 {
		n = -n
	}
	got := plural.Cardinal.MatchPlural(s.tag, int(n%10_000_000), 0, 0, 0, 0)
	if n >= 10_000_000 && n%10_000_000 < 10 { // 10,000,001 is not one
		got = plural.Cardinal.MatchPlural(s.tag, int(n%10_000_000)+10, 0, 0, 0, 0)
	}
	if at := slices.Index(forms[base.String()], got); at >= 0 {
		return p.forms[at]
	}
	return p.forms[len(p.forms)-1]
}
