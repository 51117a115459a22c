// Package completion is `proto completion`: it completes command lines of proto in
// bash, zsh and fish. What can stand where is found here, for all shells; their
// scripts ask for it with `proto __complete WORD ...` and know nothing themselves.
package completion

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"proto/modes"
)

// A candidate is what a word may become.
type candidate struct {
	text  string // the whole word
	about string // one line, may be empty
}

// An answer is all that a word may become.
type answer struct {
	words []candidate
	files bool // or the name of a file, which the shell completes itself,
	from  int  // behind so many bytes of the word
}

// complete finds what the last of the words may become. The words are those behind
// "proto", and may be anything at all.
func complete(list []modes.Mode, words []string) answer {
	if len(words) == 0 {
		return answer{}
	}
	before, current := words[:len(words)-1], words[len(words)-1]
	if len(before) == 0 || strings.HasPrefix(before[0], "-") {
		return completeProto(list, before, current)
	}
	for _, m := range list {
		if m.Name == before[0] && !m.Hidden {
			return completeMode(m, before[1:], current)
		}
	}
	return answer{}
}

// completeProto completes what stands before any command: one, or flags of proto's own.
func completeProto(list []modes.Mode, before []string, current string) answer {
	var found []candidate
	if len(before) == 0 {
		for _, m := range list {
			if !m.Hidden {
				found = append(found, candidate{m.Name, m.Usage})
			}
		}
	}
	if strings.HasPrefix(current, "-") {
		found = append(found, flagWords(&cli.Command{Flags: modes.AppFlags()}, before)...)
	}
	return answer{words: beginning(found, current)}
}

// completeMode completes what stands behind a command.
func completeMode(m modes.Mode, before []string, current string) answer {
	arguments, ended := 0, false
	for i := 0; i < len(before); i++ {
		word := before[i]
		switch {
		case word == "--" && !ended:
			ended = true
		case ended || len(word) < 2 || word[0] != '-':
			arguments++
		case takesNext(m.Command, word):
			if i++; i == len(before) {
				return completeValue(m, strings.TrimLeft(word, "-"), "", current)
			}
		}
	}
	switch name, _, hasValue := strings.Cut(current, "="); {
	case ended || !strings.HasPrefix(current, "-"):
		return completeArgument(m, arguments, current)
	case hasValue:
		return completeValue(m, strings.TrimLeft(name, "-"), name+"=", current)
	}
	return answer{words: beginning(flagWords(m.Command, before), current)}
}

// takesNext says whether the next word is the value of this flag.
func takesNext(c *cli.Command, word string) bool {
	name, _, hasValue := strings.Cut(strings.TrimLeft(word, "-"), "=")
	f, ok := flagNamed(c, name)
	return ok && f.Value != "" && !hasValue
}

func flagNamed(c *cli.Command, name string) (modes.FlagText, bool) {
	for _, group := range modes.FlagGroups(c) {
		for _, f := range group.Flags {
			if slices.ContainsFunc(f.Names, func(n string) bool { return strings.TrimLeft(n, "-") == name }) {
				return f, true
			}
		}
	}
	return modes.FlagText{}, false
}

// flagWords are the flags that may still be given.
func flagWords(c *cli.Command, before []string) (found []candidate) {
	for _, group := range modes.FlagGroups(c) {
		for _, f := range group.Flags {
			given := func(word string) bool {
				name, _, _ := strings.Cut(word, "=")
				return slices.Contains(f.Names, name)
			}
			if !f.Repeatable && slices.ContainsFunc(before, given) {
				continue
			}
			for _, name := range f.Names {
				found = append(found, candidate{name, f.Usage})
			}
		}
	}
	return append(found, candidate{"--help", "say more"})
}

// completeArgument completes a word that is no flag, behind so many others.
func completeArgument(m modes.Mode, others int, current string) answer {
	usage := strings.TrimSpace(m.ArgsUsage)
	if usage == "" || others > 0 && !strings.HasSuffix(usage, "...") {
		return answer{}
	}
	return answer{words: beginning(candidates("", m.Words[""]), current), files: strings.Contains(usage, "FILE")}
}

// completeValue completes the value of a flag, which stands behind prefix in the word.
func completeValue(m modes.Mode, flag, prefix, current string) answer {
	f, ok := flagNamed(m.Command, flag)
	if !ok || f.Value == "" {
		return answer{}
	}
	words := m.Words[strings.TrimLeft(f.Names[0], "-")]
	a := answer{words: beginning(candidates(prefix, words), current)}
	switch {
	case f.Value == "FILE", f.Value == "SOURCE":
		a.files, a.from = true, len(prefix)
	case strings.HasSuffix(f.Value, "=FILE"):
		for _, word := range words {
			if strings.HasPrefix(current[len(prefix):], word) {
				return answer{files: true, from: len(prefix) + len(word)}
			}
		}
	}
	return a
}

// candidates are words behind a prefix.
func candidates(prefix string, words []string) (found []candidate) {
	for _, word := range words {
		found = append(found, candidate{prefix + word, ""})
	}
	return found
}

// beginning keeps what begins with what is there already.
func beginning(found []candidate, current string) []candidate {
	return slices.DeleteFunc(found, func(c candidate) bool { return !strings.HasPrefix(c.text, current) })
}
