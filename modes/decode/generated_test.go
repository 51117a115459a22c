package decode

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"proto/modes"
)

// dialogue is one session as it goes over the wire: its frames, a newline behind
// each, and the texts of its answers.
type dialogue struct {
	frames, texts []string
}

// converse makes a session of so many answers.
func converse(t *testing.T, answers int) dialogue {
	t.Helper()
	lines, texts := traffic(t, 600+350*answers)
	if len(texts) < answers || len(lines) < 2+2*answers {
		t.Fatalf("%d answers, want %d", len(texts), answers)
	}
	return dialogue{lines[:2+2*answers], texts[:answers]}
}

// fromServer says which of a dialogue's frames are: every second one.
func fromServer(i int) bool { return i%2 == 1 }

// pretty is a frame as the reference programs print it: json.dumps(indent=4).
func pretty(frame string) string {
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(strings.TrimSpace(frame)), "", "    "); err != nil {
		panic(err)
	}
	return out.String()
}

// repr is a frame as Python's repr prints it.
func repr(frame string) string {
	return strings.NewReplacer(`":`, `': `, `,"`, `, '`, `"`, `'`).Replace(strings.TrimSpace(frame))
}

// console is what the reference server prints, a line each.
func (d dialogue) console() (lines []string) {
	lines = append(lines, "Server started on HOST=127.0.0.1 Port=5000", "waiting for client", "Connection from: ('127.0.0.1', 46698)", "", "")
	for i, f := range d.frames {
		if fromServer(i) && i > 1 {
			lines = append(lines, "", "", "Plain text data "+d.texts[i/2-1])
		}
		what := "Received: "
		if fromServer(i) {
			what = "Sending: "
		}
		lines = append(lines, strings.Split(what+pretty(f), "\n")...)
	}
	return lines
}

// clientConsole is what the reference client prints: of what it sends the data only,
// and each text behind its answer.
func (d dialogue) clientConsole() (lines []string) {
	for i, f := range d.frames {
		if !fromServer(i) {
			var frame struct{ Data json.RawMessage }
			if err := json.Unmarshal([]byte(f), &frame); err != nil {
				panic(err)
			}
			lines = append(lines, strings.Split("Sending: "+pretty(string(frame.Data)), "\n")...)
			continue
		}
		lines = append(lines, strings.Split("Received: "+pretty(f), "\n")...)
		if i > 1 {
			lines = append(lines, "Decrypted data received in DATA_RESPONSE: "+d.texts[i/2-1]+strings.Repeat("\b", 8))
		}
	}
	return lines
}

// shuffle mixes lists, each in its own order, in runs of up to most.
func shuffle(rnd *rand.Rand, most int, lists ...[]string) (mixed []string) {
	lists = slices.Clone(lists)
	for len(lists) > 0 {
		i := rnd.IntN(len(lists))
		n := min(1+rnd.IntN(most), len(lists[i]))
		mixed = append(mixed, lists[i][:n]...)
		if lists[i] = lists[i][n:]; len(lists[i]) == 0 {
			lists = slices.Delete(lists, i, i+1)
		}
	}
	return mixed
}

