package modes

import (
	"errors"
	"flag"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// Arrange puts the flags of a command line before its arguments, because the
// flag library stops at the first argument, and people type
// `proto connect host:5000 --json`. "--" ends the flags. It refuses flags the
// command does not have.
func Arrange(c *cli.Command, args []string) ([]string, error) {
	var flags, rest []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, arg)
			continue
		}
		name, _, hasValue := strings.Cut(flagName(arg), "=")
		f := findFlag(c, name)
		switch {
		case f == nil:
			return nil, unknownFlag(c, arg, name)
		case f == cli.HelpFlag:
			return []string{"--help"}, nil // whatever else there is
		}
		flags = append(flags, arg)
		if !hasValue && takesValue(f) {
			if i++; i == len(args) {
				return nil, Usage(seeHelp(c), "--%s needs a value", name)
			}
			flags = append(flags, args[i])
		}
	}
	return append(append(flags, "--"), rest...), nil
}

// flagName takes one dash or two off a flag.
func flagName(arg string) string {
	return strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")
}

func findFlag(c *cli.Command, name string) cli.Flag {
	for _, f := range append(slices.Clone(c.Flags), cli.HelpFlag) {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

func takesValue(f cli.Flag) bool {
	d, ok := f.(cli.DocGenerationFlag)
	return ok && d.TakesValue()
}

func unknownFlag(c *cli.Command, arg, name string) error {
	names := []string{"help"}
	for _, f := range c.Flags {
		names = append(names, f.Names()...)
	}
	flagPart, _, _ := strings.Cut(arg, "=")
	if near := Nearest(strings.TrimLeft(name, "-"), names); near != "" {
		return Usage("did you mean --"+near+"?", "unknown flag %s", Show(flagPart))
	}
	return Usage(seeHelp(c), "unknown flag %s", Show(flagPart))
}

func seeHelp(c *cli.Command) string {
	if c.Name == "" {
		return "`proto --help` lists the commands"
	}
	return "`proto " + c.Name + " --help` lists the flags"
}

// invalidValue is how the flag package words a value it cannot parse.
var invalidValue = regexp.MustCompile(`(?s)^invalid (?:boolean )?value "(.*)" for (?:flag )?-([^:]*):`)

// envValue is how the flag library words a variable it cannot parse.
var envValue = regexp.MustCompile(`(?s)^could not parse "(.*)" as .* from environment variable "([^"]*)"`)

// UsageError words an error of the flag library; it is each command's OnUsageError.
func UsageError(c *cli.Context, err error, _ bool) error {
	var e *Error
	if errors.As(err, &e) || errors.Is(err, flag.ErrHelp) {
		return err
	}
	hint := "`proto --help` lists the commands"
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != "proto" {
		hint = seeHelp(c.Command)
	}
	if m := invalidValue.FindStringSubmatch(err.Error()); m != nil {
		return Usage(valueHint(c.Command, m[2], hint), "--%s cannot be %s", m[2], quote(unquoted(m[1])))
	}
	if m := envValue.FindStringSubmatch(err.Error()); m != nil {
		name := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(m[2], "PROTO_"), "_", "-"))
		return Usage(valueHint(c.Command, name, hint), "%s cannot be %s", m[2], quote(unquoted(m[1])))
	}
	return Usage(hint, "%s", Show(err.Error()))
}

// unquoted undoes the escapes in which the flag package shows a value.
func unquoted(s string) string {
	if plain, err := strconv.Unquote(`"` + s + `"`); err == nil {
		return plain
	}
	return s
}

func valueHint(c *cli.Command, name, otherwise string) string {
	if c == nil {
		return otherwise
	}
	switch findFlag(c, name).(type) {
	case *cli.DurationFlag:
		return "a time has a unit: 500ms, 30s, 5m, 1h30m"
	case *cli.IntFlag, *cli.Int64Flag:
		return "a whole number is wanted"
	case *cli.BoolFlag:
		return "it is a switch: --" + name + " or --" + name + "=false"
	}
	return otherwise
}

// Leftover refuses arguments beyond the first max.
func Leftover(c *cli.Context, max int) error {
	if c.NArg() <= max {
		return nil
	}
	return Usage(seeHelp(c.Command), "unexpected argument %s", quote(c.Args().Get(max)))
}

// Nearest finds the known word that is meant by a mistyped one: at most two
// letters changed, added, left out or swapped, and fewer than half of them.
func Nearest(word string, known []string) string {
	best, at := "", 3
	for _, k := range known {
		if d := distance(word, k); d < at && 2*d < max(len(word), len(k)) {
			best, at = k, d
		}
	}
	return best
}

// distance counts edits, a swap of neighbours as one (optimal string alignment).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

// longest is as good as for ever, and can be added to a time without an overflow.
const longest = 100 * 365 * 24 * time.Hour

// Duration is the value of a flag that is a time, at most 100 years.
func Duration(c *cli.Context, name string) time.Duration { return min(c.Duration(name), longest) }
