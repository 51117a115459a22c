// Package language is the language of `proto repl`: its parser, which makes commands
// of the bytes of a script, and all its errors with them, each with its place. It
// neither opens nor runs anything. The manual for people is manual.txt.
//
// # Grammar
//
//	script    = { line }
//	line      = [ command ] [ "#" comment ] end-of-line
//	command   = [ "!" ] [ "@" name ] ( name arguments | frame )
//	frame     = JSON object                      the same as: send := frame
//	word      = bare | '…' | "…" | `…`
//	field     = path operator word | path ":=" JSON | "-" path | "+" path
//	path      = letter { letter | digit | "_" | "." | "-" }
//	operator  = ":=" | "!=" | "<=" | ">=" | "=" | "<" | ">" | "~"    the first of these
//	variable  = "$" name { "." name } | "${" … "}" ; "$$" is a dollar
//	sum       = variable ( "+" | "-" ) digits    behind := only
//	block     = "{" end-of-line { line } "}"     of repeat
//
// A quote is one only at the start of a word or of a field's value. Only `…`, the
// brackets of a JSON value, and blocks go on over lines; an open ' or " is an error.
// JSON values are read by package wire, in both spellings of the protocol. raw takes
// the rest of its line as it is, but for a comment, unless a quote or @ begins it.
//
// In connect a word with a dot or a colon, localhost, and a variable are an address;
// other words are the connection's name. In "repeat N {" the brace is a block's
// where the line ends behind it or a command follows, and else a frame's.
//
// # Errors
//
// A line has one error at most; after it the parser goes on with the next line, up
// to 100 errors a script. A script has at most 64 MiB and 1000 levels of brackets
// and blocks.
package language
