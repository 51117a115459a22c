package scan

import "bytes"

// packet is what tshark says of a packet, before its bytes as a text.
type packet struct {
	form               *packetForm
	time, stream, port string // port is where it comes from
	upTo               int64  // where the last frame ends that was found in it
}

// packetForm is how a packet is printed: where it begins, and the members that matter. As
// the quotes in a text are escaped, none of these is found in what a peer sent.
type packetForm struct{ begin, time, stream, port, text []byte }

var (
	// jsonPackets are of -T json: members over many lines.
	jsonPackets = &packetForm{[]byte(`"_index"`), []byte(`"frame.time_epoch": "`), []byte(`"tcp.stream": "`), []byte(`"tcp.srcport": "`), []byte(`"data.text": "`)}
	// ekPackets are of -T ek: a record on a line.
	ekPackets = &packetForm{[]byte(`{"timestamp":"`), []byte(`"frame_frame_time_epoch":"`), []byte(`"tcp_tcp_stream":"`), []byte(`"tcp_tcp_srcport":"`), []byte(`"data_data_text":"`)}
)

// textForm is the form of a packet in whose text a line ends; nil if it does not.
func textForm(line []byte) *packetForm {
	line = bytes.TrimLeft(line, leftovers+" \t")
	form, begin := jsonPackets, jsonPackets.text
	if bytes.HasPrefix(line, ekPackets.begin) {
		form, begin = ekPackets, ekPackets.begin
	}
	if !bytes.HasPrefix(line, begin) || bytes.LastIndex(line, form.text) < 0 || !form.inText(line) {
		return nil
	}
	return form
}

// inText says whether what begins in a text, or before one on its line, ends in one.
func (f *packetForm) inText(line []byte) bool {
	if i := bytes.LastIndex(line, f.text); i >= 0 {
		line = line[i+len(f.text):]
	}
	return closingQuote(line) < 0
}

// read reads what a packet says before its text.
func (f *packetForm) read(head []byte) packet {
	value := func(name []byte) string {
		i := bytes.Index(head, name)
		if i < 0 {
			return ""
		}
		text, _ := scalar(head[i+len(name)-1:])
		return text
	}
	return packet{form: f, time: value(f.time), stream: value(f.stream), port: value(f.port)}
}

// known says whether it is known of which stream and direction it is.
func (p *packet) known() bool { return p.stream != "" && p.port != "" }

// context is what it says of a frame.
func (p *packet) context() Context { return Context{Time: p.time, Stream: p.stream} }

// packetOf is the packet in whose text a place is, of which before is what stands before it;
// nil if it is in none, or in one that does not say all.
func (w *scanning) packetOf(before []byte, at int) *packet {
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	again := w.packet.upTo > 0 && w.packet.upTo == w.base+int64(at-len(before)) // behind a frame of the last one
	form := textForm(line)
	if form == nil {
		if again && len(line) == len(before) && w.packet.form.inText(line) {
			return &w.packet
		}
		return nil
	}
	begin := bytes.LastIndex(before, form.begin)
	if begin < 0 && again {
		return &w.packet // which has more than one text
	}
	p := form.read(before[max(0, begin):])
	if !p.known() {
		return nil
	}
	w.packet = p
	return &w.packet
}

// inPacket has the context of what is found be what the packet says that it is in. It ends
// at end.
func (w *scanning) inPacket(before []byte, at, end int) bool {
	p := w.packetOf(before, at)
	if p == nil {
		return false
	}
	p.upTo = w.base + int64(end)
	w.find.Context = p.context()
	return true
}

// packetSource is the stream and direction of the packet in whose text a place is.
func (w *scanning) packetSource(at int) *source {
	p := w.packetOf(w.before(at), at)
	if p == nil {
		return nil
	}
	return &source{kind: packets, packet: *p}
}

// textEnd is where the text ends that begins at a place, or its line: behind it there may be
// more of its packet.
func textEnd(b []byte, from, end int) int {
	if n := closingQuote(b[from:end]); n >= 0 {
		return from + n
	}
	return end
}

// nextText finds the text of the next packet of a source behind a place.
func (w *scanning) nextText(from int, source *source) (int, outcome) {
	form, here, begun := source.packet.form, source.packet, 0
	for {
		rest := w.window[from:]
		i := bytes.Index(rest, form.text)
		if i >= 0 {
			rest = rest[:i]
		}
		if n := bytes.Count(rest, form.begin); n > 0 {
			begun += n
			here = form.read(rest[bytes.LastIndex(rest, form.begin):])
		}
		switch {
		case begun > maxApart+1:
			return 0, nothing
		case i < 0:
			return 0, wantMore
		}
		if from += i + len(form.text); here.stream == source.packet.stream && here.port == source.packet.port {
			return from, found
		}
	}
}
