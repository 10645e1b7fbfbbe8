package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/riverqueue/river"

	"packhouse/internal/job"
	"packhouse/internal/notify"
	"packhouse/internal/pg"
	"packhouse/internal/pgtest"
	"packhouse/internal/smtptest"
	"packhouse/internal/txn"
)

// A76
func TestEachEventSendsOneMailAndWritesItDown(t *testing.T) {
	t.Parallel()
	db, sink := pgtest.DB(t), smtptest.Start(t, smtptest.OK)
	events, stop := start(t, db, sink.URL(), Config{}).SubscribeConfig(&river.SubscribeConfig{ChanSize: 100, Kinds: []river.EventKind{river.EventKindJobCompleted}})
	defer stop()
	const n = 30
	for i := range n {
		post(t, db, fmt.Sprintf("c%d@example.org", i), notify.Sent)
	}
	seen := map[string]int{}
	for _, m := range sink.Wait(t, n) {
		seen[m.Parse(t).Header.Get("Message-Id")]++
		if len(m.To) != 1 {
			t.Errorf("one mail went to %v", m.To)
		}
	}
	mailJobs(t, events, n)
	if len(seen) != n || len(sink.Mails()) != n {
		t.Errorf("%d mails of %d names for %d events", len(sink.Mails()), len(seen), n)
	}
	if got := count(t, db, `select count(*) from notify_mails where state = 'sent' and message_id <> '' and leased_until is null`); got != n {
		t.Errorf("%d are marked sent", got)
	}
	if got := count(t, db, `select count(*) from events where kind = 'mail.sent' and data::text not like '%@%'`); got != n {
		t.Errorf("%d events say so without an address", got)
	}
	if got := count(t, db, `select count(*) from notify_mails where body_text like '%/shop/login/•••%' and body_html like '%•••%'`); got != n {
		t.Errorf("%d mails are kept without their secret", got)
	}
}

// mailJobs waits for n mail jobs among all that end.
func mailJobs(t *testing.T, events <-chan *river.Event, n int) {
	t.Helper()
	for n > 0 {
		select {
		case e := <-events:
			if e.Job.Kind == (job.SendMail{}).Kind() {
				n--
			}
		case <-t.Context().Done():
			t.Fatal("the jobs did not come to an end")
		}
	}
}

// A76, faults row 2: the worker is killed with -9 while the server holds its
// conversation, so after the claim and before the mail is taken.
func TestKilledBetweenClaimAndSendingEachMailLeavesOnce(t *testing.T) {
	t.Parallel()
	db, sink := pgtest.DB(t), smtptest.Start(t, smtptest.HoldBefore)
	kill := startProcess(t, db, sink.URL())
	const n = 4
	for i := range n {
		post(t, db, fmt.Sprintf("c%d@example.org", i), notify.Sent)
	}
	for range n {
		sink.Reached(t)
	}
	kill()
	sink.Set(smtptest.OK)
	sink.Release()
	if got := len(sink.Mails()); got != 0 {
		t.Fatalf("%d mails were taken before the kill", got)
	}
	aMinuteLater(t, db)
	events, stop := start(t, db, sink.URL(), Config{}).Subscribe(river.EventKindJobCompleted)
	defer stop()
	mailJobs(t, events, n)
	names := map[string]bool{}
	for _, m := range sink.Mails() {
		names[m.Parse(t).Header.Get("Message-Id")] = true
	}
	if len(sink.Mails()) != n || len(names) != n {
		t.Errorf("%d mails, %d different, for %d events", len(sink.Mails()), len(names), n)
	}
	if got := count(t, db, `select count(*) from notify_mails where state = 'sent' and attempts = 2`); got != n {
		t.Errorf("%d were sent by their second try", got)
	}
	if got := count(t, db, `select count(*) from events where kind = 'mail.sent'`); got != n {
		t.Errorf("%d events", got)
	}
}

// Faults row 16: the one case of two copies, and how the recipient's program
// knows them as one.
func TestKilledAfterTheServerTookItTheCopyHasTheSameMessageID(t *testing.T) {
	t.Parallel()
	db, sink := pgtest.DB(t), smtptest.Start(t, smtptest.HoldAfter)
	kill := startProcess(t, db, sink.URL())
	mail := post(t, db, "ada@example.org", notify.Sent)
	sink.Reached(t)
	kill()
	sink.Set(smtptest.OK)
	sink.Release()
	aMinuteLater(t, db)
	events, stop := start(t, db, sink.URL(), Config{}).Subscribe(river.EventKindJobCompleted)
	defer stop()
	mailJobs(t, events, 1)
	got := sink.Mails()
	if len(got) != 2 || got[0].Parse(t).Header.Get("Message-Id") != got[1].Parse(t).Header.Get("Message-Id") {
		t.Errorf("%d copies", len(got))
	}
	if s := stands(t, db, mail); s.State != "sent" || count(t, db, `select count(*) from events where kind = 'mail.sent'`) != 1 {
		t.Errorf("it stands %+v", s)
	}
}

func TestServerSayingLaterIsAskedAgainAndThenTakesIt(t *testing.T) {
	t.Parallel()
	db, sink := pgtest.DB(t), smtptest.Start(t, smtptest.Later)
	events, stop := start(t, db, sink.URL(), Config{}).Subscribe(river.EventKindJobCompleted, river.EventKindJobFailed)
	defer stop()
	mail := post(t, db, "ada@example.org", notify.Sent)
	mailJobs(t, events, 1)
	if s := stands(t, db, mail); s.State != "queued" || !strings.Contains(s.Error, "451") || s.Attempts != 1 {
		t.Errorf("after the first try it stands %+v", s)
	}
	sink.Set(smtptest.OK)
	exec1(t, db, `update river_job set state = 'available', scheduled_at = now() where state = 'retryable'`)
	exec1(t, db, `select pg_notify(current_schema() || '.river_insert', '{"queue":"mail"}')`)
	mailJobs(t, events, 1)
	if s := stands(t, db, mail); s.State != "sent" || s.Error != "" || len(sink.Mails()) != 1 {
		t.Errorf("after the second try it stands %+v", s)
	}
}

