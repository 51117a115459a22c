package scan

import "bytes"

// fromFlow reads the two ends of a connection, as mitmproxy prints them: the client, an
// arrow to where the frame goes, the protocol, the arrow again, the server.
func (c *Context) fromFlow(b []byte) bool {
	for _, arrow := range [...]struct{ text, dir string }{{" -> tcp -> ", "c2s"}, {" <- tcp <- ", "s2c"}} {
		i := bytes.LastIndex(b, []byte(arrow.text))
		if i <= 0 {
			continue
		}
		client := b[bytes.LastIndexAny(b[:i], " \n")+1 : i]
		server := b[i+len(arrow.text):]
		if end := bytes.IndexAny(server, " \r\n"); end >= 0 {
			server = server[:end]
		}
		if bytes.IndexByte(client, ':') < 0 || bytes.IndexByte(server, ':') < 0 {
			continue
		}
		c.Stream, c.Peer, c.Dir = string(client)+" "+string(server), string(client), arrow.dir
		return true
	}
	return false
}

// fromPair reads the two ends of a connection, as sslsplit prints them: [A]:P -> [B]:P
func (c *Context) fromPair(b []byte, arrow int) {
	from := b[bytes.LastIndexAny(b[:arrow], " \n")+1 : arrow]
	to := b[arrow+len(" -> "):]
	if end := bytes.IndexAny(to, " \r\n("); end >= 0 {
		to = to[:end]
	}
	if bytes.IndexByte(from, ':') < 0 || bytes.IndexByte(to, ':') < 0 {
		return
	}
	x, y := string(from), string(to)
	c.Stream = min(x, y) + " " + max(x, y)
}

// fromSegment reads the two ends of a connection from the line that tcpdump prints before the
// bytes of a segment: IP 10.0.0.2.39786 > 10.0.0.1.5000: Flags [P.], …
func (c *Context) fromSegment(line []byte) {
	end := bytes.Index(line, []byte(": Flags ["))
	if end < 0 {
		return
	}
	from, to, ok := bytes.Cut(line[:end], []byte(" > "))
	from = from[bytes.LastIndexByte(from, ' ')+1:]
	if !ok || bytes.IndexByte(from, '.') < 0 || bytes.IndexByte(to, '.') < 0 || bytes.IndexByte(to, ' ') >= 0 {
		return
	}
	x, y := string(from), string(to)
	c.Stream = min(x, y) + " " + max(x, y)
}

// peerOf reads 127.0.0.1', 40132)
func peerOf(b []byte) string {
	host, rest, ok := bytes.Cut(b, []byte("', "))
	port, _, ok2 := bytes.Cut(rest, []byte(")"))
	if !ok || !ok2 || len(host) > 64 || len(port) > 5 {
		return ""
	}
	return string(host) + ":" + string(port)
}

// fromDump reads the two ends of a connection, as tcpflow -c prints them before what goes
// from the one to the other: 127.000.000.001.05000-127.000.000.001.46698:
func (c *Context) fromDump(line []byte) bool {
	end := bytes.Index(line, []byte(": "))
	if end < 0 {
		return false
	}
	from, to, ok := bytes.Cut(line[bytes.LastIndexByte(line[:end], ' ')+1:end], []byte("-"))
	if !ok || !isEndpoint(from) || !isEndpoint(to) {
		return false
	}
	x, y := string(from), string(to)
	c.Stream = min(x, y) + " " + max(x, y)
	return true
}

// isEndpoint knows an address and port of tcpflow, all of digits.
func isEndpoint(b []byte) bool {
	return bytes.Count(b, []byte{'.'}) == 4 && len(bytes.Trim(b, "0123456789.")) == 0 && isDigit(b[len(b)-1])
}
