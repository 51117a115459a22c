package modes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

func TestShow(t *testing.T) {
	for in, want := range map[string]string{
		"qzzqbinx":        "qzzqbinx",
		"two words":       "two words",
		"été 😀 \ufffd":    "été 😀 \ufffd",
		"":                `""`,
		`"`:               `"\""`,
		`a"b\`:            `a"b\`,
		" x":              `" x"`,
		"x\n":             `"x\n"`,
		"\x1b[31m":        `"\x1b[31m"`,
		"a\u202eb":        `"a\u202eb"`,
		"\x7f":            `"\x7f"`,
		"\xff":            `"\xff"`,
		"a\u00a0b":        `"a\u00a0b"`,
		"zero\u200bwidth": `"zero\u200bwidth"`,
	} {
		if got := Show(in); got != want {
			t.Errorf("Show(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"localhost":           "localhost 5000",
		"localhost:1":         "localhost 1",
		"example.org:65535":   "example.org 65535",
		"127.0.0.1":           "127.0.0.1 5000",
		"::1":                 "::1 5000",
		"[::1]":               "::1 5000",
		"[::1]:5":             "::1 5",
		"[fe80::1%eth0]:5000": "fe80::1%eth0 5000",

		"localhost:05000":           "localhost 5000",
		"[0::0:1]:5":                "::1 5",
		"::ffff:127.0.0.1":          "127.0.0.1 5000",
		"[::ffff:192.0.2.1]:000443": "192.0.2.1 443",
	} {
		host, port, err := ParseAddress(in)
		if got := host + " " + port; got != want || err != nil {
			t.Errorf("%s: %s %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", ":", ":5000", "a:b:c", "host:65536", "host:-1", "host:+1", "host:", "[::1", "::1]", "[::1]x", "-x", "a b", "tls://host", "user@host", "host/path", "a\x1b"} {
		if host, port, err := ParseAddress(in); err == nil {
			t.Errorf("%q was taken: %s %s", in, host, port)
		}
	}
}

func TestListenNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"0.0.0.0:5000": "tcp4", "127.0.0.1:0": "tcp4", "[::]:5000": "tcp", "[::1]:5": "tcp", "[fe80::1%eth0]:5": "tcp", "localhost:5000": "tcp",
	} {
		if got := ListenNetwork(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true, "localhost": true, "LocalHost": true,
		"0.0.0.0": false, "::": false, "192.0.2.1": false, "example.org": false, "localhost.example.org": false,
	} {
		if got := IsLoopback(host); got != want {
			t.Errorf("%s: %t", host, got)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"count", "interval", "json", "listen", "v"}
	for in, want := range map[string]string{
		"cuont": "count", "conut": "count", "counts": "count", "lisen": "listen", "jsno": "json",
		"x": "", "completely": "", "": "", "js": "",
	} {
		if got := Nearest(in, known); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestNetworkReason(t *testing.T) {
	for want, err := range map[string]error{
		"unknown host":                         &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "x", Server: "192.0.2.1:53"}},
		"connection refused":                   &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"no answer in time":                    context.DeadlineExceeded,
		"the other side closed the connection": io.ErrUnexpectedEOF,
	} {
		if got := NetworkReason(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

// TestReport: one line, at most one hint, and the code of the table.
func TestReport(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		want string
	}{
		{nil, ExitDone, ""},
		{Usage("do this", "cannot %s", "that"), ExitUsage, "proto: cannot that\nhint: do this\n"},
		{fmt.Errorf("wrapped: %w", &Error{Code: ExitPeer, Message: "m"}), ExitPeer, "proto: wrapped: m\n"},
		{errors.New("of the flag library"), ExitUsage, "proto: of the flag library\n"},
		{Coded(ExitLogin, errors.New("plain")), ExitLogin, "proto: plain\n"},
		{Coded(ExitLogin, &Error{Code: ExitPeer, Message: "kept"}), ExitPeer, "proto: kept\n"},
		{ErrStdoutClosed, ExitDone, ""},
		{SignalError(syscall.SIGINT), ExitInterrupt, ""},
		{SignalError(syscall.SIGTERM), ExitTerminated, ""},
	} {
		var out bytes.Buffer
		p := &Process{Err: &out}
		if code := p.Report(c.err); code != c.code || out.String() != c.want {
			t.Errorf("%v: code %d, %q, want %d, %q", c.err, code, out.String(), c.code, c.want)
		}
	}
}

func TestReadLine(t *testing.T) {
	in := strings.NewReader("first\r\nsecond\n\nlast")
	for _, want := range []string{"first", "second", "", "last"} {
		if got, err := readLine(in); got != want || err != nil {
			t.Errorf("%q %v, want %q", got, err, want)
		}
	}
	if _, err := readLine(in); err == nil {
		t.Error("a line was read behind the end")
	}
	if _, err := readLine(strings.NewReader(strings.Repeat("x", 1<<20))); err == nil {
		t.Error("a line of 1 MiB was read")
	}
}

// TestShellWord: sh gives back what was quoted, and a terminal is not touched.
func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"a/b-1.pcap": "a/b-1.pcap", "": "''", "a b;c": "'a b;c'", "it's": `'it'\''s'`, "a\x1b'\"b": `$'a\x1b\'"b'`,
	} {
		if got := ShellWord(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

// TestTraceHides: a secret is hidden however its member is spelled, and whatever it holds.
func TestTraceHides(t *testing.T) {
	for _, member := range []string{`"password":"s3cret"`, `"Password":"s3cret"`, `"password":{"x":"s3cret"}`, `"TOKEN":["s3cret"]`, `"pass\u0077ord":"s3cret"`,
		`"data":"password: s3cret"`, `"x":["y",{"z":"the Token s3cret"}]`, `"x":["eyJhbGciOiJIUzI1NiJ9.eyJuYW1lIjoidGVzdCJ9.s3cret"]`} {
		frame := `{"header":{` + member + `},"data":{` + member + `}}`
		if got := TraceBytes("Received", []byte(frame), false); strings.Contains(got, "s3cret") || strings.Count(got, "(hidden)") != 2 {
			t.Errorf("%s: %s", member, got)
		}
		if got := TraceBytes("Received", []byte(frame), true); !strings.Contains(got, "s3cret") {
			t.Errorf("with secrets, %s: %s", member, got)
		}
	}
}

// TestReportUnheeded: nobody takes a signal any more when the end is told, which stderr
// may not take either: it has to end the process by itself.
func TestReportUnheeded(t *testing.T) {
	unheeded := false
	p := &Process{Unheeded: func() { unheeded = true }, Err: writerFunc(func(b []byte) (int, error) {
		if !unheeded {
			t.Errorf("%q is told before", b)
		}
		return len(b), nil
	})}
	if code := p.Report(errors.New("no such thing")); code != ExitUsage || !unheeded {
		t.Errorf("code %d, unheeded: %t", code, unheeded)
	}
}

type writerFunc func(b []byte) (int, error)

func (w writerFunc) Write(b []byte) (int, error) { return w(b) }
