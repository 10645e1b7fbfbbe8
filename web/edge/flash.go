package edge

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"packhouse/internal/problem"
	"packhouse/web/ui"
)

// Flash is the answer to a command, shown once on the page that follows.
type Flash struct {
	Kind ui.Kind
	Code string // of the sentence
	Args problem.Args
	Text string // instead of Code: the sentence itself

	LinkCode string // words of a link beside it, optional
	Href     string
}

// Done says that it was done.
func Done(code string, args ...any) Flash {
	return Flash{Kind: ui.Green, Code: code, Args: problem.With(args...)}
}

// Note says something worth knowing, such as that it had been done before.
func Note(code string, args ...any) Flash {
	return Flash{Kind: ui.Amber, Code: code, Args: problem.With(args...)}
}

// Failed says that something was not done.
func Failed(code string, args ...any) Flash {
	return Flash{Kind: ui.Red, Code: code, Args: problem.With(args...)}
}

// said is a message as it travels in its cookie: the sentence, in the language
// of the one who pressed.
type said struct {
	Kind ui.Kind `json:"k"`
	Text string  `json:"t"`
	Link string  `json:"l,omitempty"`
	Href string  `json:"h,omitempty"`
}

func (e *Edge) say(lang string, f Flash) said {
	s := said{Kind: f.Kind, Text: f.Text, Href: f.Href}
	if f.Text == "" {
		s.Text = e.Words(lang).Say(f.Code, f.Args)
	}
	if f.LinkCode != "" {
		s.Link = e.Words(lang).Say(f.LinkCode, f.Args)
	}
	return s
}

func (s said) flash() ui.Flash {
	return ui.Flash{Kind: s.Kind, Text: s.Text, Link: s.Link, Href: s.Href}
}

// A message travels in a cookie that lives a minute and is signed, so that a
// command costs no second write and nobody can put words in our mouth.
func (e *Edge) putFlash(w http.ResponseWriter, lang string, messages []Flash) {
	if len(messages) == 0 {
		return
	}
	var out []said
	for _, m := range messages {
		out = append(out, e.say(lang, m))
	}
	body, err := json.Marshal(out)
	if err != nil || len(body) > 2500 { // a cookie holds 4 kB
		body, _ = json.Marshal([]said{{Kind: out[0].Kind, Text: cut(out[0].Text, 600)}})
	}
	value := base64.RawURLEncoding.EncodeToString(append(e.sign(body), body...))
	http.SetCookie(w, e.cookie(e.cookies.flash, value, 60))
}

// takeFlash reads the messages that wait and forgets them.
func (e *Edge) takeFlash(w http.ResponseWriter, r *http.Request) []ui.Flash {
	c, err := r.Cookie(e.cookies.flash)
	if err != nil {
		return nil
	}
	http.SetCookie(w, e.cookie(e.cookies.flash, "", -1))
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(raw) < sha256.Size || !hmac.Equal(raw[:sha256.Size], e.sign(raw[sha256.Size:])) {
		return nil
	}
	var in []said
	if json.Unmarshal(raw[sha256.Size:], &in) != nil {
		return nil
	}
	var out []ui.Flash
	for _, s := range in {
		out = append(out, s.flash())
	}
	return out
}

func (e *Edge) sign(body []byte) []byte {
	h := hmac.New(sha256.New, e.flashKey)
	h.Write(body)
	return h.Sum(nil)
}

// cut shortens s to at most n bytes without breaking a letter.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}
