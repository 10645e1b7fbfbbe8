package pgrun

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pack makes a package as npm would, and its digest.
func pack(t *testing.T, files map[string]string) (ball, digest string) {
	t.Helper()
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	tw := tar.NewWriter(zw)
	for name, text := range files {
		if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	tw.Close()
	zw.Close()
	ball = filepath.Join(t.TempDir(), "p.tgz")
	if err := os.WriteFile(ball, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum512(b.Bytes())
	return ball, base64.StdEncoding.EncodeToString(sum[:])
}

func TestTheFetchedPackageGetsTheLinksItLists(t *testing.T) {
	t.Parallel()
	ball, digest := pack(t, map[string]string{
		"package/package.json":              "{}",
		"package/native/bin/postgres":       "program",
		"package/native/lib/libicu.so.60.2": "library",
		"package/native/pg-symlinks.json":   `[{"source":"native/lib/libicu.so.60.2","target":"native/lib/libicu.so.60"}]`,
	})
	tree := filepath.Join(t.TempDir(), "tree")
	if err := unpack(ball, digest, tree); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(tree, "lib", "libicu.so.60")); err != nil || string(b) != "library" {
		t.Fatalf("through the link: %q %v", b, err)
	}
	if info, err := os.Stat(filepath.Join(tree, "bin", "postgres")); err != nil || info.Mode().Perm()&0o111 != 0o111 {
		t.Fatalf("the program cannot be run: %v %v", info, err)
	}
}

func TestAPackageWithAnotherDigestOrAWayOutIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ball, digest := pack(t, map[string]string{"package/native/bin/postgres": "program"})
	if err := unpack(ball, strings.ToUpper(digest), filepath.Join(dir, "tree")); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Fatalf("another digest: %v", err)
	}
	ball, digest = pack(t, map[string]string{"package/native/../../../out": "evil"})
	if err := unpack(ball, digest, filepath.Join(dir, "a", "b", "tree")); err == nil {
		t.Fatal("a name that leads out of the tree was written")
	}
	if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
		t.Fatal("a file stands outside the tree")
	}
}
