package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"packhouse/internal/access"
)

var demoCommand = command{name: "demo", short: "plant the demonstration company in an empty database",
	long: "Plants a demonstration company and prints its people's passwords, which are made anew\neach time and shown only now. A database that already has people is refused."}

func init() {
	demoCommand.run = func(ctx context.Context, e *env, args []string) error {
		if err := demoCommand.none(e, args); err != nil {
			return err
		}
		return withApp(ctx, e, func(a *app) error {
			logins, err := a.demo(ctx)
			if err == nil && len(logins) == 0 {
				return fmt.Errorf("this database is in use: the demonstration company is only planted in an empty one")
			}
			printLogins(e.out, logins)
			return err
		})
	}
}

// demoPeople are one of each role.
var demoPeople = []access.Details{
	{Name: "The admin", Email: "admin@demo.test", Role: access.Admin},
	{Name: "The manager", Email: "manager@demo.test", Role: access.Manager},
	{Name: "The sales desk", Email: "sales@demo.test", Role: access.Sales},
	{Name: "The warehouse", Email: "warehouse@demo.test", Role: access.Warehouse},
}

// demo plants the company where nobody is yet; elsewhere it does nothing and
// answers no logins.
func (a *app) demo(ctx context.Context) ([]login, error) {
	used, err := access.Anyone(ctx, a.pools.Read)
	if err != nil || used {
		return nil, err
	}
	if err := a.demoCompany(ctx); err != nil {
		return nil, fmt.Errorf("plant the demonstration company: %w", told(err))
	}
	var logins []login
	for _, d := range demoPeople { // last, so that a start that was cut off plants again
		l, err := a.addPerson(ctx, d)
		if err != nil {
			return logins, fmt.Errorf("add %s: %w", d.Name, told(err))
		}
		logins = append(logins, l)
	}
	return logins, nil
}

func printLogins(w io.Writer, logins []login) {
	if len(logins) == 0 {
		return
	}
	fmt.Fprintln(w, "\nSign in with (shown only now):")
	for _, l := range logins {
		fmt.Fprintf(w, "  %-10s %-24s %s\n", l.role, l.email, strings.TrimSpace(l.password))
	}
	fmt.Fprintln(w)
}
