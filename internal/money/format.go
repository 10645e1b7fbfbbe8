package money

import (
	"strconv"
	"strings"
)

const (
	gap   = "\u202f" // narrow no-break space: an amount never breaks from its currency
	minus = "\u2212" // as wide as a digit, so columns stay straight
)

// style is how a language writes numbers. x/text knows CLDR 32 only and formats
// no amounts, so the few we speak stand here.
type style struct {
	decimal, group string
	signLast       bool // "12,50 €"
}

var styles = map[string]style{
	"en": {".", ",", false},
	"de": {",", ".", true}, "de-ch": {".", "’", false}, "de-at": {",", gap, false},
	"fr": {",", gap, true}, "es": {",", ".", true}, "it": {",", ".", true}, "pt": {",", ".", true}, "pt-br": {",", ".", false},
	"nl": {",", ".", false}, "da": {",", ".", true}, "sv": {",", gap, true}, "nb": {",", gap, true}, "fi": {",", gap, true},
	"pl": {",", gap, true}, "cs": {",", gap, true}, "ja": {".", ",", false}, "zh": {".", ",", false},
}

// styleOf finds "de-AT", then "de", then English.
func styleOf(lang string) style {
	lang = strings.ToLower(strings.ReplaceAll(lang, "_", "-"))
	for lang != "" {
		if s, ok := styles[lang]; ok {
			return s
		}
		lang = lang[:max(strings.LastIndexByte(lang, '-'), 0)]
	}
	return styles["en"]
}

// String is the amount in English: "€ 1,284.50".
func (a Amount) String() string { return a.Format("en") }

// Format is the amount as a language writes it: "1.284,50 €" in German. It
// never breaks across lines.
func (a Amount) Format(lang string) string {
	return withSign(plain(a.Minor, a.Currency.Exponent()), a.Currency, styleOf(lang))
}

// Plain is the number without currency and grouping, "1284.50": what forms,
// files and APIs hold.
func (a Amount) Plain() string { return plain(a.Minor, a.Currency.Exponent()) }

// Format is the price as a language writes it, with at least the decimals of
// the currency: "€ 0.001", "€ 12.50".
func (p UnitPrice) Format(lang string, cur Currency) string {
	return withSign(p.Input(cur), cur, styleOf(lang))
}

// FormatInt is a whole number as a language writes it: "12,840".
func FormatInt(n int64, lang string) string {
	s := styleOf(lang)
	return localise(strconv.FormatInt(n, 10), s)
}

func withSign(number string, c Currency, s style) string {
	number = localise(number, s)
	if s.signLast {
		return number + gap + c.Sign()
	}
	if digits, negative := strings.CutPrefix(number, minus); negative {
		return minus + c.Sign() + gap + digits
	}
	return c.Sign() + gap + number
}

// plain puts the decimal point into an integer of minor units.
func plain(minor int64, exponent int) string {
	digits := strconv.FormatUint(abs(minor), 10)
	if pad := exponent + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	if exponent > 0 {
		digits = digits[:len(digits)-exponent] + "." + digits[len(digits)-exponent:]
	}
	if minor < 0 {
		return "-" + digits
	}
	return digits
}

// localise writes a plain number with the separators of a language.
func localise(number string, s style) string {
	digits, negative := strings.CutPrefix(number, "-")
	whole, fraction, hasFraction := strings.Cut(digits, ".")
	var b strings.Builder
	if negative {
		b.WriteString(minus)
	}
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(s.group)
		}
		b.WriteRune(d)
	}
	if hasFraction {
		b.WriteString(s.decimal)
		b.WriteString(fraction)
	}
	return b.String()
}
