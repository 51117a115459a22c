package serve

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proto/modes"
	"proto/wire"
)

// line is what may stand in a source of data, and what is sent of it.
type line struct {
	name, in, want string
	changed        string // as the log says; "" is not at all
}

var lines = []line{
	{"no line yet", "", "", ""},
	{"unfinished", "abc", "", ""},
	{"one", "abc\n", "abc", ""},
	{"newest", "a\nb\nc\n", "c", ""},
	{"unfinished last", "a\nb\nc", "b", ""},
	{"empty last", "a\n\n", "", ""},
	{"only newlines", "\n\n\n", "", ""},
	{"CR LF", "a\r\nb\r\n", "b", ""},
	{"only the last CR", "a\rb\r\r\n", "a\rb\r", ""},
	{"CR unfinished", "a\nb\r", "a", ""},
	{"blanks stay", "  a b\t\n", "  a b\t", ""},
	{"UTF-8", "grüße ✓\n", "grüße ✓", ""},
	{"bad UTF-8", "a\xffb\xc3\n", "a\ufffdb\ufffd", "bad UTF-8 replaced"},
	{"256 bytes", strings.Repeat("x", 256) + "\n", strings.Repeat("x", 256), ""},
	{"256 bytes and CR", strings.Repeat("x", 256) + "\r\n", strings.Repeat("x", 256), ""},
	{"257 bytes", strings.Repeat("x", 257) + "\n", strings.Repeat("x", 256), "cut to 256 bytes"},
	{"cut at a character", strings.Repeat("€", 86) + "\n", strings.Repeat("€", 85), "cut to 256 bytes"},
	{"cut between two", "x" + strings.Repeat("€", 86) + "\n", "x" + strings.Repeat("€", 85), "cut to 256 bytes"},
	{"cut within four bytes", "xyz" + strings.Repeat("😀", 64) + "\n", "xyz" + strings.Repeat("😀", 63), "cut to 256 bytes"},
	{"both", strings.Repeat("\xff", 100) + "\n", strings.Repeat("\ufffd", 85), "bad UTF-8 replaced, cut to 256 bytes"},
	{"over 4 KiB", "a\n" + strings.Repeat("y", 5000) + "\n", strings.Repeat("y", 256), "cut to 256 bytes"},
	{"over 64 KiB", "a\n" + strings.Repeat("y", 70_000) + "\n", strings.Repeat("y", 256), "cut to 256 bytes"},
	{"over 1 MiB", "a\n" + strings.Repeat("y", 3<<20) + "\n", strings.Repeat("y", 256), "cut to 256 bytes"},
	{"over 64 KiB, newer", strings.Repeat("y", 70_000) + "\nnew\n", "new", ""},
	{"over 64 KiB unfinished", "a\n" + strings.Repeat("y", 70_000), "a", ""},
	{"newer at the edge of a step", strings.Repeat("y", 4095) + "\nz\n", "z", ""},
	{"line of a step", "z\n" + strings.Repeat("y", 4095) + "\n", strings.Repeat("y", 256), "cut to 256 bytes"},
	{"line of a step and one", "z\n" + strings.Repeat("y", 4096) + "\n", strings.Repeat("y", 256), "cut to 256 bytes"},
	// The line is cut to 1024 bytes before it is looked at, here within a character.
	{"long and good UTF-8", strings.Repeat("€", 2000) + "\n", strings.Repeat("€", 85), "cut to 256 bytes"},
}

// heard is a log that keeps what changes of lines it was told.
func heard(t *testing.T) (*slog.Logger, func(message string) []string) {
	t.Helper()
	out := &output{}
	log, err := modes.NewLog(out, "json", slog.LevelInfo)
	fatal(t, err)
	return log, func(message string) (found []string) {
		t.Helper()
		for _, e := range out.events(t, message) {
			change, _ := e["change"].(string)
			found = append(found, change)
		}
		return found
	}
}

