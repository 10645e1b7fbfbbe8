package pg

import (
	"errors"
	"io"
	"net"
	"syscall"
)

// isNet reports whether err comes from the wire rather than from the server.
func isNet(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, net.ErrClosed)
}
