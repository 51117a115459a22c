package scan

import "bytes"

// followFilter is what tshark's follow prints of the stream, once, before all that it follows.
var followFilter = []byte("Filter: tcp.stream eq ")

// followStream is the stream that a frame is of where its part has a line of tshark's follow
// before it. What is more than that line says anew which one it is.
func (w *scanning) followStream(before []byte) string {
	if n := len(before); n < 2 || before[n-1] != '\n' && before[n-1] != 0 {
		return ""
	}
	if h, _ := headerBefore(before); h.relay != tsharkFollow {
		return ""
	}
	if len(before) > maxHeader || bytes.IndexByte(before, '=') >= 0 {
		w.followed = ""
		if i := bytes.LastIndex(before, followFilter); i >= 0 {
			number := before[i+len(followFilter):]
			w.followed = string(number[:digitsAt(number, 0)])
		}
	}
	return w.followed
}
