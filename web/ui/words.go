package ui

import (
	"context"
	"strings"
)

type langKey struct{}

// WithLang makes the pieces drawn under the context say their own few words
// ("Previous", "optional") in the language. Frames do it themselves; a fragment
// drawn without a frame needs it.
func WithLang(ctx context.Context, lang string) context.Context {
	return context.WithValue(ctx, langKey{}, lang)
}

// say gives one of the words of the pieces themselves; whatever concerns the
// business comes from the caller.
func say(ctx context.Context, key string) string {
	lang, _ := ctx.Value(langKey{}).(string)
	if base, _, _ := strings.Cut(lang, "-"); base == "de" {
		if word, ok := german[key]; ok {
			return word
		}
	}
	return english[key]
}

var english = map[string]string{
	"actions":    "Actions",
	"add-line":   "Add a line",
	"after":      "Now",
	"all-rows":   "Tick all rows",
	"apply":      "Apply",
	"before":     "Before",
	"blocks":     "Blocks",
	"breadcrumb": "You are here",
	"cancel":     "Cancel",
	"choose":     "Choose",
	"clear":      "Clear",
	"clear-all":  "Clear all",
	"close":      "Close",
	"copied":     "Copied",
	"copy":       "Copy",
	"discount":   "Discount %",
	"definition": "What this figure counts",
	"done":       "done",
	"error":      "Error",
	"failed":     "Problem",
	"filters":    "Filters",
	"find":       "Find an order, customer, SKU or parcel",
	"held-back":  "Not yet",
	"help":       "Help",
	"internal":   "Internal",
	"keys":       "Keys",
	"line":       "line",
	"lines":      "Lines",
	"main":       "Main",
	"main-phone": "Main, small screen",
	"menu":       "Menu",
	"more":       "More",
	"new-order":  "New order",
	"next":       "Next",
	"now":        "now",
	"of":         "of",
	"open-list":  "Show suggestions",
	"optional":   "optional",
	"pager":      "Pages",
	"passed":     "Passed",
	"paste":      "Paste several lines",
	"paste-help": "One line each: SKU, then quantity. Straight from a spreadsheet works too.",
	"paste-go":   "Add these lines",
	"previous":   "Previous",
	"price-each": "Price each",
	"quantity":   "Quantity",
	"remove":     "Remove",
	"role":       "Role",
	"search":     "Search",
	"show":       "Show",
	"hide":       "Hide",
	"sign-out":   "Sign out",
	"sku":        "SKU",
	"skip":       "Skip to the content",
	"sort-by":    "Sort by",
	"steps":      "Steps",
	"still":      "to come",
	"summary":    "This needs another look",
	"tick":       "Tick",
	"tick-hint":  "Tick rows to act on several at once.",
	"total":      "Total",
	"view":       "Views",
	"warned":     "Worth a look",
	"yours":      "You typed",
}

var german = map[string]string{
	"actions":    "Aktionen",
	"apply":      "Anwenden",
	"breadcrumb": "Sie sind hier",
	"cancel":     "Abbrechen",
	"choose":     "Bitte wählen",
	"clear":      "Leeren",
	"clear-all":  "Alle leeren",
	"close":      "Schließen",
	"copied":     "Kopiert",
	"copy":       "Kopieren",
	"done":       "erledigt",
	"error":      "Fehler",
	"filters":    "Filter",
	"help":       "Hilfe",
	"menu":       "Menü",
	"more":       "Mehr",
	"next":       "Weiter",
	"now":        "jetzt",
	"of":         "von",
	"optional":   "freiwillig",
	"pager":      "Seiten",
	"previous":   "Zurück",
	"search":     "Suchen",
	"show":       "Zeigen",
	"hide":       "Verbergen",
	"skip":       "Zum Inhalt springen",
	"steps":      "Schritte",
	"still":      "kommt noch",
	"summary":    "Bitte noch einmal prüfen",
	"held-back":  "Noch nicht",
}
