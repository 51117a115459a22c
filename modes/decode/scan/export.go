package scan

import "bytes"

// journalctl -o export prints a member a line: the frame is in one of them, and the time, in
// microseconds since 1970, in another before it.
var (
	exportMessage    = []byte("MESSAGE=")
	exportTimeMember = []byte("__REALTIME_TIMESTAMP=")
)

// exportTime is the time in what stands before a message.
func exportTime(before []byte) string {
	i := bytes.LastIndex(before, exportTimeMember)
	if i < 0 || i > 0 && before[i-1] != '\n' {
		return ""
	}
	value := before[i+len(exportTimeMember):]
	return string(value[:digitsAt(value, 0)])
}
