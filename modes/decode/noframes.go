package decode

import (
	"bytes"
	"fmt"

	"proto/modes"
)

// noFrames is the error for inputs without any frame, with what could help.
func noFrames(src *source) error {
	e := &modes.Error{Code: modes.ExitPeer, Message: "no frames found"}
	if src == nil {
		return e
	}
	name := modes.Show(src.name)
	e.Message = "no frames found in " + name
	switch {
	case isPacketCapture(src.head):
		e.Message = name + " is a packet capture, and what is in it is encrypted"
		e.Hint = fmt.Sprintf("tshark -r %s -o tls.keylog_file:KEYS -d tcp.port==5000,tls -d tls.port==5000,data -o data.show_as_text:TRUE -Y data -T fields -e frame.time_epoch -e tcp.stream -e tcp.srcport -e data.text | proto decode", modes.ShellWord(src.name))
	case isDump(src.head):
		e.Hint = fmt.Sprintf("is it a dump of xxd? xxd -r %s | proto decode", modes.ShellWord(src.name))
	case isHex(src.head):
		e.Hint = fmt.Sprintf("is it hex? xxd -r -p %s | proto decode", modes.ShellWord(src.name))
	case hasPayload(src.head):
		e.Hint = fmt.Sprintf("has it the bytes of packets in hex? grep -owE '7b:?2[27][0-9a-f:]*' %s | xxd -r -p | proto decode; if not, tshark needs -o tls.keylog_file:KEYS", modes.ShellWord(src.name))
	case isBase64(src.head):
		e.Hint = fmt.Sprintf("is it base64? base64 -d %s | proto decode", modes.ShellWord(src.name))
	default:
		e.Hint = `a frame begins with {"header" or {"data", or the same with single quotes`
	}
	return e
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

func isHex(b []byte) bool {
	return consistsOf(b, "0123456789abcdefABCDEF \r\n\t:")
}

// isDump knows what xxd prints: an offset, sixteen bytes as hex, and as text.
func isDump(b []byte) bool {
	return len(b) > 10 && string(b[:9]) == "00000000:" && isHex(b[:min(len(b), 48)])
}

// hasPayload knows what tshark prints of packets, and others of the bytes of a frame.
func hasPayload(b []byte) bool {
	for _, mark := range []string{`"_index": "packets-`, `"_index":"packets-`, "<pdml ", `"7b22`, `"7b27`, `"7b:22`, `"7b:27`, "\t7b22", "\t7b27"} {
		if bytes.Contains(b, []byte(mark)) {
			return true
		}
	}
	return false
}

func isBase64(b []byte) bool {
	return consistsOf(b, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-\r\n")
}

// consistsOf says whether a text of some length has no other bytes.
func consistsOf(b []byte, set string) bool {
	return len(b) >= 16 && len(bytes.Trim(b, set)) == 0 && len(bytes.TrimLeft(b, set)) == 0
}