// each makes a line of each of some.
func each(list []string, form func(i int, s string) string) (lines []string) {
	for i, s := range list {
		lines = append(lines, form(i, s))
	}
	return lines
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// clockOf is a time of day that goes on with a line's number.
func clockOf(i int) string { return fmt.Sprintf("14:%02d:%02d", i/60%60, i%60) }

func directionIn(i int) string {
	if fromServer(i) {
		return "s2c"
	}
	return "c2s"
}

// form is a way in which a tool shows a session, or two at once.
type form struct {
	name   string
	make   func(rnd *rand.Rand, a, b dialogue) string
	two    bool // both are in it
	truth  bool // it prints its texts itself
	timed  bool
	stream bool // it says which of the two a frame is of
}

func join(lines []string) string { return strings.Join(lines, "\n") + "\n" }

var generated = []form{
	{name: "bare", make: func(_ *rand.Rand, a, _ dialogue) string { return strings.Join(a.frames, "") }},
	{name: "bare without newlines", make: func(_ *rand.Rand, a, _ dialogue) string {
		return strings.ReplaceAll(strings.Join(a.frames, ""), "\n", "")
	}},
	{name: "literals", make: func(_ *rand.Rand, a, _ dialogue) string {
		return strings.Join(each(a.frames, func(_ int, s string) string { return repr(s) }), "")
	}},
	{name: "both spellings", make: func(rnd *rand.Rand, a, _ dialogue) string {
		return strings.Join(each(a.frames, func(_ int, s string) string {
			if rnd.IntN(2) == 0 {
				return repr(s)
			}
			return s
		}), "")
	}},
	{name: "JSON lines", timed: true, make: func(_ *rand.Rand, a, _ dialogue) string {
		return join(each(a.frames, func(i int, s string) string {
			return fmt.Sprintf(`{"ts": "2026-11-23T%sZ", "dir": "%s", "frame": %s}`, clockOf(i), directionIn(i), strings.TrimSpace(s))
		}))
	}},
	{name: "JSON lines, two servers", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		of := func(name string, d dialogue) []string {
			return each(d.frames, func(i int, s string) string {
				return fmt.Sprintf(`{"frame":%s,"dir":"%s","conn":"%s","time":"2026-11-23T%sZ"}`, strings.TrimSpace(s), directionIn(i), name, clockOf(i))
			})
		}
		return join(shuffle(rnd, 3, of("a", a), of("b", b)))
	}},
	{name: "frame as a string", timed: true, make: func(_ *rand.Rand, a, _ dialogue) string {
		return join(each(a.frames, func(i int, s string) string {
			return fmt.Sprintf(`{"time":"2026-11-23T%sZ","frame":%s}`, clockOf(i), quoted(s))
		}))
	}},
	{name: "pretty frame as a string", make: func(_ *rand.Rand, a, _ dialogue) string {
		return join(each(a.frames, func(_ int, s string) string { return `{"frame":` + quoted(pretty(s)) + `}` }))
	}},
	{name: "literal as a string", make: func(_ *rand.Rand, a, _ dialogue) string {
		return join(each(a.frames, func(_ int, s string) string { return `{"frame":` + quoted(repr(s)) + `}` }))
	}},
	{name: "frame as a string in a string", make: func(_ *rand.Rand, a, _ dialogue) string {
		return join(each(a.frames, func(_ int, s string) string {
			return `{"log":` + quoted(`{"msg":`+quoted(s)+`}`) + `}`
		}))
	}},
	{name: "server console", truth: true, make: func(_ *rand.Rand, a, _ dialogue) string { return join(a.console()) }},
	{name: "client console", truth: true, make: func(_ *rand.Rand, a, _ dialogue) string { return join(a.clientConsole()) }},
	{name: "journald", truth: true, two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return prefixed(rnd, a, b, func(i int, server string) string {
			return "Nov 23 " + clockOf(i) + " gateway " + server + "[812]: "
		})
	}},
	{name: "CRI", truth: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return prefixed(rnd, a, dialogue{}, func(i int, _ string) string {
			return "2026-11-23T" + clockOf(i) + ".123456789Z stdout F "
		})
	}},
	{name: "compose", truth: true, two: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return prefixed(rnd, a, b, func(_ int, server string) string { return server + "  | " })
	}},
	{name: "compose in colours, with times", truth: true, two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return prefixed(rnd, a, b, func(i int, server string) string {
			return "\x1b[36m" + server + "  | \x1b[0m2026-11-23T" + clockOf(i) + ".123456789Z "
		})
	}},
	{name: "kubectl, by pod", truth: true, two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return prefixed(rnd, a, b, func(i int, server string) string {
			return "[pod/" + server + "-5d4f/proto] 2026-11-23T" + clockOf(i) + ".123456789Z "
		})
	}},
	{name: "syslog with structured data", truth: true, two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return prefixed(rnd, a, b, func(i int, server string) string {
			return "<14>1 2026-11-23T" + clockOf(i) + ".000001Z gateway " + server + " 812 ID47 [ex@32473 iut=\"3\"] "
		})
	}},
	{name: "syslog with lengths", truth: true, two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return prefixed(rnd, a, b, func(i int, server string) string {
			return fmt.Sprintf("%d <14>1 2026-11-23T%s.000001Z gateway %s 812 - - ", 90+i%20, clockOf(i), server)
		})
	}},
	{name: "times without colons", truth: true, timed: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return prefixed(rnd, a, dialogue{}, func(i int, _ string) string {
			return "20261123T" + strings.ReplaceAll(clockOf(i), ":", "") + "Z "
		})
	}},
	{name: "whole seconds", truth: true, timed: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return prefixed(rnd, a, dialogue{}, func(i int, _ string) string { return fmt.Sprintf("%d ", 1795444426+i) })
	}},
	{name: "whole milliseconds", truth: true, timed: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return prefixed(rnd, a, dialogue{}, func(i int, _ string) string { return fmt.Sprintf("%d: ", 1795444426000+i) })
	}},
	{name: "grep -n", truth: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return prefixed(rnd, a, dialogue{}, func(i int, _ string) string { return fmt.Sprintf("%d:", i+1) })
	}},
	{name: "cat -n", truth: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return prefixed(rnd, a, dialogue{}, func(i int, _ string) string { return fmt.Sprintf("%6d\t", i+1) })
	}},
	{name: "cat -n of compose", truth: true, two: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return prefixed(rnd, a, b, func(i int, server string) string { return fmt.Sprintf("%6d\t%s  | ", i+1, server) })
	}},
	{name: "grep -n -A", truth: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return prefixed(rnd, a, dialogue{}, func(i int, _ string) string { return fmt.Sprintf("%d%c", 95+i, ":--"[i%3]) })
	}},
	{name: "grep -n, with times", truth: true, timed: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return prefixed(rnd, a, dialogue{}, func(i int, _ string) string { return fmt.Sprintf("%d:2026-11-23 %s INFO ", 95+i, clockOf(i)) })
	}},
	{name: "grep -Hn", truth: true, make: func(_ *rand.Rand, a, _ dialogue) string {
		return numbered(join(a.console()), "log/server-1.log:%d:")
	}},
	{name: "rg -n of compose", truth: true, two: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return numbered(prefixed(rnd, a, b, func(_ int, server string) string { return server + "  | " }), "compose.log:%d:")
	}},
	{name: "numbers with zeros, and times", truth: true, timed: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return numbered(prefixed(rnd, a, dialogue{}, func(i int, _ string) string { return clockOf(i) + " " }), "%05d ")
	}},
	{name: "journald since the start", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return prefixed(rnd, a, b, func(i int, server string) string {
			return fmt.Sprintf("[%5d.%06d] gateway %s[812]: ", i/7, i, server)
		})
	}},
	{name: "journald as JSON", timed: true, make: func(_ *rand.Rand, a, _ dialogue) string {
		return join(each(a.console(), func(i int, s string) string {
			return fmt.Sprintf(`{"__CURSOR":"s=%x","__REALTIME_TIMESTAMP":"%d","MESSAGE":%s,"_PID":"8"}`, i, 1795444426000000+int64(i), quoted(s))
		}))
	}},
	{name: "frame as a string of .NET", timed: true, make: func(_ *rand.Rand, a, _ dialogue) string {
		return join(each(a.frames, func(i int, s string) string {
			s = strings.NewReplacer(`"`, "\\u0022", `'`, "\\u0027").Replace(strings.TrimSpace(s))
			return fmt.Sprintf(`{"@timestamp":"2026-11-23T%sZ","msg":"%s"}`, clockOf(i), s)
		}))
	}},
	{name: "docker, a record a line", truth: true, timed: true, make: func(_ *rand.Rand, a, _ dialogue) string {
		return join(each(a.console(), func(i int, s string) string {
			return fmt.Sprintf(`{"log":%s,"stream":"stdout","time":"2026-11-23T%s.5Z"}`, quoted(s+"\n"), clockOf(i))
		}))
	}},
	{name: "docker, a record a frame", timed: true, make: func(_ *rand.Rand, a, _ dialogue) string {
		return join(each(a.frames, func(i int, s string) string {
			return fmt.Sprintf(`{"log":%s,"stream":"stdout","time":"2026-11-23T%s.5Z"}`, quoted("Received: "+s), clockOf(i))
		}))
	}},
	{name: "tshark fields", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		of := func(stream int, d dialogue) []string {
			return each(d.frames, func(i int, s string) string {
				return fmt.Sprintf("1795444426.3208%05d\t%d\t%d\t%s", i, stream, 5611-i%2, strings.ReplaceAll(strings.TrimSpace(s), `"`, `\"`))
			})
		}
		return join(shuffle(rnd, 2, of(0, a), of(1, b)))
	}},
	{name: "tshark follow", stream: true, make: func(_ *rand.Rand, a, _ dialogue) string {
		text := "\n===================================================================\nFollow: tls,ascii\nFilter: tcp.stream eq 0\nNode 0: 127.0.0.1:35162\nNode 1: 127.0.0.1:5611\n"
		for i, s := range a.frames {
			if fromServer(i) {
				text += "\t"
			}
			text += fmt.Sprintf("%d\n%s", len(s), s)
		}
		return text + "\n===================================================================\n"
	}},
	{name: "socat -v", timed: true, make: func(_ *rand.Rand, a, _ dialogue) string {
		return strings.Join(each(a.frames, func(i int, s string) string {
			return fmt.Sprintf("%c 2026/11/23 %s.000739980  length=%d from=0 to=%d\n%s", "><"[i%2], clockOf(i), len(s)-1, len(s)-2, strings.TrimSpace(s))
		}), "")
	}},
	{name: "sslsplit", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		of := func(port int, d dialogue) []string {
			return each(d.frames, func(i int, s string) string {
				ends := []string{fmt.Sprintf("[127.0.0.1]:%d", port), "[127.0.0.1]:5641"}
				return fmt.Sprintf("2026-11-23 %s UTC %s -> %s (%d):\n%s", clockOf(i), ends[i%2], ends[1-i%2], len(s)-1, strings.TrimSpace(s))
			})
		}
		return strings.Join(shuffle(rnd, 2, of(55760, a), of(55762, b)), "")
	}},
	{name: "tshark follow, in parts", stream: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		text := "\n===================================================================\nFollow: tls,ascii\nFilter: tcp.stream eq 0\nNode 0: 127.0.0.1:35162\nNode 1: 127.0.0.1:5611\n"
		for i, s := range a.frames {
			for _, part := range pieces(rnd, strings.TrimSpace(s)) {
				if fromServer(i) {
					text += "\t"
				}
				text += fmt.Sprintf("%d\n%s\n", len(part), part)
			}
		}
		return text + "\n===================================================================\n"
	}},
	{name: "socat -v, in parts", timed: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		text := ""
		for i, s := range a.frames {
			for _, part := range pieces(rnd, strings.TrimSpace(s)+"\n") {
				text += fmt.Sprintf("%c 2026/11/23 %s.000739980  length=%d from=0 to=%d\n%s", "><"[i%2], clockOf(i), len(part), len(part)-1, part)
			}
		}
		return text
	}},
	{name: "sslsplit, in parts", timed: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		text := ""
		for i, s := range a.frames {
			ends := []string{"[127.0.0.1]:55760", "[127.0.0.1]:5641"}
			for _, part := range pieces(rnd, strings.TrimSpace(s)) {
				text += fmt.Sprintf("2026-11-23 %s UTC %s -> %s (%d):\n%s\n", clockOf(i), ends[i%2], ends[1-i%2], len(part), part)
			}
		}
		return text
	}},
	{name: "tshark fields, in parts", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return fieldsInParts(rnd, a, b, func(s string) string { return strings.ReplaceAll(s, `"`, `\"`) })
	}},
	{name: "tshark fields of literals, in parts", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return fieldsInParts(rnd, a, b, repr)
	}},
	{name: "tshark -T json, in parts", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return "[\n" + packetsInParts(rnd, a, b, jsonPacket) + "\n]\n"
	}},
	{name: "tshark -T ek, in parts", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return packetsInParts(rnd, a, b, ekPacket)
	}},
	{name: "--record, in parts", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return recordInParts(rnd, a, b, func(s string) string { return s })
	}},
	{name: "--record of literals, in parts", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return recordInParts(rnd, a, b, repr)
	}},
	{name: "journald as JSON, two processes", truth: true, two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		of := func(process int, lines []string) []string {
			return each(lines, func(i int, s string) string {
				return fmt.Sprintf(`{"__REALTIME_TIMESTAMP":"%d","_HOSTNAME":"gateway","_PID":"%d","MESSAGE":%s,"_SYSTEMD_UNIT":"proto.service"}`, 1795444426000000+int64(i), process, quoted(s))
			})
		}
		return join(shuffle(rnd, 12, of(8, a.console()), of(9, b.console())))
	}},
	{name: "docker, two containers", truth: true, two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		of := func(name string, lines []string) []string {
			return each(lines, func(i int, s string) string {
				return fmt.Sprintf(`{"log":%s,"stream":"stdout","attrs":{"tag":"%s"},"time":"2026-11-23T%s.5Z"}`, quoted(s+"\n"), name, clockOf(i))
			})
		}
		return join(shuffle(rnd, 12, of("s1", a.console()), of("s2", b.console())))
	}},
	{name: "a record a frame, two processes", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		of := func(process int, frames []string) []string {
			return each(frames, func(i int, s string) string {
				return fmt.Sprintf(`{"_PID":"%d","MESSAGE":%s,"__REALTIME_TIMESTAMP":"%d"}`, process, quoted(s), 1795444426000000+int64(i))
			})
		}
		return join(shuffle(rnd, 3, of(8, a.frames), of(9, b.frames)))
	}},
	{name: "docker, a record a frame, two containers", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		of := func(name string, frames []string) []string {
			return each(frames, func(i int, s string) string {
				return fmt.Sprintf(`{"log":%s,"stream":"stdout","attrs":{"env":"a","tag":"%s"},"time":"2026-11-23T%s.5Z"}`, quoted(s), name, clockOf(i))
			})
		}
		return join(shuffle(rnd, 3, of("s1", a.frames), of("s2", b.frames)))
	}},
	{name: "syslog, a line a frame", two: true, timed: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		of := func(process int, frames []string) []string {
			return each(frames, func(i int, s string) string {
				return fmt.Sprintf("<14>1 2026-11-23T%s.5Z gateway server %d - - %s", clockOf(i), process, strings.TrimSpace(s))
			})
		}
		return join(shuffle(rnd, 3, of(8, a.frames), of(9, b.frames)))
	}},
	{name: "tcpflow", two: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		of := func(port int, frames []string) []string {
			return each(frames, func(i int, s string) string {
				ends := []string{fmt.Sprintf("127.000.000.001.%05d", port), "127.000.000.001.05000"}
				return ends[i%2] + "-" + ends[1-i%2] + ": " + strings.TrimSpace(s)
			})
		}
		return join(shuffle(rnd, 3, of(39786, a.frames), of(39788, b.frames)))
	}},
	{name: "mitmdump, on one line", two: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		of := func(port int, frames []string) []string {
			return each(frames, func(i int, s string) string {
				arrow := []string{"->", "<-"}[i%2]
				return fmt.Sprintf("127.0.0.1:%d %s tcp %s 127.0.0.1:5000 %s", port, arrow, arrow, strings.TrimSpace(s))
			})
		}
		return join(shuffle(rnd, 3, of(39786, a.frames), of(39788, b.frames)))
	}},
	{name: "docker, lines in parts", stream: true, timed: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return dockerInParts(rnd, a, dialogue{}, func(s string) string { return s })
	}},
	{name: "docker, two containers, lines of literals in parts", two: true, stream: true, timed: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		return dockerInParts(rnd, a, b, repr)
	}},
	{name: "docker, one long line", make: func(rnd *rand.Rand, a, _ dialogue) string {
		text := strings.Join(each(a.frames, func(_ int, s string) string { return strings.TrimSpace(s) }), "")
		return join(each(cuts(rnd, text, 3000), func(i int, s string) string {
			return fmt.Sprintf(`{"log":%s,"stream":"stdout","time":"2026-11-23T%s.5Z"}`, quoted(s), clockOf(i))
		}))
	}},
	{name: "CRI, lines in parts", timed: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return criInParts(rnd, a.frames)
	}},
	{name: "CRI, lines of literals in parts", timed: true, make: func(rnd *rand.Rand, a, _ dialogue) string {
		return criInParts(rnd, each(a.frames, func(_ int, s string) string { return repr(s) + "\n" }))
	}},
	{name: "CRI, one long line", make: func(rnd *rand.Rand, a, _ dialogue) string {
		text := strings.Join(each(a.frames, func(_ int, s string) string { return strings.TrimSpace(s) }), "")
		return criInParts(rnd, cuts(rnd, text, 3000))
	}},
	{name: "mitmdump", two: true, stream: true, make: func(rnd *rand.Rand, a, b dialogue) string {
		of := func(port int, d dialogue) []string {
			return each(d.frames, func(i int, s string) string {
				arrow := []string{"->", "<-"}[i%2]
				return fmt.Sprintf("127.0.0.1:%d %s tcp %s 127.0.0.1:5000\n\n    %s\n\n", port, arrow, arrow, strings.TrimSpace(s))
			})
		}
		return strings.Join(shuffle(rnd, 2, of(39786, a), of(39788, b)), "")
	}},
}

