package ui_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"packhouse/web/ui"
)

func draw(t *testing.T, c templ.Component) string {
	t.Helper()
	var out bytes.Buffer
	if err := c.Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func parsed(t *testing.T, page string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func pages(t *testing.T) map[string]string {
	t.Helper()
	public := ui.Frame{Shape: ui.Public, Title: "Ihre Bestellung", Lang: "de", Note: "10478", Brand: ui.Brand{Name: "Nordlys", Sheet: "/brand.css", Foot: []string{"Nordlys AB"}}}
	return map[string]string{
		"staff":  draw(t, ui.Page(ui.GalleryFrame(), ui.Gallery())),
		"public": draw(t, ui.Page(public, ui.Stepper(ui.Stage{Label: "Eingegangen", Done: true}))),
		"bare":   draw(t, ui.Page(ui.Frame{Shape: ui.Bare, Title: "Sign in"}, ui.Button(ui.Primary, "Sign in"))),
	}
}

// Elements the HTML standard closes by itself.
var void = map[string]bool{"meta": true, "link": true, "input": true, "br": true, "hr": true, "img": true}

func TestEveryElementThatIsOpenedIsClosed(t *testing.T) {
	t.Parallel()
	for name, page := range pages(t) {
		var open []string
		for z := html.NewTokenizer(strings.NewReader(page)); ; {
			kind := z.Next()
			if kind == html.ErrorToken {
				if z.Err() != io.EOF {
					t.Fatal(z.Err())
				}
				break
			}
			tag := z.Token().Data
			switch {
			case kind == html.StartTagToken && !void[tag]:
				open = append(open, tag)
			case kind == html.EndTagToken:
				if len(open) == 0 || open[len(open)-1] != tag {
					t.Fatalf("%s: </%s> closes %v", name, tag, open)
				}
				open = open[:len(open)-1]
			}
		}
		if len(open) != 0 {
			t.Errorf("%s: never closed: %v", name, open)
		}
	}
}

func TestNothingCarriesStyleOrScriptInline(t *testing.T) {
	t.Parallel()
	for name, page := range pages(t) {
		doc := parsed(t, page)
		if n := doc.Find("[style], style, script:not([src])").Length(); n != 0 {
			t.Errorf("%s: %d inline styles or scripts", name, n)
		}
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: %s has %s", name, goquery.NodeName(s), a.Key)
				}
			}
		})
	}
}

func TestPublicAndBarePagesCarryNoHTMX(t *testing.T) {
	t.Parallel()
	all := pages(t)
	if !strings.Contains(all["staff"], "htmx") {
		t.Error("staff pages have htmx")
	}
	for _, name := range []string{"public", "bare"} {
		if strings.Contains(all[name], "htmx") {
			t.Errorf("%s page carries htmx", name)
		}
	}
}

func TestEveryFieldHasALabelAndSaysItsProblem(t *testing.T) {
	t.Parallel()
	doc := parsed(t, pages(t)["staff"])
	ids := map[string]int{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) { ids[s.AttrOr("id", "")]++ })
	for id, n := range ids {
		if n > 1 {
			t.Errorf("id %q stands %d times", id, n)
		}
	}
	labelled := map[string]bool{}
	doc.Find("label[for]").Each(func(_ int, s *goquery.Selection) { labelled[s.AttrOr("for", "")] = true })
	doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		_, named := s.Attr("aria-label")
		if !named && !labelled[s.AttrOr("id", "-")] && s.Closest("label").Length() == 0 {
			t.Errorf("field %q has no label", s.AttrOr("name", ""))
		}
		_, described := s.Attr("aria-describedby")
		if s.AttrOr("aria-invalid", "") == "true" && !described && s.Closest("fieldset[aria-describedby]").Length() == 0 {
			t.Errorf("field %q is wrong and does not say why", s.AttrOr("name", ""))
		}
	})
	for _, attr := range []string{"aria-describedby", "aria-labelledby"} {
		doc.Find("[" + attr + "]").Each(func(_ int, s *goquery.Selection) {
			for id := range strings.FieldsSeq(s.AttrOr(attr, "")) {
				if ids[id] == 0 {
					t.Errorf("%s points to %q, which is not there", attr, id)
				}
			}
		})
	}
	doc.Find(".summary a").Each(func(_ int, s *goquery.Selection) {
		if ids[strings.TrimPrefix(s.AttrOr("href", ""), "#")] == 0 {
			t.Errorf("the summary leads to %q, which is not there", s.AttrOr("href", ""))
		}
	})
}

