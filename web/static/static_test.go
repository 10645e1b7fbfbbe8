package static

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(t *testing.T, path string, head map[string]string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for name, value := range head {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestAFileUnderItsHashIsKeptForEver(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{
		"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "htmx.js": "text/javascript; charset=utf-8",
		"icons.svg": "image/svg+xml", "fonts/inter-latin.woff2": "font/woff2",
	} {
		got := get(t, Path(name), nil)
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != kind ||
			!strings.Contains(got.Header.Get("Cache-Control"), "immutable") || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", name, got.StatusCode, got.Header)
		}
	}
}

func TestAnOldHashIsServedButNotKept(t *testing.T) {
	t.Parallel()
	if got := get(t, "/static/0000/app.css", nil); got.StatusCode != http.StatusOK || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
}

func TestWhatDoesNotExistIsNotFound(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/static/", "/static/x", "/static/x/static.go", "/static/x/../static.go"} {
		if got := get(t, path, nil); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}

func TestTextIsPackedForThoseWhoTakeIt(t *testing.T) {
	t.Parallel()
	if got := get(t, Path("app.css"), map[string]string{"Accept-Encoding": "br, gzip"}); got.Header.Get("Content-Encoding") != "gzip" {
		t.Error("not packed")
	}
	if got := get(t, Path("app.css"), map[string]string{"Accept-Encoding": "gzip;q=0"}); got.Header.Get("Content-Encoding") != "" {
		t.Error("packed for one who cannot read it")
	}
}

func TestTheSheetNamesTheFontsByTheirHash(t *testing.T) {
	t.Parallel()
	css := string(assets["app.css"].body)
	if strings.Contains(css, `"fonts/`) || !strings.Contains(css, Path("fonts/inter-latin.woff2")) {
		t.Error("a font is named without its hash")
	}
}

// The size a page may cost decides how it feels on a bad line.
func TestOurOwnScriptAndSheetStaySmall(t *testing.T) {
	t.Parallel()
	for name, most := range map[string]int{"app.js": 8 << 10, "app.css": 14 << 10} {
		if got := len(assets[name].packed); got > most {
			t.Errorf("%s is %d bytes packed, at most %d", name, got, most)
		}
	}
}

func TestOurScriptNeverWritesMarkupFromText(t *testing.T) {
	t.Parallel()
	js := string(assets["app.js"].body)
	for _, word := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "localStorage", "sessionStorage"} {
		if strings.Contains(js, word) {
			t.Errorf("app.js uses %s", word)
		}
	}
}
