//go:build unix

package serve

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// fullPipe is a pipe that takes nothing more, and that nobody reads.
func fullPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	fatal(t, err)
	t.Cleanup(func() {
		r.Close()
		w.Close()
	})
	fatal(t, w.SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
	for size := 1 << 20; size > 0; size /= 16 {
		for err = nil; err == nil; {
			_, err = w.Write(make([]byte, size))
		}
	}
	return w
}

// TestNobodyReads: a server of which nobody reads what it says serves all the same, and ends
// when it is told to; so does --check.
func TestNobodyReads(t *testing.T) {
	for name, args := range map[string][]string{"serve": nil, "check": {"--check"}} {
		t.Run(name, func(t *testing.T) {
			l := listenLoopback(t)
			f, err := l.File()
			fatal(t, err)
			defer f.Close()
			full := fullPipe(t)
			cmd := exec.Command("sh", append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, os.Args[0], "--listen", "127.0.0.1:0"}, args...)...)
			// There is no place for a certificate, which is worth a note.
			cmd.Env = append(os.Environ(), asProcess+"=serve", "XDG_STATE_HOME=/dev/null/none", "LISTEN_FDS=1")
			cmd.ExtraFiles, cmd.Stdout, cmd.Stderr = []*os.File{f}, full, full
			fatal(t, cmd.Start())
			defer time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() }).Stop()
			if args == nil {
				session(t, l.Addr().String(), "").Close()
			} else {
				time.Sleep(500 * time.Millisecond) // a signal that comes before it is ready ends it in any case
			}
			fatal(t, cmd.Process.Signal(syscall.SIGTERM))
			err = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); args == nil && code != 0 || args != nil && code != 143 {
				t.Errorf("%v", err)
			}
		})
	}
}