// fieldsInParts is what tshark prints where a frame is in more than one packet.
func fieldsInParts(rnd *rand.Rand, a, b dialogue, spell func(string) string) string {
	of := func(stream int, d dialogue) (lines []string) {
		for i, s := range d.frames {
			for _, part := range pieces(rnd, strings.TrimSpace(s)) {
				lines = append(lines, fmt.Sprintf("1795444426.3208%05d\t%d\t%d\t%s", i, stream, 5611-i%2, spell(part)))
			}
		}
		return lines
	}
	return join(alternate(rnd, of(0, a), of(1, b)))
}

// packetsInParts is what tshark prints of packets, with their bytes as a text, where a frame
// is in more than one of them, and of the one or other session in literal spelling.
func packetsInParts(rnd *rand.Rand, a, b dialogue, print func(i, stream, port int, text string) string) string {
	of := func(stream int, d dialogue, spell func(string) string) (list []string) {
		for i, s := range d.frames {
			for _, part := range pieces(rnd, strings.TrimSpace(spell(s))) {
				list = append(list, print(i, stream, 5611-i%2, quoted(part)))
			}
		}
		return list
	}
	return join(alternate(rnd, of(0, a, repr), of(1, b, func(s string) string { return s })))
}

// jsonPacket is the shape of what -T json prints of a packet.
func jsonPacket(i, stream, port int, text string) string {
	return fmt.Sprintf(`  {
    "_index": "packets-2026-11-23",
    "_source": {
      "layers": {
        "frame": {
          "frame.time_epoch": "1795444426.%09d",
          "frame.len": "1280"
        },
        "tcp": {
          "tcp.srcport": "%d",
          "tcp.dstport": "%d",
          "tcp.stream": "%d",
          "tcp.flags_tree": {
            "tcp.flags.res": "0"
          },
          "tcp.payload": "7b:22"
        },
        "data": {
          "data.data": "7b:22",
          "data.text": %s,
          "data.len": "1214"
        }
      }
    }
  },`, i, port, 11221-port, stream, text)
}

