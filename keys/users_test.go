package keys

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

func hashOf(t testing.TB, password string, cost int) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), cost)
	if err != nil {
		t.Fatal(err)
	}
	return string(hash)
}

func load(t testing.TB, text string) *Users {
	t.Helper()
	users, err := LoadUsers(file(t, "users", text))
	if err != nil {
		t.Fatal(err)
	}
	return users
}

func TestUsersCheck(t *testing.T) {
	long := strings.Repeat("x", 72)
	hash := hashOf(t, "wonderland", bcrypt.MinCost)
	users := load(t, "\xef\xbb\xbf# our users\r\n\r\nalice:"+hash+"\r\n"+
		"  # more\nbob b\u00f6b:"+strings.Replace(hash, "$2a$", "$2y$", 1)+"\n"+
		"carol:"+strings.Replace(hash, "$2a$", "$2b$", 1)+"\n"+
		"long:"+hashOf(t, long, bcrypt.MinCost)+"\nempty:"+hashOf(t, "", bcrypt.MinCost))
	for _, test := range []struct {
		name, password string
		want           User
		err            error
	}{
		{"alice", "wonderland", User{"alice", 3}, nil},
		{"bob b\u00f6b", "wonderland", User{"bob b\u00f6b", 5}, nil},
		{"carol", "wonderland", User{"carol", 6}, nil},
		{"long", long, User{"long", 7}, nil},
		{"empty", "", User{"empty", 8}, nil},
		{"long", long + "x", User{}, ErrLongPassword},
		{"empty", long + "x", User{}, ErrLongPassword},
		{"alice", "Wonderland", User{}, ErrWrongPassword},
		{"alice", "", User{}, ErrWrongPassword},
		{"Alice", "wonderland", User{}, ErrUnknownUser},
		{"", "", User{}, ErrUnknownUser},
		{"# our users", "", User{}, ErrUnknownUser},
		{"mallory", long + "x", User{}, ErrUnknownUser},
	} {
		got, err := users.Check(t.Context(), test.name, []byte(test.password))
		if got != test.want || !errors.Is(err, test.err) || err != nil && !errors.Is(err, ErrWrongLogin) {
			t.Errorf("%q %q: %v, %v", test.name, test.password, got, err)
		}
	}
}

func TestUsersBuiltIn(t *testing.T) {
	users := BuiltIn()
	users.Watch(time.Now, nil)
	if got, err := users.Check(t.Context(), "test", []byte("test")); got != (User{"client1", 1}) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	for login, want := range map[[2]string]error{
		{"test", "Test"}: ErrWrongPassword, {"test", ""}: ErrWrongPassword, {"client1", "test"}: ErrUnknownUser, {"", ""}: ErrUnknownUser,
	} {
		if got, err := users.Check(t.Context(), login[0], []byte(login[1])); got != (User{}) || err != want {
			t.Errorf("%q: %v, %v", login, got, err)
		}
	}
}

func TestUsersBadFile(t *testing.T) {
	hash := hashOf(t, "x", bcrypt.MinCost)
	for name, test := range map[string]struct{ text, message string }{
		"empty":           {"# nobody\n\n", "no users in it"},
		"no_colon":        {"alice\n", "line 1: no colon in it"},
		"no_name":         {"\n:" + hash, "line 2: no name"},
		"long_name":       {strings.Repeat("\u00e4", 33) + ":" + hash, "line 1: a name of more than 64 bytes"},
		"control":         {"a\x07b:" + hash, "line 1: a name with unprintable characters"},
		"right_to_left":   {"a\u202eb:" + hash, "line 1: a name with unprintable characters"},
		"UTF-8":           {"a\xff:" + hash, "line 1: a name that is not UTF-8"},
		"twice":           {"a:" + hash + "\n#\na:" + hash, "line 3: the same name as in line 1"},
		"twice_after_bad": {"a:bad\na:" + hash, "line 1: not a bcrypt hash; line 2: the same name as in line 1"},
		"apr1":            {"a:$apr1$lNGrwHbQ$2YrkFpA3tvWc5uhBM1uDV.", "line 1: an MD5 hash (apr1), not a bcrypt one"},
		"SHA":             {"a:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "line 1: a SHA-1 hash, not a bcrypt one"},
		"SHA-512":         {"a:$6$x$y", "line 1: a SHA-512 hash, not a bcrypt one"},
		"crypt":           {"a:rqXexS6ZhobKA", "line 1: not a bcrypt hash"},
		"variant":         {"a:" + strings.Replace(hash, "$2a$", "$2x$", 1), "line 1: a damaged bcrypt hash"},
		"cut_hash":        {"a:" + hash[:59], "line 1: a damaged bcrypt hash"},
		"space_after":     {"a:" + hash + " ", "line 1: a damaged bcrypt hash"},
		"third_field":     {"a:" + hash + ":x", "line 1: a damaged bcrypt hash"},
		"cost_3":          {"a:" + strings.Replace(hash, "$04$", "$03$", 1), "line 1: a bcrypt cost that is not from 4 to 16"},
		"cost_17":         {"a:" + strings.Replace(hash, "$04$", "$17$", 1), "line 1: a bcrypt cost that is not from 4 to 16"},
		"first_few":       {strings.Repeat("s3cret\n", 9), "line 5: no colon in it; and 4 more"},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t, "users", test.text)
			_, err := LoadUsers(path)
			wantError(t, err, filepath.Dir(path), "cannot read users: ", "htpasswd -B")
			wantError(t, err, filepath.Dir(path), test.message, "")
			for _, private := range []string{"s3cret", "$apr1", "$2", "W6ph", "rqX"} {
				if strings.Contains(err.Error(), private) {
					t.Errorf("error shows what the line holds: %v", err)
				}
			}
		})
	}
}

