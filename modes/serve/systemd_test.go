package serve

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestManager: systemd hears of READY, RELOADING with its time, signs of life twice
// in its time, and STOPPING.
func TestManager(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Skipf("no such socket here: %v", err)
	}
	defer socket.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "20000000")
	m := newManager()
	if m == nil || m.watchdog != 20*time.Second {
		t.Fatalf("manager %+v", m)
	}
	var hangup chan os.Signal // of the bubble
	bubble(t, options{change: func(s *server) {
		hangup = make(chan os.Signal)
		s.manager, s.reload.hangup = m, hangup
	}}, func(t *testing.T, r *rig) {
		synctest.Wait()
		time.Sleep(25 * time.Second)
		hangup <- os.Interrupt
		synctest.Wait()
		c := r.login(peerOne)
		r.signals <- os.Interrupt
		synctest.Wait() // the client has until it is told CLOSE
		select {
		case hangup <- os.Interrupt:
		case <-time.After(time.Second):
		}
		c.pipe.Close()
		<-r.ended
	})
	var heard []string
	buf := make([]byte, 4096)
	for range 7 {
		fatal(t, socket.SetReadDeadline(time.Now().Add(10*time.Second)))
		n, err := socket.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, heard)
		}
		heard = append(heard, strings.TrimSpace(string(buf[:n])))
	}
	fatal(t, socket.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
	if n, err := socket.Read(buf); err == nil {
		t.Errorf("heard %q while it stops", buf[:n])
	}
	want := `^\["STATUS=starting" "READY=1\\nSTATUS=serving" "WATCHDOG=1" "WATCHDOG=1" ` +
		`"RELOADING=1\\nMONOTONIC_USEC=\d+" "READY=1\\nSTATUS=serving" "STOPPING=1\\nSTATUS=draining"\]$`
	if got := fmt.Sprintf("%q", heard); !regexp.MustCompile(want).MatchString(got) {
		t.Errorf("heard %s", got)
	}
}

// TestNoManager: without systemd nobody is told anything.
func TestNoManager(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	if m := newManager(); m != nil {
		t.Errorf("manager %+v", m)
	}
	var m *manager
	m.ready()
	m.stopping()
}
