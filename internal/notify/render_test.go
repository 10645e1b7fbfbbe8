package notify_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"packhouse/internal/link"
	"packhouse/internal/notify"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/internal/words"
)

func render(t *testing.T, tx *txn.Tx, m notify.Mail) notify.Message {
	t.Helper()
	msg, err := notify.Render(t.Context(), tx, testKeys(t), house, m)
	if err != nil {
		t.Fatal(err)
	}
	return msg
}

func contains(t *testing.T, where, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("the %s does not say %q:\n%s", where, p, text)
		}
	}
}

func TestConfirmationShowsLinesTotalsAddressAndPromise(t *testing.T) {
	t.Parallel()
	ctx, tx := t.Context(), pgtest.Tx(t)
	order, number := newOrder(t, ctx, tx, sample{})
	msg := render(t, tx, notify.Mail{ID: 1, Order: order, Kind: notify.OrderConfirmed, Language: "en"})
	if msg.Subject != "Your order "+number+" is confirmed" {
		t.Errorf("subject %q", msg.Subject)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(msg.HTML))
	if err != nil {
		t.Fatal(err)
	}
	if lang, _ := doc.Find("html").Attr("lang"); lang != "en" {
		t.Errorf("language %q", lang)
	}
	for name, text := range map[string]string{"text": msg.Text, "HTML": doc.Text()} {
		contains(t, name, text, "Hello Ada Byron,", "Enamel mug", "MUG-01", "€\u202f37.50", "€\u202f1,284.50", "−€\u202f4.50", "€\u202f4.95", "€\u202f1,284.95", "€\u202f205.16",
			"Thursday, 4 December 2025", "50674 Köln", "Germany", "PO-77", "Brenner & Sons")
	}
	// Three of five pieces are still wanted.
	contains(t, "text", msg.Text, "3 × Enamel mug (MUG-01)")
	l, err := link.Of(ctx, tx, link.Status, "order", int64(order))
	if err != nil {
		t.Fatal(err)
	}
	url := house.BaseURL + "/o/" + testKeys(t).Secret(l)
	contains(t, "text", msg.Text, url)
	if href, _ := doc.Find("a").Attr("href"); href != url {
		t.Errorf("the button leads to %q", href)
	}
}

// A75: what is kept of a mail opens nothing.
func TestKeptMailHasNoSecret(t *testing.T) {
	t.Parallel()
	ctx, tx := t.Context(), pgtest.Tx(t)
	order, _ := newOrder(t, ctx, tx, sample{})
	l, err := link.Of(ctx, tx, link.Status, "order", int64(order))
	if err != nil {
		t.Fatal(err)
	}
	kept := render(t, tx, notify.Mail{Order: order, Kind: notify.OrderReceived, Language: "en"}).Kept()
	secret := testKeys(t).Secret(l)
	if strings.Contains(kept.HTML+kept.Text+kept.Subject, secret) {
		t.Error("the kept mail holds the secret")
	}
	contains(t, "kept text", kept.Text, house.BaseURL+"/o/•••")
}

func TestGermanMailIsGermanThroughout(t *testing.T) {
	t.Parallel()
	ctx, tx := t.Context(), pgtest.Tx(t)
	order, number := newOrder(t, ctx, tx, sample{})
	for _, kind := range []notify.Kind{notify.OrderReceived, notify.OrderConfirmed, notify.OrderCancelled} {
		m := notify.Mail{Order: order, Kind: kind, Language: "de"}
		msg := render(t, tx, m)
		contains(t, "subject", msg.Subject, "Ihre Bestellung "+number)
		contains(t, "text", msg.Text, "Guten Tag Ada Byron,", "Bestellung ansehen", "Haben Sie Fragen?")
		contains(t, "HTML", msg.HTML, `lang="de"`)
		for _, english := range []string{"Hello", "Your ", "Total", "Tax", "Delivery", "Item", "mail.", "{"} {
			if strings.Contains(msg.Text, english) {
				t.Errorf("%s in German says %q:\n%s", kind, english, msg.Text)
			}
		}
	}
	contains(t, "text", render(t, tx, notify.Mail{Order: order, Kind: notify.OrderConfirmed, Language: "de-AT"}).Text,
		"1.284,50\u202f€", "Donnerstag, 4. Dezember 2025", "Deutschland")
}

func TestEveryKindHasItsWordsInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages() {
		c := words.For(lang)
		for _, k := range notify.Kinds {
			for _, code := range []string{"mail." + k.String() + ".subject", "mail." + k.String() + ".text", "mail." + k.String() + ".button", k.Code()} {
				if !c.Has(code) {
					t.Errorf("%s has no sentence for %s", lang, code)
				}
				if lang != "en" && c.Say(code, nil) == words.For("en").Say(code, nil) {
					t.Errorf("%s says %s in English", lang, code)
				}
			}
		}
	}
	for _, s := range notify.States {
		if !words.For("en").Has(s.Code()) {
			t.Errorf("no sentence for %s", s.Code())
		}
	}
}

func TestCancellationShowsWhatWasOrderedAndTheReason(t *testing.T) {
	t.Parallel()
	ctx, tx := t.Context(), pgtest.Tx(t)
	order, _ := newOrder(t, ctx, tx, sample{})
	msg := render(t, tx, notify.Mail{Order: order, Kind: notify.OrderCancelled, Language: "en", Args: problem.With("reason", "The mug is no longer made.")})
	contains(t, "text", msg.Text, "5 × Enamel mug", "The reason: The mug is no longer made.")
	if strings.Contains(msg.Text, "€") {
		t.Errorf("a cancelled order owes nothing:\n%s", msg.Text)
	}
}

func TestLoginMailCarriesItsLinkOnceAndSaysHowLong(t *testing.T) {
	t.Parallel()
	ctx, tx := t.Context(), pgtest.Tx(t)
	l, err := link.Make(ctx, tx, link.ShopLogin, "customer", 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	m := notify.Mail{Kind: notify.ShopLogin, Language: "en", Args: problem.Args{"link": float64(l.ID)}}
	msg := render(t, tx, m)
	contains(t, "text", msg.Text, house.BaseURL+"/shop/login/"+testKeys(t).Secret(l), "30 min")
	if strings.Contains(msg.Kept().Text, testKeys(t).Secret(l)) {
		t.Error("whoever reads the outbox could sign in as the customer")
	}
	if _, err := link.Use(ctx, tx, testKeys(t), link.ShopLogin, testKeys(t).Secret(l)); err != nil {
		t.Fatal(err)
	}
	if _, err := notify.Render(ctx, tx, testKeys(t), house, m); !errors.Is(err, notify.ErrSpent) {
		t.Errorf("a spent link gave %v", err)
	}
	invite, err := link.Make(ctx, tx, link.StaffInvite, "user", 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	m.Args = problem.Args{"link": float64(invite.ID)}
	if _, err := notify.Render(ctx, tx, testKeys(t), house, m); err == nil {
		t.Error("a link of another purpose went into the mail")
	}
}

// Findings rows 33 and 34: text of people stays text.
func TestTextOfPeopleIsEscapedAndStaysOnItsLine(t *testing.T) {
	t.Parallel()
	ctx, tx := t.Context(), pgtest.Tx(t)
	const item = `<a href=//evil.example>mug</a> {{.}} <img src=x onerror=alert(1)>`
	const contact = "Eve\r\nBcc: victim@example.org\r\n\r\n<a href=//evil.example>click</a>"
	order, _ := newOrder(t, ctx, tx, sample{item: item, contact: contact})
	msg := render(t, tx, notify.Mail{Order: order, Kind: notify.OrderReceived, Language: "en"})
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(msg.HTML))
	if err != nil {
		t.Fatal(err)
	}
	if n := doc.Find("a").Length(); n != 1 {
		t.Errorf("the mail has %d links, one is ours", n)
	}
	if doc.Find("img, script").Length() != 0 {
		t.Error("text became an element")
	}
	contains(t, "HTML", doc.Text(), item, "Hello Eve Bcc: victim@example.org <a href=//evil.example>click</a>,")
	contains(t, "text", msg.Text, "Hello Eve Bcc: victim@example.org")
}
