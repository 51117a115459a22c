package editor

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// typed is a keyboard on which the chunks are typed, one after the other; then
// the terminal has gone.
func typed(chunks ...string) *keyboard {
	return &keyboard{read: func(wait bool) ([]byte, error) {
		if !wait {
			return nil, nil
		}
		if len(chunks) == 0 {
			return nil, errGone
		}
		b := []byte(chunks[0])
		chunks = chunks[1:]
		return b, nil
	}}
}

// presses are all keys; characters in a row are one.
func presses(t testing.TB, k *keyboard) (all []press) {
	t.Helper()
	for {
		p, err := k.next()
		if err == errGone {
			return all
		}
		if err != nil || p.key == keyNone {
			t.Fatalf("got %v, %v", p, err)
		}
		if n := len(all); n > 0 && p.key == keyText && all[n-1].key == keyText {
			all[n-1].text = append(slices.Clip(all[n-1].text), p.text...)
			continue
		}
		all = append(all, p)
	}
}

func chars(s string) press { return press{keyText, []rune(s)} }

func is(keys ...key) (all []press) {
	for _, k := range keys {
		all = append(all, press{key: k})
	}
	return all
}

func samePresses(a, b []press) bool {
	return slices.EqualFunc(a, b, func(a, b press) bool { return a.key == b.key && slices.Equal(a.text, b.text) })
}

var decodings = []struct {
	name, in string
	want     []press
}{
	{"characters", "aé連😀", []press{chars("aé連😀")}},
	{"control characters", "\x01\x02\x04\x05\x06\x07\x08\x0b\x0c\x0e\x10\x12\x13\x14\x15\x17\x19\x7f", is(keyHome, keyLeft,
		keyEnd, keyLast, keyRight, keyCancel, keyBackspace, keyKillRight, keyClear, keyDown, keyUp, keySearchBack,
		keySearchForward, keyTranspose, keyKillLeft, keyKillWordLeft, keyYank, keyBackspace)},
	{"Ctrl-Space, Ctrl-Z and others are no keys", "a\x00\x0f\x11\x16\x18\x1a\x1c\x1d\x1e\x1fb", []press{chars("ab")}},
	{"line ends", "\r\n\n\r\r\n", is(keyEnter, keyEnter, keyEnter, keyEnter)},
	{"no UTF-8", "a\xff\xc3(", []press{chars("a\ufffd\ufffd(")}},
	{"controls of eight bits", "a\u009bb", []press{chars("ab")}},
	{"arrows", "\x1b[A\x1b[B\x1b[C\x1b[D\x1bOA\x1bOB\x1bOC\x1bOD", is(keyUp, keyDown, keyRight, keyLeft, keyUp, keyDown, keyRight, keyLeft)},
	{"Home and End", "\x1b[H\x1b[F\x1bOH\x1bOF\x1b[1~\x1b[4~\x1b[7~\x1b[8~", is(keyHome, keyLast, keyHome, keyLast, keyHome, keyLast, keyHome, keyLast)},
	{"words", "\x1bb\x1bf\x1bd\x1b\x7f\x1b[1;5D\x1b[1;3C\x1b[3;5~", is(keyWordLeft, keyWordRight, keyKillWordRight,
		keyKillWordLeft, keyWordLeft, keyWordRight, keyKillWordRight)},
	{"Delete", "\x1b[3~", is(keyDelete)},
	{"unknown sequences", "a\x1b[15~\x1b[[A\x1bOP\x1bz\x1b[?1;2cb", []press{chars("ab")}},
	{"a broken sequence ends at a control character", "\x1b[12\rx\x1bO\r", []press{{key: keyEnter}, chars("x"), {key: keyEnter}}},
	{"a broken sequence ends at last", "\x1b[" + strings.Repeat("1", 62) + "x", []press{chars("x")}},
	{"ESC before a sequence", "\x1b\x1b[A", is(keyUp)},
	{"ESC before a character of two bytes", "\x1bé", []press{chars("é")}},
	{"command strings", "a\x1b]0;title\x07b\x1bPq\x1b\\c\x1b_x\rd", []press{chars("abc"), {key: keyEnter}, chars("d")}},
	{"a command string without an end", "\x1b]" + strings.Repeat("x", longestString-2) + "y", []press{chars("y")}},
	{"a paste", "\x1b[200~a\tb\x01\x1b[A\x1bb\x12\r\nc\x1b[201~\t", []press{chars("a\tb"), {key: keyEnter}, chars("c"), {key: keyComplete}}},
	{"a paste without an end", "\x1b[200~a\x03\t", is(keyInterrupt, keyComplete)},
	{"Ctrl-C drops what is before it", "one\rtwo\x03three", []press{{key: keyInterrupt}, chars("three")}},
}