// TestUsersSameTime checks what takes the time and not the time: whoever is refused has cost the same number of hashes
// with the same number of rounds in all, whatever costs the file has.
func TestUsersSameTime(t *testing.T) {
	entry := func(name string, cost int) string {
		return fmt.Sprintf("%s:$2y$%02d$%s\n", name, cost, strings.Repeat("a", 53))
	}
	for low := bcrypt.MinCost; low <= maxCost; low++ {
		for high := low; high <= maxCost; high++ {
			var text string
			for cost := low; cost <= high; cost++ {
				text += entry(fmt.Sprint("user", cost), cost)
			}
			table, bad := parseUsers([]byte(text))
			if bad != nil {
				t.Fatal(bad)
			}
			if cost, err := bcrypt.Cost(table.dummy); err != nil || cost != high {
				t.Errorf("dummy hash of cost %d, %v; want %d", cost, err, high)
			}
			want := work(t, table, high) // an unknown user's
			for cost := low; cost <= high; cost++ {
				if got := work(t, table, cost); got != want {
					t.Errorf("%d to %d: a wrong password of cost %d takes %v, an unknown user %v", low, high, cost, got, want)
				}
			}
			if most := 3 << high / 2; low == high && want != [2]int{1, 1 << high} || want[1] > most && high > 6 {
				t.Errorf("%d to %d: %v", low, high, want)
			}
		}
	}
	if err := bcrypt.CompareHashAndPassword(dummyHash(bcrypt.MinCost), []byte("x")); err != bcrypt.ErrMismatchedHashAndPassword {
		t.Errorf("dummy hash is not compared to the end: %v", err)
	}
}

// work is how many hashes a refusal of this cost takes, and how many rounds in all.
func work(t *testing.T, table *table, cost int) (w [2]int) {
	t.Helper()
	for _, c := range append(table.fillers(cost), cost) {
		if c < bcrypt.MinCost {
			t.Fatalf("a hash of cost %d", c)
		}
		w[0]++
		w[1] += 1 << c
	}
	return w
}

