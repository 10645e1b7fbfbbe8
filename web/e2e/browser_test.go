package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"packhouse/internal/access"
	"packhouse/internal/demo"
	"packhouse/internal/link"
	"packhouse/internal/pgtest"
	"packhouse/web/edge/edgetest"
	"packhouse/web/site"
)

// patience is how long anything may take before the test says that it does not
// come; the machine may be busy with other tests.
const patience = 45 * time.Second

// office is the house, served over HTTP, with the company of the demonstration.
type office struct {
	*pgtest.Database
	base string
	t    *testing.T
}

func open(t *testing.T) *office {
	t.Helper()
	db := pgtest.DB(t)
	if err := demo.Plant(t.Context(), db.DB); err != nil {
		t.Fatal(err)
	}
	keys, err := link.NewKeys(edgetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	listen, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Database: db, base: "http://" + listen.Addr().String(), t: t}
	handler, err := site.New(site.Config{DB: db.DB, Pools: &db.Pools, Key: edgetest.Key, Keys: keys, BaseURL: o.base, Clock: time.Now, Dev: true})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listen) }()
	t.Cleanup(func() { _ = server.Close() })
	return o
}

func (o *office) one(sql string, args ...any) (n int64) {
	o.t.Helper()
	if err := o.Pools.Write.QueryRow(o.t.Context(), sql, args...).Scan(&n); err != nil {
		o.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// view is how somebody looks at the product.
type view struct {
	width, height int64
	dark          bool
	scripts       bool
}

func (v view) String() string {
	s := fmt.Sprint(v.width)
	if v.dark {
		s += "-dark"
	} else {
		s += "-light"
	}
	if !v.scripts {
		s += "-no-scripts"
	}
	return s
}

var views = []view{
	{1440, 900, false, true}, {1440, 900, true, true}, {390, 844, false, true}, {390, 844, true, true}, {1440, 900, false, false},
}

// The browser is one for all tests; each test has cookies of its own.
var (
	browserOnce sync.Once
	browser     context.Context
	browserErr  error
	closing     []func()
)

func TestMain(m *testing.M) {
	code := m.Run()
	for i := len(closing) - 1; i >= 0; i-- {
		closing[i]()
	}
	os.Exit(code)
}

func start() {
	path, err := chromium()
	if err != nil {
		browserErr = err
		return
	}
	dir, err := os.MkdirTemp("", "e2e")
	if err != nil {
		browserErr = err
		return
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("font-render-hinting", "none"))
	if os.Getuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, end := chromedp.NewContext(alloc)
	closing = append(closing, func() { _ = os.RemoveAll(dir) }, stop, end)
	if err := chromedp.Do(ctx); err != nil {
		browserErr = fmt.Errorf("start %s: %w", path, err)
		return
	}
	browser = ctx
}

// chromium finds the browser that make test installs.
func chromium() (string, error) {
	if path := os.Getenv("CHROME_PATH"); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium on this machine; make test installs it, or set CHROME_PATH")
}

// tab is one page in the browser.
type tab struct {
	*office
	view
	ctx context.Context
}

// tab opens a page with cookies of its own.
func (o *office) tab(v view) *tab {
	o.t.Helper()
	browserOnce.Do(start)
	if browserErr != nil {
		o.t.Fatal(browserErr)
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	o.t.Cleanup(cancel)
	b := &tab{o, v, ctx}
	b.prepare()
	return b
}

// another opens a second page with the same cookies.
func (b *tab) another() *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	c := &tab{b.office, b.view, ctx}
	c.prepare()
	return c
}

// noteViolations remembers what the page's policy had to stop.
const noteViolations = `document.addEventListener("securitypolicyviolation", e => (window.stopped ||= []).push(e.violatedDirective + " " + e.blockedURI + " " + e.sourceFile + ":" + e.lineNumber))`

func (b *tab) prepare() {
	b.t.Helper()
	if err := chromedp.Do(b.ctx); err != nil { // without a deadline, which would be the tab's end
		b.t.Fatalf("open a tab: %v", err)
	}
	scheme := "light"
	if b.dark {
		scheme = "dark"
	}
	b.do(chromedp.EmulateViewport(b.width, b.height),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
			return err
		}),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: noteViolations})
			return err
		}))
	if !b.scripts {
		b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		}))
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.shot("failed")
		b.t.Fatalf("%s: %v", b.where(), err)
	}
}

// where is the address, for messages.
func (b *tab) where() string {
	at, _ := ask[string](b, `location.pathname + location.search`)
	return at
}

// ask evaluates in the page.
func ask[T any](b *tab, expression string, opts ...chromedp.EvaluateOption) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, opts...))
}

// is evaluates in the page and fails where that cannot be.
func is[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := ask[T](b, expression)
	if err != nil {
		b.shot("failed")
		b.t.Fatalf("%s: %s: %v", b.where(), expression, err)
	}
	return v
}

// until waits for a condition in the page, also across pages.
func (b *tab) until(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		// A page that is just being left has no answer; the next one will.
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+condition+")")); err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			b.shot("failed")
			body, _ := ask[string](b, `document.body.innerText`)
			b.t.Fatalf("%s: never came: %s\n%.1500s", b.where(), condition, body)
		case <-again.C:
		}
	}
}

// visit opens one of our pages.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// click presses what a selector finds, as a mouse does.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// put types into a field instead of what is there.
func (b *tab) put(selector, text string) {
	b.t.Helper()
	b.do(chromedp.Focus(chromedp.CSS(selector)))
	b.replace(text)
}

// replace types instead of what the focused field holds.
func (b *tab) replace(text string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent(kb.Delete), chromedp.KeyEvent(text))
}

// press presses keys.
func (b *tab) press(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// tabTo goes on by Tab until the focus is on what the selector finds: nothing
// that a keyboard cannot reach may be needed.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 120 {
		b.press(kb.Tab)
		if is[bool](b, fmt.Sprintf(`!!document.activeElement && document.activeElement.matches(%q)`, selector)) {
			return
		}
	}
	b.shot("failed")
	b.t.Fatalf("%s: Tab never comes to %s", b.where(), selector)
}

// shot keeps a picture of the page.
func (b *tab) shot(step string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Logf("no picture of %s: %v", step, err)
		return
	}
	dir := filepath.Join("..", "..", ".artifacts")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		b.t.Fatal(err)
	}
	name := strings.NewReplacer("/", "-", " ", "-").Replace(b.t.Name()) + "-" + step + ".png"
	if err := os.WriteFile(filepath.Join(dir, name), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// signIn signs somebody new of the role in, by keyboard.
func (b *tab) signIn(role access.Role) edgetest.Staff {
	b.t.Helper()
	who := edgetest.Add(b.t, b.Database, role)
	b.visit("/login")
	b.put(`input[name=email]`, who.Email)
	b.press(kb.Tab)
	b.press(edgetest.Password)
	b.press(kb.Enter)
	b.until(`location.pathname == "/"`)
	return who
}
