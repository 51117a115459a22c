package decode

import "testing"

// TestClock: the time of day is read from all forms that the scanner takes for times.
func TestClock(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"14:33:46.320":                     "14:33:46.320",
		"2026-11-23T14:33:46.320840+00:00": "14:33:46.320",
		"Nov 23 14:35:00":                  "14:35:00",
		"1795444426.320891232":             "14:33:46.320",
		"1795444426":                       "14:33:46",
		"1795444426320":                    "14:33:46.320",
		"1795444426320891":                 "14:33:46.320",
		"20261123T143346Z":                 "14:33:46",
		"20261123T143346.32+0100":          "14:33:46",
		"-1795444426":                      "-1795444426",
		"17954444263":                      "17954444263",
	} {
		if got := clock(text); got != want {
			t.Errorf("clock(%q) = %q, want %q", text, got, want)
		}
	}
}
