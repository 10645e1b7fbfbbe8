package trade

import (
	"testing"

	"packhouse/internal/pgtest"
)

func TestSearchKeysEqualThoseOfTheDatabase(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	words := []string{"Straße Größe ẞ", "Łódź Ærø Þór Đà Ñandú", "ΑΒΓ Ωμέγα Ё й Й", "½ № ™ ﬁ Ｆｕｌｌ １２", "“q” ‘r’ – — … €", "e\u0301 x\u0301", "İstanbul ılık", "日本語 한국어 العربية हिन्दी", "🙂 a\u200bb"}
	for r := rune(0xa1); r < 0x250; r++ {
		words = append(words, string(r))
	}
	for _, w := range words {
		var want string
		if err := tx.QueryRow(t.Context(), `select packhouse_fold($1)`, w).Scan(&want); err != nil {
			t.Fatal(err)
		}
		if got := SearchFold(w); got != want {
			t.Errorf("%q: %q here, %q in the database", w, got, want)
		}
	}
}