func wantChanges(t *testing.T, got []string, want string) {
	t.Helper()
	if len(got) > 0 {
		got = got[len(got)-1:] // lines before the newest have theirs
	}
	if strings.Join(got, "; ") != want {
		t.Errorf("log %q, want %q", got, want)
	}
}

// open makes what --data asks for, as the program does.
func open(t *testing.T, data string, in io.Reader, log *slog.Logger) func() string {
	t.Helper()
	text, err := (&settings{data: data}).text(&modes.Process{In: in}, log)
	fatal(t, err)
	return text
}

func TestDataStdin(t *testing.T) {
	for _, l := range lines {
		t.Run(l.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log, changes := heard(t)
				text := open(t, "-", strings.NewReader(l.in), log)
				synctest.Wait()
				for range 3 { // the last line is repeated after the end
					if got := text(); got != l.want {
						t.Fatalf("%q, want %q", got, l.want)
					}
				}
				if !strings.Contains(l.name, "newer") {
					wantChanges(t, changes("line of data changed"), l.changed)
				}
			})
		})
	}
}

// TestDataStdinGrows: the newest whole line at any moment, repeated while there
// is none newer.
func TestDataStdinGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, changes := heard(t)
		in, feed := io.Pipe()
		text := open(t, "-", in, log)
		for _, step := range [][2]string{
			{"", ""}, {"on", ""}, {"e\n", "one"}, {"tw", "one"}, {"", "one"}, {"o\r", "one"}, {"\n", "two"}, {"\n", ""},
			{"a\nb\nc", "b"}, {strings.Repeat("z", 3000), "b"}, {"\nlast\n", "last"},
		} {
			_, err := io.WriteString(feed, step[0])
			fatal(t, err)
			synctest.Wait()
			if got := text(); got != step[1] {
				t.Fatalf("after %q: %q, want %q", step[0], got, step[1])
			}
		}
		feed.Close()
		synctest.Wait()
		if n := len(changes("stdin has ended, its last line is repeated")); n != 1 || text() != "last" {
			t.Errorf("%d events of the end, text %q", n, text())
		}
	})
}

// dataFile is a file of data whose time is long past unless it is changed: no
// test waits for the clock of the file system.
type dataFile struct {
	t    *testing.T
	name string
}

func newDataFile(t *testing.T, content string) dataFile {
	f := dataFile{t, filepath.Join(t.TempDir(), "data")}
	f.write(content)
	return f
}

func (f dataFile) write(content string) {
	f.t.Helper()
	fatal(f.t, os.WriteFile(f.name, []byte(content), 0o600))
	f.age(time.Hour)
}

func (f dataFile) append(content string) {
	f.t.Helper()
	h, err := os.OpenFile(f.name, os.O_APPEND|os.O_WRONLY, 0)
	fatal(f.t, err)
	defer h.Close()
	_, err = io.WriteString(h, content)
	fatal(f.t, err)
	f.age(time.Hour)
}

// age gives the file a time this long ago.
func (f dataFile) age(d time.Duration) {
	f.t.Helper()
	at := time.Now().Add(-d)
	fatal(f.t, os.Chtimes(f.name, at, at))
}

func TestDataFile(t *testing.T) {
	for _, l := range lines {
		t.Run(l.name, func(t *testing.T) {
			log, changes := heard(t)
			text := open(t, newDataFile(t, l.in).name, nil, log)
			for range 3 {
				if got := text(); got != l.want {
					t.Fatalf("%q, want %q", got, l.want)
				}
			}
			got := changes("line of data changed")
			wantChanges(t, got, l.changed)
			if len(got) > 1 {
				t.Errorf("logged %d times", len(got))
			}
		})
	}
}

