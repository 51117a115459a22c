package editor

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

func displayOn(s *screen) *display {
	return newDisplay(s, s, func() (int, int, error) { return s.width, s.height, nil })
}

// wantScreen compares what is on the screen, and where the cursor is, in
// characters of the last line.
func wantScreen(t *testing.T, s *screen, text string, pos int) {
	t.Helper()
	lines, line, got := s.lines()
	if s.text() != strings.TrimRight(text, " \n") {
		t.Fatalf("in %d columns: got\n%s\nwant\n%s", s.width, s.text(), text)
	}
	if last := strings.Count(text, "\n"); line != last || got != pos {
		t.Fatalf("in %d columns: the cursor at line %d, character %d, not %d, %d\n%s", s.width, line, got, last, pos, strings.Join(lines, "\n"))
	}
	if s.broken != "" {
		t.Fatalf("drawn: %q", s.broken)
	}
}

// Whatever is typed, printed and resized, there is the printed text, and below
// it, once, the line.
func TestDisplay(t *testing.T) {
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 0))
		s := newScreen(10+random.IntN(40), 50)
		d := displayOn(s)
		printed, prompt := "", ""
		var line []rune
		pos := 0
		for i := range 100 {
			switch op := random.IntN(10); {
			case op == 0 || prompt == "":
				if prompt != "" {
					d.finish(line)
					printed += strings.TrimRight(prompt+string(line), " ") + "\n"
				}
				prompt = strings.Repeat("p", random.IntN(12)) + "> "
				line, pos = nil, 0
				d.begin(prompt)
			case op < 3:
				text := strings.Repeat("t連", random.IntN(15)) + fmt.Sprint(i)
				printed += text + "\n"
				if err := d.above(d.out, text); err != nil {
					t.Fatal(err)
				}
			case op < 5:
				s.resize(10+random.IntN(40), 50)
				d.redraw()
			default:
				line = []rune(strings.Repeat("y", random.IntN(20)) + strings.Repeat("続z", random.IntN(20)) + "w")
				pos = random.IntN(len(line) + 1)
				d.show(line, pos, false)
			}
			wantScreen(t, s, printed+prompt+string(line), len(prompt)+pos)
		}
	}
}

// Output that comes after the width has changed, but before anybody has told
// us, finds the line where it is.
func TestPrintAfterResize(t *testing.T) {
	s := newScreen(20, 20)
	d := displayOn(s)
	d.begin("main> ")
	line := []rune(strings.Repeat("ab続", 15))
	d.show(line, 40, false)
	s.resize(33, 20)
	_ = d.above(d.out, "printed")
	wantScreen(t, s, "printed\nmain> "+string(line), 46)
}

// Of a line that has no room there is the part around the cursor; all of it
// stays when it is done.
func TestLineLongerThanScreen(t *testing.T) {
	s := newScreen(10, 4)
	d := displayOn(s)
	_ = d.above(d.out, "before")
	d.begin("> ")
	line := []rune(strings.Repeat("0123456789", 8))
	d.show(line, len(line), false)
	wantScreen(t, s, "before\n"+string(line[48:]), 32)
	d.show(line, 0, false)
	wantScreen(t, s, "before\n> "+string(line[:38]), 2)
	_ = d.above(d.out, "printed")
	wantScreen(t, s, "before\nprinted\n> "+string(line[:38]), 2)
	d.finish(line)
	wantScreen(t, s, "before\nprinted\n> "+string(line)+"\n", 0)
}

func TestSearchStatus(t *testing.T) {
	s := newScreen(20, 20)
	d := displayOn(s)
	d.begin("> ")
	d.show([]rune("found"), 2, true)
	d.status("bck-i-search: " + strings.Repeat("o", 20))
	if got := s.text(); got != "> found\nbck-i-search: ooooo" {
		t.Errorf("got\n%s", got)
	}
	if _, line, pos := s.lines(); line != 0 || pos != 4 {
		t.Errorf("the cursor at %d, %d", line, pos)
	}
	_ = d.above(d.out, "printed")
	if got := s.text(); got != "printed\n> found\nbck-i-search: ooooo" {
		t.Errorf("got\n%s", got)
	}
	d.show([]rune("found"), 5, false)
	wantScreen(t, s, "printed\n> found", 7)
}

func TestClearScreen(t *testing.T) {
	s := newScreen(20, 5)
	d := displayOn(s)
	_ = d.above(d.out, "above")
	d.begin("> ")
	d.show([]rune("typed"), 1, false)
	d.clear()
	wantScreen(t, s, "> typed", 3)
}

func TestMark(t *testing.T) {
	s := newScreen(20, 5)
	d := displayOn(s)
	d.begin("> ")
	d.show([]rune("typed"), 1, false)
	d.interrupted(true)
	d.finish([]rune("typed"))
	d.begin("> ")
	d.finish(nil)
	wantScreen(t, s, "> typed^C\n>\n", 0)
	if d.close(); s.pastes {
		t.Error("pastes are still marked")
	}
}

// Where Out is a file, nothing but the text goes there.
func TestPrintToFile(t *testing.T) {
	var file strings.Builder
	s := newScreen(20, 5)
	d := displayOn(s)
	d.out = &file
	d.begin("> ")
	d.show([]rune("typed"), 5, false)
	for _, text := range []string{"one", "two\n", "three\nfour"} {
		if err := d.above(d.out, text); err != nil {
			t.Error(err)
		}
	}
	wantScreen(t, s, "> typed", 7)
	if file.String() != "one\ntwo\nthree\nfour\n" {
		t.Errorf("the file has %q", file.String())
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

func TestPrintFails(t *testing.T) {
	s := newScreen(20, 5)
	full := errors.New("disk full")
	d := newDisplay(s, failing{full}, func() (int, int, error) { return 20, 5, nil })
	for range 2 {
		if err := d.above(d.out, "text"); !errors.Is(err, full) {
			t.Errorf("got %v", err)
		}
		d.begin("> ")
	}
	wantScreen(t, s, ">", 2)
}

// Lines of many goroutines are whole, and above the line that is typed.
func TestPrintFromManyGoroutines(t *testing.T) {
	s := newScreen(40, 50)
	d := displayOn(s)
	d.begin("> ")
	var all sync.WaitGroup
	for i := range 5 {
		all.Go(func() {
			for range 20 {
				_ = d.above(d.out, strings.Repeat(string(rune('a'+i)), 50))
			}
		})
	}
	all.Go(func() {
		for i := range 50 {
			d.show([]rune(strings.Repeat("z", i)), i/2, false)
		}
	})
	all.Wait()
	lines := strings.Split(s.text(), "\n")
	for _, line := range lines[:len(lines)-1] {
		if line != strings.Repeat(line[:1], 50) {
			t.Errorf("a line is %q", line)
		}
	}
	if len(lines) != 101 || lines[100] != "> "+strings.Repeat("z", 49) {
		t.Errorf("%d lines; the last is %q", len(lines), lines[len(lines)-1])
	}
}

func TestSizeUnknown(t *testing.T) {
	for _, terminal := range []func() (int, int, error){
		func() (int, int, error) { return 0, 0, errors.New("none") },
		func() (int, int, error) { return 0, 0, nil },
	} {
		if w, h := newDisplay(io.Discard, io.Discard, terminal).size(); w != 80 || h != 24 {
			t.Errorf("got %d × %d", w, h)
		}
	}
}