// ekPacket is the shape of what -T ek prints of one.
func ekPacket(i, stream, port int, text string) string {
	return fmt.Sprintf(`{"index":{"_index":"packets-2026-11-23","_type":"doc"}}
{"timestamp":"1795444426%03d","layers":{"frame":{"frame_frame_time_epoch":"1795444426.%09d"},"tcp":{"tcp_tcp_srcport":"%d","tcp_tcp_dstport":"%d",`+
		`"tcp_tcp_port":["1","2"],"tcp_tcp_stream":"%d","tcp_tcp_payload":"7b:22"},"data":{"data_data_data":"7b:22","data_data_text":%s,"data_data_len":"1214"}}}`,
		i, i, port, 11221-port, stream, text)
}

// recordInParts is what --record keeps of those who write their frames in parts.
func recordInParts(rnd *rand.Rand, a, b dialogue, spell func(string) string) string {
	of := func(stream int, d dialogue) (lines []string) {
		for i, s := range d.frames {
			for _, part := range pieces(rnd, spell(s)) {
				bytes := `"frame":` + quoted(part)
				if rnd.IntN(4) == 0 {
					bytes = fmt.Sprintf(`"hex":"%x"`, part)
				}
				lines = append(lines, fmt.Sprintf(`{"time":"2026-11-23T%s.%06dZ","dir":"%s","peer":"127.0.0.1:4669%d","stream":"%d",%s}`, clockOf(i), len(lines), directionIn(i), stream, stream, bytes))
			}
		}
		return lines
	}
	return join(alternate(rnd, of(1, a), of(2, b)))
}

