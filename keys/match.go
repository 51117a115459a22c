package keys

import (
	"crypto/subtle"
	"encoding/base64"

	//lint:ignore SA1019 bcrypt is made of Blowfish
	"golang.org/x/crypto/blowfish"
)

// matches is bcrypt.CompareHashAndPassword for an account that parseUsers has
// accepted, in rounds of some 0.05 ms: yield, if there is one, is called after each. The
// library's keeps a processor until the runtime takes it away, which is after 10 ms, and those
// who have logged in would wait for that.
func (a account) matches(password []byte, yield func()) bool {
	const saltAt, sumAt = len("$2y$10$"), len("$2y$10$") + 22
	coding := base64.NewEncoding("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789").WithPadding(base64.NoPadding)
	salt, err := coding.DecodeString(string(a.hash[saltAt:sumAt]))
	if err != nil {
		return false
	}
	key := make([]byte, 0, maxPassword+1)
	key = append(append(key, password[:min(len(password), maxPassword)]...), 0)
	defer clear(key)
	c, err := blowfish.NewSaltedCipher(key, salt)
	if err != nil {
		return false
	}
	for range 1 << a.cost {
		blowfish.ExpandKey(key, c)
		blowfish.ExpandKey(salt, c)
		if yield != nil {
			yield()
		}
	}
	sum := []byte("OrpheanBeholderScryDoubt")
	for i := 0; i < len(sum); i += blowfish.BlockSize {
		for range 64 {
			c.Encrypt(sum[i:], sum[i:])
		}
	}
	text := coding.EncodeToString(sum[:len(sum)-1]) // the last byte is left out, as by all of bcrypt
	return subtle.ConstantTimeCompare([]byte(text), a.hash[sumAt:]) == 1
}
