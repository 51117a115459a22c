// Package wire is the protocol: frames, numbers, cipher, and both halves of a
// session. It needs the standard library only and knows no file, flag or log.
// This comment is the specification that it keeps to.
//
// # What the protocol is worth
//
// Nothing in it is secret or strong. The 1269 added to every number and an IV
// that never changes hide nothing, and the AES key travels in the same stream
// as the data it encrypts. TLS is the only protection: whoever can read the
// stream can read everything in it.
//
// # Transport
//
// TLS over TCP, port 5000 by default. The reference programs, in Python, read
// with recv(1024) and take what came as one frame. Towards them: one frame to a
// TLS record, at most [MaxFrame] bytes with its newline.
//
// # Frames
//
// A frame is one object with the members header and data, both objects. There
// is no length and no separator; white space between frames is allowed.
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
// isAuthencatedUser and holds a string.
//
// Two spellings are in use, and [Parse] and [Reader] take their union: JSON, and
// the Python literal that the reference programs write.
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
// # Numbers
//
// key1 is 32 bytes, key2 is 16, data a multiple of 16; on the wire each is a
// big-endian integer plus [Shift]. They never pass through a float. An integer
// loses leading zero bytes, so a reader pads on the left ([ParseNumber]); the
// reference client does not, and usually dies of it. A [Server] therefore never
// sends a number that lost one: keys and random texts are drawn again, a given
// text is sealed under a fresh key, which its answer then carries.
//
// # Cipher
//
// AES-256 in CFB mode with 8-bit segments (NIST SP 800-38A, 6.3), PKCS#7 padding
// (RFC 5652, 6.3). The cipher runs on from one answer to the next ([Chain]): it
// starts at the IV with each new key, and its register then holds the last 16
// bytes of cipher text. Answer N needs the key and cipher text N-1 only; after a
// lost answer one block is unreadable.
//
// Every 10th answer of a session carries a fresh key1 and is encrypted under it.
// A reader takes key1 in any answer. key2, the IV, stays for a server's life.
//
// An older [Dialect] sends data without the 1269 and without padding, 8 bytes
// at a time.
//
// # Sessions
//
// [Client] and [Server] are the two halves as state machines: a frame in, a
// frame and what it means out. Password check, tokens, clock and randomness are
// handed in, so that a session of 30 minutes is tested in microseconds.
//
// A client says HELLO, then DATA_REQUEST every 30 seconds with a sequence one
// higher each time, and after 30 minutes CLOSE. A server answers each frame of
// a session in the order they came. Frames it refuses get a CLOSE, after which
// it closes the connection; sessions live on until their own CLOSE, idle time or
// maximum life. What is refused is listed at [Refusal]; with which CLOSE, there
// too. sequesce is the request's sequence where it could be read, else 0; in a
// CLOSE nobody asked for, the last sequence answered.
//
// The sequence of the last answered request once more is a retransmission: the
// same bytes are sent again, and it does not count. 2 and "2" are two.
//
// # Limits
//
// Read: a frame of [Limits.Bytes] (4096) bytes and [Limits.Levels] (16) levels,
// checked before memory is taken. A sequence is an integer of up to 78 digits or
// a string of up to 18.
//
// Written: [MaxFrame] 1024 bytes with the newline; [MaxUser] 64, [MaxPassword]
// 72, [MaxMAC] 64, [MaxToken] 512, [MaxText] 256 bytes.
//
// # What this package does not do
//
// TLS, certificates, users, tokens, logs, reconnecting. It does not mend what a
// peer got wrong, and never guesses.
package wire
