package pgrun

import (
	"fmt"
	"os"
	"os/exec"
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

// bind makes the kernel stop the server in an orderly way when the thread
// that started it dies, however we die, and keeps Ctrl-C from reaching it
// before us.
func bind(cmd *exec.Cmd) {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	cmd.SysProcAttr.Setpgid = true
}

// isPostgres tells a server from an unrelated process that got its id since.
func isPostgres(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return err == nil && strings.HasPrefix(string(b), "postgres")
}
