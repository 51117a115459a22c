package keys

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// waiters are logins that wait in a queue of one place, which is taken. Each says its name when it is let in.
type waiters struct {
	t     *testing.T
	queue *queue
	let   []string
	mu    sync.Mutex
	all   sync.WaitGroup
}

func newWaiters(t *testing.T, most int) *waiters {
	w := &waiters{t: t, queue: newQueue(1, most)}
	if err := w.queue.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

func from(ctx context.Context, host byte, suspect bool) context.Context {
	return WithSource(ctx, Source{Addr: netip.AddrFrom4([4]byte{192, 0, 2, host}), Suspect: suspect})
}

// add puts one into the queue and waits until it stands there.
func (w *waiters) add(ctx context.Context, name string) {
	w.all.Go(func() {
		err := w.queue.enter(ctx)
		w.mu.Lock()
		defer w.mu.Unlock()
		if err != nil {
			name = fmt.Sprintf("%s: %v", name, err)
		}
		w.let = append(w.let, name)
	})
	synctest.Wait()
}

// want: they are let in in this order, one by one.
func (w *waiters) want(names ...string) {
	w.t.Helper()
	for range w.queue.waiting {
		w.queue.leave()
		synctest.Wait()
	}
	w.queue.leave()
	w.all.Wait()
	if !slices.Equal(w.let, names) {
		w.t.Errorf("%q,\nwant %q", w.let, names)
	}
	if q := w.queue; q.free != 1 || q.waiting != 0 || len(q.lines[0])+len(q.lines[1]) != 0 {
		w.t.Errorf("left over: %+v", q)
	}
}

// TestQueueIsFair: sources take turns, suspects come last.
func TestQueueIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWaiters(t, 0)
		for i := range 3 {
			w.add(from(t.Context(), 1, false), fmt.Sprint("a", i))
		}
		w.add(from(t.Context(), 9, true), "s0")
		w.add(from(t.Context(), 9, true), "s1")
		w.add(from(t.Context(), 2, false), "b0")
		w.add(from(t.Context(), 3, false), "c0")
		w.want("a0", "b0", "c0", "a1", "a2", "s0", "s1")
	})
}

// TestQueueIsBounded: a full queue sends away the last of the longest line, and never somebody for a suspect's sake
// who is none.
func TestQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWaiters(t, 4)
		for i := range 4 {
			w.add(from(t.Context(), 1, false), fmt.Sprint("a", i))
		}
		w.add(from(t.Context(), 1, false), "a4")
		w.add(from(t.Context(), 9, true), "s0")
		w.add(from(t.Context(), 2, false), "b0")
		w.add(from(t.Context(), 2, false), "b1")
		w.add(from(t.Context(), 2, false), "b2")
		w.want("a4: too many logins wait", "s0: too many logins wait", "a3: too many logins wait", "a2: too many logins wait",
			"b2: too many logins wait", "a0", "b0", "a1", "b1")
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWaiters(t, 3)
		for i := range 3 {
			w.add(from(t.Context(), 9, true), fmt.Sprint("s", i))
		}
		w.add(from(t.Context(), 8, true), "r0")
		w.add(from(t.Context(), 1, false), "a0")
		w.add(from(t.Context(), 1, false), "a1")
		w.want("s2: too many logins wait", "s1: too many logins wait", "r0: too many logins wait", "a0", "a1", "s0")
	})
}

// TestQueueOfMany: while more sources wait than can be served in time, the newest is
// served first.
func TestQueueOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWaiters(t, 0)
		var want []string
		for i := range byte(manyLines + 2) {
			w.add(from(t.Context(), i, false), fmt.Sprint(i))
		}
		want = append(want, fmt.Sprint(manyLines+1), fmt.Sprint(manyLines))
		for i := range manyLines {
			want = append(want, fmt.Sprint(i))
		}
		w.want(want...)
	})
}

// TestQueueForgets: who no longer waits takes no place, also when the word came in the same moment.
func TestQueueForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWaiters(t, 1)
		ctx, cancel := context.WithCancel(t.Context())
		w.add(from(ctx, 1, false), "a0")
		cancel()
		synctest.Wait()
		w.add(from(t.Context(), 2, false), "b0")
		w.want("a0: context canceled", "b0")
	})
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			w := newWaiters(t, 0)
			ctx, cancel := context.WithCancel(t.Context())
			w.add(ctx, "a0")
			var both sync.WaitGroup
			both.Go(cancel)
			both.Go(w.queue.leave)
			both.Wait()
			w.all.Wait()
			if w.let[0] == "a0" {
				w.queue.leave()
			}
			if w.queue.free != 1 || w.queue.waiting != 0 {
				t.Errorf("%v: %+v", w.let, w.queue)
			}
		})
	}
}

