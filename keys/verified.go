package keys

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
)

// verified remembers which logins were found good, so that a client that comes again does not cost a bcrypt
// computation, and lets those in that wait for one with the same user and password. It belongs to one reading of the
// users file and is gone with it. Of a password it keeps a hash under a key that never leaves the process: whoever reads
// the memory finds the key too, but nothing faster to guess against than what a dump of any server that has just checked
// a password gives away.
type verified struct {
	key [sha256.Size]byte

	mu      sync.RWMutex
	seen    map[string][sha256.Size]byte // one of a name: only one password is right
	waiting map[*waiter]struct{}
}

// login is a user name and, by its sum, a password.
type login struct {
	name string
	sum  [sha256.Size]byte
}

// waiter is a login that waits to be checked.
type waiter struct {
	sum  [sha256.Size]byte
	good bool // it was found good meanwhile
	wake context.CancelFunc
}

func newVerified() *verified {
	v := &verified{seen: map[string][sha256.Size]byte{}, waiting: map[*waiter]struct{}{}}
	rand.Read(v.key[:]) // never fails
	return v
}

// login hashes the name by itself first: no other pair of texts gives the same bytes.
func (v *verified) login(name string, password []byte) login {
	hashed := sha256.Sum256([]byte(name))
	mac := hmac.New(sha256.New, v.key[:])
	mac.Write(hashed[:])
	mac.Write(password)
	l := login{name: name}
	mac.Sum(l.sum[:0])
	mac.Reset()
	mac.Write(make([]byte, sha256.BlockSize-1)) // over the end of the password, which it has kept
	return l
}

// has says whether this login was found good before.
func (v *verified) has(l login) bool {
	v.mu.RLock()
	seen := v.seen[l.name]
	v.mu.RUnlock()
	return hmac.Equal(l.sum[:], seen[:])
}

// add remembers a login that was found good, and wakes those that wait with the same one.
func (v *verified) add(l login) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen[l.name] = l.sum
	for w := range v.waiting {
		if hmac.Equal(w.sum[:], l.sum[:]) {
			w.good = true
			w.wake()
		}
	}
}

// await gives a context to wait in, which also ends when this login has been found good. over ends the wait and says
// whether it was.
func (v *verified) await(ctx context.Context, l login) (_ context.Context, over func() (good bool)) {
	ctx, wake := context.WithCancel(ctx)
	w := &waiter{sum: l.sum, wake: wake}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waiting[w] = struct{}{}
	if seen := v.seen[l.name]; hmac.Equal(l.sum[:], seen[:]) { // since has
		w.good = true
		wake()
	}
	return ctx, func() bool {
		wake()
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.waiting, w)
		return w.good
	}
}
