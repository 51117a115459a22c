// Package page makes the HTML pages of proto: that of a capture and that of a
// running server. A page is one document that needs nothing else: style and script
// stand in it, and its Content-Security-Policy lets run these two alone, by their
// hashes. What a peer or a capture sent goes into a page as data (AppendData), and
// from there, by the script, into text nodes: never into markup.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html"
	"strings"
)

//go:embed look.css icon.svg theme.js
var common embed.FS

// A Page is what is special of a page. All of it but Title is ours.
type Page struct {
	Title  string // any text
	Body   string // markup, without script and style
	Style  string // added to the common one
	Script string // added to the common one; the whole runs as one function
	Live   bool   // the script may read from the address that the page came from
}

// Policy is the Content-Security-Policy: nothing may be loaded, sent, framed or run
// but this style and this script, and no text becomes markup (trusted types).
func (p *Page) Policy() string {
	rules := []string{
		"default-src 'none'",
		"script-src '" + hash(p.script()) + "'",
		"style-src '" + hash(p.style()) + "'",
		"img-src data:", // the icon
		"base-uri 'none'",
		"form-action 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
	}
	if p.Live {
		rules = append(rules, "connect-src 'self'")
	}
	return strings.Join(rules, "; ")
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (p *Page) style() string { return read("look.css") + p.Style }

// script is one function, so that the page has no globals.
func (p *Page) script() string {
	return "(() => {\n'use strict';\n" + read("theme.js") + p.Script + "})();\n"
}

func read(name string) string { return Read(common, name) }

// Read reads a file that is embedded, and so is there.
func Read(files embed.FS, name string) string {
	b, _ := files.ReadFile(name)
	return string(b)
}

// Start is the page up to where data may stand.
func (p *Page) Start() []byte {
	icon := "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(read("icon.svg")))
	return []byte(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="` + p.Policy() + `">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="` + icon + `">
<title>` + html.EscapeString(p.Title) + `</title>
<style>` + p.style() + `</style>
</head>
<body>
` + p.Body)
}

// End is the rest of the page. The script comes last: all data is there when it runs.
func (p *Page) End() []byte {
	return []byte("<script>" + p.script() + "</script>\n</body>\n</html>\n")
}

// AppendData appends JSON as data that a page's script finds by its class. No byte of
// it can end the element, whatever its texts hold.
func AppendData(b []byte, class string, json []byte) []byte {
	b = append(append(append(b, `<script type="application/json" class="`...), class...), `">`...)
	b = AppendEscaped(b, json)
	return append(b, "</script>\n"...)
}

// AppendEscaped appends JSON in which <, > and & and the line ends that JSON allows
// and JavaScript does not, U+2028 and U+2029, are written as escapes. They can stand
// in its strings only, so it says the same as before.
func AppendEscaped(b, json []byte) []byte {
	const hex = "0123456789abcdef"
	done := 0
	for i, c := range json {
		switch {
		case c == '<' || c == '>' || c == '&':
			b = append(append(b, json[done:i]...), '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			done = i + 1
		case c == 0xe2 && i+2 < len(json) && json[i+1] == 0x80 && json[i+2]&^1 == 0xa8:
			b = append(append(b, json[done:i]...), '\\', 'u', '2', '0', '2', hex[json[i+2]&15])
			done = i + 3
		}
	}
	return append(b, json[done:]...)
}
