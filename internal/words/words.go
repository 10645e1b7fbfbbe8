// Package words holds every sentence the house says, once per language. Rooms
// speak in codes with arguments (problem.Args); here a code becomes a sentence.
// English is complete; where another language lacks a code the English
// sentence stands in.
//
// Each room keeps its sentences in a file of its own, en/<room>.json and
// de/<room>.json: flat objects of code to sentence. All files of a language are
// one catalogue, and a code stands in one file only. A sentence holds
//
//	{name}              the argument, written as its type asks
//	{at:day} {at:time}  a time as its day, or its time of day; {at} is both
//	{reason:word}       the argument is itself a code
//	{n|piece|pieces}    the form that n takes, in the order one, other; the
//	                    number itself is written with {n}
//
// Words: code ("too_long"), sentence, argument, form (singular or plural).
package words

import (
	"embed"
	"maps"
	"slices"
	"strings"
	"time"

	"packhouse/internal/problem"
)

//go:embed en/*.json de/*.json
var files embed.FS

const english = "en"

// all is every catalogue by language, and faults what the files get wrong: a
// test fails for each, while a running program shows the rest.
var all, faults = load(files)

// Catalogue says sentences in one language and one time zone. It is immutable
// and safe for concurrent use.
type Catalogue struct {
	lang      string
	loc       *time.Location
	sentences map[string]sentence
	fallback  *Catalogue // English, nil for English itself
}

// For finds the catalogue of a language tag: "de-AT" is served by "de",
// anything unknown by English. Times are told in UTC until In says otherwise.
func For(lang string) *Catalogue {
	lang = strings.ToLower(strings.ReplaceAll(lang, "_", "-"))
	if c, ok := all[lang]; ok {
		return c
	}
	primary, _, _ := strings.Cut(lang, "-")
	if c, ok := all[primary]; ok {
		return c
	}
	return all[english]
}

// Languages lists what For can serve.
func Languages() []string { return slices.Sorted(maps.Keys(all)) }

// In is the same catalogue telling times in a zone.
func (c *Catalogue) In(loc *time.Location) *Catalogue {
	other := *c
	other.loc = loc
	return &other
}

// Lang is the language, "en".
func (c *Catalogue) Lang() string { return c.lang }

// Location is the zone that times are told in.
func (c *Catalogue) Location() *time.Location { return c.loc }

// Has reports whether there is a sentence for code, in this language or in
// English.
func (c *Catalogue) Has(code string) bool {
	_, ok := c.find(code)
	return ok
}

// Say is the sentence for code. An unknown code is returned as it is, and an
// argument that is missing stays visible as {name}: both are seen by whoever
// looks at the page, and neither takes the page down.
func (c *Catalogue) Say(code string, args problem.Args) string {
	s, ok := c.find(code)
	if !ok {
		return code
	}
	return c.fill(s, args)
}

func (c *Catalogue) find(code string) (sentence, bool) {
	s, ok := c.sentences[code]
	if !ok && c.fallback != nil {
		return c.fallback.find(code)
	}
	return s, ok
}
