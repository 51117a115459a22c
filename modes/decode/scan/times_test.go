package scan

import (
	"bytes"
	"strings"
	"testing"
)

// TestFindTime: the last time in a text, of whatever form, and nothing that only
// looks like one.
func TestFindTime(t *testing.T) {
	for text, want := range map[string]string{
		"14:33:46.320 → HELLO":                        "14:33:46.320",
		"at 00:00:00, at 23:59:60":                    "23:59:60",
		"2026-11-23T14:33:46.320840+00:00 host proto": "2026-11-23T14:33:46.320840+00:00",
		"2026/11/23 14:33:46 UTC":                     "2026/11/23 14:33:46 UTC",
		"Nov 23 14:35:00 host":                        "Nov 23 14:35:00",
		"Nov 27, 2026 17:50:52.458172787 UTC":         "Nov 27, 2026 17:50:52.458172787 UTC",
		`"Nov  7, 2026 17:50:52","0"`:                 "Nov  7, 2026 17:50:52",
		"Nov 27, 2026, 17:50:52":                      "17:50:52",
		"1795444426.320891232\t0":                     "1795444426.320891232",
		`"data.data": "7b:22:32:74:69:6d:65"`:         "",
		`"tcp.payload": "12:14:15:16:17:18"`:          "",
		"[23/Nov/2026:14:33:46 +0000] x":              "14:33:46",
		"20261123T143346Z x":                          "20261123T143346Z",
		"20261123T143346.5+0100 x":                    "20261123T143346.5+0100",
		"1795444426 x":                                "1795444426",
		"1795444426320: x":                            "1795444426320",
		"a 1795444426 x":                              "",
		"17954444263 x":                               "",
		"20261123T993346Z x":                          "",
		"32:74:69":                                    "",
		"24:00:00":                                    "",
		"12:60:00":                                    "",
		"12:00:70":                                    "",
		"peer [::1]:12345 pid 12:34":                  "",
	} {
		if got := findTime([]byte(text)); got != want {
			t.Errorf("findTime(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestSamePrefix: numbers at the start of a line are alike where they may count, and
// nowhere else.
func TestSamePrefix(t *testing.T) {
	for _, test := range []struct {
		line, other string
		same        bool
	}{
		{"12:{", "13:  x", true},
		{"    12\t{", "   113\tx", true},
		{"12-{", "13-x", true},
		{"121 <34>1 - a {", "96 <34>1 - a  x", true},
		{"121 <34>1 - a {", "96 <35>1 - a  x", false},
		{"1  | {", "2  | x", false},
		{"1 {", "2 x", false},
		{"server-12: {", "server-13: x", false},
		{"1795444426 {", "1795444427 x", true},
		{"1795444426 {", "x", false},
		{"12:{", "x", false},
	} {
		prefix := bytes.TrimRight(alike([]byte(test.line[:strings.IndexByte(test.line, '{')])), " \t")
		if _, same := samePrefix([]byte(test.other), prefix); same != test.same {
			t.Errorf("%q and %q: %v", test.line, test.other, same)
		}
	}
}

func TestColors(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"plain":                       "plain",
		"\x1b[36mserver-1  |\x1b[0m ": "server-1  | ",
		"\x1b[1;36mx\x1b[mm":          "xm",
		"m\x1b[3":                     "m\x1b[3",
		"\x1b[2Kx":                    "\x1b[2Kx",
		"[36mx":                       "[36mx",
	} {
		if got := withoutColors(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