// TestVerifiedIsRemembered: a login found good computes nothing again, until the file changes; any other does.
func TestVerifiedIsRemembered(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "users", "alice:"+hashOf(t, "right", bcrypt.MinCost)+"\nbob:"+hashOf(t, "other", bcrypt.MinCost))
	users, err := LoadUsers(dir + "/users")
	if err != nil {
		t.Fatal(err)
	}
	now := clock
	users.Watch(func() time.Time { return now }, nil)
	check := func(name, password string) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		u, err := users.Check(ctx, name, []byte(password))
		if err == nil && (u.Name != name || u.ID != 1) {
			t.Errorf("%+v", u)
		}
		return err
	}
	if err := check("alice", "right"); err != nil {
		t.Fatal(err)
	}
	users.queue = newQueue(0, 1) // nobody can compute
	users.queue.waiting = 1
	if err := check("alice", "right"); err != nil {
		t.Errorf("again: %v", err)
	}
	for _, other := range [][2]string{{"alice", "wrong"}, {"alice", ""}, {"alic", "eright"}, {"bob", "right"}, {"eve", "right"}} {
		if err := check(other[0], other[1]); !errors.Is(err, ErrBusy) {
			t.Errorf("%q: %v without computing", other, err)
		}
	}
	now = now.Add(2 * time.Second)
	write(t, dir, "users", "# changed\nalice:"+hashOf(t, "new", bcrypt.MinCost))
	if err := check("alice", "right"); !errors.Is(err, ErrBusy) {
		t.Errorf("after the file has changed: %v without computing", err)
	}
}

// TestReread tells of every reading, a bad file's too.
func TestReread(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "users", "alice:"+hashOf(t, "one", bcrypt.MinCost))
	users, err := LoadUsers(dir + "/users")
	if err != nil {
		t.Fatal(err)
	}
	var heard []string
	users.Watch(func() time.Time { return clock }, func(err error) { heard = append(heard, fmt.Sprint(err)) })
	users.Reread()
	write(t, dir, "users", "alice:bad")
	users.Reread()
	users.Reread()
	if len(heard) != 3 || heard[0] != "<nil>" || !strings.Contains(heard[1], "not a bcrypt hash") || heard[1] != heard[2] {
		t.Errorf("%q", heard)
	}
	if _, err := users.Check(t.Context(), "alice", []byte("one")); err != nil {
		t.Error(err)
	}
	BuiltIn().Reread()
}

// TestSuspectsGoSlowly: who has done something wrong is served slowly, but not while somebody
// else waits, not without end, and not when he has gone.
func TestSuspectsGoSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const cost = 6 // 64 rounds
		users := load(t, "alice:"+hashOf(t, "right", cost)+"\nbob:"+hashOf(t, "right", cost)+"\n")
		users.queue = newQueue(1, 0)
		yields := 0
		users.Yield(func() { yields++ })
		check := func(ctx context.Context, name, password string) time.Duration {
			start := time.Now()
			_, _ = users.Check(ctx, name, []byte(password))
			return time.Since(start)
		}
		good, suspect := from(t.Context(), 1, false), from(t.Context(), 2, true)
		rounds := 1 << cost
		if took := check(good, "alice", "wrong"); took != 0 || yields != rounds {
			t.Errorf("%v, %d rounds, want %d", took, yields, rounds)
		}
		want := time.Duration(rounds/suspectRounds) * suspectPause
		if took := check(suspect, "alice", "wrong"); took != want {
			t.Errorf("%v, want %v", took, want)
		}
		var other sync.WaitGroup
		other.Go(func() {
			time.Sleep(suspectPause / 2) // within the first pause
			if took := check(good, "bob", "right"); took != suspectPause/2 {
				t.Errorf("bob waits for %v", took)
			}
		})
		if took := check(suspect, "alice", "wrong"); took != suspectPause {
			t.Errorf("%v while bob waits, want %v", took, suspectPause)
		}
		other.Wait()

		gone, cancel := context.WithTimeout(suspect, suspectPause+suspectPause/2)
		defer cancel()
		if took := check(gone, "alice", "wrong"); took != suspectPause+suspectPause/2 {
			t.Errorf("%v after he has gone", took)
		}
		slowly := users.yieldOf(suspect)
		start := time.Now()
		for range 100_000 {
			slowly()
		}
		if took := time.Since(start); took < suspectMost || took >= suspectMost+suspectPause {
			t.Errorf("%v of pauses, want %v", took, suspectMost)
		}
	})
}