// cuts are a text in parts of up to most bytes each.
func cuts(rnd *rand.Rand, s string, most int) (parts []string) {
	for s != "" {
		n := min(1+rnd.IntN(most), len(s))
		parts, s = append(parts, s[:n]), s[n:]
	}
	return parts
}

// dockerInParts is what json-file keeps of long lines, with less taken for long.
func dockerInParts(rnd *rand.Rand, a, b dialogue, spell func(string) string) string {
	of := func(name string, d dialogue) (lines []string) {
		for i, s := range d.frames {
			for _, part := range cuts(rnd, strings.TrimSpace(spell(s))+"\n", 400) {
				lines = append(lines, fmt.Sprintf(`{"log":%s,"stream":"stdout","attrs":{"tag":"%s"},"time":"2026-11-23T%s.5Z"}`, quoted(part), name, clockOf(i)))
			}
		}
		return lines
	}
	return join(alternate(rnd, of("s1", a), of("s2", b)))
}

// criInParts is what CRI keeps of long lines, with less taken for long.
func criInParts(rnd *rand.Rand, frames []string) string {
	var lines []string
	for i, s := range frames {
		parts := cuts(rnd, strings.TrimSuffix(s, "\n"), 400)
		for k, part := range parts {
			mark := "P"
			if k == len(parts)-1 && strings.HasSuffix(s, "\n") {
				mark = "F"
			}
			lines = append(lines, "2026-11-23T"+clockOf(i)+".123456789Z stdout "+mark+" "+part)
		}
	}
	return join(lines)
}

