//go:build !windows

package pgtest

import (
	"os/exec"
	"syscall"
)

// free is how many bytes fit into the file system of dir, 0 when there is none.
func free(dir string) uint64 {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0
	}
	return st.Bavail * uint64(st.Bsize)
}

// detach keeps a Ctrl-C at the tests from reaching the server's process.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
