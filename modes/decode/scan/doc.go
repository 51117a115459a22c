// Package scan finds the frames of the protocol in any text: console logs, JSON
// lines, the output of tcpdump's friends, or the bare stream.
//
// It looks for an anchor, a brace followed by a known first member in either
// spelling, and has package wire read the object there. What stands between the
// two may be
//
//   - nothing but white space: the frame is read where it lies, or undone where what is
//     before it says that it is in a string in the other quotes;
//   - backslashes: the frame is in a JSON or Python string, which is undone, up to
//     three times over;
//   - the end of a line and a prefix on the next one: the frame is printed over
//     lines by something that puts a prefix before each, as journald, CRI and
//     compose do. Its lines are collected; those of others may stand between them;
//   - the end of a line within a JSON record: docker's json-file has a record for
//     each line. The frame is collected in the same way;
//   - the end of a record within the frame, whose bytes a relay, tshark or --record has
//     got in parts, or of whose line docker or CRI makes parts. The next part is in the
//     next record of the stream and direction.
//
// A frame has at most [MaxFrame] bytes. Where an anchor leads nowhere, the search
// goes on one byte behind it, so that one stray brace hides nothing.
//
// The scanner is a function over a window of the text: it may be given in any
// pieces and finds the same.
package scan
