package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are pipes, which a fake clock knows.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p pipes) Close() error { close(p); return nil }

func (p pipes) Addr() net.Addr { return nil }

func (p pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p <- theirs
	return ours
}

// tellingServer is of the user test / test; its texts are given, and its clock is
// the bubble's.
func tellingServer(t *testing.T, change ...func(*ServerConfig)) *Server {
	return newBench(t, append(change, func(c *ServerConfig) {
		c.Now, c.Random = nil, nil
		c.Text = func() string { return "twenty degrees" }
	})...).Server
}

const testTimeout = 10 * time.Second

var testHello = Hello{MAC: "m", User: "test", Password: "test"}

// TestServeAndLogin: a session of an hour, with its key changes, and the end of all.
func TestServeAndLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		listener := make(pipes)
		server := tellingServer(t, func(c *ServerConfig) { c.MaxLife = 2 * time.Hour })
		done := make(chan error)
		go func() { done <- server.Serve(ctx, listener, testTimeout) }()
		caller, err := Login(t.Context(), listener.dial(), testHello, testTimeout)
		if err != nil {
			t.Fatal(err)
		}
		for range 120 {
			if text, err := caller.Ask(); text != "twenty degrees" || err != nil {
				t.Fatalf("%q %v", text, err)
			}
			time.Sleep(30 * time.Second)
		}
		if err := caller.Close(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if n := server.Sessions(); n != 0 {
			t.Errorf("%d sessions", n)
		}
		caller, err = Login(t.Context(), listener.dial(), testHello, testTimeout)
		if err != nil {
			t.Fatal(err)
		}
		stop()
		synctest.Wait()
		var closed *ClosedError
		if text, err := caller.Ask(); err == nil || errors.As(err, &closed) && closed.Refused {
			t.Errorf("after the end: %q %v", text, err)
		}
		_ = caller.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// converse says something to ServeConn, and gives the frames that it answers and
// its error.
func converse(ctx context.Context, server *Server, say string) (answers []string, err error) {
	ours, theirs := net.Pipe()
	done := make(chan error)
	go func() { done <- server.ServeConn(ctx, theirs, testTimeout) }()
	go func() { _, _ = io.WriteString(ours, say) }() // ends with the pipe
	reader := NewReader(ours, Limits{})
	for {
		f, err := reader.Next()
		if err != nil {
			break
		}
		answers = append(answers, string(f.Raw()))
	}
	ours.Close()
	return answers, <-done
}

func TestServeConnEnds(t *testing.T) {
	const (
		hello   = `{"header":{"MAC":"m"},"data":{"username":"test","password":"test","message-type":"HELLO","sequence":1}}`
		request = `{"header":{"token":"token.of-session.1"},"data":{"message-type":"DATA_REQUEST","sessionId":1,"sequence":7}}`
		unasked = `"sequesce":0,"message-type":"CLOSE"`
		late    = "no HELLO in 10s: i/o timeout"
	)
	closing := strings.Replace(request, "DATA_REQUEST", "CLOSE", 1)
	for name, c := range map[string]struct {
		say     string
		want    string   // of the error; "" is none
		answers []string // what each has in it
	}{
		"no frame":      {`{"header":}`, "no frame: byte 10: ", []string{unasked}},
		"too long":      {`{"header":{"a":"` + strings.Repeat("x", 5000), "no frame: byte 4096: frame of more than 4096 bytes", []string{unasked}},
		"wrong login":   {strings.Replace(hello, `"test"`, `"bob"`, 1), "wrong login: unknown user", []string{`"isAuthencatedUser":"false"`}},
		"wrong token":   {hello + strings.Replace(request, "token.of", "x", 1), "wrong token: parsed and refused", []string{"HELLO_ACK", `"sequesce":7,"message-type":"CLOSE"`}},
		"close":         {hello + closing, "", []string{"HELLO_ACK"}},
		"nothing":       {"", late, []string{unasked}},
		"half a HELLO":  {hello[:20], late, []string{unasked}},
		"idle":          {hello, "", []string{"HELLO_ACK", unasked}},
		"idle at work":  {hello + request, "", []string{"HELLO_ACK", "DATA_RESPONSE", `"sequesce":7,"message-type":"CLOSE"`}},
		"another HELLO": {hello + hello + request, "", []string{"HELLO_ACK", "HELLO_ACK", "DATA_RESPONSE", "CLOSE"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answers, err := converse(t.Context(), tellingServer(t), c.say)
				if got := errorText(err); got != c.want && (c.want == "" || !strings.HasPrefix(got, c.want)) {
					t.Errorf("%q, want %q", got, c.want)
				}
				if err != nil && c.want == late && !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("%v is no timeout", err)
				}
				if len(answers) != len(c.answers) {
					t.Fatalf("%q", answers)
				}
				for i, want := range c.answers {
					if !strings.Contains(answers[i], want) {
						t.Errorf("%s\nwant %s", answers[i], want)
					}
				}
			})
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestServeConnNotLookedAt: a client whose login nobody had time for hears nothing but the end.
func TestServeConnNotLookedAt(t *testing.T) {
	const hello = `{"header":{"MAC":"m"},"data":{"username":"test","password":"test","message-type":"HELLO","sequence":1}}`
	synctest.Test(t, func(t *testing.T) {
		server := tellingServer(t, func(c *ServerConfig) {
			c.Login = func(ctx context.Context, _ string, _ []byte) (User, error) {
				<-ctx.Done()
				return User{}, ctx.Err()
			}
		})
		answers, err := converse(t.Context(), server, hello)
		var refused *RefusedError
		if len(answers) != 0 || !errors.As(err, &refused) || refused.Refusal != Overloaded || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q %v", answers, err)
		}
	})
}

// TestServeConnStops: when ctx ends, the client hears CLOSE, and why is the error.
func TestServeConnStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("enough")
		ctx, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { stop(why) })
		answers, err := converse(ctx, tellingServer(t), "")
		if err != why || len(answers) != 1 || !strings.Contains(answers[0], "CLOSE") {
			t.Errorf("%q %v", answers, err)
		}
	})
}

