package scan

import (
	"bytes"
	"strings"
)

// streamOf is what a log's prefix, its times made alike, says of who printed it:
// "server-1" of compose, "host program[12]" of journald and syslog, "pod/server-1/proto" of
// kubectl, else nothing.
func streamOf(prefix []byte) string {
	if len(prefix) > 0 && prefix[0] == numberMark {
		prefix = prefix[1:]
	}
	prefix = behindFile(prefix)
	if name := syslogStream(prefix); name != "" {
		return name
	}
	s := withoutColors(string(bytes.ReplaceAll(behindPriority(prefix), []byte{timeMark}, []byte(" "))))
	if name, _, ok := strings.Cut(s, " |"); ok {
		return strings.TrimSpace(name)
	}
	if i := strings.Index(s, "[pod/"); i >= 0 && strings.TrimSpace(s[:i]) == "" {
		if name, _, ok := strings.Cut(s[i+1:], "] "); ok {
			return name
		}
	}
	if i := strings.Index(s, "]:"); i > 0 && strings.Contains(s[:i], "[") {
		return strings.TrimSpace(s[:i+1])
	}
	return ""
}

// behindPriority is what is behind the priority that a line of syslog begins with: <134>
func behindPriority(prefix []byte) []byte {
	b := bytes.TrimLeft(prefix, " \x00")
	if n := digitsAt(b, 1); n > 0 && n <= 3 && b[0] == '<' && n+1 < len(b) && b[n+1] == '>' {
		return b[n+2:]
	}
	return prefix
}

// behindFile is what is behind the name of a file and the number of a line in it: it is of
// grep, and not of who printed the line.
func behindFile(prefix []byte) []byte {
	i := bytes.IndexByte(prefix, ':')
	if i <= 0 || bytes.IndexByte(prefix[:i], ' ') >= 0 {
		return prefix
	}
	n := digitsAt(prefix, i+1)
	if end := i + 1 + n; n > 0 && end < len(prefix) && prefix[end] == ':' {
		return prefix[end+1:]
	}
	return prefix
}

// syslogStream reads host, program and process of RFC 5424: <14>1 TIME HOST APP PROCID.
func syslogStream(prefix []byte) string {
	b := bytes.TrimLeft(prefix, " \x00")
	n := bytes.IndexByte(b[:min(len(b), len("<191>"))], '>')
	if n < 2 || b[0] != '<' || !digits(b[1:], n-1) || !bytes.HasPrefix(b[n+1:], []byte("1 ")) {
		return ""
	}
	fields := bytes.Fields(b[n+len(">1 "):])
	if len(fields) < 4 || len(fields[0]) != 1 || fields[0][0] != timeMark && fields[0][0] != '-' {
		return ""
	}
	host, program, process := string(fields[1]), string(fields[2]), string(fields[3])
	if process != "-" {
		program += "[" + process + "]"
	}
	return host + " " + program
}

// origin is what a JSON record says of who wrote it, in members of which each alone is no
// stream: those of journald.
type origin struct {
	host, unit, process string
	known               bool // one of them is there
	attributes          bool // docker's have begun
}

// take takes a member, if it is one of these.
func (o *origin) take(name, value string) {
	switch name {
	case "_HOSTNAME":
		o.host = value
	case "_SYSTEMD_UNIT":
		o.unit = value
	case "_PID":
		o.process = value
	default:
		return
	}
	o.known = true
}

// stream is "host unit[12]", or what of it there is.
func (o *origin) stream() string {
	name := strings.TrimSpace(o.host + " " + o.unit)
	if o.process != "" {
		name += "[" + o.process + "]"
	}
	return name
}
