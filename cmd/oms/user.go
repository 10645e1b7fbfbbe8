package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/migrate"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/internal/words"
)

var userCommand = command{name: "user", args: "add EMAIL --name NAME --role ROLE | list | disable EMAIL", short: "add, list or disable staff",
	long: `
  add EMAIL --name NAME --role ROLE [--lang en|de]
                  add somebody and print a password made for them, once.
                  ROLE is sales, warehouse, manager or admin
  list            list everybody, with role and standing
  disable EMAIL   shut somebody out now; their sessions end. Nobody is deleted

Staff can do all of this under Staff, with invitations by mail; this is for the
first admin and for when nobody can sign in.`,
}

func init() { userCommand.run = runUser }

// atConsole is who acts when a command is typed at the machine itself.
var atConsole = txn.Actor{Kind: txn.System, Name: "Console"}

func runUser(ctx context.Context, e *env, args []string) error {
	if len(args) == 0 {
		return wrongly("user takes add, list or disable: see oms help user")
	}
	var act func(context.Context, *env, *app, []string) error
	switch args[0] {
	case "add":
		act = addUser
	case "list":
		act = listUsers
	case "disable":
		act = disableUser
	default:
		return wrongly("user takes add, list or disable, not %q", args[0])
	}
	return withApp(ctx, e, func(a *app) error { return act(ctx, e, a, args[1:]) })
}

// withApp lends a command the database, migrated, and everything over it.
func withApp(ctx context.Context, e *env, use func(*app) error) error {
	key, err := e.cfg.secret()
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, e, false)
	if err != nil {
		return err
	}
	defer db.close(e)
	if _, err := migrate.Up(ctx, db.direct); err != nil {
		return err
	}
	pools, err := db.pools(ctx, e.cfg)
	if err != nil {
		return err
	}
	defer pools.Close()
	a, err := newApp(&process{env: e, key: key, baseURL: e.cfg.base(nil), health: newHealth()}, pools)
	if err != nil {
		return err
	}
	return use(a)
}

func addUser(ctx context.Context, e *env, a *app, args []string) error {
	d := access.Details{}
	var role string
	// The e-mail may stand before the options, as the usage line has it.
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		d.Email, args = args[0], args[1:]
	}
	rest, err := userCommand.flags(e, args, func(fs *flag.FlagSet) {
		fs.StringVar(&d.Name, "name", "", "")
		fs.StringVar(&role, "role", "", "")
		fs.StringVar(&d.Lang, "lang", "", "")
	})
	if err != nil {
		return err
	}
	if d.Email == "" && len(rest) == 1 {
		d.Email, rest = rest[0], nil
	}
	if d.Email == "" || len(rest) > 0 || d.Name == "" || role == "" {
		return wrongly("user add takes EMAIL --name NAME --role ROLE: see oms help user")
	}
	ok := false
	if d.Role, ok = access.ParseRole(role); !ok {
		return wrongly("there is no role %q: it is sales, warehouse, manager or admin", role)
	}
	l, err := a.addPerson(ctx, d)
	if err != nil {
		return told(err)
	}
	printLogins(e.out, []login{l})
	return nil
}

// login is what a new person signs in with; the password is nowhere else.
type login struct {
	role            access.Role
	email, password string
}

// addPerson adds somebody with a password made for them.
func (a *app) addPerson(ctx context.Context, d access.Details) (login, error) {
	hasher, err := access.NewHasher()
	if err != nil {
		return login{}, err
	}
	l := login{d.Role, d.Email, newPassword()}
	hash, err := hasher.Hash(ctx, l.password)
	if err != nil {
		return login{}, err
	}
	_, err = txn.Do(ctx, a.db, atConsole, txn.Once(), func(ctx context.Context, tx *txn.Tx) (id.User, error) {
		user, err := access.Invite(ctx, tx, d)
		if err == nil {
			_, err = access.SetPassword(ctx, tx, user, hash, "console")
		}
		return user, err
	})
	return l, err
}

// newPassword has 100 bits and no letter that is taken for another.
func newPassword() string {
	s := strings.ToLower(rand.Text()[:20])
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:]
}

func listUsers(ctx context.Context, e *env, a *app, args []string) error {
	if err := userCommand.none(e, args); err != nil {
		return err
	}
	all, err := access.ReadMembers(ctx, a.pools.Read)
	if err != nil {
		return err
	}
	for _, m := range all {
		standing := "active"
		switch {
		case m.Disabled:
			standing = "disabled"
		case m.Invited:
			standing = "invited"
		}
		seen := "never signed in"
		if m.SignedInAt != nil {
			seen = "signed in " + m.SignedInAt.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(e.out, "%-32s %-10s %-9s %-28s %s\n", m.Email, m.Role, standing, m.Name, seen)
	}
	return nil
}

func disableUser(ctx context.Context, e *env, a *app, args []string) error {
	rest, err := userCommand.flags(e, args, nil)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return wrongly("user disable takes one EMAIL")
	}
	_, err = txn.Do(ctx, a.db, atConsole, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		who, err := access.FindEmail(ctx, tx, rest[0])
		if err == nil {
			err = access.Disable(ctx, tx, who.ID)
		}
		return struct{}{}, err
	})
	if err != nil {
		return told(err)
	}
	fmt.Fprintf(e.out, "%s is disabled and signed out everywhere\n", rest[0])
	return nil
}

// told turns a problem into its sentence, as a page would say it.
func told(err error) error {
	if !problem.IsPersons(err) {
		return err
	}
	say := words.For("en")
	if v, ok := errors.AsType[*problem.Invalid](err); ok {
		lines := make([]string, len(v.Fields))
		for i, f := range v.Fields {
			lines[i] = f.Path + ": " + say.Say(f.Code, f.Args)
		}
		return errors.New(strings.Join(lines, "; "))
	}
	return errors.New(say.Tell(err))
}
