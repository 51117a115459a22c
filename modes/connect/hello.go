package connect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"proto/modes"
	"proto/wire"
)

// open connects and logs in. Before there is a session everything that goes wrong
// is the first connection's failure, but for a login refused and another CLOSE.
func (c *session) open(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			c.drop()
		}
		if sig := (*signalled)(nil); errors.As(err, &sig) {
			err = modes.SignalError(sig.signal)
		}
	}()
	if c.link, err = c.reachOut(ctx); err != nil {
		return err
	}
	c.watch.connected()
	err = c.hello(ctx)
	var lost *lostError
	var ended *endError
	switch {
	case errors.As(err, &ended) && ended.kind == closed:
		return &modes.Error{Code: modes.ExitNotWell, Message: "cannot log in: the server said CLOSE, not that the login is wrong", Hint: "it may be stopping or full; its log says why", Err: err}
	case errors.As(err, &lost):
		return &modes.Error{Code: modes.ExitPeer, Message: "cannot log in: " + err.Error(), Hint: "the server may have more logins than it can check; try again later", Err: err}
	case errors.As(err, &ended):
		return &modes.Error{Code: modes.ExitPeer, Message: "cannot log in: " + err.Error(), Err: err}
	}
	return err
}

// hello says HELLO and takes what is given for it.
func (c *session) hello(ctx context.Context) error {
	c.client = wire.Client{}
	frame, err := c.client.Hello(c.buf[:0], wire.Hello{MAC: c.s.mac, User: c.login.User, Password: c.login.Password})
	if err != nil {
		return modes.Usage("", "cannot log in: %v", err)
	}
	if err := c.send(frame, c.s.timeout); err != nil {
		return err
	}
	a, err := c.await(ctx, time.Now())
	switch {
	case err != nil:
		return err
	case a.Kind == wire.Closed && a.Refused:
		return &modes.Error{Code: modes.ExitLogin, Message: fmt.Sprintf("login refused for user %s", modes.Show(c.login.User)), Hint: "check the user name and the password; a server that has no session left says the same"}
	case a.Kind == wire.Closed:
		return &endError{closed, "the server said CLOSE to HELLO"}
	case a.Kind != wire.Accepted:
		return &endError{notProtocol, "the server answered HELLO with something else than HELLO_ACK or CLOSE"}
	}
	c.id = c.client.Session()
	c.watch.opened()
	return nil
}
