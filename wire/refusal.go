package wire

// A Refusal is why a server answers with CLOSE; or, if it is Overloaded, why it ends the connection without a word. It is for the log:
// on the wire there is only the flag ([Refusal.Flag]), or none.
type Refusal uint8

const (
	NotRefused        Refusal = iota
	NoFrame                   // 5.6: the bytes are no frame, or over the limits
	BadShape                  // 5.6: header or data is no object, or a member stands twice
	NotHello                  // 5.1: no sessionId, and a type that is not HELLO
	HelloIncomplete           // 5.1: HELLO without MAC or sequence, or with credentials that are no strings
	HelloNamesSession         // 5.1: HELLO with a sessionId
	WrongLogin                // 5.1: user name or password
	NoSession                 // 5.2: sessionId is unknown, ended, or no integer
	WrongAddress              // 5.2: the peer's IP is not the session's
	WrongToken                // 5.3: missing, malformed, expired, or not the one issued
	WrongSequence             // 5.5: null, 2.5, true, text, missing
	UnknownType               // 5.4: in a session, neither DATA_REQUEST nor CLOSE
	TooManySessions           // a good login, and the limit of its user or of the server is reached
	Overloaded                // the login was not looked at: too many wait, or its time was over; there is no CLOSE
	Failed                    // the server could not make the answer
)

// refusals is one row for each Refusal, in their order: what a log calls it,
// and whether its CLOSE carries isAuthencatedUser = "false".
var refusals = [...]struct {
	name string
	flag bool
}{
	NotRefused:        {"not refused", false},
	NoFrame:           {"no frame", false},
	BadShape:          {"not a frame of the protocol", false},
	NotHello:          {"no session and no HELLO", true},
	HelloIncomplete:   {"incomplete HELLO", true},
	HelloNamesSession: {"HELLO names a session", false},
	WrongLogin:        {"wrong login", true},
	NoSession:         {"no such session", true},
	WrongAddress:      {"another address than the session's", false},
	WrongToken:        {"wrong token", false},
	WrongSequence:     {"wrong sequence", false},
	UnknownType:       {"unknown type", false},
	TooManySessions:   {"too many sessions", true},
	Overloaded:        {"too many logins at once", false},
	Failed:            {"server failure", false},
}

// String is the reason in a few words, the same in every log.
func (r Refusal) String() string {
	if int(r) < len(refusals) {
		return refusals[r].name
	}
	return "unknown refusal"
}

// Flag says whether the CLOSE carries isAuthencatedUser = "false".
func (r Refusal) Flag() bool { return int(r) < len(refusals) && refusals[r].flag }
