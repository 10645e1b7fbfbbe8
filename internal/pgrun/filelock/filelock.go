// Package filelock holds locks that the operating system drops when their
// holder dies, however it dies. A lock is a file; what stands in it is not
// part of the lock.
package filelock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// ErrHeld says that another process holds the lock in a way that excludes ours.
var ErrHeld = errors.New("the lock is held by another process")

// Lock is held until Release, or until the process ends.
type Lock struct{ f *os.File }

// Try takes the lock of path for this process alone, or answers ErrHeld at
// once. The file is made when it is missing.
func Try(path string) (*Lock, error) { return open(path, true) }

// TryShared takes the lock of path together with other sharers, or answers
// ErrHeld at once.
func TryShared(path string) (*Lock, error) { return open(path, false) }

// Wait takes the lock alone, waiting for it as long as ctx allows.
func Wait(ctx context.Context, path string) (*Lock, error) { return wait(ctx, path, Try) }

// WaitShared takes the lock together with others, waiting as long as ctx allows.
func WaitShared(ctx context.Context, path string) (*Lock, error) { return wait(ctx, path, TryShared) }

// Release gives the lock up. The file stays: removing it would let two
// processes lock two files of one name.
func (l *Lock) Release() error { return l.f.Close() }

// wait polls, because neither flock nor CreateFile can be told to stop waiting.
func wait(ctx context.Context, path string, try func(string) (*Lock, error)) (*Lock, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		l, err := try(path)
		if !errors.Is(err, ErrHeld) {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for %s: %w", path, ErrHeld)
		case <-tick.C:
		}
	}
}
