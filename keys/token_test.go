package keys

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func signer(t testing.TB, secret []byte, now time.Time) *Signer {
	t.Helper()
	s, err := NewSigner(secret, at(now))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var tokenSecret = bytes.Repeat([]byte{7}, minSecret)

// forged signs any header and payload, as someone with the secret (or without one) could.
func forged(t testing.TB, method jwt.SigningMethod, key any, claims jwt.Claims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestToken(t *testing.T) {
	s := signer(t, tokenSecret, clock)
	token, err := s.Sign("client1", 1, 42, clock.Add(time.Second/2), clock.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	for i, want := range []string{
		`{"alg":"HS256","typ":"JWT"}`,
		`{"name":"client1","id":1,"sid":42,"exp":1905253200,"iat":1905249600}`,
	} {
		if got, err := base64.RawURLEncoding.DecodeString(parts[i]); err != nil || string(got) != want {
			t.Errorf("part %d is %s, %v; want %s", i, got, err, want)
		}
	}
	claims, err := s.Parse(token)
	if err != nil {
		t.Fatal(err)
	}
	if claims.Name != "client1" || claims.ID != 1 || claims.SID != 42 ||
		!claims.Start.Equal(clock) || !claims.Expires.Equal(clock.Add(time.Hour)) {
		t.Errorf("claims %+v", claims)
	}
}

// TestTokenRFC7515 is the known answer of RFC 7515 appendix A.1: its key, its token, at a moment when that was valid.
func TestTokenRFC7515(t *testing.T) {
	const token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" +
		".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ" +
		".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	key, err := base64.RawURLEncoding.DecodeString("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
	if err != nil {
		t.Fatal(err)
	}
	expires := time.Unix(1300819380, 0)
	if claims, err := signer(t, key, expires.Add(-time.Second)).Parse(token); err != nil || !claims.Expires.Equal(expires) {
		t.Errorf("%+v, %v", claims, err)
	}
	if _, err := signer(t, key, expires).Parse(token); err != ErrTokenExpired {
		t.Errorf("at its end: %v", err)
	}
}

func TestTokenRefused(t *testing.T) {
	s := signer(t, tokenSecret, clock)
	good, err := s.Sign("client1", 1, 42, clock, clock.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	valid := jwt.MapClaims{"name": "client1", "id": 1, "sid": 42, "exp": clock.Add(time.Hour).Unix()}
	with := func(key string, value any) string {
		claims := jwt.MapClaims{}
		for k, v := range valid {
			claims[k] = v
		}
		if claims[key] = value; value == nil {
			delete(claims, key)
		}
		return forged(t, jwt.SigningMethodHS256, tokenSecret, claims)
	}
	header := func(text string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(text)) + good[strings.Index(good, "."):]
	}
	tests := map[string]struct {
		token string
		want  error
	}{
		"missing":            {"", ErrTokenMissing},
		"no_dots":            {"token", ErrTokenMalformed},
		"four_parts":         {good + ".", ErrTokenMalformed},
		"header_no_JSON":     {header("x"), ErrTokenMalformed},
		"header_null":        {header("null"), ErrTokenAlgorithm},
		"padding":            {good + "=", ErrTokenMalformed},
		"line_break":         {good[:len(good)-4] + "\n" + good[len(good)-4:], ErrTokenMalformed},
		"too_long":           {strings.Repeat("a", maxToken+1), ErrTokenMalformed},
		"cut":                {good[:len(good)-3], ErrTokenKey},
		"no_signature":       {good[:strings.LastIndex(good, ".")+1], ErrTokenKey},
		"other_key":          {forged(t, jwt.SigningMethodHS256, RandomSecret(), valid), ErrTokenKey},
		"HS512":              {forged(t, jwt.SigningMethodHS512, tokenSecret, valid), ErrTokenAlgorithm},
		"none":               {forged(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, valid), ErrTokenAlgorithm},
		"algorithm_unknown":  {header(`{"alg":"FOO"}`), ErrTokenAlgorithm},
		"algorithm_missing":  {header(`{}`), ErrTokenAlgorithm},
		"algorithm_number":   {header(`{"alg":256}`), ErrTokenAlgorithm},
		"expired":            {with("exp", clock.Unix()), ErrTokenExpired},
		"expiry_0":           {with("exp", 0), ErrTokenExpired},
		"expiry_missing":     {with("exp", nil), ErrTokenNoExpiry},
		"expiry_null":        {with("exp", json.RawMessage("null")), ErrTokenNoExpiry},
		"expiry_text":        {with("exp", "tomorrow"), ErrTokenMalformed},
		"not_before":         {with("nbf", clock.Add(time.Second).Unix()), ErrTokenNotYetValid},
		"issued_in_future":   {with("iat", clock.Add(time.Second).Unix()), ErrTokenNotYetValid},
		"id_text":            {with("id", "1"), ErrTokenMalformed},
		"expired_by_another": {forged(t, jwt.SigningMethodHS256, RandomSecret(), jwt.MapClaims{"exp": 1}), ErrTokenKey},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			claims, err := s.Parse(test.token)
			if err != test.want {
				t.Errorf("%v, want %v", err, test.want)
			}
			if claims != (Claims{}) {
				t.Errorf("claims %+v with an error", claims)
			}
		})
	}
}

// TestTokenMalleability changes every character of a token into every other: none may pass, not even where only unused
// bits of the last character differ.
func TestTokenMalleability(t *testing.T) {
	s := signer(t, tokenSecret, clock)
	good, err := s.Sign("a", 1, 1, clock, clock.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i := range good {
		for _, c := range alphabet {
			if bad := good[:i] + string(c) + good[i+1:]; bad != good {
				if _, err := s.Parse(bad); err == nil {
					t.Errorf("character %d may be %c too", i, c)
				}
			}
		}
	}
}

func TestTokenTooLong(t *testing.T) {
	s := signer(t, tokenSecret, clock)
	if token, err := s.Sign(strings.Repeat("\u00e4", 32), 1<<31, 1<<62, clock, clock); err != nil || len(token) > maxOwnToken {
		t.Errorf("the longest name: %d bytes, %v", len(token), err)
	}
	if token, err := s.Sign(strings.Repeat("a", 400), 1, 1, clock, clock); err == nil || token != "" {
		t.Errorf("%d bytes and no error", len(token))
	}
}

func TestTokenKey(t *testing.T) {
	if a, b := RandomSecret(), RandomSecret(); len(a) != 32 || bytes.Equal(a, b) {
		t.Errorf("secrets %x, %x", a, b)
	}
	_, err := NewSigner(make([]byte, 31), at(clock))
	wantError(t, err, "", "cannot use token key: it has 31 bytes, fewer than 32", "openssl rand")
	path := file(t, "token.key", strings.Repeat("k", 31)+"\n")
	_, err = ReadTokenKey(path)
	wantError(t, err, filepath.Dir(path), "cannot use token.key: it has 31 bytes", "openssl rand")
	key, err := ReadTokenKey(file(t, "token.key", strings.Repeat("k", 32)+"\n"))
	if err != nil || len(key) != 32 {
		t.Errorf("%q, %v", key, err)
	}
	caller := bytes.Clone(tokenSecret)
	s := signer(t, caller, clock)
	clear(caller)
	if _, err := s.Parse(forged(t, jwt.SigningMethodHS256, tokenSecret, jwt.MapClaims{"exp": clock.Unix() + 1})); err != nil {
		t.Errorf("the signer's secret is the caller's slice: %v", err)
	}
}

func FuzzToken(f *testing.F) {
	s := signer(f, tokenSecret, clock)
	good, err := s.Sign("client1", 1, 42, clock, clock.Add(time.Hour))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, good)
	f.Add("..", "{}")
	f.Add("e30.e30.", `{"exp":1e400}`)
	f.Add("bnVsbA.bnVsbA.bnVsbA", `{"exp":-1e300,"iat":null,"id":1e5}`)
	reasons := []error{ErrTokenMissing, ErrTokenMalformed, ErrTokenAlgorithm, ErrTokenKey, ErrTokenExpired, ErrTokenNoExpiry, ErrTokenNotYetValid}
	f.Fuzz(func(t *testing.T, token, payload string) {
		// Once as it came, and once with the payload under a good signature, behind which the claims are read.
		signed := "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(payload))
		sum, err := jwt.SigningMethodHS256.Sign(signed, tokenSecret)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{token, signed + "." + base64.RawURLEncoding.EncodeToString(sum)} {
			claims, err := s.Parse(text)
			if err == nil && claims.Expires.After(clock) {
				continue
			}
			known := false
			for _, reason := range reasons {
				known = known || errors.Is(err, reason)
			}
			if !known || claims != (Claims{}) {
				t.Errorf("%q: %+v, %v", text, claims, err)
			}
		}
	})
}

// TestVerifySignature: the signature counts, and neither the time nor the claims do.
func TestVerifySignature(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	s, err := NewSigner(bytes.Repeat([]byte("k"), 32), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewSigner(bytes.Repeat([]byte("o"), 32), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.Sign("test", 1, 1, now, now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	bare, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"name": "client1"}).SignedString(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{now.Add(-time.Hour), now, now.Add(time.Hour)} {
		now = at
		if err := s.VerifySignature(token); err != nil {
			t.Errorf("at %v: %v", at, err)
		}
	}
	if err := s.VerifySignature(bare); err != nil {
		t.Errorf("without expiry: %v", err)
	}
	for text, want := range map[string]error{"": ErrTokenMissing, "a.b.c": ErrTokenMalformed, token + "\n": ErrTokenMalformed} {
		if err := s.VerifySignature(text); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := other.VerifySignature(token); !errors.Is(err, ErrTokenKey) {
		t.Errorf("another key: %v", err)
	}
}
