package connect

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"proto/modes"
)

func asJSON(s *settings) { s.json = true }

// TestJSON: the members, their order and their kinds.
func TestJSON(t *testing.T) {
	form := regexp.MustCompile(`^\{"time":"([^"]+)","sequence":(\d+),"session":1,"text":"[a-z]{8}","key_changed":(true|false),"rtt_ms":1\.500\}$`)
	var began time.Time
	p := run(t, script{delay: func(n int) time.Duration { return time.Duration(min(n-1, 1)) * 1500 * time.Microsecond }},
		set(asJSON), func(p *play) { began = p.start })
	for i, line := range p.wantLines(60) {
		m := form.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("line %s", line)
		}
		at, err := time.Parse(time.RFC3339Nano, m[1])
		if want := began.Add(time.Duration(i)*30*time.Second + 1500*time.Microsecond); err != nil || !at.Equal(want) {
			t.Errorf("time %s, want %v", m[1], want)
		}
		if m[2] != fmt.Sprint(i+2) || m[3] != fmt.Sprint(i%10 == 9) {
			t.Errorf("line %d: %s", i, line)
		}
	}
}

// strange are texts that would act on a terminal or be mistaken for others.
var strange = []string{
	"\x1b[2J", "a\nb", "a\rb", "a\tb", "\u202eevil", "del\x7f", "\u0085", "nul\x00", "\u2028", "\ufeffbom", "\u200b",
	" blank", "blank ", "", `"quoted"`, "\u2066x", "\U000e0041",
}

// plain are texts that are shown as they are.
var plain = []string{"eight..8", "grüße ✓", "it's", `in "the" midst`, "two words", `back\slash`, "日本", "<&>", "\ufffd"}

// inTurn gives the texts one after the other.
func inTurn(texts []string) func() string {
	n := -1
	return func() string { n++; return texts[n] }
}

// TestJSONKeepsText: each text can be had back from its object, in whatever bytes it is.
func TestJSONKeepsText(t *testing.T) {
	texts := append([]string{"\xff\xfe\x00\x01", "half \xe2\x82", "\ufffd"}, strange...)
	p := run(t, script{text: inTurn(texts)}, set(asJSON), count(len(texts)), interval(0))
	for i, line := range p.wantLines(len(texts)) {
		var o struct {
			Text string
			Hex  *string
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		got := o.Text
		if o.Hex != nil {
			b, err := hex.DecodeString(*o.Hex)
			if got = string(b); err != nil || utf8.ValidString(got) {
				t.Errorf("%s: %v", line, err)
			}
		}
		if got != texts[i] {
			t.Errorf("%s: %q, want %q", line, got, texts[i])
		}
	}
}

func TestLineOfStrangeText(t *testing.T) {
	texts := append(append([]string(nil), strange...), plain...)
	p := run(t, script{text: inTurn(texts)}, count(len(texts)), interval(0))
	for i, line := range p.wantLines(len(texts)) {
		want := texts[i]
		if i < len(strange) {
			want = strconv.Quote(want)
		}
		if !strings.Contains(line, fmt.Sprintf("  %4d  %-8s  ", i+2, want)) {
			t.Errorf("line %q shows not %s", line, want)
		}
	}
}

func TestJSONOfStrangeText(t *testing.T) {
	texts := append(append([]string(nil), strange...), plain...)
	p := run(t, script{text: inTurn(texts)}, count(len(texts)), interval(0), set(asJSON))
	for i, line := range p.wantLines(len(texts)) {
		var answer struct{ Text *string }
		if err := json.Unmarshal([]byte(line), &answer); err != nil || answer.Text == nil || *answer.Text != texts[i] {
			t.Errorf("line %s, %v, want %q", line, err, texts[i])
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("line %q is not all ASCII", line)
		}
	}
}

var number = regexp.MustCompile(`"data":\d+`)

// TestUnreadable: an answer that cannot be decrypted is said so, the session
// goes on, and the exit code is 1.
func TestUnreadable(t *testing.T) {
	damage := func(n int, good string, _ *conn) string {
		if n == 3 {
			return number.ReplaceAllString(good, `"data":1269`)
		}
		return good
	}
	for _, json := range []bool{false, true} {
		p := run(t, script{answer: damage}, count(6), set(func(s *settings) { s.json = json }))
		p.want(modes.ExitNotWell, 150*time.Second, "answer 3 cannot be read: the padding is not valid\n")
		p.wantRequests(150*time.Second, every(30*time.Second, 6)...)
		lines := p.wantLines(6)
		if json && !strings.Contains(lines[1], `"text":null,`) || !json && !strings.Contains(lines[1], "  ?  ") {
			t.Errorf("line %s", lines[1])
		}
		if !strings.HasSuffix(p.notes.String(), "proto: not every answer could be read\n") || strings.Count(p.notes.String(), "cannot be read") > 2 {
			t.Errorf("notes %s", p.notes.String())
		}
	}
}

// TestTwice: an answer that comes twice is shown once.
func TestTwice(t *testing.T) {
	p := run(t, script{answer: func(n int, good string, _ *conn) string {
		if n > 1 {
			return good + good
		}
		return good
	}}, count(15))
	p.want(modes.ExitDone, 14*30*time.Second, "")
	p.wantLines(15)
}

// TestLateTwin: nor does it matter when it comes once more before the next.
func TestLateTwin(t *testing.T) {
	last := ""
	p := run(t, script{answer: func(n int, good string, _ *conn) string {
		twin := last
		if n > 1 {
			last = good
		}
		return twin + good
	}}, count(15))
	p.want(modes.ExitDone, 14*30*time.Second, "")
	p.wantLines(15)
}

// TestPieces: it does not matter in which pieces answers come.
func TestPieces(t *testing.T) {
	p := run(t, script{answer: func(_ int, good string, c *conn) string {
		for _, b := range []byte(good) {
			_, _ = c.Write([]byte{b})
		}
		return ""
	}}, count(15))
	p.want(modes.ExitDone, 14*30*time.Second, "")
	p.wantLines(15)
}

// TestVerbose: the trace has all frames, and the secrets only where asked to.
func TestVerbose(t *testing.T) {
	for _, secrets := range []bool{false, true} {
		p := run(t, script{}, count(12), set(func(s *settings) { s.verbose, s.secrets = true, secrets }))
		notes := p.notes.String()
		if sent, got := strings.Count(notes, "Sending: {"), strings.Count(notes, "Received: {"); sent != 14 || got != 13 {
			t.Errorf("%d frames sent, %d received", sent, got)
		}
		for _, secret := range []string{password, "token-SECRET"} {
			if strings.Contains(notes, secret) != secrets {
				t.Errorf("secrets %t, %s:\n%s", secrets, secret, notes)
			}
		}
		if hidden := strings.Count(notes, `"(hidden)"`); hidden != 18 && !secrets { // password, 12+1 tokens and 4 of the server's
			t.Errorf("%d hidden", hidden)
		}
	}
}
