package pgrun

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// account is who the server runs as. PostgreSQL refuses to run as root, so
// root's server drops to another account; everybody else's runs as they are.
type account struct {
	drops    bool
	uid, gid int
	name     string
}

// accountFor picks the account for a cluster: the owner of the one that
// stands there, else postgres, else nobody.
func accountFor(cluster string) (account, error) {
	if os.Geteuid() != 0 {
		if uid, ok := owner(cluster); ok && uid != os.Geteuid() {
			return account{}, fmt.Errorf("the data in %s belongs to user %d: start as that user or as root", cluster, uid)
		}
		return account{}, nil
	}
	if uid, ok := owner(cluster); ok && uid != 0 {
		if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
			return accountOf(u)
		}
		return account{drops: true, uid: uid, gid: uid, name: strconv.Itoa(uid)}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return accountOf(u)
		}
	}
	return account{}, errors.New("PostgreSQL cannot run as root, and this machine has neither a user postgres nor a user nobody: start as another user")
}

func accountOf(u *user.User) (account, error) {
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return account{}, fmt.Errorf("read the user id of %s: %w", u.Username, err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return account{}, fmt.Errorf("read the group id of %s: %w", u.Username, err)
	}
	return account{drops: true, uid: uid, gid: gid, name: u.Username}, nil
}

// give makes the account the owner of path.
func (a account) give(path string) error {
	if !a.drops {
		return nil
	}
	if err := os.Chown(path, a.uid, a.gid); err != nil {
		return fmt.Errorf("give %s to %s: %w", path, a.name, err)
	}
	return nil
}

// canReach tells in words what exec would only call "permission denied": a
// directory above that the account may not walk through, such as /root.
func (a account) canReach(path string) error {
	if !a.drops {
		return nil
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return fmt.Errorf("look at %s: %w", dir, err)
		}
		if !walkable(info, a) {
			return fmt.Errorf("started by root, PostgreSQL runs as user %s, who cannot enter %s: set DATA_DIR to a place outside it, such as /var/lib/packhouse", a.name, dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}
