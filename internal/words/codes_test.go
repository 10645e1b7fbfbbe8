package words

import (
	"testing"

	"packhouse/internal/trade"
)

func TestEveryLabelAndNoteOfAnAddressHasItsWords(t *testing.T) {
	t.Parallel()
	for _, code := range trade.Countries() {
		for _, f := range trade.CountryOf(code).Fields() {
			for lang, c := range all {
				if _, ok := c.sentences[f.Label]; !ok {
					t.Errorf("%s: %s has no words for %s", code, lang, f.Label)
				}
			}
		}
	}
	for _, note := range (trade.Address{Line1: "Postfach", Country: "DE"}).Notes() {
		if !For("de").Has(note.Code) {
			t.Errorf("no words for %s", note.Code)
		}
	}
}

func TestTheCommonProblemsHaveTheirWordsInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		"required", "too_long", "too_short", "bad_text", "not_a_choice", "not_a_number", "not_whole", "ambiguous_number", "too_small", "too_large", "too_precise", "amount_too_large",
		"wrong_currency", "unknown_currency", "bad_quantity", "bad_line", "too_many_lines", "bad_day", "ambiguous_day", "bad_period", "bad_email", "bad_phone", "bad_postcode", "unknown_country",
		"unknown_region", "bad_tax_id", "bad_tax_id_check", "tax_id_country_unknown", "address.name_or_company", "stale", "stale_by", "conflict", "not_found", "forbidden", "too_many_requests", "our_fault",
	} {
		for lang, c := range all {
			if _, ok := c.sentences[code]; !ok {
				t.Errorf("%s has no words for %s", lang, code)
			}
		}
	}
}
