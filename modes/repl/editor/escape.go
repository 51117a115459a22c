package editor

import "strings"

// Escape sequences end where they must, where a control character comes, or
// here, in bytes: a broken one in pasted text takes no more with it.
const (
	longestSequence = 64
	longestString   = 4096
)

// escape takes the escape sequence off b, n bytes of it. Such as are unknown
// are dropped. n is 0 if there must come more first; a lone ESC waits so for
// the next key.
func (k *keyboard) escape(b []byte) (key key, n int) {
	if len(b) < 2 {
		return keyNone, 0
	}
	switch c := b[1]; {
	case c == '[':
		return k.sequence(b)
	case c == 'O':
		if len(b) < 3 {
			return keyNone, 0
		}
		if b[2] < ' ' || b[2] >= 0x7f { // broken
			return keyNone, 2
		}
		return k.named(string(b[2:3])), 3
	case strings.IndexByte("]PX^_", c) >= 0:
		return keyNone, skipString(b)
	case c < ' ' || c >= 0x80: // a key of its own
		return keyNone, 1
	default:
		return k.unlessPasting(meta(c)), 2
	}
}

// meta is what Alt and a character mean.
func meta(c byte) key {
	switch c {
	case 'b':
		return keyWordLeft
	case 'f':
		return keyWordRight
	case 'd':
		return keyKillWordRight
	case 0x7f:
		return keyKillWordLeft
	}
	return keyNone
}

// sequence is ESC [, parameters, and a final letter.
func (k *keyboard) sequence(b []byte) (key, int) {
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case c < ' ' || c >= 0x7f || i == longestSequence: // broken
			return keyNone, i
		case c >= '@' && !(c == '[' && i == 2): // the Linux console sends ESC [ [ A for F1
			return k.named(string(b[2 : i+1])), i + 1
		}
	}
	return keyNone, 0
}

// named is the key of a sequence, which also begins and ends pastes.
func (k *keyboard) named(sequence string) key {
	switch sequence {
	case "200~":
		k.pasting = true
	case "201~":
		k.pasting = false
	case "A":
		return k.unlessPasting(keyUp)
	case "B":
		return k.unlessPasting(keyDown)
	case "C":
		return k.unlessPasting(keyRight)
	case "D":
		return k.unlessPasting(keyLeft)
	case "1;5C", "1;3C":
		return k.unlessPasting(keyWordRight)
	case "1;5D", "1;3D":
		return k.unlessPasting(keyWordLeft)
	case "H", "1~", "7~":
		return k.unlessPasting(keyHome)
	case "F", "4~", "8~":
		return k.unlessPasting(keyLast)
	case "3~":
		return k.unlessPasting(keyDelete)
	case "3;5~", "3;3~":
		return k.unlessPasting(keyKillWordRight)
	}
	return keyNone
}

func (k *keyboard) unlessPasting(key key) key {
	if k.pasting {
		return keyNone
	}
	return key
}

// skipString is how long a command string is, such as ESC ] title BEL: up to
// BEL or ESC \. Another control character ends it too, and counts itself.
func skipString(b []byte) int {
	end := 2
	for end < len(b) && end < longestString && b[end] >= ' ' {
		end++
	}
	switch {
	case end == longestString:
		return end
	case end == len(b):
		return 0
	case b[end] == 7:
		return end + 1
	case b[end] != 0x1b:
		return end
	case end+1 == len(b):
		return 0
	case b[end+1] == '\\':
		return end + 2
	default:
		return end
	}
}
