package money

import (
	"strings"

	"github.com/govalues/decimal"
)

// Whole is a rate of 100 %.
const Whole = 1_000_000

// Rate is a share in parts per million: 190_000 is 19 %, 77_500 is 7.75 %.
type Rate int64

// Decimal is the rate in percent, as tax documents write it: 7.75.
func (r Rate) Decimal() decimal.Decimal { return decimal.MustNew(int64(r), 4).Trim(0) }

// String is the rate in percent as a form field shows it: "7.75".
func (r Rate) String() string { return r.Decimal().String() }

// Format is the rate as a language writes it: "7.75 %", "7,75 %".
func (r Rate) Format(lang string) string {
	s := strings.Replace(r.String(), ".", styleOf(lang).decimal, 1)
	return strings.Replace(s, "-", minus, 1) + gap + "%"
}