func TestKeyboard(t *testing.T) {
	for _, c := range decodings {
		t.Run(c.name, func(t *testing.T) {
			if got := presses(t, typed(c.in)); !samePresses(got, c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
		})
	}
}

func TestALoneEscapeWaits(t *testing.T) {
	for _, in := range []string{"\x1b", "\x1b[", "\x1b[1;", "\x1bO", "\x1b]0;t", "\x1b]0;t\x1b", "\xe9", "\xe9\x80"} {
		k := typed(in)
		if got := presses(t, k); len(got) > 0 || string(k.pending) != in {
			t.Errorf("%q: got %v, and %q waits", in, got, k.pending)
		}
	}
}

// A key is the same however the terminal cuts the bytes up.
func FuzzKeyboard(f *testing.F) {
	for _, c := range decodings {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		k := typed(string(in))
		whole := presses(t, k)
		if len(k.pending) > longestString {
			t.Errorf("%d bytes wait", len(k.pending))
		}
		for _, p := range whole {
			if (p.key == keyText) != (len(p.text) > 0) {
				t.Errorf("key %d with text %q", p.key, string(p.text))
			}
			for _, r := range p.text {
				if unicode.IsControl(r) && r != '\t' {
					t.Errorf("text %q", string(p.text))
				}
			}
		}
		if slices.Contains(in, 3) { // drops what has come with it
			return
		}
		if single := presses(t, typed(strings.Split(string(in), "")...)); !samePresses(whole, single) {
			t.Errorf("%q\nwhole %v\none by one %v", in, whole, single)
		}
		var bytes []string
		for i := range in {
			bytes = append(bytes, string(in[i:i+1]))
		}
		if single := presses(t, typed(bytes...)); !samePresses(whole, single) {
			t.Errorf("%q\nwhole %v\nbyte by byte %v", in, whole, single)
		}
	})
}

func TestHiddenLine(t *testing.T) {
	for _, c := range []struct {
		in, want string
		err      error
	}{
		{"secret\r", "secret", nil},
		{"\x00連\tx\x1b[A\x7f\x7f密\n", "密", nil},
		{"no\x15yes\x04\r", "yes", nil},
		{"no\x07\r", "", nil},
		{"a\x03", "", ErrInterrupted},
		{"\x04", "", io.EOF},
		{"gone", "", errGone},
		{strings.Repeat("x", longestHidden) + "\r", strings.Repeat("x", longestHidden), nil},
	} {
		if got, err := typed(c.in).hiddenLine(); got != c.want || err != c.err {
			t.Errorf("%.20q: got %.20q, %v", c.in, got, err)
		}
	}
	long := strings.Repeat("x", longestHidden+1)
	if got, err := typed(long, long, "\r").hiddenLine(); got != "" || err == nil || !strings.Contains(err.Error(), "over 4096") {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

// A hidden line takes no key of the next one.
func TestKeysBehindAHiddenLine(t *testing.T) {
	k := typed("secret\rhello\r")
	if _, err := k.hiddenLine(); err != nil {
		t.Fatal(err)
	}
	if got, want := presses(t, k), []press{chars("hello"), {key: keyEnter}}; !samePresses(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestForgetTypedAhead(t *testing.T) {
	in, terminal := io.Pipe()
	i := newInput()
	go i.run(in)
	k := &keyboard{read: i.read}
	_, _ = terminal.Write([]byte("one\r\x1b[200~two\x1b[3")) // returns when all is read
	if p, err := k.next(); err != nil || string(p.text) != "one" {
		t.Fatal(p, err)
	}
	k.pasting = true
	_, _ = terminal.Write([]byte("ahead"))
	_, _ = terminal.Write(nil) // and this, when that has been added
	k.forget()
	_, _ = terminal.Write([]byte("\tnew\r"))
	terminal.Close()
	if got, want := presses(t, k), []press{{key: keyComplete}, chars("new"), {key: keyEnter}}; !samePresses(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestInput(t *testing.T) {
	in, terminal := io.Pipe()
	i := newInput()
	go i.run(in)
	if b, err := i.read(false); len(b) > 0 || err != nil {
		t.Errorf("got %q, %v: there is nothing yet", b, err)
	}
	go func() {
		_, _ = terminal.Write([]byte("typed"))
		terminal.CloseWithError(errors.New("hung up"))
	}()
	if b, err := i.read(true); string(b) != "typed" || err != nil {
		t.Errorf("got %q, %v", b, err)
	}
	for range 2 {
		if _, err := i.read(true); err != errGone {
			t.Errorf("got %v", err)
		}
	}
	i.close()
	if _, err := i.read(false); err != errGone {
		t.Errorf("got %v", err)
	}
}

func TestClosedInputLetsGo(t *testing.T) {
	in, terminal := io.Pipe()
	defer terminal.Close()
	i := newInput()
	go i.run(in)
	done := make(chan error)
	go func() {
		_, err := i.read(true)
		done <- err
	}()
	i.close()
	if err := <-done; err != errGone {
		t.Errorf("got %v", err)
	}
}

// Reading ahead has an end; who reads makes room.
func TestInputIsBounded(t *testing.T) {
	in, terminal := io.Pipe()
	i := newInput()
	go i.run(in)
	done := make(chan int)
	go func() {
		n, _ := terminal.Write(make([]byte, 3*mostAhead))
		terminal.Close()
		done <- n
	}()
	all := 0
	for {
		b, err := i.read(true)
		if err != nil {
			break
		}
		if all += len(b); len(b) > mostAhead+4096 {
			t.Errorf("%d bytes at once", len(b))
		}
	}
	if n := <-done; n != 3*mostAhead || all != n {
		t.Errorf("%d bytes written, %d read", n, all)
	}
}
