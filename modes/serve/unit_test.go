package serve

import (
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"proto/modes"
)

// TestDefaults: what the flags are without being given.
func TestDefaults(t *testing.T) {
	l := readFlags(t, usual)
	a, p := l.admission, l.admission.Penalties
	for name, c := range map[string]struct{ got, want any }{
		"startups":           {a.Startups.String(), "100:30:300"},
		"per address":        {a.PerAddress, 20},
		"handshakes":         {l.handshakes, 2},
		"sessions":           {l.sessions, 100_000},
		"sessions of a user": {l.perUser, 1000},
		"pace":               {l.pace.Burst, 100},
		"pace, every":        {l.pace.Every, 10 * time.Millisecond},
		"failed login":       {p.Login, 5 * time.Second},
		"out of time":        {p.Slow, 10 * time.Second},
		"refused from":       {p.Refuse, 15 * time.Second},
		"at most":            {p.Max, 10 * time.Minute},
		"addresses":          {p.Addresses, 65536},
		"timeouts":           {l.timeouts, defaultTimeouts()},
		"exempt":             {l.exemptSet, false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if got := derated(20_000); got < 15_000 || got > 19_900 {
		t.Errorf("of 20,000 files %d connections", got)
	}
}

// TestUserTimeoutElsewhere: where there is none, asking for one is an error, and the
// default is none.
func TestUserTimeoutElsewhere(t *testing.T) {
	for _, c := range []struct {
		system string
		given  bool
		time   time.Duration
		refuse bool
	}{
		{"linux", true, time.Second, false},
		{"darwin", true, time.Second, true},
		{"windows", true, time.Second, true},
		{"windows", false, time.Minute, false},
		{"windows", true, 0, false},
		{"linux", true, math.MaxInt32 * time.Millisecond, false},
		{"linux", true, math.MaxInt32*time.Millisecond + 1, true},
	} {
		if err := checkUserTimeout(c.system, c.given, c.time); (err != nil) != c.refuse {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestKeepaliveMost: a time that Linux does not take is an error.
func TestKeepaliveMost(t *testing.T) {
	for _, c := range []struct {
		system string
		time   time.Duration
		refuse bool
	}{
		{"linux", 0, false},
		{"linux", 32767 * time.Second, false},
		{"linux", 32767*time.Second + 1, true},
		{"darwin", 32768 * time.Second, false},
	} {
		if err := checkKeepalive(c.system, c.time); (err != nil) != c.refuse {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestReadmeTable: every flag stands in the README.
func TestReadmeTable(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	fatal(t, err)
	_, part, _ := strings.Cut(string(readme), "\n## proto serve\n")
	part, _, _ = strings.Cut(part, "\n## ")
	for _, name := range flagNames() {
		if name == "verbose" {
			name = "-v"
		} else {
			name = "--" + name
		}
		if !strings.Contains(part, name+" ") && !strings.Contains(part, name+"`") {
			t.Errorf("%s is not in the README", name)
		}
	}
}

func flagNames() (names []string) {
	for _, f := range Command(&modes.Process{}).Flags {
		names = append(names, f.Names()[0])
	}
	return names
}

// TestUnit: the unit for systemd gives flags that there are, among them the longer
// drain, within the time that systemd grants.
func TestUnit(t *testing.T) {
	unit, err := os.ReadFile("../../.ci/proto.service")
	fatal(t, err)
	for _, line := range []string{"Type=notify", "ExecReload=/bin/kill -HUP $MAINPID", "LimitNOFILE=1048576", "NoNewPrivileges=yes", "ProtectSystem=strict", "TimeoutStopSec=40s"} {
		if !strings.Contains(string(unit), "\n"+line+"\n") {
			t.Errorf("no %s", line)
		}
	}
	flags := regexp.MustCompile(` --([a-z-]+)`).FindAllStringSubmatch(string(unit), -1)
	if len(flags) < 10 || !strings.Contains(string(unit), " --drain 30s") {
		t.Errorf("flags %q", flags)
	}
	for _, f := range flags {
		if !slices.Contains(flagNames(), f[1]) {
			t.Errorf("there is no --%s", f[1])
		}
	}
}
