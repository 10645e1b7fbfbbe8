package money

import (
	"slices"
	"strings"

	"packhouse/internal/problem"
)

// Currency is an ISO 4217 alphabetic code in capitals: "EUR".
type Currency string

// ParseCurrency reads a code in any case with spaces round it. The problem's
// code is unknown_currency.
func ParseCurrency(s string) (Currency, error) {
	c := Currency(strings.ToUpper(strings.TrimSpace(s)))
	if c == "" {
		return "", problem.At("", "required")
	}
	if !c.Valid() {
		return "", problem.At("", "unknown_currency", "code", string(c))
	}
	return c, nil
}

// Valid reports whether c is a currency one can be paid in.
func (c Currency) Valid() bool {
	_, ok := exponents[c]
	return ok
}

// Exponent is the number of digits of the minor unit: 2 for EUR, 0 for JPY,
// 3 for KWD. An unknown code has 2.
func (c Currency) Exponent() int {
	if e, ok := exponents[c]; ok {
		return e
	}
	return 2
}

// Currencies lists every code in alphabetical order.
func Currencies() []Currency {
	all := make([]Currency, 0, len(exponents))
	for c := range exponents {
		all = append(all, c)
	}
	slices.Sort(all)
	return all
}

// shown are the few signs that mean one currency to readers everywhere; every
// other currency is written with its code, as "$" for CAD would mislead.
var shown = map[Currency]string{"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}

// Sign is what stands beside an amount: "€", or the code.
func (c Currency) Sign() string {
	if s, ok := shown[c]; ok {
		return s
	}
	return string(c)
}

// typed are the signs people type, with the currencies each can mean. A sign
// shared by several is taken when the currency asked for is among them.
var typed = map[string]string{
	"€": "EUR", "£": "GBP EGP FKP GIP SHP", "¥": "JPY CNY", "￥": "JPY CNY", "元": "CNY", "円": "JPY",
	"$":   "USD AUD BBD BMD BND BSD BZD CAD CLP COP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD TWD XCD",
	"us$": "USD", "a$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "nt$": "TWD", "r$": "BRL", "mx$": "MXN",
	"kr": "SEK NOK DKK ISK", "kr.": "SEK NOK DKK ISK", "fr": "CHF", "fr.": "CHF", "sfr": "CHF", "zł": "PLN", "kč": "CZK", "ft": "HUF",
	"lei": "RON MDL", "лв": "BGN", "лв.": "BGN", "₹": "INR", "₺": "TRY", "₽": "RUB", "₴": "UAH", "₪": "ILS", "₩": "KRW", "₫": "VND",
	"฿": "THB", "₱": "PHP", "₦": "NGN", "₸": "KZT", "euro": "EUR", "euros": "EUR", "eur": "EUR", "eur.": "EUR",
}

// named reports whether the sign or code a person typed is known, and whether
// it can mean c.
func (c Currency) named(sign string) (known, same bool) {
	sign = strings.ToLower(sign)
	if codes, ok := typed[sign]; ok {
		return true, slices.Contains(strings.Fields(codes), string(c))
	}
	other := Currency(strings.ToUpper(sign))
	return other.Valid(), other == c
}
