package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"packhouse/internal/pgtest"
)

const oldOrders = "../../internal/replay/testdata/orders.csv"

func TestImportTakesTheFileTellsTheRestAndChangesNothingTheSecondTime(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	env := environment("DATABASE_URL", db.URL)
	report := filepath.Join(t.TempDir(), "left.csv")
	code, out, errs := oms(t, env, "import", "uci", oldOrders, "--from", "2010-12-01", "--to", "2010-12-02", "--report", report)
	if code != done || errs != "" {
		t.Fatalf("%d\n%s%s", code, out, errs)
	}
	for _, want := range []string{"5 orders, of which 5 new", "168541.79", "7 products (7 new), 4 customers (4 new)", "Waits for returns", "orders/s"} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary lacks %q:\n%s", want, out)
		}
	}
	f, err := os.Open(report)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 7 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	told := map[string]string{}
	for _, r := range rows[1:] {
		told[r[0]+" "+r[1]+" "+r[7]] = r[11]
	}
	for row, why := range map[string]string{"8 C700003 -168469.60": "Waits for returns", "15 700008 ": "six is not a whole number of pieces", "17 700009 10000.01": "lines[0].quantity"} {
		if !strings.Contains(told[row], why) {
			t.Errorf("row %s is told %q, want %q", row, told[row], why)
		}
	}
	code, out, errs = oms(t, env, "import", "uci", "--format", "json", oldOrders)
	var second struct {
		Orders    int
		NewOrders int `json:"new_orders"`
		Complete  bool
		Taken     struct{ Value string }
	}
	if err := json.Unmarshal([]byte(out), &second); err != nil || code != done || second.Orders != 6 || second.NewOrders != 1 || !second.Complete || second.Taken.Value != "168548.086" {
		t.Errorf("%d %v %+v\n%s%s", code, err, second, out, errs)
	}
	if code, out, errs = oms(t, env, "import", "uci", oldOrders); code != done || !strings.Contains(out, "this run changed nothing") {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
	if code, out, errs = oms(t, env, "check"); code != done {
		t.Errorf("after it the check says\n%s%s", out, errs)
	}
}

func TestImportSaysWhatItWasCalledWronglyWith(t *testing.T) {
	t.Parallel()
	other := filepath.Join(t.TempDir(), "other.csv")
	if err := os.WriteFile(other, []byte("order_id,customer_id\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args, says string
		code       int
	}{
		{"import", "which is uci", mistake},
		{"import olist x.csv", "which is uci", mistake},
		{"import uci", "needs the FILE", mistake},
		{"import uci nothing-here.csv", "cannot be read", mistake},
		{"import uci .", "is a directory", mistake},
		{"import uci " + oldOrders + " more", "takes no", mistake},
		{"import uci " + oldOrders + " --format xml", "text or json", mistake},
		{"import uci " + oldOrders + " --zone Mars/Base", "is no zone", mistake},
		{"import uci " + oldOrders + " --from 12/2010", "is no day", mistake},
		{"import uci " + oldOrders + " --from 2010-12-02 --to 2010-12-01", "before --from", mistake},
		{"import uci " + oldOrders + " --workers 0", "from 1 to 8", mistake},
		{"import uci " + oldOrders + " --report /nonexistent/left.csv", "cannot be written", mistake},
	} {
		code, _, errs := oms(t, environment(), strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(errs, c.says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("oms %s: %d %q", c.args, code, errs)
		}
	}
	db := pgtest.DB(t)
	code, out, errs := oms(t, environment("DATABASE_URL", db.URL), "import", "uci", other)
	if code != failed || out != "" || !strings.Contains(errs, "the first row has no column Country") {
		t.Errorf("a file of another kind: %d %q %q", code, out, errs)
	}
}

func TestNoTextOfAFileBecomesAFormula(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"=1+1": "'=1+1", "@x": "'@x", "+44": "'+44", "-": "'-", "TIN MUG": "TIN MUG", "": ""} {
		if got := cell(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}
