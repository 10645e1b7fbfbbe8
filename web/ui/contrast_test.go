package ui

import (
	"os"
	"regexp"
	"testing"
)

// Each text colour and the grounds it stands on; 4.5 is what WCAG 2.2 AA asks
// of text, 3 of the edges of what can be pressed or typed in.
var pairs = []struct {
	text    []string
	grounds []string
	least   float64
}{
	{[]string{"n8", "n9", "n10", "n11", "n12"}, []string{"n1", "n2", "n3", "neutral-t"}, 4.5},
	{[]string{"accent", "accent-strong"}, []string{"n1", "n2", "n3", "accent-tint"}, 4.5},
	{[]string{"n8", "n12"}, []string{"accent-tint"}, 4.5},
	{[]string{"accent-ink"}, []string{"accent", "accent-strong"}, 4.5},
	{[]string{"danger-ink"}, []string{"danger"}, 4.5},
	{[]string{"neutral"}, []string{"neutral-t", "n1", "n2"}, 4.5},
	{[]string{"blue", "n10", "n11", "n12"}, []string{"blue-t"}, 4.5},
	{[]string{"amber", "n10", "n11", "n12"}, []string{"amber-t"}, 4.5},
	{[]string{"green", "n10", "n11", "n12"}, []string{"green-t"}, 4.5},
	{[]string{"red", "n10", "n11", "n12"}, []string{"red-t"}, 4.5},
	{[]string{"blue", "amber", "green", "red"}, []string{"n1", "n2", "n3"}, 4.5},
	{[]string{"n6", "n7"}, []string{"n1", "n2"}, 3},
	{[]string{"blue-b", "amber-b", "green-b", "red-b"}, []string{"n1"}, 3},
}

func TestEveryTextColourIsLegibleOnItsGroundsInLightAndDark(t *testing.T) {
	t.Parallel()
	sheet, err := os.ReadFile("../static/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark := map[string]rgb{}, map[string]rgb{}
	for _, m := range regexp.MustCompile(`--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)`).FindAllStringSubmatch(string(sheet), -1) {
		light[m[1]], _ = parseRGB(m[2])
		dark[m[1]], _ = parseRGB(m[3])
	}
	for scheme, colours := range map[string]map[string]rgb{"light": light, "dark": dark} {
		for _, p := range pairs {
			for _, text := range p.text {
				for _, ground := range p.grounds {
					a, known := colours[text]
					b, also := colours[ground]
					if !known || !also {
						t.Fatalf("tokens.css has no %s or no %s", text, ground)
					}
					if got := contrast(a, b); got < p.least {
						t.Errorf("%s: %s on %s is %.2f, want %.1f", scheme, text, ground, got, p.least)
					}
				}
			}
		}
	}
}

func TestAShopsColourStaysLegibleWhateverItIs(t *testing.T) {
	t.Parallel()
	colour := regexp.MustCompile(`--accent:light-dark\((#\w{6}),(#\w{6})\)`)
	for _, shop := range []string{"#000000", "#ffffff", "#ffff00", "#c0392b", "#0b5f66", "#7f7f7f"} {
		css, ok := BrandCSS(shop)
		m := colour.FindStringSubmatch(css)
		if !ok || m == nil {
			t.Fatalf("%s: no sheet", shop)
		}
		day, _ := parseRGB(m[1])
		night, _ := parseRGB(m[2])
		for name, got := range map[string]float64{
			"on light ground": contrast(day, lightGround), "white on it": contrast(day, white),
			"on dark ground": contrast(night, darkGround), "ink on it": contrast(night, nearBlack),
		} {
			if got < 4.5 {
				t.Errorf("%s, %s: %.2f", shop, name, got)
			}
		}
	}
	if _, ok := BrandCSS(`red;}body{display:none`); ok {
		t.Error("took what is no colour")
	}
}
