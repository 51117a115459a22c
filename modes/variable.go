package modes

import (
	"errors"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// sayVariable makes an error about a flag name the environment variable that gave it,
// if one did: who has typed no flag would look for it in vain. typed is the command
// line behind the command, its flags first.
func sayVariable(c *cli.Command, typed []string, err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Code != ExitUsage {
		return err
	}
	flag, rest, _ := strings.Cut(e.Message, " ")
	name, found := strings.CutPrefix(flag, "--")
	if !found {
		return err
	}
	if variable := givenBy(c, typed, name); variable != "" {
		e.Message = variable + " " + rest
		e.Hint = strings.Replace(e.Hint, "leave out "+flag, "leave out "+variable, 1)
	}
	return err
}

// givenBy is the variable that gave a flag its value; "" if none did.
func givenBy(c *cli.Command, typed []string, name string) string {
	f := findFlag(c, name)
	d, ok := f.(cli.DocGenerationFlag)
	if !ok || !f.IsSet() || len(d.GetEnvVars()) == 0 { // to the library, a flag is set if a variable has set it
		return ""
	}
	for _, arg := range typed {
		if arg == "--" {
			break
		}
		given, _, _ := strings.Cut(flagName(arg), "=")
		if strings.HasPrefix(arg, "-") && slices.Contains(f.Names(), given) {
			return ""
		}
	}
	return d.GetEnvVars()[0]
}
