package serve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"proto/keys"
	"proto/modes"
	"proto/wire"
)

// announceWait is how long a server waits for somebody to take what it announces before it
// serves all the same.
const announceWait = 250 * time.Millisecond

// announce prints what a client needs: addresses, certificate, pin, and the line to type.
// Where nobody reads that for a while it is left to be written whenever somebody does, with
// [modes.ErrNobodyReads]. Notes take the way of the log, for which nobody waits.
func (s *settings) announce(ctx context.Context, p *modes.Process, notes io.Writer, r *prepared) error {
	if r.note != "" {
		fmt.Fprintf(notes, "note: %s\n", r.note)
	}
	ctx, cancel := context.WithTimeout(ctx, announceWait)
	defer cancel()
	out := modes.NewOutlet(ctx, p.Out)
	defer out.Stop()
	_, err := out.Write(s.announcement(r))
	return err
}

func (s *settings) announcement(r *prepared) []byte {
	id := r.identity
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, l := range r.listeners {
		fmt.Fprintf(w, "listening\t%s\n", l.Addr())
	}
	if id.CertFile != "" {
		fmt.Fprintf(w, "certificate\t%s\n", modes.Show(absolute(id.CertFile)))
	}
	fmt.Fprintf(w, "pin\t%s\n", id.Pin())
	if s.users == "" {
		fmt.Fprintf(w, "login\ttest / test (built in, for loopback only)\n")
	}
	fmt.Fprintf(w, "connect\t%s\n", s.connectLine(r.listeners[0].Addr(), id))
	w.Flush()
	return b.Bytes()
}

// connectLine is the command that connects to us from this machine. Our own
// kept certificate needs no flag there.
func (s *settings) connectLine(addr net.Addr, id *keys.Identity) string {
	line := []string{"proto connect", reachable(addr)}
	switch {
	case s.cert != "" && id.CertFile != "":
		line = append(line, "--ca", modes.ShellWord(absolute(id.CertFile)))
	case s.cert != "" || id.CertFile == "":
		line = append(line, "--pin", id.Pin())
	}
	return strings.Join(line, " ")
}

// reachable is an address of this machine at which a listener can be reached.
func reachable(addr net.Addr) string {
	a, err := netip.ParseAddrPort(addr.String())
	if err != nil || !a.Addr().IsUnspecified() {
		return addr.String()
	}
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), a.Port()).String()
}

func absolute(file string) string {
	if abs, err := filepath.Abs(file); err == nil {
		return abs
	}
	return file
}

func listenHint(err error) string {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "another program listens there; choose a port with --listen, 0 for any free one"
	case errors.Is(err, syscall.EACCES):
		return "ports below 1024 are for root; choose another with --listen"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "this machine does not have that address"
	}
	return ""
}

// tracer shows frames as they pass: as a log event each, or indented.
func tracer(w io.Writer, kind string, log *slog.Logger) func(peer, word string, f *wire.Frame) {
	if kind == "json" {
		return func(peer, word string, f *wire.Frame) {
			log.Debug(strings.ToLower(word), "peer", peer, "frame", modes.Trace(word, f, false)[len(word)+2:])
		}
	}
	var mu sync.Mutex
	return func(peer, word string, f *wire.Frame) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(w, "%s %s\n", peer, modes.Trace(word, f, false))
	}
}
