package scan

import "testing"

// TestFindTime: the last time in a text, of whatever form, and nothing that only
// looks like one.
func TestFindTime(t *testing.T) {
	for text, want := range map[string]string{
		"14:33:46.320 → HELLO":                        "14:33:46.320",
		"at 00:00:00, at 23:59:60":                    "23:59:60",
		"2026-11-23T14:33:46.320840+00:00 host proto": "2026-11-23T14:33:46.320840+00:00",
		"2026/11/23 14:33:46 UTC":                     "2026/11/23 14:33:46 UTC",
		"Nov 23 14:35:00 host":                        "Nov 23 14:35:00",
		"1795444426.320891232\t0":                     "1795444426.320891232",
		`"data.data": "7b:22:32:74:69:6d:65"`:         "",
		`"tcp.payload": "12:14:15:16:17:18"`:          "",
		"[23/Nov/2026:14:33:46 +0000] x":              "14:33:46",
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
