package pgtest

import (
	"os/exec"
	"syscall"
)

func free(string) uint64 { return 0 }

func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
