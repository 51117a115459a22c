package keys

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
)

// verified remembers which logins were found good, so that a client that comes again does not cost a bcrypt
// computation. It belongs to one reading of the users file and is gone with it. Of a password it keeps a hash under a
// key that never leaves the process: whoever reads the memory finds the key too, but nothing faster to guess against
// than what a dump of any server that has just checked a password gives away.
type verified struct {
	key [sha256.Size]byte

	mu   sync.RWMutex
	seen map[string][sha256.Size]byte // one of a name: only one password is right
}

func newVerified() *verified {
	v := &verified{seen: map[string][sha256.Size]byte{}}
	rand.Read(v.key[:]) // never fails
	return v
}

// sum stands for a login. The name is hashed by itself first: no other pair of texts gives the same bytes.
func (v *verified) sum(name string, password []byte) (sum [sha256.Size]byte) {
	hashed := sha256.Sum256([]byte(name))
	mac := hmac.New(sha256.New, v.key[:])
	mac.Write(hashed[:])
	mac.Write(password)
	mac.Sum(sum[:0])
	mac.Reset()
	mac.Write(make([]byte, sha256.BlockSize-1)) // over the end of the password, which it has kept
	return sum
}

// has says whether this login was found good before.
func (v *verified) has(name string, password []byte) bool {
	sum := v.sum(name, password)
	v.mu.RLock()
	seen := v.seen[name]
	v.mu.RUnlock()
	return hmac.Equal(sum[:], seen[:])
}

// add remembers a login that was found good.
func (v *verified) add(name string, password []byte) {
	sum := v.sum(name, password)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen[name] = sum
}
