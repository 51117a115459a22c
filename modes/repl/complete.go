package repl

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"proto/modes/repl/language"
	"proto/wire"
)

// complete says what may stand at pos of a line in place of the word that ends
// there.
func (h *hand) complete(line string, pos int) (word string, candidates []string) {
	before := line[:pos]
	start := strings.LastIndexAny(before, " \t") + 1
	word = before[start:]
	words := strings.Fields(before[:start])
	for _, c := range h.candidates(words, word) {
		if strings.HasPrefix(c, word) && c != word {
			candidates = append(candidates, c)
		}
	}
	slices.Sort(candidates)
	return word, slices.Compact(candidates)
}

func (h *hand) candidates(words []string, word string) []string {
	if i := strings.LastIndexByte(word, '$'); i >= 0 {
		return prefixed(word[:i+1], h.bench.variableNames())
	}
	words, on := commandWords(words)
	switch {
	case len(words) == 0 && strings.HasPrefix(word, "@"):
		return prefixed("@", endings(h.bench.order, " "))
	case len(words) == 0:
		return endings(commandNames(), " ")
	}
	_ = on
	form, ok := language.FormOf(words[0])
	if !ok {
		return nil
	}
	return h.argumentCandidates(form, words[1:], word)
}

// commandWords takes what may stand before a command off: !, @NAME, and the
// commands that take another one.
func commandWords(words []string) (rest []string, on string) {
	for len(words) > 0 {
		switch form, _ := language.FormOf(words[0]); {
		case words[0] == "!":
			words = words[1:]
		case words[0][0] == '@':
			words, on = words[1:], words[0][1:]
		case words[0] == "repeat" && len(words) > 1:
			words = words[2:]
			if len(words) > 0 && words[0] == "{" {
				words = words[1:]
			}
		case words[0] != "repeat" && form.TakesCommand():
			words = words[1:]
		default:
			return words, on
		}
	}
	return nil, on
}

func (h *hand) argumentCandidates(form language.Form, words []string, word string) []string {
	switch {
	case form.Name == "help":
		return commandNames()
	case form.TakesFile():
		return fileNames("", word)
	case (form.Name == "raw" || form.Name == "bytes") && strings.HasPrefix(word, "@"):
		return fileNames("@", word[1:])
	case strings.HasPrefix(word, "ca="):
		return fileNames("ca=", word[len("ca="):])
	case form.Name == "use", form.Name == "connect" && len(words) == 0:
		return append(append([]string(nil), h.bench.order...), form.Choices...)
	case form.TakesName(), form.Name == "let":
		return h.bench.variableNames()
	case form.TakesType() && len(words) == 0:
		return append(endings(append(frameTypes(), "*"), " "), form.Choices...)
	}
	takes, check := form.TakesFields()
	if !takes {
		return form.Choices
	}
	return fieldCandidates(typeOf(form.Name, words), word, check)
}

// typeOf is the type that the field words of a command are about.
func typeOf(command string, words []string) string {
	switch command {
	case "hello":
		return wire.TypeHello
	case "request":
		return wire.TypeRequest
	case "close":
		return wire.TypeClose
	}
	if len(words) > 0 {
		return words[0]
	}
	return ""
}

func frameTypes() (list []string) {
	for _, l := range wire.Layouts() {
		list = append(list, l.Type)
	}
	return list
}

// fieldCandidates are the members of a type of frame, with what may stand around
// their names.
func fieldCandidates(kind, word string, check bool) (list []string) {
	names := memberNames(kind)
	switch {
	case strings.HasPrefix(word, "-"):
		return prefixed("-", names)
	case strings.HasPrefix(word, "+"):
		return prefixed("+", names)
	}
	list = append(endings(names, "="), "header.", "data.")
	if check {
		list = append(list, "text=", "within ")
	}
	for _, part := range []string{"header.", "data."} {
		if strings.HasPrefix(word, part) {
			list = append(list, prefixed(part, endings(names, "="))...)
		}
	}
	return list
}

func memberNames(kind string) (list []string) {
	for _, l := range wire.Layouts() {
		if l.Type == kind || kind == "" || kind == "*" || !slices.Contains(frameTypes(), kind) {
			list = append(append(list, l.Header...), l.Data...)
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(name string) bool { return name == "message-type" })
}

func prefixed(prefix string, list []string) (all []string) {
	for _, s := range list {
		all = append(all, prefix+s)
	}
	return all
}

func endings(list []string, end string) (all []string) {
	for _, s := range list {
		all = append(all, s+end)
	}
	return all
}

// fileNames are the files whose names begin with a path, folders with a slash.
func fileNames(prefix, path string) (list []string) {
	dir, base := filepath.Split(path)
	from := dir
	if from == "" {
		from = "."
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		name := e.Name()
		if name[0] == '.' && !strings.HasPrefix(base, ".") {
			continue
		}
		if e.IsDir() {
			name += string(filepath.Separator)
		}
		list = append(list, prefix+dir+name)
	}
	return list
}
