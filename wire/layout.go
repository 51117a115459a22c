package wire

import "slices"

// A Layout is which members a type of frame has, in the order of the package
// comment's table. The message-type itself is in none.
type Layout struct {
	Type   string
	Server bool // it goes from the server to the client
	Header []string
	Data   []string
	Option []string // members of data that not every frame of the type has
}

var layouts = [...]Layout{
	{Type: TypeHello, Header: []string{"MAC"}, Data: []string{"username", "password", "sequence"}},
	{Type: TypeHelloAck, Server: true, Data: []string{"sequesce", "sessionId", "isAuthencatedUser", "key1", "key2", "token"}},
	{Type: TypeRequest, Header: []string{"token"}, Data: []string{"sessionId", "sequence"}},
	{Type: TypeResponse, Server: true, Data: []string{"sequesce", "sessionId", "data", "key1"}, Option: []string{"key1"}},
	{Type: TypeClose, Header: []string{"token"}, Data: []string{"sessionId", "sequence", "isConnectionClose"}},
	{Type: TypeClose, Server: true, Data: []string{"sequesce", "isAuthencatedUser"}, Option: []string{"isAuthencatedUser"}},
}

// Layouts are all types of frames, CLOSE once from either side.
func Layouts() []Layout { return slices.Clone(layouts[:]) }

// InHeader says whether a frame of this type has the member of this name in its
// header. A member that the type does not have is looked for where other types
// have it: token and MAC belong in the header, all others in data. (HELLO_ACK has
// its token in data.)
func InHeader(frameType, name string) bool {
	inHeader := false
	for _, l := range layouts {
		if l.Type == frameType && slices.Contains(l.Data, name) {
			return false
		}
		inHeader = inHeader || slices.Contains(l.Header, name)
	}
	return inHeader
}