// alternate mixes two lists in runs of one or two.
func alternate(rnd *rand.Rand, a, b []string) (mixed []string) {
	for len(a) > 0 {
		n := min(1+rnd.IntN(2), len(a))
		mixed = append(mixed, a[:n]...)
		a, b = b, a[n:]
	}
	return append(mixed, b...)
}

// pieces are a text in one to four parts. The first has enough to know a frame by.
func pieces(rnd *rand.Rand, s string) (parts []string) {
	for range rnd.IntN(4) {
		if cut := 16 + rnd.IntN(len(s)); cut < len(s) {
			parts, s = append(parts, s[:cut]), s[cut:]
		}
	}
	return append(parts, s)
}

// prefixed is the console of a server, or of two at once, with a prefix before each
// line.
func prefixed(rnd *rand.Rand, a, b dialogue, prefix func(i int, server string) string) string {
	of := func(server string, d dialogue) []string {
		if len(d.frames) == 0 {
			return nil
		}
		return each(d.console(), func(i int, s string) string { return prefix(i, server) + s })
	}
	if len(b.frames) == 0 {
		return join(of("server-1", a))
	}
	return join(shuffle(rnd, 12, of("server-1", a), of("server-2", b)))
}

// numbered is a text with its number before each line, in a form.
func numbered(text, form string) string {
	return join(each(strings.Split(strings.TrimSpace(text), "\n"), func(i int, s string) string { return fmt.Sprintf(form, 95+i) + s }))
}

