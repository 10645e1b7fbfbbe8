package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"time"

	"packhouse/internal/check"
)

var checkCommand = command{name: "check", args: "[--format text|json]", short: "compare the data with what must always be true",
	long: `
Compares what the database holds with what must always be true: stock with its
ledger, orders with their lines and their timeline, lists with what they show.
It looks at one moment, on READ_DATABASE_URL where there is one, changes nothing
and may run while everybody works. Each check is one line; a violation names the
first few culprits.

  --format json   one JSON object instead of lines

It ends with 1 when something is violated. Run it after a restore, after an
upgrade, and every hour from whatever watches the server. Managers and admins
see the same at /checks.`,
}

func init() { checkCommand.run = runCheck }

func runCheck(ctx context.Context, e *env, args []string) error {
	format := "text"
	rest, err := checkCommand.flags(e, args, func(fs *flag.FlagSet) { fs.StringVar(&format, "format", format, "") })
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return wrongly("check takes no %q: see oms help check", rest[0])
	}
	print, known := map[string]func(io.Writer, []check.Result) error{"text": checkText, "json": checkJSON}[format]
	if !known {
		return wrongly("check --format is text or json, not %q", format)
	}
	db, err := openDatabase(ctx, e, false)
	if err != nil {
		return err
	}
	defer db.close(e)
	pools, err := db.pools(ctx, e.cfg)
	if err != nil {
		return err
	}
	defer pools.Close()
	results, err := check.Run(ctx, pools.Replica)
	if err != nil {
		return err
	}
	if err := print(e.out, results); err != nil {
		return err
	}
	if !check.Clean(results) {
		return errTold
	}
	return nil
}

func checkText(w io.Writer, results []check.Result) error {
	broken, rows := 0, 0
	var took time.Duration
	for _, r := range results {
		answer := "ok"
		if !r.Fine() {
			answer = "VIOLATED"
			broken++
			rows += r.Rows
		}
		took += r.Took
		if _, err := fmt.Fprintf(w, "%-8s  %-4s %7.1f ms  %s\n", answer, r.ID, milliseconds(r.Took), r.Says); err != nil {
			return err
		}
		for _, s := range r.Sample {
			fmt.Fprintln(w, "          -", s)
		}
		if more := r.Rows - len(r.Sample); more > 0 {
			fmt.Fprintf(w, "          - and %d more\n", more)
		}
	}
	_, err := fmt.Fprintf(w, "%d checks, %d violated with %d rows, %.1f ms\n", len(results), broken, rows, milliseconds(took))
	return err
}

func checkJSON(w io.Writer, results []check.Result) error {
	type line struct {
		check.Result
		OK bool    `json:"ok"`
		MS float64 `json:"ms"`
	}
	out := struct {
		OK     bool   `json:"ok"`
		Checks []line `json:"checks"`
	}{OK: check.Clean(results)}
	for _, r := range results {
		out.Checks = append(out.Checks, line{r, r.Fine(), milliseconds(r.Took)})
	}
	j := json.NewEncoder(w)
	j.SetIndent("", "  ")
	return j.Encode(out)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
