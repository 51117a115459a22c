package manpage

import (
	"slices"
	"strings"
	"time"

	"proto/modes"
)

// begin writes the head of a page.
func begin(name, about string, v modes.Version) *page {
	p := &page{}
	date, err := time.Parse(time.RFC3339, v.Date)
	if err != nil {
		date = time.Now() // a program that nobody has released
	}
	p.macro("Dd", date.UTC().Format("January 2, 2006"))
	p.macro("Dt", strings.ToUpper(name), "1")
	p.macro("Os")
	p.macro("Sh", "NAME")
	p.macro("Nm", name)
	p.macro("Nd", escaped(about))
	return p
}

// protoPage is proto(1): all modes with all flags.
func protoPage(list []modes.Mode, v modes.Version) string {
	list = slices.DeleteFunc(list, func(m modes.Mode) bool { return m.Hidden })
	p := begin("proto", modes.About, v)
	p.macro("Sh", "SYNOPSIS")
	for _, m := range list {
		p.synopsis(m)
	}
	p.macro("Nm", "proto", "Fl", "\\-version", "Op", "Fl", "\\-json")
	p.macro("Sh", "DESCRIPTION")
	p.macro("Nm")
	p.text("is one program for both ends of one protocol, in which a client says HELLO over TLS, gets a session, a token and an AES key, and then asks for data until it says CLOSE. What it does is said by the command:")
	for _, m := range list {
		p.macro("Ss", quoted("proto "+m.Name))
		p.text(m.Description)
		p.flags(m)
	}
	p.environment(list)
	p.files()
	p.exitStatus()
	p.macro("Sh", "EXAMPLES")
	for i, m := range list {
		if i > 0 {
			p.macro("Pp")
		}
		p.examples(m)
	}
	p.macro("Sh", quoted("SEE ALSO"))
	for _, m := range list {
		if m.Manual != nil {
			p.macro("Xr", "proto-"+m.Name, "1")
		}
	}
	return p.String()
}

// modePage is the page of a mode that has a manual of its own.
func modePage(m modes.Mode, v modes.Version) string {
	p := begin("proto-"+m.Name, m.Usage, v)
	p.macro("Sh", "SYNOPSIS")
	p.synopsis(m)
	p.macro("Sh", "DESCRIPTION")
	p.text(m.Description)
	p.flags(m)
	p.macro("Sh", quoted("THE LANGUAGE"))
	for i, part := range m.Manual.Introduction {
		if strings.HasPrefix(part, " ") {
			p.literal(part, false)
			continue
		}
		if i > 0 {
			p.macro("Pp")
		}
		p.text(part)
	}
	p.macro("Sh", "COMMANDS")
	p.macro("Bl", "-tag", "-width", "4n")
	for _, command := range m.Manual.Commands {
		p.command(command)
	}
	p.macro("El")
	p.exitStatus()
	p.macro("Sh", "EXAMPLES")
	p.examples(m)
	p.macro("Sh", quoted("SEE ALSO"))
	p.macro("Xr", "proto", "1")
	return p.String()
}

// command is one paragraph of the manual: the forms of a command, what it does,
// indented by two blanks, and examples, indented by four.
func (p *page) command(paragraph string) {
	var text, examples []string
	for line := range strings.SplitSeq(paragraph, "\n") {
		switch {
		case strings.HasPrefix(line, "    "):
			examples = append(examples, line[4:])
		case strings.HasPrefix(line, "  "):
			text = append(text, line)
		default:
			p.macro("It", "Ic", quoted(line))
		}
	}
	p.text(strings.Join(text, " "))
	if len(examples) > 0 {
		p.macro("Pp")
		p.literal(strings.Join(examples, "\n"), false)
	}
}

func (p *page) synopsis(m modes.Mode) {
	line := []string{"proto", "Cm", m.Name}
	if len(m.Flags) > 0 {
		line = append(line, "Oo", "Ar", "flags", "Oc")
	}
	if usage := strings.TrimSpace(m.ArgsUsage); usage != "" {
		line = append(line, "Ar", quoted(usage))
	}
	p.macro("Nm", line...)
}

// flags are the groups of a mode's flags.
func (p *page) flags(m modes.Mode) {
	for _, g := range modes.FlagGroups(m.Command) {
		p.macro("Pp")
		p.text(g.Heading + ":")
		p.macro("Bl", "-tag", "-width", "4n", "-compact")
		for _, f := range g.Flags {
			var line []string
			for i := len(f.Names) - 1; i > 0; i-- {
				line = append(line, "Fl", escaped(f.Names[i][1:]), ",")
			}
			line = append(line, "Fl", escaped(f.Names[0][1:]))
			if f.Value != "" {
				line = append(line, "Ar", quoted(f.Value))
			}
			p.macro("It", line...)
			p.text(f.Said())
		}
		p.macro("El")
	}
}

func (p *page) examples(m modes.Mode) {
	for i, e := range m.Examples {
		if i > 0 {
			p.macro("Pp")
		}
		p.text(strings.ToUpper(e.For[:1]) + e.For[1:] + ":")
		p.literal(e.Command, true)
	}
}

func (p *page) exitStatus() {
	p.macro("Sh", quoted("EXIT STATUS"))
	p.macro("Bl", "-tag", "-width", quoted("130, 143"), "-compact")
	for _, e := range modes.ExitCodes() {
		p.macro("It", quoted(e.Codes))
		p.text(e.Meaning)
	}
	p.macro("El")
}

// list is a table of names and what they are for.
func (p *page) list(macro string, rows [][2]string) {
	p.macro("Bl", "-tag", "-width", "4n", "-compact")
	for _, row := range rows {
		p.macro("It", macro, quoted(row[0]))
		p.text(row[1])
	}
	p.macro("El")
}

func (p *page) environment(list []modes.Mode) {
	p.macro("Sh", "ENVIRONMENT")
	for _, m := range list {
		if groups := modes.FlagGroups(m.Command); len(groups) > 0 {
			f := groups[0].Flags[0]
			p.text("A flag that is given once only may stand in the environment too: " + f.Names[0] + " as " + f.Env + ". An empty variable is as none.")
			break
		}
	}
	p.macro("Pp")
	p.list("Ev", [][2]string{
		{"PROTO_PASSWORD", "the password to log in with"},
		{"PROTO_KEY_PASS", "the pass phrase of the server's private key"},
		{"SSLKEYLOGFILE", "connect and repl add the TLS keys of their connections to this file"},
		{"XDG_STATE_HOME", "where the state is kept, see below"},
		{"NO_COLOR", "decode colours nothing"},
	})
}

func (p *page) files() {
	p.macro("Sh", "FILES")
	p.list("Pa", [][2]string{
		{"~/.local/state/proto/cert.crt", "the certificate that serve makes for itself, which connect and repl on this machine trust; on Windows in %LocalAppData%\\proto"},
		{"~/.local/state/proto/key.pem", "its private key"},
		{"~/.local/state/proto/history", "what was typed at the prompt of repl, without secrets"},
	})
}
