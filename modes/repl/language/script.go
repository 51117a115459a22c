package language

import "regexp"

// A Script is what Parse makes of a Source.
type Script struct {
	Source   *Source
	Commands []*Command
}

// A Command is one command with all that its line says. Which of the members
// are set depends on Name; the table in the package comment's manual says which
// arguments each command takes.
type Command struct {
	Source *Source
	Span   Span   // from its first byte to its last, comment excluded
	Not    bool   // "! COMMAND"
	On     string // "@NAME COMMAND": the connection; "" is the one in use
	Name   string // "hello", "expect" …; a line that begins with { is "send"
	Where  Span   // of the name

	Type   *Text   // send, expect, await: the frame's type; nil where Frame or Event is set
	Any    bool    // expect, await: * stands for the type
	Event  string  // expect: "closed", "reset" or "silence"
	Frame  *JSON   // send: the whole frame
	Fields []Field // hello, request, close, send, expect, await; from, ca and pin of connect; of let its one

	Text *Text      // raw: the text; "" with File set
	File *Text      // raw, bytes, include, save: the file's name
	Hex  []byte     // bytes
	Word string     // use, secret, show, secrets, help: the argument; connect: the name
	Addr *Text      // connect: the address
	Open bool       // connect: insecure
	Time *Text      // timeout, sleep; within of connect, expect, await. nil: the default
	N    *Text      // repeat: how often
	Body []*Command // repeat: the commands; include: those of the file; mutate: the one
	Test *Test      // test
}

// A Test is the line that begins a test.
type Test struct {
	ID     string
	Title  string
	Should bool // should; else must
	Skip   bool
	Why    string // of Skip
	If     *Field // of Skip: NAME=VALUE, nil: always
}

// An Op is what a field word does.
type Op string

// The operators. Set and SetJSON set in send and let, and compare in expect.
const (
	Set          Op = "="
	SetJSON      Op = ":="
	Absent       Op = "-" // -f: left out, absent
	Present      Op = "+" // +f
	Matches      Op = "~"
	NotEqual     Op = "!="
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
)

// A Field is one field word: f=text, f:=json, -f, +f, f~regexp …
type Field struct {
	Span   Span
	Name   string
	Op     Op
	Text   Text           // of every operator that takes a text
	JSON   JSON           // of SetJSON
	Regexp *regexp.Regexp // of Matches, where Text holds no variable
}
