//go:build !windows

package pgrun

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// owner is the user id that path belongs to; false when there is no such path.
func owner(path string) (int, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	return int(info.Sys().(*syscall.Stat_t).Uid), true
}

func walkable(info fs.FileInfo, a account) bool {
	st := info.Sys().(*syscall.Stat_t)
	switch {
	case int(st.Uid) == a.uid:
		return info.Mode()&0o100 != 0
	case int(st.Gid) == a.gid:
		return info.Mode()&0o010 != 0
	}
	return info.Mode()&0o001 != 0
}

// alive reports whether a process of this id exists, whoever's it is.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// stopFast asks the server to disconnect everybody and stop; stopNow to leave
// its data to the recovery of the next start.
func (s *Server) stopFast(pid int) error { return syscall.Kill(pid, syscall.SIGINT) }
func (s *Server) stopNow(pid int) error  { return syscall.Kill(pid, syscall.SIGQUIT) }