func TestUsersContext(t *testing.T) {
	users := load(t, "alice:"+hashOf(t, "x", bcrypt.MinCost))
	if want := max(1, runtime.GOMAXPROCS(0)-1); users.queue.free != want {
		t.Errorf("%d logins at once, want %d", users.queue.free, want)
	}
	for range users.queue.free {
		if err := users.queue.enter(t.Context()); err != nil { // computations that do not end
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	if _, err := users.Check(ctx, "alice", []byte("x")); !errors.Is(err, context.Canceled) || errors.Is(err, ErrWrongLogin) {
		t.Errorf("while waiting: %v", err)
	}
	users.queue.leave()
	if _, err := users.Check(ctx, "alice", []byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("ended before: %v", err)
	}
	if _, err := users.Check(t.Context(), "alice", []byte("x")); err != nil {
		t.Error(err)
	}
}

func TestUsersWatch(t *testing.T) {
	dir := t.TempDir()
	one, two := hashOf(t, "one", bcrypt.MinCost), hashOf(t, "two", bcrypt.MinCost)
	write(t, dir, "users", "alice:"+one)
	users, err := LoadUsers(filepath.Join(dir, "users"))
	if err != nil {
		t.Fatal(err)
	}
	now := clock
	var heard []string
	users.Watch(func() time.Time { return now }, func(err error) {
		heard = append(heard, strings.ReplaceAll(fmt.Sprint(err), dir+string(filepath.Separator), ""))
	})
	step := func(name string, after time.Duration, password string, news ...string) {
		t.Helper()
		now = now.Add(after)
		heard = nil
		for range 2 { // and every change is heard of once
			if _, err := users.Check(t.Context(), "alice", []byte(password)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		now = now.Add(time.Second)
		if _, err := users.Check(t.Context(), "alice", []byte(password)); err != nil {
			t.Errorf("%s, a second later: %v", name, err)
		}
		if !slices.Equal(heard, news) {
			t.Errorf("%s: heard %q, want %q", name, heard, news)
		}
	}
	const good = "<nil>"
	step("unchanged", time.Second, "one")
	write(t, dir, "users", "alice:"+two)
	if _, err := users.Check(t.Context(), "alice", []byte("one")); err != nil {
		t.Errorf("looked again within a second: %v", err)
	}
	step("same size", time.Second, "two", good)
	write(t, dir, "users", "alice:x")
	step("bad", time.Second, "two", "cannot read users: line 1: not a bcrypt hash")
	if err := os.Remove(filepath.Join(dir, "users")); err != nil {
		t.Fatal(err)
	}
	step("gone", time.Second, "two", "cannot read users: no such file")
	write(t, dir, "users", "alice:"+two)
	step("back", time.Second, "two", good)
	write(t, dir, "users", "alice:"+one)
	step("clock set back", -time.Hour, "one", good)
}

// TestUsersConcurrent is for the race detector.
func TestUsersConcurrent(t *testing.T) {
	dir := t.TempDir()
	lines := [2]string{"alice:" + hashOf(t, "x", bcrypt.MinCost), "alice:" + hashOf(t, "x", bcrypt.MinCost)}
	path := filepath.Join(dir, "users")
	write(t, dir, "users", lines[0])
	users, err := LoadUsers(path)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	now, changes := clock, 0
	users.Watch(func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}, func(err error) {
		mu.Lock()
		defer mu.Unlock()
		changes++
	})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if _, err := users.Check(t.Context(), "alice", []byte("x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 10 {
		temp := filepath.Join(dir, "new")
		if err := errors.Join(os.WriteFile(temp, []byte(lines[i%2]), 0o600), os.Rename(temp, path)); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}

// TestHtpasswd reads what Apache's program writes.
func TestHtpasswd(t *testing.T) {
	if _, err := exec.LookPath("htpasswd"); err != nil {
		t.Skip("no htpasswd program here")
	}
	path := filepath.Join(t.TempDir(), "users")
	for _, arguments := range []string{"-cbB -C 4 PATH alice one", "-bB -C 5 PATH bob two"} {
		args := strings.Fields(strings.ReplaceAll(arguments, "PATH", path))
		if out, err := exec.Command("htpasswd", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	users, err := LoadUsers(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := users.Check(t.Context(), "bob", []byte("two")); got != (User{"bob", 2}) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if out, err := exec.Command("htpasswd", "-bm", path, "carol", "three").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, err = LoadUsers(path)
	wantError(t, err, filepath.Dir(path), "cannot read users: line 3: an MD5 hash (apr1)", "htpasswd -B")
}

func FuzzUsers(f *testing.F) {
	hash := hashOf(f, "x", bcrypt.MinCost)
	f.Add([]byte("# c\r\n\r\nalice:" + hash + "\n"))
	f.Add([]byte("a:" + hash + "\na:" + hash))
	f.Add([]byte("\xef\xbb\xbf:\n\xff:\n::\n$"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, bad := parseUsers(data)
		if bad != nil {
			wantError(t, cannot("read", "users", bad), "", "cannot read users: ", "htpasswd -B")
			if len(bad.what) > 400 {
				t.Errorf("error of %d bytes", len(bad.what))
			}
			return
		}
		lines := bytes.Count(data, []byte("\n")) + 1
		for name, a := range table.accounts {
			if a.id < 1 || a.id > lines || badName(name) != "" || len(a.hash) != 60 {
				t.Errorf("%q: %+v of %d lines", name, a, lines)
			}
		}
	})
}