// TestDataFileChanges: whatever is done to the file, the next answer has its
// newest whole line, and the last one read where it has none.
func TestDataFileChanges(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f dataFile)
		want   string
	}{
		"nothing":                 {func(dataFile) {}, "old"},
		"grown":                   {func(f dataFile) { f.append("new\n") }, "new"},
		"grown, of the same time": {func(f dataFile) { f.sameTime(func() { f.append("new\n") }) }, "new"},
		"grown by half":           {func(f dataFile) { f.append("new") }, "old"},
		"truncated":               {func(f dataFile) { f.write("") }, "old"},
		"shorter":                 {func(f dataFile) { f.write("n\n") }, "n"},
		"shorter, no newline":     {func(f dataFile) { f.write("n") }, "old"},
		"an empty line":           {func(f dataFile) { f.append("\n") }, ""},
		"same size": {func(f dataFile) {
			f.write("1\nnew\n")
			f.age(time.Minute)
		}, "new"},
		"same size, just now": {func(f dataFile) {
			f.write("1\nnew\n")
			f.age(0)
		}, "new"},
		"replaced":           {func(f dataFile) { f.replace("new\n") }, "new"},
		"replaced by a twin": {func(f dataFile) { f.replaceByTwin("1\nnew\n") }, "new"},
		"replaced by none":   {func(f dataFile) { f.replace("new") }, "old"},
		"removed":            {func(f dataFile) { fatal(f.t, os.Remove(f.name)) }, "old"},
		"a directory": {func(f dataFile) {
			fatal(f.t, os.Remove(f.name))
			fatal(f.t, os.Mkdir(f.name, 0o700))
		}, "old"},
	} {
		t.Run(name, func(t *testing.T) {
			log, _ := heard(t)
			f := newDataFile(t, "0\nold\n")
			text := open(t, f.name, nil, log)
			if got := text(); got != "old" {
				t.Fatalf("%q", got)
			}
			c.change(f)
			for range 2 {
				if got := text(); got != c.want {
					t.Errorf("%q, want %q", got, c.want)
				}
			}
		})
	}
}

func (f dataFile) replace(content string) {
	f.t.Helper()
	other := newDataFile(f.t, content)
	fatal(f.t, os.Rename(other.name, f.name))
}

// replaceByTwin puts a file of the same size and time in its place.
func (f dataFile) replaceByTwin(content string) {
	f.t.Helper()
	info, err := os.Stat(f.name)
	fatal(f.t, err)
	other := newDataFile(f.t, content)
	fatal(f.t, os.Chtimes(other.name, info.ModTime(), info.ModTime()))
	fatal(f.t, os.Rename(other.name, f.name))
}

// sameTime gives the file its old time after a change.
func (f dataFile) sameTime(change func()) {
	f.t.Helper()
	info, err := os.Stat(f.name)
	fatal(f.t, err)
	change()
	fatal(f.t, os.Chtimes(f.name, info.ModTime(), info.ModTime()))
}

// TestDataFileWithinATick: a file changed twice within one step of the file
// system's clock, and of the same size, is read twice.
func TestDataFileWithinATick(t *testing.T) {
	log, _ := heard(t)
	f := newDataFile(t, "one\n")
	tick := time.Now()
	fatal(t, os.Chtimes(f.name, tick, tick))
	text := open(t, f.name, nil, log)
	if got := text(); got != "one" {
		t.Errorf("%q", got)
	}
	fatal(t, os.WriteFile(f.name, []byte("two\n"), 0o600))
	fatal(t, os.Chtimes(f.name, tick, tick))
	if got := text(); got != "two" {
		t.Errorf("%q", got)
	}
}

// TestDataFileGone: one event when it goes, and it is read when it comes back.
func TestDataFileGone(t *testing.T) {
	log, changes := heard(t)
	f := newDataFile(t, "one\n")
	text := open(t, f.name, nil, log)
	for round, content := range []string{"two\n", "three\n"} {
		fatal(t, os.Remove(f.name))
		text()
		text()
		if n := len(changes("data file cannot be read, its last line is repeated")); n != round+1 {
			t.Errorf("%d events after %d losses", n, round+1)
		}
		f.write(content)
		if got := text() + "\n"; got != content {
			t.Errorf("%q, want %q", got, content)
		}
	}
}

