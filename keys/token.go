package keys

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// minSecret is in bytes: a key as long as the hash, as RFC 7518 section 3.2 demands for HS256.
	minSecret = 32
	// maxOwnToken is in bytes: a token stands in every frame, and a frame has 1,024.
	maxOwnToken = 512
	// maxToken bounds, in bytes, what is parsed at all.
	maxToken = 4096
)

// Why [Signer.Parse] refuses a token. The texts are for the log; none holds anything of the token.
var (
	ErrTokenMissing     = errors.New("token missing")
	ErrTokenMalformed   = errors.New("token malformed")
	ErrTokenAlgorithm   = errors.New("token signed with another algorithm than HS256")
	ErrTokenKey         = errors.New("token signed with another key")
	ErrTokenExpired     = errors.New("token expired")
	ErrTokenNoExpiry    = errors.New("token without expiry")
	ErrTokenNotYetValid = errors.New("token not yet valid")
)

// Claims are what a token says: members name, id, sid, iat and exp.
type Claims struct {
	Name    string    // of the user
	ID      int       // of the user: User.ID
	SID     int64     // the session the token belongs to
	Start   time.Time // whole seconds
	Expires time.Time // whole seconds
}

// payload is the order of the members on the wire: name and id come first, as in the protocol's description.
type payload struct {
	Name string `json:"name"`
	ID   int    `json:"id"`
	SID  int64  `json:"sid"`
	jwt.RegisteredClaims
}

// Signer makes and checks tokens: JWT (RFC 7519) with HS256. It is safe for use by several goroutines.
type Signer struct {
	secret    []byte
	parser    *jwt.Parser
	signature *jwt.Parser // looks at nothing else
}

// NewSigner returns a signer with a secret of at least 32 bytes, from [RandomSecret] or [ReadTokenKey]; one that is
// shorter is an [*Error]. With a random one no token outlives the process, as no session does.
func NewSigner(secret []byte, now func() time.Time) (*Signer, error) {
	if len(secret) < minSecret {
		return nil, &Error{
			Message: fmt.Sprintf("cannot use token key: it has %d bytes, fewer than %d", len(secret), minSecret),
			Hint:    tokenKeyHint,
		}
	}
	hs256 := jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()})
	return &Signer{
		secret:    bytes.Clone(secret),
		parser:    jwt.NewParser(hs256, jwt.WithStrictDecoding(), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(now)),
		signature: jwt.NewParser(hs256, jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation()),
	}, nil
}

const tokenKeyHint = "make one: openssl rand -hex 32 > FILE"

// RandomSecret returns a new secret of 32 bytes.
func RandomSecret() []byte {
	secret := make([]byte, minSecret)
	rand.Read(secret) // never fails
	return secret
}

// ReadTokenKey reads a secret of at least 32 bytes from a file, as [ReadSecretFile] does. The error is an [*Error].
func ReadTokenKey(file string) ([]byte, error) {
	secret, err := ReadSecretFile(file)
	if err != nil {
		return nil, err
	}
	if len(secret) < minSecret {
		what := fmt.Sprintf("it has %d bytes, and a token key at least %d", len(secret), minSecret)
		return nil, cannot("use", file, &trouble{what: what, hint: tokenKeyHint})
	}
	return secret, nil
}

// Sign returns a token for the session sid of a user, valid from start to expires (whole seconds, cut off). One that would be longer
// than 512 bytes is an error: names are short, and frames are too.
func (s *Signer) Sign(name string, id int, sid int64, start, expires time.Time) (string, error) {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, payload{
		Name: name,
		ID:   id,
		SID:  sid,
		RegisteredClaims: jwt.RegisteredClaims{
			IssuedAt:  jwt.NewNumericDate(start),
			ExpiresAt: jwt.NewNumericDate(expires),
		},
	}).SignedString(s.secret)
	if err != nil {
		return "", fmt.Errorf("cannot sign token: %w", err)
	}
	if len(token) > maxOwnToken {
		return "", fmt.Errorf("cannot sign token: it has %d bytes, more than %d", len(token), maxOwnToken)
	}
	return token, nil
}

// Parse returns the claims of a token that is signed with the secret and valid now. Otherwise the error is one of
// [ErrTokenMissing] to [ErrTokenNotYetValid], and the claims are empty. One of over 4,096 bytes is not looked at.
func (s *Signer) Parse(token string) (Claims, error) {
	var p payload
	if err := s.check(s.parser, token, &p); err != nil {
		return Claims{}, err
	}
	claims := Claims{Name: p.Name, ID: p.ID, SID: p.SID, Expires: p.ExpiresAt.Time}
	if p.IssuedAt != nil {
		claims.Start = p.IssuedAt.Time
	}
	return claims, nil
}

// VerifySignature says whether a token of any age is signed with the secret: nil, or [ErrTokenMissing] to [ErrTokenKey].
// What it claims is not looked at. It is for tokens of the past.
func (s *Signer) VerifySignature(token string) error {
	return s.check(s.signature, token, jwt.MapClaims{})
}

// check parses a token into claims, or says why not.
func (s *Signer) check(parser *jwt.Parser, token string, claims jwt.Claims) error {
	switch {
	case token == "":
		return ErrTokenMissing
	case len(token) > maxToken, strings.ContainsAny(token, "\r\n"):
		// The base64 decoder skips line breaks, strict or not: in the signature they would make a second spelling.
		return ErrTokenMalformed
	}
	if parsed, err := parser.ParseWithClaims(token, claims, s.key); err != nil {
		return refusal(parsed, err)
	}
	return nil
}

func (s *Signer) key(*jwt.Token) (any, error) { return s.secret, nil }

// refusal finds our reason for the library's. It has one error for a wrong algorithm and a wrong signature, so the
// header has to be looked at.
func refusal(token *jwt.Token, err error) error {
	switch {
	case token == nil || errors.Is(err, jwt.ErrTokenMalformed):
		return ErrTokenMalformed
	case token.Header["alg"] != jwt.SigningMethodHS256.Alg():
		return ErrTokenAlgorithm
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return ErrTokenKey
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return ErrTokenNoExpiry
	case errors.Is(err, jwt.ErrTokenExpired):
		return ErrTokenExpired
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return ErrTokenNotYetValid
	}
	return ErrTokenMalformed
}
