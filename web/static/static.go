// Package static carries the files the browser needs, built into the binary:
// styles, scripts, icons and the font. Each is served under the hash of its
// content, so it may be kept for ever and a new build is seen at once.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed css/*.css js/*.js fonts/*.woff2 icons.svg icon.svg
var files embed.FS

// sheets is the order in which the style sheets become app.css.
var sheets = []string{"tokens", "base", "frame", "pieces", "table", "form", "entry", "small", "print"}

type asset struct {
	hash, kind string
	body       []byte
	packed     []byte // gzip; nil where it would not help
}

var assets = load()

// Path is the address of a file by its name: "app.css", "app.js", "htmx.js",
// "icons.svg", "icon.svg", "fonts/inter-latin.woff2". It panics on a name that
// does not exist: that is a mistake in a template, found by the first test that
// draws it.
func Path(name string) string {
	a, ok := assets[name]
	if !ok {
		panic("static: no file named " + name)
	}
	return "/static/" + a.hash + "/" + name
}

// Handler serves the files below /static/.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/static/"), "/")
	a, ok := assets[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	head := w.Header()
	head.Set("Content-Type", a.kind)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	// A page drawn by the build before this one may ask for an old hash: it gets
	// what there is, and nobody may keep that under the wrong name.
	head.Set("Cache-Control", "no-store")
	if hash == a.hash {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
		head.Set("ETag", `"`+a.hash+`"`)
		if r.Header.Get("If-None-Match") == `"`+a.hash+`"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	body := a.body
	if a.packed != nil {
		head.Set("Vary", "Accept-Encoding")
		if takesGzip(r.Header.Get("Accept-Encoding")) {
			head.Set("Content-Encoding", "gzip")
			body = a.packed
		}
	}
	head.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		// The browser hanging up halfway is its own business.
		_, _ = w.Write(body)
	}
}

func takesGzip(accept string) bool {
	for one := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(one), ";")
		if name == "gzip" && strings.ReplaceAll(weight, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

func load() map[string]asset {
	all := map[string]asset{}
	add := func(name string, body []byte) {
		sum := sha256.Sum256(body)
		all[name] = asset{
			hash:   hex.EncodeToString(sum[:6]),
			kind:   contentType(name),
			body:   body,
			packed: pack(name, body),
		}
	}
	fonts := must(fs.Glob(files, "fonts/*.woff2"))
	for _, name := range fonts {
		add(name, must(files.ReadFile(name)))
	}
	for _, name := range must(fs.Glob(files, "js/*.js")) {
		add(path.Base(name), must(files.ReadFile(name)))
	}
	for _, name := range []string{"icons.svg", "icon.svg"} {
		add(name, must(files.ReadFile(name)))
	}
	var sheet bytes.Buffer
	for _, name := range sheets {
		sheet.Write(must(files.ReadFile("css/" + name + ".css")))
	}
	css := sheet.String()
	for _, name := range fonts {
		css = strings.ReplaceAll(css, `"`+name+`"`, `"/static/`+all[name].hash+"/"+name+`"`)
	}
	add("app.css", []byte(css))
	return all
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	return "application/octet-stream"
}

func pack(name string, body []byte) []byte {
	if path.Ext(name) == ".woff2" {
		return nil
	}
	var out bytes.Buffer
	z := must(gzip.NewWriterLevel(&out, gzip.BestCompression))
	must(z.Write(body))
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// must is for what is built into the binary: it cannot fail once it was built.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
