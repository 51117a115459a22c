package modes

import (
	"fmt"
	"regexp"
	"strings"

	"proto/wire"
)

// SecretMember says whether frames are shown without the member of this name, in
// whatever case it is spelled; key2 is the IV.
func SecretMember(name string) bool {
	switch strings.ToLower(name) {
	case "password", "token", "key1", "key2":
		return true
	}
	return false
}

// Secret says whether a frame is shown without a member: one of a name that is secret,
// and a text anywhere that looks like a token or speaks of a secret, as a client's may
// that does not keep to the protocol.
func Secret(name string, v wire.Value) bool {
	if SecretMember(name) {
		return true
	}
	text, _ := v.Text()
	return secretText.MatchString(text)
}

// secretText matches what JWTs begin with (RFC 7519), and the words of the protocol.
var secretText = regexp.MustCompile(`(?i)password|passwd|token|key[12]|eyJ[\w-]{8,}\.[\w-]{8,}\.`)

// Trace is a frame as -v shows it, under a word such as "Sending", the way the
// protocol's description prints them. Passwords, tokens and keys are hidden
// unless secrets is set.
func Trace(word string, f *wire.Frame, secrets bool) string {
	hide := Secret
	if secrets {
		hide = nil
	}
	return string(wire.AppendIndented([]byte(word+": "), f.Value(), hide))
}

// TraceBytes is Trace of a frame just written.
func TraceBytes(word string, frame []byte, secrets bool) string {
	var f wire.Frame
	if _, err := wire.Parse(frame, wire.Limits{Bytes: len(frame), Levels: len(frame)}, &f); err != nil {
		return word + fmt.Sprintf(": %d bytes that are no frame", len(frame))
	}
	return Trace(word, &f, secrets)
}
