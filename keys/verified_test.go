package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// lineUp has logins wait for the one place of users in this order, and gives when each was settled, from when the place
// became free. A computation takes computed.
func lineUp(t *testing.T, users *Users, logins ...func() error) (settled []string) {
	t.Helper()
	users.queue = newQueue(0, 0)
	users.Yield(func() { time.Sleep(computed >> bcrypt.MinCost) })
	var all sync.WaitGroup
	var mu sync.Mutex
	start := time.Now()
	for i, login := range logins {
		all.Go(func() {
			err := login()
			mu.Lock()
			defer mu.Unlock()
			settled = append(settled, fmt.Sprintf("%d %v %v", i, time.Since(start), err))
		})
		synctest.Wait()
	}
	users.queue.leave()
	all.Wait()
	if q := users.queue; q.free != 1 || q.waiting != 0 {
		t.Errorf("left over: %+v", q)
	}
	if left := len(users.source.table.verified.waiting); left != 0 {
		t.Errorf("%d wait for ever", left)
	}
	slices.Sort(settled)
	return settled
}

const computed = 160 * time.Millisecond

// logins of alice and bob, whose passwords are right and other.
func loginsOf(t *testing.T) (*Users, func(ctx context.Context, name, password string) func() error) {
	users := load(t, "alice:"+hashOf(t, "right", bcrypt.MinCost)+"\nbob:"+hashOf(t, "other", bcrypt.MinCost))
	return users, func(ctx context.Context, name, password string) func() error {
		return func() error {
			_, err := users.Check(ctx, name, []byte(password))
			return err
		}
	}
}

// TestVerifiedWhileWaiting: logins of one user with one password are computed once, and those that wait are let in
// with the first of them. Nobody else's is held up, and those that are refused take as long as ever.
func TestVerifiedWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		users, login := loginsOf(t)
		good, suspect := from(t.Context(), 1, false), from(t.Context(), 2, true)
		got := lineUp(t, users,
			login(good, "alice", "right"), login(good, "alice", "wrong"), login(good, "eve", "right"), login(good, "bob", "right"),
			login(good, "bob", "other"), login(good, "alice", "right"), login(suspect, "alice", "right"))
		want := []string{
			"0 160ms <nil>", "1 320ms wrong password", "2 480ms unknown user", "3 640ms wrong password",
			"4 800ms <nil>", "5 160ms <nil>", "6 160ms <nil>",
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q,\nwant %q", got, want)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		users, login := loginsOf(t)
		var fifty []func() error
		for range 50 {
			fifty = append(fifty, login(t.Context(), "alice", "right"))
		}
		for _, settled := range lineUp(t, users, fifty...) {
			if !strings.HasSuffix(settled, " 160ms <nil>") {
				t.Errorf("%s, want one computation for all", settled)
			}
		}
	})
}

// TestVerifiedWithoutWaiting: who leaves the queue is not let in later, and a login found good between the first look
// and the wait is.
func TestVerifiedWithoutWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		users, login := loginsOf(t)
		ctx, cancel := context.WithTimeout(t.Context(), computed/2)
		defer cancel()
		got := lineUp(t, users, login(t.Context(), "bob", "other"), login(ctx, "alice", "right"), login(t.Context(), "alice", "right"))
		if want := []string{"0 160ms <nil>", "1 80ms " + context.DeadlineExceeded.Error(), "2 320ms <nil>"}; !slices.Equal(got, want) {
			t.Errorf("%q,\nwant %q", got, want)
		}
	})
	v := newVerified()
	l := v.login("alice", []byte("right"))
	v.add(l)
	ctx, over := v.await(t.Context(), l)
	if !errors.Is(ctx.Err(), context.Canceled) || !over() {
		t.Errorf("waits though it was found good: %v", ctx.Err())
	}
}
