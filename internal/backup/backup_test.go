package backup_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/backup"
	"packhouse/internal/migrate"
	"packhouse/internal/pgtest"
)

// plant fills some rooms with rows that are hard to carry: text that looks
// like the file's own marks, rows that refer to their own table, rows that may
// never change, a picture of some size, jobs, mails, sessions, links.
const plant = `
	insert into tax_classes (code, name) values ('standard', 'Standard'), (E'odd\\.', E'\\.');
	insert into settings_entities (name, country, currency, address) values (E'Łódź & Söhne\n\\.\n-- end {}', 'PL', 'PLN', '{"a": "b\nc"}');
	insert into files (name, content_type, size, sha256, content)
	select 'big', 'image/png', 300000, sha256('x'), convert_to(repeat(E'\\.\n', 100000), 'UTF8');
	insert into catalog_products (name, kind, tax_class_id, picture_file_id) select E'tab\tand "quote" \\N', 'goods', 1, 1;
	insert into customers (kind, name, email) select 'person', 'Ünï ' || n || repeat('x', n), 'c' || n || '@example.test' from generate_series(1, 500) n;
	insert into customer_sessions (token_hash, customer_id, expires_at) values (sha256('t'), 1, now() + interval '1 day');
	insert into channels (code, name, kind, entity_id, currency, prices_include_tax) values ('shop', 'Shop', 'shop', 1, 'EUR', true);
	insert into sales_orders (number, state, channel_id, entity_id, customer_id, currency, prices_include_tax, placed_at)
	values ('10001', 'placed', 1, 1, 1, 'EUR', true, now());
	insert into events (occurred_at, actor_kind, actor_name, command_key, kind, subject_type, subject_id, public, data)
	select now(), 'system', 'x', gen_random_uuid(), 'test', 'order', n, false, jsonb_build_object('n', n) from generate_series(1, 1000) n;
	update sales_orders set note_internal = 'changed';
	insert into links (purpose, subject_type, subject_id, expires_at, once) values ('staff_reset', 'user', 1, now() + interval '1 day', true), ('status', 'order', 1, now() + interval '1 day', false);
	insert into river_job (kind, queue, args, max_attempts, state) values ('send_mail', 'mail', '{"mail": 1}', 3, 'available'), ('tidy', 'tidy', '{}', 3, 'available');
	select nextval('sales_order_number_seq'), nextval('sales_order_number_seq');
	delete from customers where id % 7 = 3`

const plantMails = `
	insert into notify_mails (event_id, kind, recipient, language) values (1, 'order.received', 'c1@example.test', 'en')`

