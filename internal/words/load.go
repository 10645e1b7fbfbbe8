package words

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
)

// load reads every language. It leaves out what it cannot read and reports it.
func load(from fs.FS) (map[string]*Catalogue, []error) {
	catalogues := map[string]*Catalogue{}
	var wrong []error
	for lang := range forms {
		c := &Catalogue{lang: lang, loc: time.UTC, sentences: map[string]sentence{}}
		catalogues[lang] = c
		names, err := fs.Glob(from, lang+"/*.json")
		if err != nil {
			wrong = append(wrong, err)
		}
		for _, name := range names {
			wrong = append(wrong, c.read(from, name)...)
		}
	}
	for lang, c := range catalogues {
		if lang != english {
			c.fallback = catalogues[english]
		}
	}
	return catalogues, wrong
}

func (c *Catalogue) read(from fs.FS, name string) []error {
	f, err := from.Open(name)
	if err != nil {
		return []error{err}
	}
	defer f.Close()
	var wrong []error
	err = eachEntry(f, func(code, text string) {
		s, err := cut(c.lang, text)
		if _, twice := c.sentences[code]; twice {
			err = fmt.Errorf("stands in two places")
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %s: %w", name, code, err))
			return
		}
		c.sentences[code] = s
	})
	if err != nil {
		wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
	}
	return wrong
}

// eachEntry reads a flat JSON object entry by entry: decoding into a map would
// hide a code that stands twice in one file.
func eachEntry(r io.Reader, do func(code, text string)) error {
	d := json.NewDecoder(r)
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("is not a JSON object: %v", err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var text string
		if err := d.Decode(&text); err != nil {
			return fmt.Errorf("%v: %w", key, err)
		}
		code, _ := key.(string)
		if code == "" || strings.TrimSpace(text) == "" {
			return fmt.Errorf("%q has no sentence", code)
		}
		do(code, text)
	}
	_, err := d.Token()
	return err
}
