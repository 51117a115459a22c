//go:build unix

package serve

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestReloadPipe: a pipe in the place of a file keeps nobody waiting, and is told.
// When there is a file again, that is taken.
func TestReloadPipe(t *testing.T) {
	bubbleOfFiles(t, func(t *testing.T, l *reloading) {
		old, key := l.shown(), filepath.Join(l.dir, "key.pem")
		fatal(t, os.Remove(key))
		fatal(t, syscall.Mkfifo(key, 0o600))
		time.Sleep(3 * time.Hour) // told once by time, though it is looked at again every hour
		l.hup()
		l.hup()
		if l.shown() != old {
			t.Error("another certificate")
		}
		events := l.out.events(t, "certificate not taken, the old one stays")
		if len(events) != 3 || !strings.HasSuffix(events[0]["err"].(string), "key.pem again: it is no regular file") {
			t.Errorf("told: %v", events)
		}
		l.newIdentity()
		l.hup()
		if l.shown() == old {
			t.Error("not read again")
		}
	})
}