func run(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, url, sql string) (answer string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func save(t *testing.T, url string) []byte {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var b bytes.Buffer
	if _, _, err := backup.Write(t.Context(), conn, &b, "test"); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// body is the text of a backup without the lines that tell when it was made,
// in order: a row that was changed stands at another place of its table.
func body(t *testing.T, file []byte) string {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(b), "\n")
	lines = lines[2 : len(lines)-2]
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// schema spells everything a restore takes apart and puts together again.
const schemaSQL = `
	select string_agg(line, E'\n' order by line) from (
		select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated::text as line from pg_constraint where connamespace = 'public'::regnamespace
		union all select tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text from pg_trigger where not tgisinternal) s`

// A91
func TestABackupRestoredElsewhereGivesTheSameBackup(t *testing.T) {
	t.Parallel()
	from := pgtest.DB(t).URL
	run(t, from, plant)
	first := save(t, from)
	for name, to := range map[string]string{"without tables": pgtest.Empty(t), "migrated": pgtest.DB(t).URL} {
		done, err := backup.Restore(t.Context(), to, bytes.NewReader(first))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if done.Summary.Rows < 1400 || done.Header.Schema != migrate.Target() {
			t.Errorf("%s: %+v", name, done)
		}
		// What a restore changes on purpose is made the same here too.
		run(t, to, `
			update links set revoked_at = null;
			update river_job set state = 'available', finalized_at = null`)
		run(t, from, `
			update links set revoked_at = null;
			update river_job set state = 'available', finalized_at = null`)
		if a, b := body(t, save(t, from)), body(t, save(t, to)); a != b {
			t.Errorf("%s: %d bytes became %d", name, len(a), len(b))
		}
		if a, b := ask(t, from, schemaSQL), ask(t, to, schemaSQL); a != b {
			t.Errorf("%s: the schema changed:\n%s\n---\n%s", name, a, b)
		}
		if got := ask(t, to, `select nextval('sales_order_number_seq')::text`); got != "10003" {
			t.Errorf("%s: the next order number is %s", name, got)
		}
	}
}

func TestARestoreSendsNothingAgainAndSignsEverybodyOut(t *testing.T) {
	t.Parallel()
	from, to := pgtest.DB(t).URL, pgtest.DB(t).URL
	run(t, from, plant)
	run(t, from, plantMails)
	done, err := backup.Restore(t.Context(), to, bytes.NewReader(save(t, from)))
	if err != nil {
		t.Fatal(err)
	}
	if done.MailsHeld != 1 {
		t.Errorf("%d mails are held", done.MailsHeld)
	}
	for sql, want := range map[string]string{
		`select state || (last_error <> '')::text from notify_mails`:             "failedtrue",
		`select count(*)::text from customer_sessions`:                           "0",
		`select state::text from river_job where kind = 'send_mail'`:             "cancelled",
		`select state::text from river_job where kind = 'tidy'`:                  "available",
		`select count(*)::text from links where once and revoked_at is null`:     "0",
		`select count(*)::text from links where not once and revoked_at is null`: "1",
	} {
		if got := ask(t, to, sql); got != want {
			t.Errorf("%s = %s, want %s", sql, got, want)
		}
	}
}

func TestADatabaseInUseIsNotRestoredInto(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t).URL
	run(t, url, plant)
	before := body(t, save(t, url))
	_, err := backup.Restore(t.Context(), url, bytes.NewReader(save(t, url)))
	if !errors.Is(err, backup.ErrNotEmpty) {
		t.Fatalf("a database in use: %v", err)
	}
	foreign := pgtest.Empty(t)
	run(t, foreign, `create table somebodys (n int)`)
	if _, err := backup.Restore(t.Context(), foreign, bytes.NewReader(save(t, url))); !errors.Is(err, backup.ErrNotEmpty) {
		t.Fatalf("somebody else's database: %v", err)
	}
	if body(t, save(t, url)) != before {
		t.Fatal("the refusal changed something")
	}
}

func TestADamagedFileRestoresNothing(t *testing.T) {
	t.Parallel()
	from, to := pgtest.DB(t).URL, pgtest.DB(t).URL
	run(t, from, plant)
	empty := body(t, save(t, to))
	file := save(t, from)
	text := unzip(t, file)
	for name, damaged := range map[string][]byte{
		"no backup":       []byte("hello"),
		"another gzip":    zip(t, "hello\n"),
		"cut in half":     file[:len(file)/2],
		"cut text":        zip(t, text[:len(text)/2]),
		"a letter turned": zip(t, strings.Replace(text, "Ünï 5", "Ünï 6", 1)),
		"a row removed":   zip(t, removeLine(text, "Ünï 77")),
	} {
		if _, err := backup.Restore(t.Context(), to, bytes.NewReader(damaged)); err == nil {
			t.Errorf("%s was restored", name)
		}
		if body(t, save(t, to)) != empty {
			t.Fatalf("%s left something behind", name)
		}
	}
	if _, err := backup.Restore(t.Context(), to, bytes.NewReader(file)); err != nil {
		t.Fatalf("the whole file after the damaged ones: %v", err)
	}
}

func TestABackupIsOneSnapshotWhileOthersWrite(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	run(t, db.URL, plant)
	run(t, db.URL, `create table a_count (n int); create table z_count (n int); insert into a_count values (0); insert into z_count values (0)`)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			db.Pools.Write.Exec(ctx, `with a as (update a_count set n = n + 1) update z_count set n = n + 1`)
		}
	}()
	for range 5 {
		text := unzip(t, save(t, db.URL))
		if a, z := counted(text, "a_count"), counted(text, "z_count"); a != z || a == "" {
			t.Errorf("the first table says %q, the last %q", a, z)
		}
	}
	stop()
	<-ended
}

func counted(text, table string) string {
	_, rest, _ := strings.Cut(text, `COPY "`+table+`" ("n") FROM stdin;`+"\n")
	n, _, _ := strings.Cut(rest, "\n")
	return n
}

func removeLine(text, with string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, l := range lines {
		if strings.Contains(l, with) {
			return strings.Join(append(lines[:i:i], lines[i+1:]...), "")
		}
	}
	return text
}

func unzip(t *testing.T, file []byte) string {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func zip(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	if _, err := zw.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
