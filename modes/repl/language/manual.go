package language

import (
	_ "embed"
	"strings"
)

// manual is the one text about the language: an introduction, then a paragraph for
// each command. A paragraph begins with the command's forms; its examples are
// indented by four blanks.
//
//go:embed manual.txt
var manual string

// ManualAll is the whole manual, lines of at most 80 columns.
func ManualAll() string { return manual }

// ManualParts are the paragraphs of the introduction, and those of the commands.
func ManualParts() (introduction, commands []string) {
	for _, paragraph := range strings.Split(strings.TrimRight(manual, "\n"), "\n\n") {
		word, _, _ := strings.Cut(paragraph, " ")
		word, _, _ = strings.Cut(word, "\n")
		if _, isCommand := FormOf(word); isCommand {
			commands = append(commands, paragraph)
		} else {
			introduction = append(introduction, paragraph)
		}
	}
	return introduction, commands
}

// Manual is what the manual says of a command.
func Manual(command string) (text string, ok bool) {
	for _, paragraph := range strings.Split(manual, "\n\n") {
		if first, _, _ := strings.Cut(paragraph, "\n"); first == command || strings.HasPrefix(first, command+" ") {
			if _, known := FormOf(command); known {
				return strings.TrimRight(paragraph, "\n") + "\n", true
			}
		}
	}
	return "", false
}
