package pgrun

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// maxSocket is the longest path of a socket that every system here takes
// (Linux 107 bytes, Darwin 103).
const maxSocket = 103

// makeSocketDir makes the closed directory of the socket. Its name is a short
// digest of the data directory, since a deep one would not fit into a
// socket's address.
func (s *Server) makeSocketDir() (string, error) {
	sum := sha256.Sum256([]byte(s.o.Dir))
	name := "packhouse-" + hex.EncodeToString(sum[:5])
	var tried error
	for _, base := range s.socketBases() {
		dir := filepath.Join(base, name)
		if len(dir)+len("/.s.PGSQL.5432") > maxSocket {
			continue
		}
		err := s.closedDir(dir)
		if err == nil {
			return dir, nil
		}
		tried = errors.Join(tried, err)
	}
	return "", fmt.Errorf("find a place for the server's socket: %w", tried)
}

func (s *Server) socketBases() []string {
	if s.as.drops {
		return []string{"/run", "/tmp"}
	}
	var bases []string
	if dir := s.o.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		bases = append(bases, dir)
	}
	bases = append(bases, os.TempDir())
	if runtime.GOOS != "windows" {
		bases = append(bases, "/tmp")
	}
	return bases
}

// closedDir leaves dir belonging to the server's account and closed to others.
// In /tmp somebody else may have made it first, to listen in our place.
func (s *Server) closedDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is no directory", dir)
	}
	if uid, ok := owner(dir); ok && uid != os.Geteuid() && !(s.as.drops && uid == s.as.uid) {
		return fmt.Errorf("%s belongs to user %d", dir, uid)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	return s.as.give(dir)
}
