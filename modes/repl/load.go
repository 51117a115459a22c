package repl

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"proto/modes"
	"proto/modes/repl/language"
)

// suite is all that a run was given, read and found to be right.
type suite struct {
	cases  []*testCase
	errs   []*language.Error
	places map[*language.Source]files // where each source's files are
	ids    map[string]*testCase
}

// testCase is one test, or a script without any, which is one of its own.
type testCase struct {
	id, title string
	file      string // to run it again; "" for lines that are in no file
	source    *language.Source
	at        int // offset of its line
	test      *language.Test
	setup     []*language.Command
	commands  []*language.Command
	plain     bool // its file has no test
}

func (t *testCase) line() int {
	line, _ := t.source.Position(t.at)
	return line
}

func newSuite() *suite {
	return &suite{places: make(map[*language.Source]files), ids: make(map[string]*testCase)}
}

// load reads the scripts that a name of the command line stands for.
func (s *suite) load(name string, builtIn fs.FS, stdin io.Reader) error {
	if name == "-" {
		content, err := readAll(stdin)
		if err != nil {
			return modes.Usage("", "cannot read from stdin: %s", modes.Plain(err))
		}
		s.add("", files{}, language.NewSource("stdin", content))
		return nil
	}
	list, err := find(name, builtIn)
	if err != nil {
		return err
	}
	for _, f := range list {
		content, err := f.files.read(f.name)
		if err != nil {
			return modes.Usage("", "cannot read %s: %s", modes.Show(f.shown), plainFileError(err))
		}
		s.add(f.shown, f.files, language.NewSource(f.shown, content))
	}
	return nil
}

// add parses a script and takes it apart into tests.
func (s *suite) add(file string, in files, src *language.Source) {
	commands := s.parse(in, src, nil)
	var setup []*language.Command
	var current *testCase
	for _, c := range commands {
		switch {
		case c.Name == "test":
			current = &testCase{id: c.Test.ID, title: c.Test.Title, file: file, source: src, at: c.Span.From, test: c.Test, setup: setup}
			s.take(current, c)
		case current == nil:
			setup = append(setup, c)
		default:
			current.commands = append(current.commands, c)
		}
	}
	if current == nil {
		base := strings.TrimSuffix(path.Base(filepath.ToSlash(src.Name)), scriptName)
		s.take(&testCase{id: base, file: file, source: src, test: &language.Test{ID: base}, commands: setup, plain: true}, nil)
	}
}

// take adds a test; c is its line.
func (s *suite) take(t *testCase, c *language.Command) {
	first := s.ids[t.id]
	switch {
	case first == nil:
		s.ids[t.id] = t
	case c == nil: // scripts of one name in two folders
		t.id = strings.TrimSuffix(t.file, scriptName)
	default:
		s.errs = append(s.errs, &language.Error{
			Source: t.source, Span: c.Span, Message: fmt.Sprintf("there is another test %s", modes.Show(t.id)),
			Hint: "the first one is at " + first.source.At(first.at),
		})
	}
	s.cases = append(s.cases, t)
}

// parse parses a script and all that it includes; from are the scripts that
// include it.
func (s *suite) parse(in files, src *language.Source, from []*language.Source) []*language.Command {
	script, errs := language.Parse(src)
	s.errs = append(s.errs, errs...)
	s.places[src] = in
	for _, c := range script.Commands {
		if c.Name == "include" {
			c.Body = s.include(in, c, append(from[:len(from):len(from)], src))
		}
	}
	return script.Commands
}

func (s *suite) include(in files, c *language.Command, from []*language.Source) []*language.Command {
	bad := func(format string, args ...any) []*language.Command {
		s.errs = append(s.errs, &language.Error{Source: c.Source, Span: c.File.Span, Message: fmt.Sprintf(format, args...)})
		return nil
	}
	name, ok := c.File.Literal()
	if !ok {
		return bad("all files are read before anything runs: the name of one to include cannot hold variables")
	}
	shown := in.join(name)
	for _, src := range from {
		if path.Clean(filepath.ToSlash(src.Name)) == path.Clean(filepath.ToSlash(shown)) {
			return bad("%s includes itself", shownFile(name))
		}
	}
	content, err := in.read(name)
	if err != nil {
		return bad("cannot read %s: %s", shownFile(name), plainFileError(err))
	}
	there := files{in.in, path.Dir(filepath.ToSlash(shown))}
	commands := s.parse(there, language.NewSource(shown, content), from)
	for _, inner := range commands {
		if inner.Name == "test" {
			return bad("%s holds tests: -f runs it, and include takes lines without", shownFile(name))
		}
	}
	return commands
}

// selected are the tests whose ids begin with one of the prefixes: as far as a
// dot, a slash, or all of it.
func (s *suite) selected(prefixes []string) (list []*testCase, err error) {
	if len(prefixes) == 0 {
		return s.cases, nil
	}
	used := make(map[string]bool)
	for _, t := range s.cases {
		for _, p := range prefixes {
			if hasPrefix(t.id, p) {
				if len(list) == 0 || list[len(list)-1] != t {
					list = append(list, t)
				}
				used[p] = true
			}
		}
	}
	for _, p := range prefixes {
		if !used[p] {
			return nil, modes.Usage("--list lists them all; a prefix ends at a dot, a slash, or the end", "no test has an id that begins with %s", modes.Show(p))
		}
	}
	return list, nil
}

func hasPrefix(id, prefix string) bool {
	rest, ok := strings.CutPrefix(id, prefix)
	return ok && prefix != "" && (rest == "" || strings.ContainsRune("./", rune(rest[0])) || strings.HasSuffix(prefix, ".") || strings.HasSuffix(prefix, "/"))
}
