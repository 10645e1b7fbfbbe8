package check

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"packhouse/internal/money"
)

func TestTheDigitsOfCurrenciesAreThoseOfMoney(t *testing.T) {
	t.Parallel()
	said := map[string]string{}
	for _, m := range regexp.MustCompile(`in \(([^)]*)\) then (\d)`).FindAllStringSubmatch(lineTotalSQL, -1) {
		for _, code := range strings.Split(m[1], ",") {
			said[strings.Trim(code, "'")] = m[2]
		}
	}
	for _, currency := range money.Currencies() {
		want := "2"
		if d, ok := said[string(currency)]; ok {
			want = d
		}
		if got := strconv.Itoa(currency.Exponent()); got != want {
			t.Errorf("%s has %s digits, the check says %s", currency, got, want)
		}
	}
	if len(said) < 20 {
		t.Errorf("only %d currencies were read from the statement", len(said))
	}
}
