package main

import (
	"encoding/json"
	"strings"
	"testing"

	"packhouse/internal/pgtest"
)

// A27
func TestCheckSaysWhatItLookedAtAndEndsWith1OnAViolation(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	env := environment("DATABASE_URL", db.URL)
	code, out, errs := oms(t, env, "check")
	if code != done || !strings.Contains(out, "S03") || !strings.Contains(out, "0 violated") || errs != "" {
		t.Fatalf("%d\n%s%s", code, out, errs)
	}
	for _, sql := range []string{`create sequence near maxvalue 10`, `select setval('near', 9)`} {
		if _, err := db.Pools.Write.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs = oms(t, env, "check")
	if code != failed || !strings.Contains(out, "VIOLATED  D03") || !strings.Contains(out, "near is at 9 of 10") || errs != "" {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
	code, out, _ = oms(t, env, "check", "--format", "json")
	var told struct {
		OK     bool
		Checks []struct {
			ID, Says   string
			OK         bool
			Violations int
			Sample     []string
		}
	}
	if err := json.Unmarshal([]byte(out), &told); err != nil || code != failed || told.OK {
		t.Fatalf("%d %v\n%s", code, err, out)
	}
	found := false
	for _, c := range told.Checks {
		if c.ID == "D03" {
			found = !c.OK && c.Violations == 1 && len(c.Sample) == 1
		}
	}
	if !found {
		t.Errorf("the sequence is not among %s", out)
	}
	for _, args := range [][]string{{"check", "now"}, {"check", "--format", "xml"}} {
		if code, _, errs := oms(t, env, args...); code != mistake || errs == "" {
			t.Errorf("%v ends with %d, %q", args, code, errs)
		}
	}
}
