package keys

import (
	"crypto/subtle"
	"encoding/base64"
	"time"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/blowfish"
)

// sliceRounds are some 0.1 ms of bcrypt, after each of which the processor is left
// to others for as long: bcrypt.CompareHashAndPassword keeps it for 10 ms and more,
// and those who have logged in would wait for that.
const (
	sliceRounds = 2
	slicePause  = 100 * time.Microsecond
)

// bcryptText is the base64 of bcrypt.
const bcryptText = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// matches is bcrypt.CompareHashAndPassword in slices. hash must be one that
// parseUsers accepts.
func matches(hash, password []byte) bool {
	const salt, sum = 7, 29 // where they begin
	cost, err := bcrypt.Cost(hash)
	if err != nil || len(hash) != 60 {
		return false
	}
	coding := base64.NewEncoding(bcryptText).WithPadding(base64.NoPadding)
	grain, err := coding.DecodeString(string(hash[salt:sum]))
	if err != nil {
		return false
	}
	key := make([]byte, 0, maxPassword+1)
	key = append(append(key, password[:min(len(password), maxPassword)]...), 0)
	defer clear(key)
	c, err := blowfish.NewSaltedCipher(key, grain)
	if err != nil {
		return false
	}
	for i := range 1 << cost {
		blowfish.ExpandKey(key, c)
		blowfish.ExpandKey(grain, c)
		if i%sliceRounds == sliceRounds-1 {
			time.Sleep(slicePause)
		}
	}
	text := []byte("OrpheanBeholderScryDoubt")
	for i := 0; i < len(text); i += blowfish.BlockSize {
		for range 64 {
			c.Encrypt(text[i:], text[i:])
		}
	}
	got := coding.EncodeToString(text[:len(text)-1]) // as bcrypt does, without the last byte
	return subtle.ConstantTimeCompare([]byte(got), hash[sum:]) == 1
}
