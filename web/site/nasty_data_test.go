//go:build data

package site_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The public collections of input that broke something somewhere, through
// every form.
func TestKnownNastyInputIsAnsweredInWords(t *testing.T) {
	t.Parallel()
	all := known(t)
	if len(all) < 500 {
		t.Fatalf("only %d values were found", len(all))
	}
	for _, who := range []string{"nobody", "warehouse", "sales", "manager", "admin"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			b := h.visitors()[who]
			for n, f := range h.forms(who, b) {
				// Each form meets a share of the values in all of its fields, and every value meets some form of every visitor.
				var share []string
				for i := n; i < len(all); i += 9 {
					share = append(share, all[i])
				}
				h.everyField(b, f, share)
			}
		})
	}
}

func TestKnownNastyNamesAreKeptFoundAndShown(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i, name := range known(t) {
		name = strings.Join(strings.Fields(name), " ")
		if i%5 == 0 && len([]rune(name)) >= 4 && len(name) <= 100 && name == strings.ToValidUTF8(name, "") && !strings.ContainsFunc(name, unseen) {
			h.keepFindShow(1000+i, name)
		}
	}
}

// unseen reports a character that one cannot see and that names do not keep.
func unseen(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202f || r >= 0x2060 && r <= 0x206f || r == 0xfeff || r == 0xad
}

// known reads the collections.
func known(t *testing.T) (all []string) {
	t.Helper()
	dir := os.Getenv("DATA_SAMPLES")
	if dir == "" {
		dir = "../../../shared/data"
	}
	raw, err := os.ReadFile(filepath.Join(dir, "nasty", "blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	lists, err := filepath.Glob(filepath.Join(dir, "nasty", "fuzzdb_*.txt"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("no lists in %s: %v", dir, err)
	}
	for _, list := range append(lists, filepath.Join(dir, "nasty", "csv_injection.txt")) {
		raw, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Split(strings.TrimRight(string(raw), "\n"), "\n")...)
	}
	return all
}
