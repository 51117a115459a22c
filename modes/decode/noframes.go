package decode

import (
	"bytes"

	"proto/modes"
)

// noFrames is the error for an input without any frame, with what could help.
func noFrames(src *source) *modes.Error {
	if isPacketCapture(src.head) {
		return &modes.Error{Code: modes.ExitPeer, Message: modes.Show(src.name) + " is a packet capture, and what is in it is encrypted", Hint: src.tshark()}
	}
	return &modes.Error{Code: modes.ExitPeer, Message: "no frames found in " + modes.Show(src.name), Hint: src.undone()}
}

// without is the error for inputs none of which has any frame: that of the last one.
func (f *finder) without() error {
	e := &modes.Error{Code: modes.ExitPeer, Message: "no frames found"}
	switch n := len(f.barren); {
	case n > 0:
		e = f.barren[n-1]
	case f.source != nil:
		e = noFrames(f.source)
	}
	if e.Hint == "" && f.source != nil {
		e.Hint = `a frame begins with {"header" or {"data", or the same with single quotes`
	}
	return e
}

// tshark is the command of the README, for this capture.
func (src *source) tshark() string {
	const fields = " -o tls.keylog_file:KEYS -d tcp.port==5000,tls -d tls.port==5000,data -o data.show_as_text:TRUE -Y data -T fields -e frame.time_epoch -e tcp.stream -e tcp.srcport -e data.text | proto decode"
	if src.packs != "" {
		return src.reading("tshark -r -") + fields
	}
	return src.reading("tshark -r") + fields
}

// reading is a command that reads the input, unpacked.
func (src *source) reading(tool string) string {
	switch src.packs {
	case "":
		return command(tool, src.name)
	case utf16Text:
		return command("iconv -f UTF-16 -t UTF-8", src.name) + " | " + tool
	}
	return command(src.packs+" -dc", src.name) + " | " + tool
}

// command is a command for a file.
func command(tool, name string) string {
	if len(name) > 1 && name[0] == '-' { // no flag
		name = "./" + name
	}
	return tool + " " + modes.ShellWord(name)
}

// isPacketCapture knows pcap, in both orders and resolutions, and pcapng.
func isPacketCapture(b []byte) bool {
	for _, magic := range []string{"\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x0a\x0d\x0d\x0a"} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return false
}
