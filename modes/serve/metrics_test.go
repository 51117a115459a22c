package serve

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"proto/wire"
)

// TestMetricsForPrometheus: what /metrics shows is in its text format: the type of all
// that is shown first, buckets that add up, the last one all.
func TestMetricsForPrometheus(t *testing.T) {
	f := newFigures(newRig(t, options{}).server)
	for _, took := range []time.Duration{0, 3 * time.Microsecond, 40 * time.Microsecond, 2 * time.Millisecond, time.Hour} {
		f.handshake(took)
		f.answered(&wire.Verdict{Event: wire.Answered}, time.Now().Add(-took))
	}
	var b bytes.Buffer
	f.write(&b)
	sample := regexp.MustCompile(`^([a-z_]+)(?:\{((?:[a-zA-Z]+="[^"]*"(?:, ?)?)*)\})? ([-+.0-9eE]+|\+Inf|NaN)$`)
	types := make(map[string]string)
	last := make(map[string]float64) // of a histogram's buckets
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			if types[name] != "" {
				t.Errorf("%s has two types", name)
			}
			types[name] = kind
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("no sample: %q", line)
			continue
		}
		family := m[1]
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if base := strings.TrimSuffix(family, suffix); types[base] == "histogram" || types[base] == "summary" {
				family = base
			}
		}
		if types[family] == "" {
			t.Errorf("%s has no type", m[1])
		}
		if strings.HasSuffix(m[1], "_bucket") {
			n, _ := strconv.ParseFloat(m[3], 64)
			if n < last[family] || !strings.HasPrefix(m[2], `le="`) {
				t.Errorf("%q after %v", line, last[family])
			}
			last[family] = n
		}
	}
	for _, name := range []string{"proto_answer_seconds", "proto_handshake_seconds"} {
		text := b.String()
		if types[name] != "histogram" || last[name] != 5 || !strings.Contains(text, name+"_bucket{le=\"+Inf\"} 5\n") || !strings.Contains(text, name+"_count 5\n") || !strings.Contains(text, name+"_bucket{le=\"1\"} 4\n") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}
