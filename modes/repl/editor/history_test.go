package editor

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

func remember(t *testing.T, h *history, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if err := h.remember(line, line); err != nil {
			t.Fatal(err)
		}
	}
}

func contents(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func wantPrivate(t *testing.T, file string) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("%s has the mode %v", file, mode)
	}
}

func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "history")
	h := openHistory(file)
	wantPrivate(t, file)
	remember(t, h, "hello", "hello", "  ", "request\tx", "連 é", "two\nlines\r\n")
	want := []string{"hello", "request\tx", "連 é", "two lines"}
	if got := h.entries(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := contents(t, file); got != strings.Join(want, "\n")+"\n" {
		t.Errorf("the file has %q", got)
	}
	if got := openHistory(file).entries(); !slices.Equal(got, want) {
		t.Errorf("opened again: %q", got)
	}
}

func TestHistoryKeepsOtherText(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	h := openHistory(file)
	for line, kept := range map[string]string{"hello password=x": "", "let a=$b": "", "use main": "use main"} {
		if err := h.remember(line, kept); err != nil {
			t.Fatal(err)
		}
	}
	if got := contents(t, file); got != "use main\n" {
		t.Errorf("the file has %q", got)
	}
	if got := h.entries(); len(got) != 3 {
		t.Errorf("in memory: %q", got)
	}
}

func TestHistoryBecomesPrivate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	writeFile(t, file, "old\n")
	h := openHistory(file)
	wantPrivate(t, file)
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	remember(t, h, "new")
	wantPrivate(t, file)
}

func TestHistoryDoesNotGrow(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	var lines []string
	for i := range historyLimit - 1 {
		lines = append(lines, fmt.Sprintf("line %d", i))
	}
	writeFile(t, file, strings.Join(lines, "\n")+"\n")
	h := openHistory(file)
	remember(t, h, "new 1", "new 2", "short", strings.Repeat("long", 20))
	want := append(lines[3:], "new 1", "new 2", "short", strings.Repeat("long", 20))
	if got := contents(t, file); got != strings.Join(want, "\n")+"\n" {
		t.Errorf("the file has %d lines, and ends with %q", strings.Count(got, "\n"), got[len(got)-100:])
	}
	if got := h.entries(); !slices.Equal(got, want) {
		t.Errorf("%d lines in memory", len(got))
	}
	if got := openHistory(file).entries(); !slices.Equal(got, want) {
		t.Errorf("opened again: %d lines", len(got))
	}
}

func TestBrokenHistory(t *testing.T) {
	long := strings.Repeat("x", longestEntry+1)
	for _, c := range []struct{ name, text, want string }{
		{"no line end", "one\ntwo", "one\ntwo\nnew\n"},
		{"CRLF", "one\r\ntwo\r\n", "one\r\ntwo\r\nnew\n"}, // read well, so left alone
		{"escape sequences", "one\n\x1b[2Jclear\ntwo\n", "one\ntwo\nnew\n"},
		{"no UTF-8", "\xff\xfe\none\n", "one\nnew\n"},
		{"NUL", "one\n\x00\x00\x00\n", "one\nnew\n"},
		{"empty lines", "\n\n\none\n", "one\nnew\n"},
		{"a line too long", long + "\none\n", "one\nnew\n"},
		{"the end of a long line", "one\n" + long, "one\nnew\n"},
		{"too large", strings.Repeat(long+"\n", largestHistory/len(long)+2) + "one\n", "one\nnew\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "history")
			writeFile(t, file, c.text)
			h := openHistory(file)
			remember(t, h, "new")
			if got := contents(t, file); got != c.want {
				t.Errorf("the file has %d bytes: %.100q", len(got), got)
			}
			want := strings.Fields(c.want)
			if got := h.entries(); !slices.Equal(got, want) {
				t.Errorf("in memory: %.100q", got)
			}
		})
	}
}

// A file that cannot be had is told of once, and keeps nobody from typing.
func TestImpossibleHistory(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	writeFile(t, file, "")
	for _, impossible := range []string{dir, filepath.Join(file, "below")} {
		h := openHistory(impossible)
		if err := h.remember("one", "one"); err == nil {
			t.Errorf("%s: no error", impossible)
		}
		remember(t, h, "two")
		if got := h.entries(); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("in memory: %q", got)
		}
	}
}

func TestNoHistoryFile(t *testing.T) {
	h := openHistory("")
	remember(t, h, "one", "two")
	if got := h.entries(); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("in memory: %q", got)
	}
}

// Two at once lose no line of each other.
func TestSharedHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	var all sync.WaitGroup
	for i := range 4 {
		h := openHistory(file)
		all.Go(func() {
			for j := range 25 {
				if err := h.remember("x", fmt.Sprintf("%d of %d", j, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	lines := strings.Split(strings.TrimSuffix(contents(t, file), "\n"), "\n")
	slices.Sort(lines)
	if len(slices.Compact(lines)) != 100 {
		t.Errorf("%d lines", len(lines))
	}
}

// TestCensor: what has become a secret leaves the history, in memory and on disk.
func TestCensor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	h := openHistory(file)
	for _, line := range []string{"let pw=1269", "hello"} {
		if err := h.remember(line, line); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.censor(func(line string) string { return strings.ReplaceAll(line, "1269", "x") }); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil || string(b) != "let pw=x\nhello\n" {
		t.Errorf("%q, %v", b, err)
	}
	if got := strings.Join(h.entries(), "\n"); got != "let pw=x\nhello" {
		t.Errorf("%q", got)
	}
}
