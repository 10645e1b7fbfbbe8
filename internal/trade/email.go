package trade

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"packhouse/internal/problem"
)

// The lengths of RFC 5321: mailbox name, domain, and both.
const (
	maxLocal   = 64
	maxDomain  = 253
	maxMailbox = 254
)

// Email reads one address that mail can be sent to, and returns it with its
// domain in lower-case ASCII (IDNA 2008). The part before the @ keeps its
// case and may have any letters (RFC 6531) or be quoted. Refused with
// bad_email: what no public mail server can have (no dot in the domain, a
// numeric one, a bare IP address), obsolete forms with comments, names and
// angle brackets, and every line end or control character: an address goes
// into mail headers. It takes one pass over the text.
func Email(s string) (string, error) {
	s = strings.TrimFunc(s, unicode.IsSpace)
	if s == "" {
		return "", problem.At("", "required")
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || len(s) > 4*maxMailbox || !storable(s) {
		return "", problem.At("", "bad_email")
	}
	local := norm.NFC.String(s[:at])
	domain, ok := mailDomain(s[at+1:])
	if !ok || !mailLocal(local) || len(local)+1+len(domain) > maxMailbox {
		return "", problem.At("", "bad_email")
	}
	return local + "@" + domain, nil
}

// ReadEmail is Email for a form; an empty field is no problem.
func ReadEmail(v *problem.Invalid, path, typed string) string {
	if strings.TrimSpace(typed) == "" {
		return ""
	}
	return noted(v, path)(Email(typed))
}

// EmailKey is what two spellings of one mailbox have in common; no server in
// use tells upper from lower case.
func EmailKey(email string) string { return strings.ToLower(email) }

// EmailShown is a stored address as people read it: the domain in its own
// letters.
func EmailShown(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 0 {
		return email
	}
	domain, err := idna.Display.ToUnicode(email[at+1:])
	if err != nil {
		return email // shown as ASCII what may be a look-alike
	}
	return email[:at+1] + domain
}

func mailLocal(s string) bool {
	if len(s) > maxLocal {
		return false
	}
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return mailQuoted(s[1 : len(s)-1])
	}
	last := '.'
	for _, r := range s {
		if r == '.' && last == '.' || r != '.' && !mailRune(r) {
			return false
		}
		last = r
	}
	return last != '.'
}

// mailRune is an atext of RFC 5322, or a letter, figure or sign beyond ASCII as
// RFC 6531 allows; no curly quotes, which come from pasting.
func mailRune(r rune) bool {
	if r >= utf8.RuneSelf {
		return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.S)
	}
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

// mailQuoted is the inside of a quoted mailbox name: printable ASCII, with
// quotes and backslashes escaped.
func mailQuoted(s string) bool {
	escaped := false
	for _, r := range s {
		if r < ' ' || r > '~' || r == '"' && !escaped {
			return false
		}
		escaped = r == '\\' && !escaped
	}
	return !escaped && s != ""
}

var mailIDNA = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(true), idna.ValidateLabels(true), idna.CheckHyphens(false), idna.BidiRule())

func mailDomain(s string) (string, bool) {
	if s == "" || utf8.RuneCountInString(s) > maxDomain {
		return "", false
	}
	ascii, err := mailIDNA.ToASCII(s)
	if err != nil || len(ascii) > maxDomain {
		return "", false
	}
	labels := strings.Split(ascii, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return "", false
		}
	}
	top := labels[len(labels)-1]
	return ascii, len(labels) > 1 && strings.Trim(top, "0123456789") != ""
}