func TestAFormCarriesItsCommandKeyAndVersion(t *testing.T) {
	t.Parallel()
	doc := parsed(t, draw(t, ui.Form(ui.Sheet{Action: "/x", Command: "key", Version: "3"})))
	for name, want := range map[string]string{"command": "key", "version": "3"} {
		if got := doc.Find("form[method=post] input[name="+name+"]").AttrOr("value", ""); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

func TestTextIsEscapedWhereverItStands(t *testing.T) {
	t.Parallel()
	nasty := `"><script>alert(1)</script>`
	page := draw(t, ui.Page(ui.Frame{Title: nasty, Search: nasty, Flash: []ui.Flash{{Text: nasty}}}, ui.Field(ui.Input{Label: nasty, Name: "a", Value: nasty, Help: nasty, Problem: nasty})))
	if strings.Contains(page, "<script>alert") {
		t.Error("text became a script")
	}
	if got := parsed(t, page).Find("#f-a").AttrOr("value", ""); got != nasty {
		t.Errorf("the field holds %q", got)
	}
	if link := draw(t, ui.Act(ui.Action{Label: "x", Href: "javascript:alert(1)"})); strings.Contains(link, "javascript:") {
		t.Errorf("a link runs script: %s", link)
	}
}

func TestASecretIsNeverSentBack(t *testing.T) {
	t.Parallel()
	if page := draw(t, ui.Field(ui.Input{Label: "Password", Name: "p", Type: ui.Secret, Value: "hunter2"})); strings.Contains(page, "hunter2") {
		t.Error("the password stands in the page")
	}
}

func TestAnActionThatCannotBeDoneSaysWhyAndDoesNothing(t *testing.T) {
	t.Parallel()
	doc := parsed(t, draw(t, ui.Act(ui.Action{Label: "Refund", Post: "/refund", Why: "Nothing is paid yet."})))
	button := doc.Find("button[aria-disabled=true]")
	if doc.Find("form").Length() != 0 || doc.Find("#"+button.AttrOr("aria-describedby", "-")).Text() != "Nothing is paid yet." {
		t.Error("the button acts, or keeps its reason to itself")
	}
}

func TestTheFrameSpeaksTheLanguageOfThePage(t *testing.T) {
	t.Parallel()
	if page := pages(t)["public"]; !strings.Contains(page, `lang="de"`) || !strings.Contains(page, "Zum Inhalt springen") || !strings.Contains(page, "erledigt") {
		t.Error("the German page speaks English")
	}
}

// A component nobody draws in a test may be broken without anyone noticing.
func TestTheGalleryDrawsEveryExportedPiece(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("*.templ")
	if err != nil {
		t.Fatal(err)
	}
	gallery := ""
	for _, name := range append([]string{"gallery.templ", "gallery.go"}, sources...) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		gallery += string(text)
	}
	declared := regexp.MustCompile(`(?m)^templ ([A-Z]\w*)\(`)
	for _, m := range declared.FindAllStringSubmatch(gallery, -1) {
		name := m[1]
		used := regexp.MustCompile(`(@|[ {,(])` + name + `\(`)
		if name != "Gallery" && len(used.FindAllString(gallery, -1)) < 2 {
			t.Errorf("%s is drawn nowhere", name)
		}
	}
}

func TestEveryIconIsInTheSprite(t *testing.T) {
	t.Parallel()
	sprite, err := os.ReadFile("../static/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range pages(t) {
		parsed(t, page).Find("svg.ic use").Each(func(_ int, s *goquery.Selection) {
			_, icon, _ := strings.Cut(s.AttrOr("href", ""), "#")
			if !bytes.Contains(sprite, []byte(`<symbol id="`+icon+`"`)) {
				t.Errorf("%s: no icon %q", name, icon)
			}
		})
	}
}
