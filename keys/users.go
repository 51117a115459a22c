package keys

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"os"
	"runtime"
	"sync"
	"time"
)

// ErrWrongLogin is what every refused login is, by errors.Is; that is all the peer may learn. The three below, which
// wrap it, are for the log.
var (
	ErrWrongLogin          = errors.New("wrong user name or password")
	ErrUnknownUser   error = wrongLogin("unknown user")
	ErrWrongPassword error = wrongLogin("wrong password")
	ErrLongPassword  error = wrongLogin("password over 72 bytes")
)

// wrongLogin is a reason in its own words alone.
type wrongLogin string

func (w wrongLogin) Error() string { return string(w) }

func (w wrongLogin) Unwrap() error { return ErrWrongLogin }

// maxPassword is in bytes. bcrypt looks at no more, and its comparison cuts the rest off without a word.
const maxPassword = 72

// User is who has logged in.
type User struct {
	Name string
	ID   int // number of the line in the users file; 1 for the built-in user
}

// Users checks logins. It is safe for use by several goroutines.
type Users struct {
	source *usersFile // nil: the built-in user
	queue  *queue     // for a place to compute in
	yield  func()     // nil: none
}

// LoadUsers reads a users file: see the package comment for its form. The error, an [*Error], names the first five bad
// lines and counts the others. The file is read once; see [Users.Watch].
func LoadUsers(file string) (*Users, error) {
	data, err := readFile(file)
	if err != nil {
		return nil, err
	}
	t, bad := parseUsers(data)
	if bad != nil {
		return nil, cannot("read", file, bad)
	}
	source := &usersFile{path: file, table: t, seen: sha256.Sum256(data)}
	if err := source.readable(); err != nil {
		source.missing = err.Error() // whoever gives a pipe knows
	}
	// A bcrypt computation is nothing but arithmetic: more of them than processors only make each other late. One
	// processor is left to those who are in already.
	return &Users{source: source, queue: newQueue(max(1, runtime.GOMAXPROCS(0)-1), 0)}, nil
}

// Bound bounds how many logins may wait, 0 for no bound (so it is without Bound); the others are refused with [ErrBusy].
// It is to be called before the first Check.
func (u *Users) Bound(waiting int) {
	if u.queue != nil {
		u.queue.most = waiting
	}
}

// Yield makes Check call yield after each 0.05 ms or so that it computes, to let others have the processor; and, for a
// suspect (see [WithSource]) while nobody else waits, pause for three times as long as it has computed, but not for more
// than a second in all. It is to be called before the first Check.
func (u *Users) Yield(yield func()) { u.yield = yield }

// BuiltIn returns the one user test with the password test, whom a token calls client1 with the id 1: the login of the
// protocol's description.
func BuiltIn() *Users { return &Users{} }

// Watch makes Check look, at most once a second by now, whether the file has changed, and use what is new in it. A
// file that has become bad, or is gone, leaves the users as they were. changed hears of every change once: nil for a
// file that has been taken, otherwise what is wrong with it. That a file is a pipe, which is read only once, is no change
// if it was one at the start. changed runs on the goroutine of a Check, with no lock held. For the built-in user Watch
// does nothing.
func (u *Users) Watch(now func() time.Time, changed func(err error)) {
	if u.source != nil {
		u.source.watch(now, changed)
	}
}

// Look looks at the file if a second has passed since the last time, as Check does.
func (u *Users) Look() {
	if u.source != nil {
		u.source.current()
	}
}

// Reread looks at the file now, and whatever it finds is told to changed of Watch.
func (u *Users) Reread() {
	if u.source == nil {
		return
	}
	u.source.mu.Lock()
	u.source.looked, u.source.seen, u.source.missing = time.Time{}, [sha256.Size]byte{}, ""
	u.source.mu.Unlock()
	u.source.current()
}

