package editor

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"
)

// A key is what a person does at the keyboard.
type key int

const (
	keyNone key = iota
	keyText     // characters, one or more
	keyEnter
	keyInterrupt // Ctrl-C
	keyEnd       // Ctrl-D
	keyComplete  // TAB
	keyLeft
	keyRight
	keyWordLeft
	keyWordRight
	keyHome
	keyLast // the key End
	keyUp
	keyDown
	keyBackspace
	keyDelete
	keyKillWordLeft
	keyKillWordRight
	keyKillLeft
	keyKillRight
	keyYank
	keyTranspose
	keySearchBack
	keySearchForward
	keyCancel // Ctrl-G
	keyClear  // Ctrl-L
)

type press struct {
	key  key
	text []rune // of keyText
}

// control is what the control characters mean. All others are dropped: NUL
// (Ctrl-Space) is the end of input to the library, and Ctrl-Z makes it stop the
// parent process too.
func control(c byte) key {
	switch c {
	case 'A' & 0x1f:
		return keyHome
	case 'B' & 0x1f:
		return keyLeft
	case 'C' & 0x1f:
		return keyInterrupt
	case 'D' & 0x1f:
		return keyEnd
	case 'E' & 0x1f:
		return keyLast
	case 'F' & 0x1f:
		return keyRight
	case 'G' & 0x1f:
		return keyCancel
	case 'H' & 0x1f, 0x7f:
		return keyBackspace
	case '\t':
		return keyComplete
	case '\n', '\r':
		return keyEnter
	case 'K' & 0x1f:
		return keyKillRight
	case 'L' & 0x1f:
		return keyClear
	case 'N' & 0x1f:
		return keyDown
	case 'P' & 0x1f:
		return keyUp
	case 'R' & 0x1f:
		return keySearchBack
	case 'S' & 0x1f:
		return keySearchForward
	case 'T' & 0x1f:
		return keyTranspose
	case 'U' & 0x1f:
		return keyKillLeft
	case 'W' & 0x1f:
		return keyKillWordLeft
	case 'Y' & 0x1f:
		return keyYank
	}
	return keyNone
}

// keyboard makes keys of the terminal's bytes. One goroutine at a time.
type keyboard struct {
	read    func(wait bool) ([]byte, error) // as input.read
	pending []byte
	pasting bool // within a bracketed paste: text and line ends count, no other key
	ending  bool // the byte before was \r: \n belongs to it
}

// errGone is what there is to read from a terminal that has gone, or is closed.
var errGone = errors.New("the terminal has gone")

// next waits for the next key. Its only error is errGone.
func (k *keyboard) next() (press, error) {
	for wait := false; ; {
		b, err := k.read(wait)
		if err != nil {
			return press{}, err
		}
		k.add(b)
		p, n := k.decode(k.pending)
		k.pending = k.pending[n:]
		if p.key != keyNone {
			return p, nil
		}
		wait = n == 0
	}
}

// add puts bytes behind those that wait. Ctrl-C drops all before it, as the
// terminal itself does: it must not wait for the 200 lines of a paste.
func (k *keyboard) add(b []byte) {
	if i := bytes.LastIndexByte(b, 3); i >= 0 {
		k.pending, b = nil, b[i:]
	}
	k.pending = append(k.pending, b...)
}

// decode takes the first key off b, n bytes of it; n is 0 if there must come
// more first.
func (k *keyboard) decode(b []byte) (p press, n int) {
	if len(b) == 0 {
		return p, 0
	}
	second := k.ending && b[0] == '\n'
	k.ending = b[0] == '\r'
	switch c := b[0]; {
	case second:
		return p, 1
	case c == 0x1b:
		key, n := k.escape(b)
		return press{key: key}, n
	case c >= ' ' && c != 0x7f:
		return text(b)
	case c == 3: // ends a paste too, so that a lost end of one is no trap
		k.pasting = false
	case k.pasting && c == '\t':
		return press{keyText, []rune{'\t'}}, 1
	case k.pasting && c != '\r' && c != '\n':
		return p, 1
	}
	return press{key: control(b[0])}, 1
}

// text takes all characters up to the next control character. What is no
// UTF-8 becomes U+FFFD.
func text(b []byte) (press, int) {
	p, n := press{key: keyText}, 0
	for n < len(b) && b[n] >= ' ' && b[n] != 0x7f && utf8.FullRune(b[n:]) {
		r, size := utf8.DecodeRune(b[n:])
		n += size
		if !unicode.IsControl(r) { // U+0080 to U+009F
			p.text = append(p.text, r)
		}
	}
	if len(p.text) == 0 {
		p.key = keyNone
	}
	return p, n
}

// forget drops what has been typed ahead.
func (k *keyboard) forget() {
	_, _ = k.read(false) // the next key tells of an error
	k.pending, k.pasting, k.ending = nil, false, false
}

// longestHidden bounds a hidden line, in characters.
const longestHidden = 4096

// hiddenLine reads a line that nothing shows.
func (k *keyboard) hiddenLine() (string, error) {
	var line []rune
	for {
		p, err := k.next()
		if err != nil {
			return "", err
		}
		switch p.key {
		case keyText:
			if len(line) <= longestHidden { // what is behind is too long anyway
				line = append(line, p.text...)
			}
		case keyEnter:
			if len(line) > longestHidden {
				return "", fmt.Errorf("a line of over %d characters", longestHidden)
			}
			return string(line), nil
		case keyInterrupt:
			return "", ErrInterrupted
		case keyEnd:
			if len(line) == 0 {
				return "", io.EOF
			}
		case keyBackspace:
			line = line[:max(0, len(line)-1)]
		case keyKillLeft, keyCancel:
			line = nil
		}
	}
}
