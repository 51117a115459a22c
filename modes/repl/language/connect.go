package language

import "slices"

const connectForm = "it is written: connect [NAME] [ADDRESS] [from=IP] [ca=FILE] [pin=PIN] [insecure] [within D]"

// connect reads [NAME] [ADDRESS] and options, in any order of the latter.
func (p *parser) connect(c *Command) *Error {
	for {
		if p.blanks(); p.atEnd() || p.atBrace() {
			return nil
		}
		if _, op, n := p.fieldAhead(); n > 0 && op == Set {
			if err := p.connectOption(c); err != nil {
				return err
			}
			continue
		}
		if found, err := p.within(c); found || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		if err := p.connectWord(c); err != nil {
			return err
		}
	}
}

func (p *parser) connectOption(c *Command) *Error {
	f, err := p.field(false)
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"from", "ca", "pin"}, f.Name) {
		return p.fail(f.Span, "connect takes from=IP, ca=FILE, pin=PIN, insecure and within D", "connect has no option %s=", clip(f.Name))
	}
	c.Fields = append(c.Fields, *f)
	return nil
}

// connectWord takes insecure, a name, or an address: that is a word with a dot
// or a colon, localhost, or a second word.
func (p *parser) connectWord(c *Command) *Error {
	t, err := p.text()
	if err != nil {
		return err
	}
	word, literal := t.Literal()
	switch {
	case word == "insecure":
		c.Open = true
	case literal && word == "local":
		return p.fail(t.Span, "`proto repl local` starts that server, and connect without an address goes to it", "local is no address here")
	case literal && word == "":
		return p.fail(t.Span, connectForm, "an address is missing")
	case literal && c.Word == "" && c.Addr == nil && isName(word) && word != "localhost":
		c.Word = word
	case c.Addr == nil:
		c.Addr = t
	case c.Word == "":
		return p.fail(t.Span, connectForm, "the address is the last of the two")
	default:
		return p.fail(t.Span, connectForm, "a name and an address stand here already")
	}
	return nil
}
