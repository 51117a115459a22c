package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// served is a `proto serve --admin` of a test.
type served struct {
	cmd            *exec.Cmd
	address, admin string
}

var (
	listensAt = regexp.MustCompile(`(?m)^listening +(\S+)`)
	adminAt   = regexp.MustCompile(`msg=admin address=(\S+)`)
)

// serveWithAdmin starts one, its live page at an address.
func serveWithAdmin(t *testing.T, admin string) *served {
	t.Helper()
	program, err := exec.LookPath("proto")
	if err != nil {
		t.Fatal(err)
	}
	s := &served{cmd: exec.Command(program, "serve", "--listen", "127.0.0.1:0", "--admin", admin, "--rate", "0")}
	s.cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_STATE_HOME="+t.TempDir())
	said := &logged{}
	s.cmd.Stdout, s.cmd.Stderr = said, said
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.stop() })
	late := time.After(patience)
	for {
		text, grown := said.now()
		listens, admin := listensAt.FindStringSubmatch(text), adminAt.FindStringSubmatch(text)
		if listens != nil && admin != nil {
			s.address, s.admin = listens[1], admin[1]
			return s
		}
		select {
		case <-grown:
		case <-late:
			t.Fatalf("proto serve: %s", text)
		}
	}
}

// stop stops it, and gives how it ended.
func (s *served) stop() error {
	if s.cmd.ProcessState != nil {
		return nil
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	return s.cmd.Wait()
}

// asking is a client that asks until it is stopped.
func asking(t *testing.T, address string, flags ...string) (stop func()) {
	t.Helper()
	program, err := exec.LookPath("proto")
	if err != nil {
		t.Fatal(err)
	}
	pass := filepath.Join(t.TempDir(), "pass")
	if err := os.WriteFile(pass, []byte("test\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	args := append([]string{"connect", address, "--user", "test", "--password-file", pass, "--insecure"}, flags...)
	cmd := exec.CommandContext(ctx, program, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		if cmd.ProcessState != nil {
			return
		}
		cancel()
		if err := cmd.Wait(); exitCode(err) != 130 {
			t.Errorf("proto connect: %v: %s", err, said.String())
		}
	}
	t.Cleanup(stop)
	return stop
}

// TestLivePage: the figures move while clients ask, nothing but the figures is loaded,
// and the page says when the server is gone, and goes on when it is back.
func TestLivePage(t *testing.T) {
	b := newBrowser(t)
	s := serveWithAdmin(t, "127.0.0.1:0")
	b.look(1120, 900, "dark")
	b.open("http://" + s.admin + "/")
	b.until(`document.getElementById('state').innerText === 'live' && document.getElementById('sessions').innerText === '0'`)
	if got := eval[string](b, `document.getElementById('none').innerText`); got != "Nobody was refused." {
		t.Errorf("refusals: %s", got)
	}
	stop := asking(t, s.address, "--interval", "20ms")
	stopMany := asking(t, s.address, "--interval", "50ms", "--sessions", "12", "--duration", "1m")
	program, err := exec.LookPath("proto")
	if err != nil {
		t.Fatal(err)
	}
	refused := exec.Command(program, "connect", s.address, "--user", "test", "--password-file", "-", "--insecure", "--count", "1")
	refused.Stdin = strings.NewReader("wrong\n")
	if err := refused.Run(); exitCode(err) != 4 {
		t.Errorf("a wrong login: %v", err)
	}
	number := func(id string) string {
		return `Number(document.getElementById('` + id + `').textContent.replace(/,/g, ''))`
	}
	b.until(number("sessions") + ` === 13 && ` + number("connections") + ` === 13 && ` + number("rate") + ` > 50`)
	before := eval[string](b, `document.getElementById('rate-more').textContent`)
	b.until(`document.getElementById('rate-more').textContent !== ` + "`" + before + "`")
	b.until(`/^[\d.]+ .?s$/.test(document.getElementById('answer').textContent) && /^[\d.]+ .?s$/.test(document.getElementById('handshake').textContent)`)
	b.until(`document.getElementById('refusals').innerText.includes('wrong login\t1\t1')`)
	b.until(`document.querySelector('#rate-graph .curve').getAttribute('d').split('L').length > 3`)
	b.wantQuiet("http://" + s.admin + "/events")
	dark := b.picture()
	b.look(390, 900, "light")
	b.until(`document.documentElement.scrollWidth <= 390`)
	b.picture()
	b.wantQuiet("http://" + s.admin + "/events")
	if name := os.Getenv("PROTO_LIVE_PICTURE"); name != "" {
		if err := os.WriteFile(name, dark, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stopMany()
	stop()
	if err := s.stop(); err != nil {
		t.Errorf("proto serve: %v", err)
	}
	b.until(`document.getElementById('state').innerText.startsWith('the server has stopped') && document.getElementById('main').className === 'stale'`)
	serveWithAdmin(t, s.admin)
	b.until(`document.getElementById('state').innerText === 'live' && document.getElementById('sessions').innerText === '0' && document.getElementById('main').className === ''`)
	if eval[int](b, `document.getElementsByTagName('*').length`) > 300 {
		t.Error("the page grows")
	}
}