// TestServeConnMovedDeadline: a session that another connection uses stays open on
// this one.
func TestServeConnMovedDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := make(pipes)
		ctx, stop := context.WithCancel(t.Context())
		server := tellingServer(t)
		done := make(chan error)
		go func() { done <- server.Serve(ctx, listener, testTimeout) }()
		caller, err := Login(ctx, listener.dial(), testHello, testTimeout)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := NewConn(listener.dial(), Limits{})
		for range 4 {
			request, _ := caller.client.Request(nil)
			if err := elsewhere.Write(request, time.Time{}); err != nil {
				t.Fatal(err)
			}
			f, err := elsewhere.Read(time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := caller.client.Receive(f); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute) // idle is 90 s
		}
		if text, err := caller.Ask(); text != "twenty degrees" || err != nil {
			t.Errorf("%q %v", text, err)
		}
		stop()
		elsewhere.Close()
		_ = caller.Close()
		<-done
	})
}

// TestServeConnPace: a session that asks too fast is answered late, each time.
func TestServeConnPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := make(pipes)
		ctx, stop := context.WithCancel(t.Context())
		server := tellingServer(t, func(c *ServerConfig) { c.Pace = Pace{Burst: 2, Every: time.Second} })
		done := make(chan error)
		go func() { done <- server.Serve(ctx, listener, testTimeout) }()
		caller, err := Login(ctx, listener.dial(), testHello, testTimeout)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for range 7 {
			if _, err := caller.Ask(); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took < 4*time.Second || took > 6*time.Second {
			t.Errorf("7 answers in %v", took)
		}
		_ = caller.Close()
		stop()
		<-done
	})
}