// disguises are what editors and shells make of any file.
var disguises = map[string]func(string) string{
	"as it is":   func(s string) string { return s },
	"CRLF":       func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
	"BOM":        func(s string) string { return "\ufeff" + s },
	"UTF-16":     func(s string) string { return inUTF16(binary.LittleEndian, s) },
	"NULs":       func(s string) string { return "\x00\x00" + strings.ReplaceAll(s, "\n", "\n\x00") + "\x00" },
	"stray":      func(s string) string { return `{ "` + "\n" + `{"header"` + "\n" + s + `{ "` },
	"stray line": func(s string) string { return "x {\n" + s },
}

// textsByStream are the texts that were read, those of a form that tells no streams
// under "".
func textsByStream(lines []line) (lists [][]string) {
	for _, list := range answers(lines) {
		lists = append(lists, list)
	}
	return lists
}

// TestGenerated: of sessions in the form of many tools all texts are found, in their
// order, and none is invented.
func TestGenerated(t *testing.T) {
	for round := range uint64(3) {
		rnd := rand.New(rand.NewPCG(1, round))
		a, b := converse(t, 23), converse(t, 12)
		for _, form := range generated {
			text := form.make(rnd, a, b)
			for name, disguise := range disguises {
				lines, err := decodeJSON(t, []byte(disguise(text)), func(o *options) { o.verify, o.workers = form.truth, 2 })
				if err != nil {
					t.Errorf("%s, %s: %v", form.name, name, err)
				}
				want := [][]string{a.texts}
				if form.two {
					want = append(want, b.texts)
				}
				got := textsByStream(lines)
				slices.SortFunc(got, func(x, y []string) int { return len(y) - len(x) })
				if !slices.EqualFunc(got, want, slices.Equal) {
					t.Errorf("%s, %s: %q\nwant %q", form.name, name, got, want)
				}
				for _, l := range lines {
					if form.timed && l.Time == "" || form.stream && l.Stream == "" {
						t.Errorf("%s, %s: time %q, stream %q of %+v", form.name, name, l.Time, l.Stream, l)
						break
					}
				}
				if want := len(a.frames) + len(b.frames)*(len(want)-1); len(lines) != want {
					t.Errorf("%s, %s: %d frames, want %d", form.name, name, len(lines), want)
				}
			}
		}
	}
}

