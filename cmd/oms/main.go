// Command oms is Packhouse: the server, its jobs, and the commands of whoever
// runs it. Every command reads its configuration from the environment.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // a container and Windows have no zones of their own
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// What a command ends with.
const (
	done    = 0
	failed  = 1 // it did not work, or a check found something
	mistake = 2 // it was called wrongly or is configured wrongly
)

// command is one word after oms.
type command struct {
	name  string
	args  string // as in the usage line
	short string // for the list
	long  string // for its own help
	run   func(ctx context.Context, e *env, args []string) error
}

// env is what every command is given.
type env struct {
	cfg    Config
	getenv func(string) string
	out    io.Writer
	errout io.Writer
	log    *slog.Logger
}

// usageError is a mistake of the person who typed the command.
type usageError struct{ text string }

func (u *usageError) Error() string { return u.text }

func wrongly(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// errTold ends a command that has already told what was wrong.
var errTold = errors.New("told")

func commands() []command {
	return []command{serveCommand, workCommand, migrateCommand, demoCommand, userCommand, backupCommand, restoreCommand, importCommand, checkCommand, doctorCommand, versionCommand}
}

// run is the whole program but for the process it runs in.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	say := func(err error) int {
		var u *usageError
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return done
		case errors.Is(err, errTold):
			return failed
		case errors.As(err, &u):
			fmt.Fprintln(stderr, "oms:", u.text)
			return mistake
		}
		fmt.Fprintln(stderr, "oms:", err)
		return failed
	}
	if len(args) == 0 {
		help(stderr)
		return mistake
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		return say(helpCommand(stdout, args[1:]))
	}
	c, ok := find(args[0])
	if !ok {
		return say(wrongly("there is no command %q: see oms help", args[0]))
	}
	if len(args) > 1 && (args[1] == "-h" || args[1] == "--help") {
		c.help(stdout)
		return done
	}
	cfg, err := readConfig(getenv)
	if err != nil {
		return say(err)
	}
	e := &env{cfg: cfg, getenv: getenv, out: stdout, errout: stderr,
		log: slog.New(slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: cfg.LogLevel}))}
	return say(c.run(ctx, e, args[1:]))
}

func find(name string) (command, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

func helpCommand(w io.Writer, args []string) error {
	if len(args) == 0 {
		help(w)
		return nil
	}
	if args[0] == "config" {
		_, err := io.WriteString(w, configTable())
		return err
	}
	c, ok := find(args[0])
	if !ok {
		return wrongly("there is no command %q: see oms help", args[0])
	}
	c.help(w)
	return nil
}

func help(w io.Writer) {
	fmt.Fprintln(w, "Packhouse, an order management system.\n\nUsage: oms COMMAND\n\nCommands:")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.short)
	}
	fmt.Fprintln(w, "\noms help COMMAND tells more; oms help config lists the environment variables.")
}

func (c command) help(w io.Writer) {
	fmt.Fprintf(w, "Usage: %s\n\n%s\n", strings.TrimSpace("oms "+c.name+" "+c.args), strings.TrimSpace(c.long))
}

// flags reads a command's options and makes a wrong one a usage mistake.
func (c command) flags(e *env, args []string, define func(*flag.FlagSet)) ([]string, error) {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	if define != nil {
		define(fs)
	}
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		c.help(e.out)
		return nil, err
	}
	if err != nil {
		return nil, wrongly("%s: %v: see oms help %s", c.name, err, c.name)
	}
	return fs.Args(), nil
}

// none refuses words that the command has no use for.
func (c command) none(e *env, args []string) error {
	rest, err := c.flags(e, args, nil)
	if err == nil && len(rest) > 0 {
		err = wrongly("%s takes no %q: see oms help %s", c.name, rest[0], c.name)
	}
	return err
}
