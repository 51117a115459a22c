// Package language is the language of `proto repl`: its parser, which makes commands
// of the bytes of a script, and all its errors with them, each with its place. It
// neither opens nor runs anything. The manual for people is manual.txt, which help
// shows; a test holds it against the parser's table of commands.
//
// # Grammar
//
// A script is lines; a line holds one command, or none:
//
//	script    = { line }
//	line      = [ command ] [ comment ] end-of-line
//	comment   = "#" …                            at the start of a word
//	command   = [ "!" ] [ "@" NAME ] ( simple | nesting | frame )
//	frame     = JSON                             an object: the same as send := frame
//
//	simple    = ( "hello" | "request" | "close" ) { set }
//	          | "send" ( TYPE { set } | ":=" JSON )
//	          | "raw" ( "@" FILE | quoted | rest-of-line )
//	          | "bytes" ( "@" FILE | HEX { HEX } )
//	          | "expect" ( TYPE { check } | "closed" | "reset" | "silence" ) [ within ]
//	          | "await" TYPE { check } [ within ]
//	          | "connect" [ NAME ] [ ADDRESS ] { option }
//	          | "use" NAME | "secret" NAME | "let" ( path ( "=" word | ":=" JSON ) | "-" path )
//	          | "timeout" D | "sleep" D | "include" FILE | "save" FILE
//	          | "secrets" ( "on" | "off" ) | "show" ( "last" | "sent" | "log" ) | "help" [ COMMAND ]
//	          | "conns" | "disconnect" | "eof" | "abort" | "vars" | "quit"
//	          | "test" ID quoted [ "must" | "should" ] [ "skip" quoted [ "if" path "=" word ] ]
//	nesting   = "repeat" N ( command | block ) | "mutate" command
//	block     = "{" [ command ] end-of-line { line } "}"
//	option    = ( "from" | "ca" | "pin" ) "=" word | "insecure" | within
//	within    = "within" D
//
//	set       = path ( "=" word | ":=" JSON ) | "-" path
//	check     = set | "+" path | path ( "~" | "!=" | "<" | "<=" | ">" | ">=" ) word
//	path      = letter { letter | digit | "_" | "." | "-" }     no "." at its end, no ".."
//	operator  = the first of := != <= >= = < > ~ behind a path
//
//	word      = bare | quoted                    TYPE, FILE, ADDRESS, ID, D and N are words
//	quoted    = '…' | "…" | `…`
//	variable  = "$" name | "${" name "}"         in bare words, "…" and JSON
//	name      = ( letter | "_" ) { letter | digit | "_" | "." | "-" }
//	sum       = variable ( "+" | "-" ) digits    in JSON, outside of "…"
//
// # Words
//
// A quote is one only at the start of a word or of a field's value, and what it holds
// is all of that. '…' and `…` are taken as they are, "…" has the escapes of JSON. Only
// `…`, the brackets of a JSON value, and blocks go on over lines, and comments may
// stand in the latter two; an open ' or " is an error.
//
// $$ is a dollar, and so is a $ that no name follows, as at the end of a regular
// expression. A variable's name ends with a letter, a digit or _: in $a.b. the last
// dot is text.
//
// JSON values are read by package wire, in both spellings of the protocol; a variable
// in place of a value is that value, one within "…" its text. Integers are of any size.
//
// raw takes the rest of its line as it is, but for a comment, unless a quote or @
// begins it. A bare TYPE is no field word: expect a=b lacks a type, expect 'a=b' has
// one. closed, reset and silence are types where they are quoted, and * is any type
// where it is not.
//
// In connect a word with a dot or a colon, localhost, and a variable are an address;
// another word is the connection's name, or behind a name the address. In "repeat N {"
// the brace is a block's where the line ends behind it, or where a command follows;
// otherwise it is a frame's.
//
// # Errors
//
// A line has one error at most, the first that is found; behind it the parser goes on
// with the next line, or with the braces at the end of this one. Errors are in the
// order of the text. After 100 of them the rest is not read. A script has at most
// 64 MiB, and 1000 levels of brackets and of blocks. Time and memory grow with the
// length of the script, whatever it holds.
package language
