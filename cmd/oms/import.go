package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"packhouse/internal/replay"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/internal/worker"
)

var importCommand = command{name: "import", args: "uci FILE [--from DAY] [--to DAY] [--zone ZONE] [--report FILE] [--format text|json] [--workers N]",
	short: "take over orders of the past from a file",
	long: `
  uci FILE        the "Online Retail" data set, one row per line of an invoice,
                  as CSV or CSV packed with gzip

Each invoice becomes an order of the channel "uci", placed and confirmed through
the same commands as at the screens, with the times of the file. Products,
customers and the stock that an order lacks are made as needed; no mails go out.
Postage, carriage and other codes that are no article become services. Returns
(C…), bad debt (A…) and stock adjustments are left, and every line that is left
is told with the reason.

  --from DAY, --to DAY   only lines of these days, both included
  --zone ZONE            the zone of the times in the file (default UTC)
  --report FILE          write every line that was not taken to FILE, as CSV
  --format json          print the summary as JSON
  --workers N            orders taken at once (default 4)

What was taken stays taken: a second run changes nothing, and a run that was
interrupted goes on where it stopped.`}

func init() { importCommand.run = runImport }

// importLimits give a large invoice on a busy database the time it needs.
var importLimits = txn.Limits{Statement: 2 * time.Minute, Lock: time.Minute, Idle: time.Minute}

// importing is what the command line asked for.
type importing struct {
	file, report, format string
	from, to, zone       string
	opt                  replay.Options
}

func runImport(ctx context.Context, e *env, args []string) error {
	in, err := readImport(e, args)
	if err != nil {
		return err
	}
	left, err := newLeftovers(in.report)
	if err != nil {
		return err
	}
	in.opt.Left = left.write
	debug.SetGCPercent(400) // little is kept and much is thrown away: some megabytes more save a tenth of the time
	return withApp(ctx, e, func(a *app) error {
		jobs, err := worker.Inserter(a.pools.Write, a.log)
		if err != nil {
			return err
		}
		db := txn.Open(a.pools.Write, jobs, importLimits)
		in.opt.Progress = &replay.Progress{}
		stop := watch(e.errout, in.opt.Progress)
		rep, err := replay.Run(ctx, db, a.pools.Read, in.open, in.opt)
		took := stop()
		err = errors.Join(err, left.close())
		if err != nil && rep.Read.Lines == 0 {
			return told(err)
		}
		in.print(e.out, rep, took, err == nil)
		if errors.Is(err, context.Canceled) {
			return errors.New("stopped before the end; what was taken stays, and another run goes on from there")
		}
		return told(err)
	})
}

func readImport(e *env, args []string) (*importing, error) {
	in := &importing{}
	if len(args) == 0 || args[0] != "uci" {
		return nil, wrongly("import takes the kind of file first, which is uci: see oms help import")
	}
	args = args[1:]
	// The file may stand before the options, as the usage line has it.
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		in.file, args = args[0], args[1:]
	}
	rest, err := importCommand.flags(e, args, func(fs *flag.FlagSet) {
		fs.StringVar(&in.from, "from", "", "")
		fs.StringVar(&in.to, "to", "", "")
		fs.StringVar(&in.zone, "zone", "UTC", "")
		fs.StringVar(&in.report, "report", "", "")
		fs.StringVar(&in.format, "format", "text", "")
		fs.IntVar(&in.opt.Workers, "workers", 4, "")
	})
	if err != nil {
		return nil, err
	}
	if in.file == "" && len(rest) > 0 {
		in.file, rest = rest[0], rest[1:]
	}
	switch {
	case in.file == "":
		return nil, wrongly("import uci needs the FILE to read")
	case len(rest) > 0:
		return nil, wrongly("import uci takes no %q: see oms help import", rest[0])
	case in.format != "text" && in.format != "json":
		return nil, wrongly("--format is text or json, not %q", in.format)
	case in.opt.Workers < 1 || in.opt.Workers > 8:
		return nil, wrongly("--workers is a number from 1 to 8")
	}
	if in.opt.Zone, err = time.LoadLocation(in.zone); err != nil || in.zone == "Local" {
		return nil, wrongly("--zone %q is no zone: write it like Europe/London", in.zone)
	}
	for _, d := range []struct {
		name, typed string
		to          *trade.Day
	}{{"--from", in.from, &in.opt.Period.From}, {"--to", in.to, &in.opt.Period.Through}} {
		if d.typed == "" {
			continue
		}
		if *d.to, err = trade.ParseDay(d.typed); err != nil {
			return nil, wrongly("%s %q is no day: write it like 2010-12-31", d.name, d.typed)
		}
	}
	if p := in.opt.Period; !p.From.IsZero() && !p.Through.IsZero() && p.Through.Before(p.From) {
		return nil, wrongly("--to lies before --from")
	}
	f, err := in.open()
	if err != nil {
		return nil, wrongly("the file cannot be read: %v", err)
	}
	return in, f.Close()
}

func (in *importing) open() (io.ReadCloser, error) {
	f, err := os.Open(in.file)
	if err != nil {
		return nil, err
	}
	if s, err := f.Stat(); err == nil && s.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s is a directory", in.file)
	}
	return f, nil
}

func (in *importing) print(w io.Writer, rep *replay.Report, took time.Duration, whole bool) {
	if in.format == "json" {
		out := struct {
			*replay.Report
			File     string  `json:"file"`
			Complete bool    `json:"complete"`
			Seconds  float64 `json:"seconds"`
		}{rep, in.file, whole, took.Seconds()}
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		_ = enc.Encode(out) // the writer is the standard output: who closed it does not want it
		return
	}
	printImport(w, rep, took)
}
