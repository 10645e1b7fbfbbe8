package filelock

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Windows refuses to open a file against the sharing its other openers
// allowed, which is a lock that ends with its process.
const sharingViolation = syscall.Errno(32)

func open(path string, alone bool) (*Lock, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	access, share := uint32(syscall.GENERIC_READ), uint32(syscall.FILE_SHARE_READ)
	if alone {
		access, share = syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0
	}
	h, err := syscall.CreateFile(name, access, share, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharingViolation) {
		return nil, ErrHeld
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return &Lock{os.NewFile(uintptr(h), path)}, nil
}
