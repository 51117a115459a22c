package completion

import (
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"proto/modes"
)

func testModes() []modes.Mode {
	return []modes.Mode{
		{
			Words: map[string][]string{"": modes.AddressWords(), "log": {"text", "json"}, "report": {"tap=", "junit="}, "file": {"tour"}},
			Command: &cli.Command{Name: "one", Usage: "do one thing", ArgsUsage: "[ADDRESS]", Flags: []cli.Flag{
				&cli.StringFlag{Name: "log", Usage: "in `FORMAT`"},
				&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "more"},
				&cli.StringSliceFlag{Name: "report", Usage: "`FORMAT=FILE`"},
				&cli.StringSliceFlag{Name: "file", Aliases: []string{"f"}, Usage: "`FILE`"},
				&cli.IntFlag{Name: "count", Usage: "`N` times"},
			}},
		},
		{Command: &cli.Command{Name: "many", ArgsUsage: "[FILE|VALUE]..."}},
		{Command: &cli.Command{Name: "none", ArgsUsage: " "}},
		{Command: &cli.Command{Name: "__hidden", ArgsUsage: "[FILE]", Hidden: true}},
	}
}

func TestComplete(t *testing.T) {
	for line, want := range map[string]string{
		"":                         "one many none",
		"o":                        "one",
		"one":                      "one",
		"-":                        "--version --json --help",
		"--version --j":            "--json",
		"--version o":              "",
		"one ":                     "local 127.0.0.1:5000 localhost:5000",
		"one 1":                    "127.0.0.1:5000",
		"one x ":                   "",
		"one -":                    "--log --verbose -v --report --file -f --count --help",
		"one --v":                  "--verbose",
		"one -v --v":               "",
		"one -v -":                 "--log --report --file -f --count --help",
		"one --log=x --":           "--verbose --report --file --count --help",
		"one --report tap=x --rep": "--report",
		"one --log ":               "text json",
		"one -log t":               "text",
		"one --log=j":              "--log=json",
		"one --log x l":            "local localhost:5000",
		"one --log x y l":          "",
		"one --count ":             "",
		"one --verbose=":           "",
		"one --nothing ":           "local 127.0.0.1:5000 localhost:5000",
		"one --nothing=":           "",
		"one --report j":           "junit=",
		"one --report junit=x":     ":files 6",
		"one --report=tap=":        ":files 13",
		"one -f t":                 "tour :files 0",
		"one --file=":              "--file=tour :files 7",
		"one -- --log ":            "",
		"one -- l":                 "local localhost:5000",
		"one -- --lo":              "",
		"many a b ":                ":files 0",
		"many -- -x":               ":files 0",
		"none ":                    "",
		"nothing ":                 "",
		"__hidden ":                "",
		"__":                       "",
	} {
		var out strings.Builder
		print(&out, complete(testModes(), strings.Split(line, " ")))
		var got []string
		for text := range strings.Lines(out.String()) {
			word, _, _ := strings.Cut(strings.TrimSuffix(text, "\n"), "\t")
			got = append(got, word)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

// FuzzComplete: whatever words there are, what is offered begins with the last of
// them, in whole lines, and the name of a file stands within it.
func FuzzComplete(f *testing.F) {
	f.Add("one\x00--report=junit=x")
	f.Add("one\x00-f\x00")
	f.Add("\x00")
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Split(line, "\x00")
		a := complete(testModes(), words)
		last := words[len(words)-1]
		if a.from > len(last) {
			t.Errorf("%q: a file behind byte %d", words, a.from)
		}
		for _, c := range a.words {
			if !strings.HasPrefix(c.text, last) || strings.ContainsAny(c.text, "\n\t") || strings.ContainsAny(c.about, "\n\t") {
				t.Errorf("%q: %q", words, c)
			}
		}
	})
}
