package trade

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"packhouse/internal/problem"
)

// Line cleans text of one line: spaces trimmed, tabs and line ends folded to
// one space, Unicode composed (NFC). It refuses NUL and invalid UTF-8
// (bad_text), and more than max characters (too_long {max}); max 0 is no
// limit. PostgreSQL can store neither NUL nor broken UTF-8, and a silent
// repair would store what nobody typed.
func Line(s string, max int) (string, error) {
	return clean(strings.Join(strings.FieldsFunc(s, lineBreak), " "), s, max)
}

// Text cleans text of several lines: line ends become \n, the rest as Line.
func Text(s string, max int) (string, error) {
	return clean(lineEnds.Replace(s), s, max)
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

func lineBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == '\t' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

func clean(s, typed string, max int) (string, error) {
	if !storable(typed) {
		return "", problem.At("", "bad_text")
	}
	s = norm.NFC.String(strings.TrimFunc(s, unicode.IsSpace))
	if code, args := textProblem(s, max); code != "" {
		return "", problem.At("", code, args...)
	}
	return s, nil
}

// textProblem is the code of what is wrong with s, "" for nothing.
func textProblem(s string, max int) (code string, args []any) {
	switch {
	case !storable(s):
		return "bad_text", nil
	case max > 0 && utf8.RuneCountInString(s) > max:
		return "too_long", []any{"max", max}
	}
	return "", nil
}

func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// ReadLine is Line for a form: the problem is noted at path, and "" returned.
func ReadLine(v *problem.Invalid, path, typed string, max int) string {
	return noted(v, path)(Line(typed, max))
}

// ReadText is Text for a form.
func ReadText(v *problem.Invalid, path, typed string, max int) string {
	return noted(v, path)(Text(typed, max))
}

// noted gives the value of a reader, or its zero with the problem at path.
func noted(v *problem.Invalid, path string) func(string, error) string {
	return func(value string, err error) string {
		if note(v, path, err) {
			return ""
		}
		return value
	}
}

// note copies what a reader refused to a form field.
func note(v *problem.Invalid, path string, err error) bool {
	if err == nil {
		return false
	}
	if found, ok := err.(*problem.Invalid); ok {
		for _, f := range found.Fields {
			f.Path = path
			v.Fields = append(v.Fields, f)
		}
		return true
	}
	v.Add(path, "bad_text")
	return true
}
