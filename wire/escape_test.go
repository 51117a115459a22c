package wire

import "testing"

func TestReadEscape(t *testing.T) {
	for _, c := range []struct {
		in   string
		want rune
		n    int
	}{
		{`\n.`, '\n', 2}, {`\0`, 0, 2}, {`\'`, '\'', 2}, {`\q`, 'q', 2},
		{`\x41b`, 'A', 4}, {`\u00e9`, 'é', 6}, {`\U0001f600`, '😀', 10},
		{`\ud83d\ude00.`, '😀', 12},
		{`\ud83d`, '\ufffd', 6}, {`\ud83dx`, '\ufffd', 6}, {`\ud83d\n`, '\ufffd', 6}, {`\ud83d\u`, '\ufffd', 6},
		{`\`, 0, 0}, {`\x4`, 0, 0}, {`\u00e`, 0, 0}, {`\U0001f60`, 0, 0},
		{`\xzz`, '\ufffd', 2}, {`\u12g4`, '\ufffd', 2},
	} {
		if r, n := ReadEscape([]byte(c.in)); r != c.want || n != c.n {
			t.Errorf("%s: %q of %d bytes, want %q of %d", c.in, r, n, c.want, c.n)
		}
	}
}
