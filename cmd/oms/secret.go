package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// secret is the key that everything secret is derived from. The private
// database's is made once and kept beside it; with DATABASE_URL several
// processes may share one database, so all must be told the same.
func (c Config) secret() ([]byte, error) {
	if c.SecretKey != "" {
		return []byte(c.SecretKey), nil
	}
	if c.DatabaseURL != "" {
		return nil, wrongly("SECRET_KEY is required with DATABASE_URL: set it to at least 32 characters, as from: openssl rand -hex 32")
	}
	if err := os.MkdirAll(c.DataDir, 0o711); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	file := filepath.Join(c.DataDir, "secret.key")
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("make a secret key: %w", err)
	}
	err := keepNew(file, hex.EncodeToString(key)+"\n")
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("keep the secret key: %w", err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the secret key: %w", err)
	}
	kept := strings.TrimSpace(string(b))
	if err := longEnough(kept); err != nil {
		return nil, fmt.Errorf("the secret key in %s %w", file, err)
	}
	return []byte(kept), nil
}

// keepNew writes a file that only we may read, whole or not at all, and leaves
// one that is there alone.
func keepNew(file, text string) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".secret-") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), file)
}
