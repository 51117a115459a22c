package connect

import (
	"errors"
	"io"
	"os"

	"proto/modes"
	"proto/wire"
)

// trouble is what went wrong, in kinds that can be counted.
type trouble uint8

const (
	cannotConnect  trouble = iota // TCP or TLS
	connectionLost                // cut, reset, closed without CLOSE
	noAnswer                      // in --timeout
	sessionGone                   // CLOSE, after which another session was begun
	loginRefused                  // CLOSE with the flag in answer to HELLO
	closed                        // any other CLOSE
	notProtocol                   // what came is not of the protocol
	notReadable                   // an answer that does not decrypt
	troubles
)

var troubleNames = [troubles]string{
	"cannot connect", "connection lost", "no answer", "session gone",
	"login refused", "CLOSE", "not the protocol", "answer not readable",
}

func (t trouble) String() string { return troubleNames[t] }

// lostError says that a connection, or a session with it, is lost. Another
// connection, or a HELLO anew, may go on.
type lostError struct {
	kind   trouble
	reason string
}

func (e *lostError) Error() string { return e.reason }

// endError ends a client before its time.
type endError struct {
	kind   trouble
	reason string
}

func (e *endError) Error() string { return e.reason }

// signalled ends a client because a signal came.
type signalled struct{ signal os.Signal }

func (e *signalled) Error() string { return e.signal.String() }

// closeReason is what a CLOSE says.
func closeReason(a wire.Answer) string {
	if a.Refused {
		return "the server said CLOSE: it does not know the session"
	}
	return "the server said CLOSE"
}

// readError is what ended the stream. Bytes that are no frame are no loss: the
// next connection would bring the same.
func readError(err error) error {
	var syntax *wire.SyntaxError
	var limit *wire.LimitError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &lostError{connectionLost, "the server closed the connection"}
	case errors.As(err, &syntax), errors.As(err, &limit):
		return protocolError(err)
	}
	return &lostError{connectionLost, modes.NetworkReason(err)}
}

func protocolError(err error) error {
	return &endError{notProtocol, "the server does not keep to the protocol: " + err.Error()}
}
