// Package keys holds everything by which the two sides of a connection believe each other: the server's certificate
// and private key, what a client trusts, the users and their passwords, and the tokens of sessions.
//
// It reads and writes files and computes. It prints nothing, asks nothing, logs nothing and knows no flag; the clock
// is handed in. An error about something the user can mend is an [*Error] (or, for a server that is not trusted, an
// [*Untrusted]): one line, and a hint line that says what to do.
//
// # From another program
//
// The module has no public path yet: the package comment of proto/wire has the replace line for go.mod. This package
// needs golang-jwt, pkcs8 and golang.org/x/crypto, which go mod tidy finds. Neither package imports the other; what
// joins them in a server is
//
//	id, err := keys.Own("state", time.Now) // or Load
//	users, err := keys.LoadUsers("users.txt")
//	signer, err := keys.NewSigner(keys.RandomSecret(), time.Now)
//
//	listener, err := tls.Listen("tcp", ":5000", &tls.Config{Certificates: []tls.Certificate{id.Certificate}})
//	server, err := wire.NewServer(wire.ServerConfig{
//		Login: func(ctx context.Context, name string, password []byte) (wire.User, error) {
//			u, err := users.Check(ctx, name, password)
//			return wire.User(u), err
//		},
//		Token: func(u wire.User, session int64, start, end time.Time) (string, error) {
//			return signer.Sign(u.Name, u.ID, session, start, end)
//		},
//		Rekey: 10, MaxLife: 35 * time.Minute, Idle: 90 * time.Second,
//	})
//
// and in a client
//
//	config, err := keys.Trust{CAFile: "cert.crt"}.Config("server.example")
//	conn, err := tls.Dial("tcp", "server.example:5000", config)
//
// Functions that take now want the clock, time.Now; tests give another.
//
// # Identities
//
// An [Identity] is the server's certificate with its private key. [Load] reads them from PEM files: RSA, ECDSA on
// P-256, P-384 or P-521, and Ed25519, in the forms that OpenSSL writes, with a pass phrase or without. Encrypted keys
// are those of PKCS #8, with PBES2 or PBES1, and those with a DEK-Info header; the cipher is AES, ARIA, Camellia, SM4,
// DES, triple DES or (with DEK-Info) ChaCha20. Not supported, each with an error that says so: keys encrypted with
// RC2, RC4, other old ciphers or AES key wrap, DSA, other curves, curves given by parameters. [Identity.Reload] reads
// them again where nobody can be asked for the pass phrase any more.
//
// Without files, [Own] keeps an identity in [StateDir]: made at the first run, renewed before it ends, with a key that
// never changes. Where nothing can be kept, [Memory] makes one for the life of the process.
//
// # Pins
//
// A pin is the SHA-256 of a public key, written as curl --pinnedpubkey takes it: sha256// and base64. [Pin] is that of
// a certificate, [ParsePin] reads what a user gives.
//
// # Trust
//
// [Trust] says which servers a client accepts: those the system's authorities vouch for and the one of this machine,
// or, in their place, those of a file, of pins, or all. The reference client of the protocol trusts one certificate
// file and never looks at names, so a certificate that is itself in the trust file is accepted under any name here
// too. Dates are always checked, but for Insecure.
//
// # Users
//
// A users file is one of htpasswd with bcrypt hashes:
//
//	# comments and blank lines are allowed
//	alice:$2y$10$...
//
// Names have at most 64 bytes of printable UTF-8 and appear once; the hashes are $2a$, $2b$ or $2y$ of cost 4 to 16.
// The number of the line is the user's id, so new users belong at the end. One bad line makes the file bad: half a
// users file is worse than a clear error. [Users.Watch] has changes taken up while the server runs.
//
// # Tokens
//
// A [Signer] makes and checks the JWT that the server gives with a session: HS256 and nothing else, with name, id and
// sid (the session) and always with an expiry.
//
// # What it does not do
//
// It keeps no list of revoked certificates, asks no certificate authority for one, and knows no client certificates.
// Pass phrases and keys stay in memory as long as the garbage collector leaves them there.
package keys
