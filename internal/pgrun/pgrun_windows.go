package pgrun

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

func owner(string) (int, bool) { return 0, false }

func walkable(fs.FileInfo, account) bool { return true }

// drop does nothing: Windows has no root, and PostgreSQL gives up an
// administrator's rights by itself.
func (a account) drop(*exec.Cmd) {}

// bind keeps Ctrl-C from reaching the server before us.
func bind(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// alive reports whether a process of this id exists.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	p.Release()
	return true
}

func isPostgres(int) bool { return true }

// stopFast and stopNow go through pg_ctl, since Windows has no signals.
func (s *Server) stopFast(int) error { return s.pgctl("fast") }
func (s *Server) stopNow(int) error  { return s.pgctl("immediate") }

func (s *Server) pgctl(mode string) error {
	return s.command(context.Background(), filepath.Join(s.bin.Dir, "pg_ctl.exe"),
		"stop", "-D", s.cluster(), "-m", mode, "--no-wait").Run()
}
