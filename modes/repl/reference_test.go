package repl

import (
	cryptorand "crypto/rand"
	"crypto/tls"
	"errors"
	"math/big"
	"math/rand/v2"
	"net"
	"testing"
	"time"
)

// double is a server that stands in for another one in a test, on loopback. Its
// test's cleanup ends it, and waits for it.
type double struct {
	Addr           string // 127.0.0.1 and a free port
	CAFile         string // PEM: the certificate it shows
	User, Password string

	ends chan string // how each connection ended, of the reference server only
}

const (
	doubleUser     = "test"
	doublePassword = "test"
	// doublePatience bounds a handshake, the wait for a frame, and a write: a
	// peer that has forgotten the double ends its connection, not the test's time.
	doublePatience = 5 * time.Second
)

// startReference starts a double of the reference server, which is in Python.
// It serves one connection and then ends, by CLOSE or by an exception, and is
// started again each time: meanwhile the next connection waits unaccepted, and
// nothing outlives a connection but the certificate. Nothing in it is of package
// wire.
func startReference(t testing.TB) *double {
	t.Helper()
	certificate, caFile := referenceCertificate(t)
	sockets := listenDouble(t)
	d := &double{
		Addr: sockets.Addr().String(), CAFile: caFile,
		User: doubleUser, Password: doublePassword,
		ends: make(chan string, 256),
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	sockets.running.Go(func() {
		for {
			conn, err := sockets.accept()
			if err != nil {
				return
			}
			err = newReferenceProgram().run(tls.Server(conn, config))
			select {
			case d.ends <- err.Error():
			default: // nobody looks
			}
			sockets.close(conn)
		}
	})
	return d
}

// referenceProgram is one run of the reference server. Errors of its methods
// are Python's exceptions, of which the program dies.
type referenceProgram struct {
	secret   []byte // signs the token
	iv       []byte
	cipher   referenceCipher // of the connection: all its sessions share it
	sessions int64
}

func newReferenceProgram() *referenceProgram {
	return &referenceProgram{secret: referenceBytes(32), iv: referenceLetters(16)}
}

// errReferenceClose is how it ends when it was asked to.
var errReferenceClose = errors.New("CLOSE")

// run is its main loop. The caller closes the socket as the end of a Python
// process does, and as the program's own conn.close(): without a close_notify.
func (p *referenceProgram) run(conn net.Conn) error {
	buf := make([]byte, 1024)
	for {
		if err := conn.SetDeadline(time.Now().Add(doublePatience)); err != nil {
			return err
		}
		n, err := conn.Read(buf) // as recv(1024): of one record only
		if err != nil {
			return err
		}
		header, data, err := referenceLoads(buf[:n])
		if err != nil {
			return err
		}
		if data["isConnectionClose"] == "True" {
			return errReferenceClose
		}
		answer, err := p.answer(header, data)
		if err != nil {
			return err
		}
		frame := pythonDict{{"header", pythonDict{}}, {"data", answer}}
		if _, err := conn.Write([]byte(pythonRepr(frame))); err != nil {
			return err
		}
	}
}

// answer gives the data of the answer. That the peer's IP differs from the
// session's cannot happen on one connection.
func (p *referenceProgram) answer(header, data map[string]any) (pythonDict, error) {
	sequence, ok := data["sequence"]
	if !ok {
		return nil, errors.New("KeyError: 'sequence'")
	}
	id, named := data["sessionId"]
	if !named {
		return p.login(header, data, sequence)
	}
	if data["message-type"] == "HELLO" {
		return referenceClosed(sequence, false), nil
	}
	session, ok := p.find(id)
	if !ok {
		return referenceClosed(sequence, true), nil
	}
	if !p.tokenGood(header["token"]) {
		return referenceClosed(sequence, false), nil
	}
	return p.inSession(data, session, sequence), nil
}

// referenceClosed is a CLOSE, after which the program waits for the next frame
// all the same.
func referenceClosed(sequence any, flag bool) pythonDict {
	if flag {
		return pythonDict{{"sequesce", sequence}, {"isAuthencatedUser", "false"}, {"message-type", "CLOSE"}}
	}
	return pythonDict{{"sequesce", sequence}, {"message-type", "CLOSE"}}
}

// login takes any type of message that names no session.
func (p *referenceProgram) login(header, data map[string]any, sequence any) (pythonDict, error) {
	if _, ok := header["MAC"]; !ok {
		return nil, errors.New("KeyError: 'MAC'")
	}
	if data["username"] != doubleUser || data["password"] != doublePassword {
		return referenceClosed(sequence, true), nil
	}
	kind, ok := data["message-type"].(string)
	if !ok {
		return nil, errors.New("TypeError: message-type + '_ACK'")
	}
	p.sessions++
	p.rekey()
	return pythonDict{
		{"sequesce", sequence}, {"sessionId", p.sessions}, {"message-type", kind + "_ACK"},
		{"isAuthencatedUser", "True"}, {"key1", referenceShifted(p.cipher.key)}, {"key2", referenceShifted(p.iv)}, {"token", p.token()},
	}, nil
}

// find looks a session up as in a dict with integers for keys, where 1.0 and
// True are 1.
func (p *referenceProgram) find(id any) (session int64, ok bool) {
	n, ok := pythonNumber(id)
	if !ok || !n.IsInt() || n.Sign() <= 0 || n.Cmp(new(big.Rat).SetInt64(p.sessions)) > 0 {
		return 0, false
	}
	return n.Num().Int64(), true
}

// inSession answers a request. The key is decided on int(sequence), and only an
// exception in that is caught: by then the answer has its session.
func (p *referenceProgram) inSession(data map[string]any, session int64, sequence any) pythonDict {
	answer := pythonDict{{"sequesce", sequence}, {"sessionId", session}}
	if data["message-type"] != "DATA_REQUEST" {
		return answer
	}
	n, ok := pythonInt(sequence)
	if !ok {
		return append(answer, pythonItem{"message-type", "CLOSE"})
	}
	n.Sub(n, big.NewInt(1))
	fresh := n.Rem(n, big.NewInt(10)).Sign() == 0
	if fresh {
		p.rekey()
	}
	sealed := p.cipher.encrypt(referencePadded(referenceLetters(8)))
	answer = append(answer, pythonItem{"message-type", "DATA_RESPONSE"}, pythonItem{"data", referenceShifted(sealed)})
	if fresh {
		answer = append(answer, pythonItem{"key1", referenceShifted(p.cipher.key)})
	}
	return answer
}

func (p *referenceProgram) rekey() {
	p.cipher = referenceCipher{key: referenceBytes(32), register: p.iv}
}

func referenceBytes(n int) []byte {
	b := make([]byte, n)
	cryptorand.Read(b) // never fails
	return b
}

func referenceLetters(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + rand.IntN(26))
	}
	return b
}
