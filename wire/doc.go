// Package wire is the protocol: frames, numbers, cipher, and both halves of a
// session, for this program and for others. It needs the standard library only and
// knows no file, flag or log.
//
// The first part of this comment is for who wants to use it. The numbered clauses
// after it are the specification that it keeps to: a test of scripts/conformance
// is called CLAUSE/N.
//
// # From another program
//
// The module has no public path yet. A program of another module names a copy of
// it, DIR, in its go.mod:
//
//	require proto v0.0.0
//	replace proto => DIR
//
// or has the go command write both lines:
//
//	go mod edit -require=proto@v0.0.0 -replace=proto=DIR
//
// Then import "proto/wire". For certificates, trust, users and tokens there is
// package keys (proto/keys): neither of the two imports the other.
//
// In the lines below each err is to be looked at. A client connects by TLS, then
// [Login], [Caller.Ask] for each text, and [Caller.Close]:
//
//	conn, err := tls.Dial("tcp", "localhost:5000", config)
//	caller, err := wire.Login(ctx, conn, wire.Hello{MAC: mac, User: user, Password: password}, 10*time.Second)
//	text, err := caller.Ask() // again every 30 seconds
//	err = caller.Close()
//
// A server is a [ServerConfig] (who may log in, tokens, texts), [NewServer] and
// [Server.Serve] on a TLS listener:
//
//	server, err := wire.NewServer(wire.ServerConfig{Login: login, Token: token, Text: text, Rekey: 10})
//	err = server.Serve(ctx, listener, 10*time.Second)
//
// A value that a log or a capture holds is decoded by [ParseChain] and [Chain.Open]:
//
//	chain, err := wire.ParseChain(key1, key2, wire.Dialect{})
//	text, err := chain.Open(nil, data)
//
// The examples are whole programs of these: the client has ten lines, the server
// twenty, the value three, with all their errors.
//
// # The layers
//
// What these are made of may be used alone, from the bottom up:
//
//   - [Parse], [Reader] and [Repeater] read frames from bytes, from a stream, and from
//     a long capture; [Frame], [Members] and [Value] are what they give. [Conn] does so
//     on a connection, with a deadline for each frame.
//   - [AppendHello], [AppendRequest] and [AppendClose] write frames; [AppendValue] and
//     [AppendText] anything else.
//   - [ParseNumber], [ParseKey], [ParseIV] and [Chain] are numbers and cipher.
//   - [Client] and [Server] are the two halves as state machines: a frame in, a frame
//     and what it means out. They know no connection: requests ahead of their answers,
//     going on over another connection ([Client.Again]), other transports, and a
//     session of 30 minutes tested in microseconds are done with them.
//   - [Caller] and [Server.ServeConn] put them on a connection.
//
// Functions called Append… append to dst, which may be nil, and give it back as the
// append of the language does. Sizes are in bytes. What comes from a peer (texts of
// [Value] and [Answer], [Session.MAC]) is as it came: [AppendASCII] and
// [AppendIndented] make it fit for a terminal. Errors that a program may ask for are
// types ([SyntaxError], [LimitError], [ShapeError], [FieldError], [NumberError],
// [SizeError], [ClosedError], [RefusedError]), to be had by errors.As, or values
// ([ErrPadding], [ErrNoPrevious], [ErrNothingOpen], [ErrBusy]), by errors.Is.
//
// # What the protocol is worth
//
// Nothing in it is secret or strong. The 1269 added to every number and an IV
// that never changes hide nothing, and the AES key travels in the same stream
// as the data it encrypts. TLS is the only protection: whoever can read the
// stream can read everything in it.
//
// # 1 Transport
//
// TLS over TCP, port 5000 by default. The client speaks first. Frames may be sent
// ahead of the answers, which come in the order in which they were asked for. How
// frames lie in TLS records means nothing: several may be in one, and one in
// several. A server serves many connections at once.
//
// The reference programs, in Python, read with recv(1024) and take what came as
// one frame, and their server serves one connection and then ends. Towards them:
// one frame to a TLS record, at most [MaxFrame] bytes with its newline.
//
// # 2 Frames
//
// 2.1 Members. A frame is one object with the members header and data, both
// objects.
//
//	HELLO          client  header MAC    data username password sequence=1
//	HELLO_ACK      server                data sequesce sessionId isAuthencatedUser="True" key1 key2 token
//	DATA_REQUEST   client  header token  data sessionId sequence=2, 3 …
//	DATA_RESPONSE  server                data sequesce sessionId data, with a new key also key1
//	CLOSE          client  header token  data sessionId sequence isConnectionClose="True"
//	CLOSE          server                data sequesce, where the login or the session is not known
//	                                     also isAuthencatedUser="false"
//
// The type is data["message-type"]. The misspellings are the format: the client
// numbers with sequence, the server answers with sequesce, the flag is
// isAuthencatedUser and holds a string. Members may stand in any order; those
// that are not known are ignored, and a name in other case is another name. One
// that stands twice makes the frame wrong. A server sends no other members than
// these: reasons are for its log.
//
// 2.2 Spelling. There is no length and no separator; white space between frames
// is allowed. Two spellings are in use, and [Parse] and [Reader] take their union,
// mixed in one stream and in one frame: JSON, and the Python literal that the
// reference programs write.
//
//	frame   = object
//	object  = "{" [ string ":" value *( "," string ":" value ) ] "}"
//	array   = "[" [ value *( "," value ) ] "]"
//	value   = object / array / string / number / true / True / false / False / null / None
//	number  = [ "-" ] ( "0" / 1-9 *digit ) [ "." 1*digit ] [ ( "e" / "E" ) [ "+" / "-" ] 1*digit ]
//	string  = '"' *char '"' / "'" *char "'"
//	escape  = \\ \/ \' \" \b \f \n \r \t \0 \xhh \uhhhh \Uhhhhhhhh
//
// Surrogate pairs are joined, lone ones and bytes that are no UTF-8 read as
// U+FFFD. Control characters stand in strings as escapes only. White space is
// the space and bytes 9 to 13.
//
// The reference programs read by turning every ' into " before they parse. So
// what is written here is JSON with \u0027 for an apostrophe, and one newline
// after the frame ([AppendText]).
//
// 2.3 Limits. Read: a frame of [Limits.Bytes] (4096) bytes and [Limits.Levels]
// (16) levels, checked before memory is taken. A sequence is an integer of up to
// 78 digits or a string of up to 18.
//
// Written: [MaxFrame] 1024 bytes with the newline; [MaxUser] 64, [MaxPassword]
// 72, [MaxMAC] 64, [MaxToken] 512, [MaxText] 256 bytes.
//
// # 3 Flow
//
// 3.1 Login. A client says HELLO. Where user name and password are right, to the
// byte, the server makes a session and answers HELLO_ACK; sessions are numbered
// 1, 2, 3 … over all connections. The token is a JWT signed with HS256 (RFC 7519),
// one for each session. A second HELLO on a connection makes another session and
// leaves those before it alone.
//
// 3.2 Requests. The client says DATA_REQUEST every 30 seconds with a sequence one
// higher each time. A server answers any sequence, and each frame of a session in
// the order they came. sequesce is the request's sequence, as it was spelled. The
// sequence of the last answered request once more is a retransmission: the same
// bytes are sent again, and it does not count. 2 and "2" are two. A session is
// served on any connection that comes from the IP address of its HELLO. So where a
// connection is lost, the client sends what was not answered over another one
// ([Client.Again]), and no text is lost or comes twice.
//
// 3.3 Keys. Every 10th answer of a session carries a fresh key1 and is encrypted
// under it, whatever its sequence. A reader takes key1 in any answer. Each session
// has a key of its own. key2, the IV, stays for a server's life.
//
// 3.4 Close. After 30 minutes the client says CLOSE. It has no answer: the server
// ends that session and closes the connection; other sessions made on it live on.
// isConnectionClose is not needed for it, and means nothing in another frame.
//
// # 4 Encryption
//
// 4.1 Numbers. key1 is 32 bytes, key2 is 16 lower-case letters, data a multiple of
// 16 bytes; on the wire each is a big-endian integer plus [Shift]. They never pass
// through a float.
//
// 4.2 Cipher. AES-256 in CFB mode with 8-bit segments (NIST SP 800-38A, 6.3), PKCS#7
// padding (RFC 5652, 6.3). The text is 8 random lower-case letters, unless the
// server was given another. The cipher runs on from one answer to the next
// ([Chain]): it starts at the IV with each new key, and its register then holds
// the last 16 bytes of cipher text. Answer N needs the key and cipher text N-1
// only; after a lost answer one block is unreadable.
//
// An older [Dialect] sends data without the 1269 and without padding, 8 bytes
// at a time.
//
// 4.3 Zero bytes. An integer loses leading zero bytes, so a reader pads on the left
// ([ParseNumber]); the reference client does not, and usually dies of it. A
// [Server] therefore never sends a number that lost one: keys and random texts are
// drawn again, a given text is sealed under a fresh key, which its answer then
// carries.
//
// 4.4 Sessions. Key and cipher belong to the session, not to its connection.
//
// # 5 Refusals
//
// A frame that is refused gets a CLOSE, after which the server closes the
// connection; sessions live on until their own CLOSE, idle time or maximum life.
// sequesce is the frame's sequence where it could be read, else 0; in a CLOSE
// nobody asked for, the last sequence answered. "The flag" is
// isAuthencatedUser="false". The same list, for logs, is at [Refusal].
//
// 5.1 Login. With the flag: a wrong user name or password; HELLO without MAC or
// sequence, or with credentials that are no strings; a frame without a sessionId
// that is no HELLO. Without: HELLO that names a sessionId. A login that the server
// does not look at, because too many wait or its time is over, is not refused: the
// server closes the connection without a frame, and the client may say HELLO again
// over another one.
//
// 5.2 Session. With the flag: a sessionId that is unknown, ended, or no JSON
// integer. Without: a session of another IP address; an IPv4-mapped address equals
// its IPv4 form. On the connection that used a session, the end of its time is told by a
// CLOSE that nobody asked for; a frame that crosses it has no answer of its own.
//
// 5.3 Token. Without the flag: a token that is missing, malformed, expired, signed
// otherwise, or of another session.
//
// 5.4 Type. Without the flag: in a session, a type other than DATA_REQUEST and
// CLOSE. CLOSE is refused for what a request is, and leaves the session then.
//
// 5.5 Sequence. Without the flag and with sequesce 0: a sequence that is null, 2.5,
// true, a text, longer than 2.3 allows, or, but for HELLO, missing.
//
// 5.6 No frame. Without the flag and with sequesce 0: bytes that are no frame, or
// are over the limits of 2.3. Without the flag: header or data that is no object,
// a member that stands twice. Whatever came, the server and all other connections
// live on.
//
// # What this package does not do
//
// TLS, certificates, users and tokens (package keys has these), limits on clients,
// logs, connecting again. It does not mend what a peer got wrong, and never guesses.
package wire