// TestServeConnEndsWhileAsked: what was asked ahead when the session's time is over is left
// unanswered: CLOSE comes as if nothing had. A session that another connection has ended
// is refused.
func TestServeConnEndsWhileAsked(t *testing.T) {
	const (
		hello   = `{"header":{"MAC":"m"},"data":{"username":"test","password":"test","message-type":"HELLO","sequence":1}}`
		request = `{"header":{"token":"token.of-session.1"},"data":{"message-type":"DATA_REQUEST","sessionId":1,"sequence":7}}`
	)
	ahead := strings.Replace(request, "7", "8", 1)
	for name, c := range map[string]struct {
		end    time.Duration // another connection says CLOSE then; 0: never
		closed string
		reason string
	}{
		"time":  {0, `"data":{"sequesce":7,"message-type":"CLOSE"}`, ""},
		"CLOSE": {time.Second, `"data":{"sequesce":8,"isAuthencatedUser":"false","message-type":"CLOSE"}`, "no such session: sessionId is 1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wait := 2 * time.Minute // idle is 90 s
				if c.end > 0 {
					wait = time.Minute
				}
				server := tellingServer(t, func(c *ServerConfig) { c.Pace = Pace{Burst: 1, Every: wait} })
				if c.end > 0 {
					time.AfterFunc(c.end, func() {
						_, _ = converse(t.Context(), server, strings.Replace(request, "DATA_REQUEST", "CLOSE", 1))
					})
				}
				answers, err := converse(t.Context(), server, hello+request+ahead)
				if errorText(err) != c.reason || len(answers) != 3 || !strings.Contains(answers[2], c.closed) {
					t.Errorf("%q %v", answers, err)
				}
			})
		})
	}
}

// TestLoginFails: each way in which a HELLO has no session, and its error.
func TestLoginFails(t *testing.T) {
	for name, c := range map[string]struct {
		answer string // to HELLO
		hello  Hello
		want   string
	}{
		"refused":       {`{"header":{},"data":{"sequesce":1,"isAuthencatedUser":"false","message-type":"CLOSE"}}`, testHello, "the server refused: it does not know the login or the session"},
		"closed":        {`{"header":{},"data":{"sequesce":1,"message-type":"CLOSE"}}`, testHello, "the server said CLOSE"},
		"another type":  {`{"header":{},"data":{"sequesce":1,"message-type":"\u001b[31mHELLO_AGAIN_AND_AGAIN"}}`, testHello, `data.message-type is "\u001b[31mHELLO_AGA…, which nobody asked for`},
		"no type":       {`{"header":{},"data":{"sequesce":1}}`, testHello, `data.message-type is nothing, which nobody asked for`},
		"no frame":      {`HTTP/1.1 400 Bad Request`, testHello, `byte 0: expected "{", found 'H'`},
		"silence":       {"", testHello, "read pipe: i/o timeout"},
		"long password": {"", Hello{Password: strings.Repeat("x", 73)}, "password of 73 bytes is over the limit of 72"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				go func() {
					if _, err := NewReader(theirs, Limits{}).Next(); err == nil {
						_, _ = io.WriteString(theirs, c.answer)
					}
					_, _ = io.Copy(io.Discard, theirs) // until it is closed
					theirs.Close()
				}()
				caller, err := Login(t.Context(), ours, c.hello, testTimeout)
				if caller != nil || errorText(err) != c.want {
					t.Errorf("%v\nwant %v", err, c.want)
				}
				if _, err := ours.Write([]byte("x")); err == nil {
					t.Error("the connection is open")
				}
				var closed *ClosedError
				if errors.As(err, &closed) && closed.Refused != (name == "refused") {
					t.Error("the flag is read wrong")
				}
			})
		})
	}
}

// TestCallerStops: whoever waits for an answer does so no longer than ctx.
func TestCallerStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, theirs); theirs.Close() }()
		why := errors.New("enough")
		ctx, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { stop(why) })
		if _, err := Login(ctx, ours, testHello, 0); err != why {
			t.Error(err)
		}
	})
}
