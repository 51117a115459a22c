package editor

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const (
	historyLimit   = 1000    // lines, in memory and in the file
	longestEntry   = 4096    // bytes; a longer line is not remembered
	largestHistory = 8 << 20 // bytes; of a larger file, the end is read
)

// history is the lines of this session, behind those of the file. The file gets
// them one by one, as they come.
type history struct {
	mu      sync.Mutex
	file    string // "" for none
	problem error  // why there is none, until it has been told
	lines   []string
}

// openHistory reads the file. A problem with it does not keep anybody from
// typing: the first remember tells of it.
func openHistory(file string) *history {
	h := &history{file: file}
	if file == "" {
		return h
	}
	h.problem = h.load()
	if h.problem != nil {
		h.file = ""
	}
	return h
}

func (h *history) load() error {
	if err := os.MkdirAll(filepath.Dir(h.file), 0o700); err != nil {
		return err
	}
	f, err := openLocked(h.file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines, _, err := readLines(f)
	h.lines = tail(lines)
	return err
}

func (h *history) entries() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.lines)
}

func (h *history) remember(line, kept string) error {
	line, kept = oneLine(line), oneLine(kept)
	h.mu.Lock()
	defer h.mu.Unlock()
	if sound(line) && (len(h.lines) == 0 || h.lines[len(h.lines)-1] != line) {
		h.lines = tail(append(h.lines, line))
	}
	if err := h.problem; err != nil {
		h.problem = nil
		return err
	}
	if h.file == "" || !sound(kept) {
		return nil
	}
	return appendLine(h.file, kept)
}

func tail(lines []string) []string { return lines[max(0, len(lines)-historyLimit):] }

// sound says whether line can stand in a history: somebody else may have
// written the file, and what is in it goes to the terminal.
func sound(line string) bool {
	return strings.TrimSpace(line) != "" && len(line) <= longestEntry && utf8.ValidString(line) &&
		!strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' })
}

// censor has each line, in memory and in the file, be what hide makes of it.
func (h *history) censor(hide func(string) string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, line := range h.lines {
		h.lines[i] = hide(line)
	}
	if h.file == "" {
		return nil
	}
	return changeLines(h.file, func(lines []string) []string {
		for i, line := range lines {
			lines[i] = hide(line)
		}
		return lines
	})
}

// appendLine adds a line to the file, and takes the oldest out of one that has
// too many. Other processes wait meanwhile.
func appendLine(file, line string) error {
	f, err := openLocked(file)
	if err != nil {
		return err
	}
	lines, whole, err := readLines(f)
	switch {
	case err != nil:
	case len(lines) > 0 && lines[len(lines)-1] == line:
	case len(lines) < historyLimit && whole:
		err = write(f, io.SeekEnd, line+"\n")
	default:
		err = overwrite(f, append(lines, line))
	}
	return firstError(err, f.Close())
}

// changeLines changes the lines of the file. Other processes wait meanwhile.
func changeLines(file string, change func([]string) []string) error {
	f, err := openLocked(file)
	if err != nil {
		return err
	}
	lines, _, err := readLines(f)
	if err == nil {
		err = overwrite(f, change(lines))
	}
	return firstError(err, f.Close())
}

// overwrite writes the lines over what is there, and cuts when all is written:
// neither a full disk nor the end of the process loses them.
func overwrite(f *os.File, lines []string) error {
	text := ""
	if lines = tail(lines); len(lines) > 0 {
		text = strings.Join(lines, "\n") + "\n"
	}
	if err := write(f, io.SeekStart, text); err != nil {
		return err
	}
	return f.Truncate(int64(len(text)))
}

func write(f *os.File, whence int, text string) error {
	if _, err := f.Seek(0, whence); err != nil {
		return err
	}
	_, err := f.WriteString(text)
	return err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// openLocked opens the file for us alone until it is closed.
// Nobody else may read it, even if it was there before.
func openLocked(file string) (*os.File, error) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", file)
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err = firstError(f.Chmod(0o600), lock(f)); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// readLines reads the sound lines of the file; whole says that there was
// nothing else in it.
func readLines(f *os.File) (lines []string, whole bool, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	from := max(0, info.Size()-largestHistory)
	b, err := io.ReadAll(io.NewSectionReader(f, from, largestHistory))
	if err != nil {
		return nil, false, err
	}
	whole = from == 0 && (len(b) == 0 || bytes.HasSuffix(b, []byte("\n")))
	if from > 0 { // in the middle of a line, most likely
		_, b, _ = bytes.Cut(b, []byte("\n"))
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\r\n")
		if !sound(line) {
			whole = false
			continue
		}
		lines = append(lines, line)
	}
	return lines, whole, nil
}
