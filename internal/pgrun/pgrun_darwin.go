package pgrun

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// drop makes cmd run as the account.
func (a account) drop(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	if a.drops {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid), Groups: []uint32{uint32(a.gid)}}
	}
}

// bind keeps Ctrl-C from reaching the server before us. Darwin has no signal
// on the parent's death: a server we leave behind is recognised and stopped
// by the next start.
func bind(cmd *exec.Cmd) { cmd.SysProcAttr.Setpgid = true }

// isPostgres tells a server from an unrelated process that got its id since.
func isPostgres(pid int) bool {
	out, err := exec.Command("/bin/ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	return err != nil || strings.Contains(string(out), "postgres")
}
