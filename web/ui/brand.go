package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The grounds text in the brand's colour stands on; the lightest and darkest of
// tokens.css.
var (
	lightGround = rgb{0xf7, 0xf9, 0xf9}
	darkGround  = rgb{0x14, 0x18, 0x1b}
	white       = rgb{0xff, 0xff, 0xff}
	nearBlack   = rgb{0x06, 0x12, 0x14}
)

// legible is the contrast WCAG 2.2 AA asks of text, with a little to spare for
// the tinted grounds.
const legible = 4.8

// BrandCSS is a style sheet that puts a shop's colour ("#c0392b") in place of
// our accent, darkened or lightened as far as text in it stays legible on light
// and dark grounds. It is false if the colour is not six hexadecimal digits.
// Serve it at the address given in Brand.Sheet.
func BrandCSS(colour string) (string, bool) {
	c, ok := parseRGB(colour)
	if !ok {
		return "", false
	}
	day, night := c, c
	for contrast(day, lightGround) < legible && day != (rgb{}) {
		day = day.towards(rgb{}, 0.06)
	}
	for contrast(night, darkGround) < legible+1 && night != white {
		night = night.towards(white, 0.06)
	}
	return fmt.Sprintf(":root{--accent:light-dark(%s,%s);--accent-strong:light-dark(%s,%s);--accent-ink:light-dark(%s,%s);--accent-tint:light-dark(%s,%s)}\n",
		day, night, day.towards(rgb{}, 0.15), night.towards(white, 0.2), white, nearBlack,
		day.towards(white, 0.93), night.towards(darkGround, 0.9)), true
}

type rgb struct{ r, g, b uint8 }

func (c rgb) String() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

func parseRGB(s string) (rgb, bool) {
	digits, ok := strings.CutPrefix(strings.TrimSpace(s), "#")
	n, err := strconv.ParseUint(digits, 16, 32)
	if !ok || err != nil || len(digits) != 6 {
		return rgb{}, false
	}
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true
}

// towards mixes in so much (0 to 1) of the other colour.
func (c rgb) towards(other rgb, part float64) rgb {
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*(1-part) + float64(b)*part)) }
	next := rgb{mix(c.r, other.r), mix(c.g, other.g), mix(c.b, other.b)}
	if next == c {
		return other // rounding would never arrive
	}
	return next
}

// contrast is the ratio WCAG defines, from 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func (c rgb) luminance() float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.r) + 0.7152*part(c.g) + 0.0722*part(c.b)
}