// TestGeneratedCut: each form cut anywhere gives no wrong text, and never fewer than
// when it is cut before. PROTO_CUT=all tries every byte, which takes a minute; else
// every byte of the last frames and some of those before.
func TestGeneratedCut(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	a, b := converse(t, 3), converse(t, 2)
	for _, form := range generated {
		text := form.make(rnd, a, b)
		most := 0
		for n := 0; n <= len(text); n++ {
			if n < len(text)-100 && n%61 != 0 && os.Getenv("PROTO_CUT") != "all" {
				continue
			}
			lines, _ := decodeJSON(t, []byte(text[:n]), nil)
			found := 0
			for stream, texts := range answers(lines) {
				if form.stream && stream == "" && len(texts) == 1 && (slices.Contains(a.texts, texts[0]) || slices.Contains(b.texts, texts[0])) {
					texts = nil // its record ends before it names the stream
					found++
				}
				if !isPrefix(texts, a.texts) && !isPrefix(texts, b.texts) {
					t.Fatalf("%s cut at %d: stream %q: %q", form.name, n, stream, texts)
				}
				found += len(texts)
			}
			if found < most {
				t.Fatalf("%s cut at %d: %d texts, and %d were in less", form.name, n, found, most)
			}
			most = found
		}
		if want := len(a.texts) + len(b.texts); most != want && form.two || most != len(a.texts) && !form.two {
			t.Errorf("%s: %d texts", form.name, most)
		}
	}
}

// TestVerified: of a log that prints its texts each one is held against the answer
// it belongs to, and one that differs is found.
func TestVerified(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	a, b := converse(t, 23), converse(t, 12)
	wrong := a
	wrong.texts = slices.Clone(a.texts)
	wrong.texts[17] = "falsfals"
	for _, form := range generated {
		if !form.truth {
			continue
		}
		want := len(a.texts)
		if form.two {
			want += len(b.texts)
		}
		verify := func(a dialogue) (string, error) {
			var summary bytes.Buffer
			o := &options{json: true, verify: true, workers: 2}
			p := &modes.Process{In: strings.NewReader(form.make(rnd, a, b)), Out: io.Discard, Err: &summary, Env: func(string) string { return "" }}
			err := o.run(t.Context(), p)
			return summary.String(), err
		}
		if summary, err := verify(a); err != nil || !strings.HasSuffix(summary, fmt.Sprintf(", %d verified\n", want)) {
			t.Errorf("%s: %v %s", form.name, err, summary)
		}
		if _, err := verify(wrong); err == nil || !strings.HasSuffix(err.Error(), `and the log says "falsfals"`) {
			t.Errorf("%s, with a wrong text: %v", form.name, err)
		}
	}
}