// Check returns the user of a login. Otherwise errors.Is(err, ErrWrongLogin) holds, or err is that of ctx, which may
// end while the login waits for a processor, or [ErrBusy]: see [Users.Bound] and [WithSource]. One bcrypt computation is
// some 60 ms of a processor at cost 10, twice that for each step more. A login that was good is remembered until the
// file changes, and then takes no time; those that wait with the same name and password are let in with it. All that are
// refused take one time, which the highest cost in the file makes: it does not tell whether there is such a user.
func (u *Users) Check(ctx context.Context, name string, password []byte) (User, error) {
	if u.source == nil {
		return checkBuiltIn(name, password)
	}
	t := u.source.current()
	l := t.verified.login(name, password)
	good := User{Name: name, ID: t.accounts[name].id}
	if t.verified.has(l) {
		return good, nil
	}
	waiting, over := t.verified.await(ctx, l)
	err := u.queue.enter(waiting)
	if err == nil {
		defer u.queue.leave()
	}
	switch found := over(); {
	case found:
		return good, nil
	case err != nil:
		return User{}, err
	}
	user, err := t.check(name, password, u.yieldOf(ctx))
	if err == nil {
		t.verified.add(l)
	}
	return user, err
}

// check takes the same time for every login that is refused.
func (t *table) check(name string, password []byte, yield func()) (User, error) {
	found, known := t.accounts[name]
	long := len(password) > maxPassword
	if long {
		password = nil // hashed for the time it takes
	}
	if !known {
		found = account{hash: t.dummy, cost: t.high}
	}
	match := found.matches(password, yield)
	if known && match && !long {
		return User{Name: name, ID: found.id}, nil
	}
	for _, cost := range t.fillers(found.cost) {
		_ = account{hash: dummyHash(cost), cost: cost}.matches(password, yield)
	}
	switch {
	case !known:
		return User{}, ErrUnknownUser
	case long:
		return User{}, ErrLongPassword
	}
	return User{}, ErrWrongPassword
}

func checkBuiltIn(name string, password []byte) (User, error) {
	const login = "test"
	sameName, samePassword := same([]byte(name), []byte(login)), same(password, []byte(login))
	switch {
	case !sameName:
		return User{}, ErrUnknownUser
	case !samePassword:
		return User{}, ErrWrongPassword
	}
	return User{Name: "client1", ID: 1}, nil
}

// same compares in a time that tells neither where two texts differ nor how long the right one is.
func same(a, b []byte) bool {
	x, y := sha256.Sum256(a), sha256.Sum256(b)
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// usersFile is a users file that is read again when it changes.
type usersFile struct {
	path string

	mu      sync.Mutex
	table   *table
	now     func() time.Time // nil: not watched
	changed func(error)
	looked  time.Time         // when the file was last looked at
	seen    [sha256.Size]byte // of what it held then; zero where it could not be read
	missing string            // why it could not; told once
}

func (f *usersFile) watch(now func() time.Time, changed func(error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now, f.changed = now, changed
	f.looked = now()
}

// current returns the users, after a look at the file where one is due.
func (f *usersFile) current() *table {
	f.mu.Lock()
	news, err := f.look()
	t, changed := f.table, f.changed
	f.mu.Unlock()
	if news && changed != nil {
		changed(err)
	}
	return t
}

// look reads the file again when a second has passed. It compares what the file holds, not its size and time: a new
// password changes neither the size nor, within one tick of the file system's clock, the time, and reading at most
// 1 MiB is little beside one bcrypt computation.
func (f *usersFile) look() (news bool, err error) {
	if f.now == nil {
		return false, nil
	}
	now := f.now()
	// A clock that has been set back must not stop the looking.
	if since := now.Sub(f.looked); since >= 0 && since < time.Second {
		return false, nil
	}
	f.looked = now
	err = f.readable()
	var data []byte
	if err == nil {
		data, err = readFile(f.path)
	}
	if err != nil {
		news = f.missing != err.Error()
		f.missing, f.seen = err.Error(), [sha256.Size]byte{}
		return news, err
	}
	f.missing = ""
	sum := sha256.Sum256(data)
	if sum == f.seen {
		return false, nil
	}
	f.seen = sum
	t, bad := parseUsers(data)
	if bad != nil {
		return true, cannot("read", f.path, bad)
	}
	f.table = t
	return true, nil
}

// readable says whether the file can be read again. A pipe cannot be read twice, and might keep every login waiting.
func (f *usersFile) readable() error {
	info, err := os.Stat(f.path)
	if err != nil || info.Mode().IsRegular() || info.IsDir() {
		return nil // readFile knows more
	}
	return &Error{
		Message: "cannot read " + shown(f.path) + " again: it is no regular file",
		Hint:    "a pipe is read at the start only; write the users to a file",
	}
}
