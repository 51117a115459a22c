// Package diagram writes the page of a capture: a sequence diagram of each session
// with a table beside it, in one HTML file that needs nothing else.
//
// Frames go into the file as they come, so memory does not grow with the capture.
// What belongs together (a session, a request and its answer), and what is missing,
// the page's script finds out; it draws only what is in sight.
package diagram

import (
	"embed"
	"strconv"

	"proto/modes/page"
	"proto/wire"
)

//go:embed assets
var assets embed.FS

// scripts are the parts of the page's script, in their order.
var scripts = [...]string{"data.js", "sessions.js", "marks.js", "items.js", "filter.js", "cells.js", "rows.js", "list.js", "overview.js", "details.js", "print.js", "keys.js"}

// document is the page for a capture of some name.
func document(title string) *page.Page {
	p := &page.Page{Title: title, Body: read("body.html"), Style: read("diagram.css")}
	for _, name := range scripts {
		p.Script += read(name)
	}
	return p
}

func read(name string) string { return page.Read(assets, "assets/"+name) }

// A Frame is a row of the page. Its texts are as they may be shown: the page shows
// them as they are. Empty ones are not known.
type Frame struct {
	Offset     int64 // in its file
	Time       string
	Direction  Direction
	Type       string
	Stream     string
	Session    string
	Sequence   string
	Status     string // "" where there is nothing to read, or it was read
	Period     int    // of the key, from 1 on; 0 where it is not known
	Text, Note string
	Facts      []Fact
}

// Direction is which way a frame went.
type Direction uint8

// The directions.
const (
	Unknown Direction = iota
	ToServer
	ToClient
)

// A Fact is what else a frame says, under a name; "" names a remark.
type Fact struct{ Name, Text string }

// String is the fact as one text.
func (f Fact) String() string {
	if f.Name == "" {
		return "(" + f.Text + ")"
	}
	return f.Name + "=" + f.Text
}

// append appends the frame as an array, without the empty fields at its end. The
// script has the same order (data.js).
func (f *Frame) append(b []byte) []byte {
	b = strconv.AppendInt(append(b, '['), f.Offset, 10)
	empty := 0
	text := func(s string) {
		if s == "" {
			empty++
			return
		}
		b = wire.AppendASCII(f.fill(b, &empty), s)
	}
	number := func(n int) {
		if n == 0 {
			empty++
			return
		}
		b = strconv.AppendInt(f.fill(b, &empty), int64(n), 10)
	}
	text(f.Time)
	number(int(f.Direction))
	text(f.Type)
	text(f.Stream)
	text(f.Session)
	text(f.Sequence)
	text(f.Status)
	number(f.Period)
	text(f.Text)
	text(f.Note)
	if len(f.Facts) > 0 {
		b = f.fill(b, &empty)
		for i, fact := range f.Facts {
			b = append(b, "[,"[min(i, 1)])
			b = wire.AppendASCII(append(b, '['), fact.Name)
			b = append(wire.AppendASCII(append(b, ','), fact.Text), ']')
		}
		b = append(b, ']')
	}
	return append(b, ']')
}

// fill writes the empty fields before one that is not, and the comma.
func (f *Frame) fill(b []byte, empty *int) []byte {
	for ; *empty > 0; *empty-- {
		b = append(b, `,0`...)
	}
	return append(b, ',')
}
