//go:build !linux

package modes

import "syscall"

// setUserTimeout does nothing: other systems give a connection up in a time of their own.
func setUserTimeout(_, _ string, _ syscall.RawConn) error { return nil }
