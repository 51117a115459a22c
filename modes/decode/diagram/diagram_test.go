package diagram

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"proto/modes"
)

// rows reads the data of a page as its script does.
func rows(t *testing.T, text string) (list []any) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?s)<script type="application/json" class="frames">(.*?)</script>`).FindAllStringSubmatch(text, -1) {
		var part []any
		if err := json.Unmarshal([]byte(m[1]), &part); err != nil {
			t.Fatal(err)
		}
		if len(part) > rowsOfPart {
			t.Errorf("a part of %d rows", len(part))
		}
		list = append(list, part...)
	}
	return list
}

func create(t *testing.T, private bool) (f *File, name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "page.html")
	f, err := Create(name, "title", private)
	if err != nil {
		t.Fatal(err)
	}
	return f, name
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const odd = `</script><script>"'&` + "\u2028\u2029\u202e\x00\xff<!--"

// TestRows: each frame is in the page, with each field in its place, and no text of it
// as markup.
func TestRows(t *testing.T) {
	f, name := create(t, false)
	fatal(t, f.Source(odd))
	full := Frame{
		Offset: 7, Time: odd, Direction: ToClient, Type: odd, Stream: odd, Session: odd, Sequence: odd, Status: "no_key",
		Period: 3, Text: odd, Note: odd, Facts: []Fact{{"user", odd}, {"", odd}},
	}
	const frames = 2*rowsOfPart + 5
	for i := range int64(frames) {
		frame := Frame{Offset: i, Sequence: fmt.Sprint(i)}
		if i == 3 {
			frame = full
		}
		fatal(t, f.Frame(&frame))
	}
	fatal(t, f.Finish(&Summary{Title: odd, Frames: frames, Ended: odd}))
	b, err := os.ReadFile(name)
	fatal(t, err)
	text := string(b)
	list := rows(t, text)
	if len(list) != frames+1 {
		t.Fatalf("%d rows", len(list))
	}
	back := strings.ReplaceAll(odd, "\xff", "\ufffd")
	want := []any{7.0, back, 2.0, back, back, back, back, "no_key", 3.0, back, back, []any{[]any{"user", back}, []any{"", back}}}
	if got := list[4]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("row %q\nwant %q", got, want)
	}
	if list[0] != back {
		t.Errorf("file %q", list[0])
	}
	if got := fmt.Sprint(list[6]); got != "[5 0 0 0 0 0 5]" {
		t.Errorf("a short row: %s", got)
	}
	if n := strings.Count(text, "<script"); n != 5 { // three parts, the summary, the script
		t.Errorf("%d scripts", n)
	}
	if strings.Contains(text, "<!--") {
		t.Error("a comment begins")
	}
	for _, word := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "http:", "https:"} {
		if strings.Contains(document("").Script, word) {
			t.Errorf("the script has %s", word)
		}
	}
}

// TestReplaced: until it is finished a page is not there, an older one stays, and
// nothing else is left beside it.
func TestReplaced(t *testing.T) {
	f, name := create(t, true)
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is there at once: %v", err)
	}
	fatal(t, f.Finish(&Summary{Frames: 1}))
	before, err := os.ReadFile(name)
	fatal(t, err)
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %v %v", info.Mode(), err)
	}
	again, err := Create(name, "other", false)
	fatal(t, err)
	again.Abandon()
	after, err := os.ReadFile(name)
	if err != nil || string(after) != string(before) {
		t.Errorf("changed by a page that was given up: %v", err)
	}
	list, err := os.ReadDir(filepath.Dir(name))
	if err != nil || len(list) != 1 {
		t.Errorf("left: %v %v", list, err)
	}
}

// TestKept: what is no page of ours is not replaced.
func TestKept(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "server.log")
	fatal(t, os.WriteFile(file, []byte("<!doctype html>\n<p>another's"), 0o600))
	link := filepath.Join(dir, "link")
	fatal(t, os.Symlink(file, link))
	empty := filepath.Join(dir, "empty")
	fatal(t, os.WriteFile(empty, nil, 0o600))
	for name, want := range map[string]string{
		file: "it is there, and is no page of proto", link: "it is there, and is no page of proto", dir: "it is a folder",
		os.DevNull: "it is no regular file", filepath.Join(dir, "no", "page.html"): "no such file or directory", empty: "",
	} {
		f, err := Create(name, "", false)
		var e *modes.Error
		switch {
		case want == "" && err == nil:
			f.Abandon()
		case want == "" || !errors.As(err, &e) || e.Code != modes.ExitUsage || e.Hint == "" || !strings.HasSuffix(e.Message, ": "+want):
			t.Errorf("%s: %v", name, err)
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 3 {
		t.Errorf("left: %v %v", list, err)
	}
}

// TestDiskFull: an error on the way comes back at once and at the end, and nothing is
// left.
func TestDiskFull(t *testing.T) {
	f, name := create(t, false)
	f.f.Close() // every write fails from now on
	var err error
	for i := 0; err == nil && i < 1<<20; i++ {
		err = f.Frame(&Frame{Note: odd})
	}
	var e *modes.Error
	if !errors.As(err, &e) || e.Code != modes.ExitNotWell || !strings.HasPrefix(e.Message, "cannot write ") {
		t.Errorf("%v", err)
	}
	if again := f.Finish(&Summary{}); again != err {
		t.Errorf("%v, want %v", again, err)
	}
	if list, err := os.ReadDir(filepath.Dir(name)); err != nil || len(list) != 0 {
		t.Errorf("left: %v %v", list, err)
	}
}

// TestMemory: a page of a million frames takes no more memory than one of a thousand.
func TestMemory(t *testing.T) {
	f, _ := create(t, false)
	frame := Frame{Time: "2026-11-23T10:00:00.000Z", Direction: ToClient, Type: "DATA_RESPONSE", Session: "1", Sequence: "2", Period: 1, Text: "abcdefgh"}
	var before, after runtime.MemStats
	for i := range 1_000_000 {
		if i == 10_000 {
			runtime.GC()
			runtime.ReadMemStats(&before)
		}
		fatal(t, f.Frame(&frame))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	f.Abandon()
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 1<<20 {
		t.Errorf("%d bytes more", grown)
	}
	if n := after.Mallocs - before.Mallocs; n > 100_000 {
		t.Errorf("%d allocations", n)
	}
}
