package filelock_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"packhouse/internal/pgrun/filelock"
)

func TestOneHolderExcludesAllOthersAndSharersOnlyTheOneAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "l")
	alone, err := filelock.Try(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := filelock.Try(path); !errors.Is(err, filelock.ErrHeld) {
		t.Fatalf("a second holder alone: %v", err)
	}
	if _, err := filelock.TryShared(path); !errors.Is(err, filelock.ErrHeld) {
		t.Fatalf("a sharer beside the holder: %v", err)
	}
	if err := alone.Release(); err != nil {
		t.Fatal(err)
	}
	a, err := filelock.TryShared(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := filelock.WaitShared(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	given, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := filelock.Wait(given, path); !errors.Is(err, filelock.ErrHeld) {
		t.Fatalf("alone beside sharers: %v", err)
	}
	a.Release()
	b.Release()
	if _, err := filelock.Wait(t.Context(), path); err != nil {
		t.Fatal(err)
	}
}