// TestDataFileAtStart: a file that is not there is an error of usage.
func TestDataFileAtStart(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{dir, filepath.Join(dir, "none"), ""} {
		_, err := (&settings{data: name}).text(&modes.Process{}, slog.New(slog.DiscardHandler))
		p := &modes.Process{Err: io.Discard}
		if err == nil || p.Report(err) != modes.ExitUsage {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestDataRandom: without --data the text is the protocol's, 8 random letters.
func TestDataRandom(t *testing.T) {
	text, err := (&settings{data: "random"}).text(&modes.Process{}, slog.New(slog.DiscardHandler))
	if err != nil || text != nil {
		t.Errorf("%v", err)
	}
}

// TestLastLineShrunk: a file that has shrunk since its size was asked for.
func TestLastLineShrunk(t *testing.T) {
	for _, size := range []int64{4, 10, 5000, 100_000} {
		got, _, err := lastLine(strings.NewReader("a\nb\n"), size)
		if err != nil || string(got) != "b" {
			t.Errorf("size %d: %q %v", size, got, err)
		}
	}
}

// FuzzLines: what is read of a file from its end backwards is what is read of
// the same bytes from their beginning, and can always be sent.
func FuzzLines(f *testing.F) {
	for _, l := range lines {
		f.Add([]byte(l.in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		piece, _, err := lastLine(bytes.NewReader(in), int64(len(in)))
		if err != nil {
			t.Fatal(err)
		}
		fromEnd, _ := clean(piece)
		s := &stdinLines{log: slog.New(slog.DiscardHandler)}
		s.read(bytes.NewReader(in))
		if piece != nil != bytes.ContainsRune(in, '\n') || s.text() != fromEnd || len(fromEnd) > wire.MaxText {
			t.Errorf("%q: %q from the end, %q from the beginning", in, fromEnd, s.text())
		}
	})
}

// TestDataFar: a line that begins too far from the end of its file is not looked for.
func TestDataFar(t *testing.T) {
	for _, far := range []string{"a\n" + strings.Repeat("y", lookBack), "a\n" + strings.Repeat("y", lookBack) + "\n"} {
		if line, _, err := lastLine(strings.NewReader(far), int64(len(far))); line != nil || err != errNoLine {
			t.Errorf("%.9q %v", line, err)
		}
	}
	near := "a\n" + strings.Repeat("y", lookBack-100_000) + "\n"
	if line, _, err := lastLine(strings.NewReader(near), int64(len(near))); err != nil || line[0] != 'y' {
		t.Errorf("%.9q %v", line, err)
	}
}

// TestDataFarIsReadOnce: a file whose newest line begins far from its end is not read again
// for each answer: not at all while it does not change, and not at once while it grows.
func TestDataFarIsReadOnce(t *testing.T) {
	for name, content := range map[string]string{
		"too far":   "a\n" + strings.Repeat("y", lookBack),
		"far":       "a\n" + strings.Repeat("y", farBack+100_000),
		"far, long": "a\n" + strings.Repeat("y", farBack+100_000) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			log, changes := heard(t)
			f := newDataFile(t, "old\n")
			source := &fileLines{name: f.name, log: log}
			source.text()
			f.write(content)
			want := source.text()
			tooFar := name == "too far"
			if gone := len(changes("data file cannot be read, its last line is repeated")); tooFar != (gone == 1) || tooFar != (want == "old") {
				t.Fatalf("%d events, %.9q", gone, want)
			}

			source.again = time.Time{}
			read := source.seen
			if got := source.text(); got != want || source.seen != read {
				t.Errorf("it did not change, and was read again for %.9q", got)
			}
			source.again = time.Now().Add(time.Hour)
			f.append("\nnew\n")
			if got := source.text(); got != want || source.seen != read {
				t.Errorf("it was read again at once for %.9q", got)
			}
			source.again = time.Time{}
			if got := source.text(); got != "new" {
				t.Errorf("%.9q, want new", got)
			}
			if back := time.Until(source.again); back > 0 {
				t.Errorf("after a line near the end a pause of %v", back)
			}
		})
	}
}
