package scan

import (
	"slices"
	"testing"
)

// TestContext: what tools say of time and stream, before a frame and in its record.
func TestContext(t *testing.T) {
	const frame = `{"header":{},"data":{"message-type":"CLOSE"}}`
	const lines = "Sending: {\nMESSAGE=  \"header\": {},\nMESSAGE=  \"data\": {\nMESSAGE=    \"message-type\": \"CLOSE\"\nMESSAGE=  }\nMESSAGE=}\n"
	follow := "===\nFollow: tls,ascii\nFilter: tcp.stream eq 7\nNode 0: 127.0.0.1:5611\nNode 1: :0\n46\n" + frame + "\n\t46\n" + frame + "\n"
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"tcpdump -A": {"14:33:46.320840 IP 10.0.0.2.39786 > 10.0.0.1.5000: Flags [P.], seq 1:131, length 130\nE....@.@" + frame + "\n" +
			"14:33:46.357840 lo    In  IP6 fe80::1.5000 > fe80::2.39786: Flags [P.], length 130\n`..Y" + frame + "\n" +
			"14:33:46.4 IP (tos 0x0, ttl 64, id 1)\n    10.0.0.1.5000 > 10.0.0.2.39786: Flags [P.], cksum 0x1\nE.." + frame + "\n",
			[]string{"14:33:46.320840|10.0.0.1.5000 10.0.0.2.39786", "14:33:46.357840|fe80::1.5000 fe80::2.39786", "|10.0.0.1.5000 10.0.0.2.39786"}},
		"no tcpdump":            {"a > b: c\n" + frame + "\n", []string{"|"}},
		"tshark follow":         {follow, []string{"|7", "|7"}},
		"two of tshark follow":  {follow + "===\n\n===\nFollow: tls,ascii\nFilter: tcp.stream eq 12\n46\n" + frame + "\n46\n" + frame + "\n", []string{"|7", "|7", "|12", "|12"}},
		"something behind it":   {follow + "===\nother things:\n46\n" + frame + "\n", []string{"|7", "|7", "|"}},
		"journalctl -o export":  {"_PID=8\n__REALTIME_TIMESTAMP=1795444426322891\nMESSAGE=" + lines, []string{"1795444426322891|"}},
		"syslog":                {"<134>Nov 23 14:35:00 gw proto[812]: " + frame + "\n", []string{"Nov 23 14:35:00|gw proto[812]"}},
		"syslog with a length":  {"94 <4>Nov 23 14:35:00 gw proto[812]: " + frame + "\n", []string{"Nov 23 14:35:00|gw proto[812]"}},
		"a member with escapes": {`{"x":"a\"b","stream":"\u65e5\u672c","ts":"14:33:46\n","frame":` + frame + "}\n", []string{"14:33:46\n|日本"}},
		"behind the frame":      {`{"frame":` + frame + `,"x":"\"stream\":\"0\"","stream":"a\\b"}` + "\n", []string{`|a\b`}},
		"frame.time of tshark":  {`"Nov 27, 2026 17:50:52.458172787 UTC","0",` + frame + "\n", []string{"Nov 27, 2026 17:50:52.458172787 UTC|"}},
	} {
		for _, piece := range []int{1, 30, len(test.text)} {
			var got []string
			s, window := &Scanner{}, []byte(nil)
			for from := 0; from < len(test.text); from += piece {
				to := min(from+piece, len(test.text))
				window = append(window, test.text[from:to]...)
				n := s.Scan(window, to == len(test.text), func(f *Found) {
					f.Context.Resolve()
					got = append(got, f.Context.Time+"|"+f.Context.Stream)
				})
				window = append([]byte(nil), window[n:]...)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s, in pieces of %d: %q, want %q", name, piece, got, test.want)
			}
		}
	}
}