func TestServerSayingNeverParksTheMailUntilAPersonRetries(t *testing.T) {
	t.Parallel()
	db, sink := pgtest.DB(t), smtptest.Start(t, smtptest.Never)
	events, stop := start(t, db, sink.URL(), Config{}).Subscribe(river.EventKindJobCompleted)
	defer stop()
	mail := post(t, db, "nobody@example.org", notify.Sent)
	mailJobs(t, events, 1)
	if s := stands(t, db, mail); s.State != "failed" || !strings.Contains(s.Error, "550") {
		t.Errorf("it stands %+v", s)
	}
	if count(t, db, `select count(*) from events where kind = 'mail.failed'`) != 1 {
		t.Error("the timeline does not say so")
	}
	sink.Set(smtptest.OK)
	if _, err := txn.Do(t.Context(), db.DB, staff, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		return struct{}{}, notify.Retry(ctx, tx, mail)
	}); err != nil {
		t.Fatal(err)
	}
	mailJobs(t, events, 1)
	if s := stands(t, db, mail); s.State != "sent" || len(sink.Mails()) != 1 {
		t.Errorf("after the retry it stands %+v", s)
	}
}

func TestTwoJobsOfOneMailSendItOnce(t *testing.T) {
	t.Parallel()
	db, sink := pgtest.DB(t), smtptest.Start(t, smtptest.HoldBefore)
	client := start(t, db, sink.URL(), Config{})
	events, stop := client.Subscribe(river.EventKindJobCompleted, river.EventKindJobSnoozed)
	defer stop()
	mail := post(t, db, "ada@example.org", notify.Sent)
	sink.Reached(t)
	if _, err := client.Insert(t.Context(), job.SendMail{Mail: mail}, nil); err != nil {
		t.Fatal(err)
	}
	mailJobs(t, events, 1) // the second stands aside while the first holds the mail
	sink.Release()
	mailJobs(t, events, 1)
	if got := len(sink.Mails()); got != 1 {
		t.Errorf("%d copies left", got)
	}
}

func TestSuppressedMailIsWrittenDownAndNeverSent(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	mail := post(t, db, "ada@example.org", notify.ByChannel)
	if s := stands(t, db, mail); s.State != "suppressed" || s.Why != "channel" {
		t.Errorf("it stands %+v", s)
	}
	if n := count(t, db, `select count(*) from river_job`); n != 0 {
		t.Errorf("%d jobs", n)
	}
	_, err := txn.Do(t.Context(), db.DB, postman, txn.Once(), func(ctx context.Context, tx *txn.Tx) (notify.Claim, error) {
		return notify.Take(ctx, tx, mail)
	})
	if !errors.Is(err, notify.ErrDone) {
		t.Errorf("it could be claimed: %v", err)
	}
}

func TestRolledBackCommandLeavesNeitherMailNorJob(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	no := errors.New("no")
	_, err := txn.Do(t.Context(), db.DB, staff, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		tx.Record(txn.Event{Kind: "test.happened", Subject: txn.Subject{Type: "test", ID: 1}})
		if _, err := notify.Send(ctx, tx, notify.Mail{Kind: notify.StaffReset, To: "a@example.org", Language: "en"}); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, no
	})
	if !errors.Is(err, no) || count(t, db, `select (select count(*) from notify_mails) + (select count(*) from river_job)`) != 0 {
		t.Errorf("%v", err)
	}
}

func TestCatcherKeepsTheMailForItsPage(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	c, err := Catch(t.Context(), db.DB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	events, stop := start(t, db, c.URL(), Config{PollOnly: true}).Subscribe(river.EventKindJobCompleted)
	defer stop()
	post(t, db, "ada@example.org", notify.Sent)
	mailJobs(t, events, 1)
	all, err := notify.CaughtMails(t.Context(), db.Pools.Read, 0, 10)
	if err != nil || len(all) != 1 || all[0].To != "ada@example.org" || all[0].Subject != "Your link to sign in to Brenner" {
		t.Fatalf("caught %+v, %v", all, err)
	}
	if o := all[0].Open(); !strings.Contains(o.Text, "https://oms.brenner.example/shop/login/") || strings.Contains(o.Text, "•••") {
		t.Errorf("the caught mail must carry its link:\n%s", o.Text)
	}
}

// Behind a pooler nothing is prepared and nobody can listen.
func TestBehindAPoolerMailsLeaveToo(t *testing.T) {
	t.Parallel()
	db, sink := pgtest.DB(t), smtptest.Start(t, smtptest.OK)
	pools, err := pg.Open(t.Context(), pg.Config{URL: db.URL, Bouncer: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pools.Close)
	jobs, err := Inserter(pools.Write, nil)
	if err != nil {
		t.Fatal(err)
	}
	pooled := &pgtest.Database{DB: txn.Open(pools.Write, jobs, txn.DefaultLimits), Pools: *pools, URL: db.URL}
	events, stop := start(t, pooled, sink.URL(), Config{PollOnly: true}).Subscribe(river.EventKindJobCompleted)
	defer stop()
	mail := post(t, pooled, "ada@example.org", notify.Sent)
	mailJobs(t, events, 1)
	if s := stands(t, pooled, mail); s.State != "sent" || len(sink.Mails()) != 1 {
		t.Errorf("it stands %+v", s)
	}
}
