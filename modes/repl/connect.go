package repl

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"time"

	"proto/modes"
	"proto/modes/repl/language"
)

// connect opens a connection, and goes on trying until its time ends.
func (b *bench) connect(ctx context.Context, c *language.Command) error {
	d, err := b.duration(ctx, c)
	if err != nil {
		return err
	}
	name := c.Word
	if name == "" {
		name = mainLink
		if c.On != "" {
			name = c.On
		}
	}
	l := b.link(name)
	address := b.world.address
	if c.Addr != nil {
		if address, err = b.address(ctx, c, l); err != nil {
			return err
		}
	}
	options, err := b.linkOptions(ctx, c, l)
	if err != nil {
		return err
	}
	if options.insecure {
		b.note("warning: insecure: whoever stands in between can read and change everything")
	}
	l.disconnect()
	l.address, l.options = address, options
	return l.open(ctx, time.Now().Add(d), true)
}

func (b *bench) address(ctx context.Context, c *language.Command, l *link) (string, error) {
	text, err := c.Addr.Expand(b.lookup(ctx, l))
	if err != nil {
		return "", err
	}
	host, port, err := modes.ParseAddress(text)
	if err != nil {
		return "", failHard(c, c.Addr.Span, hintOf(err), "%s", err.Error())
	}
	return net.JoinHostPort(host, port), nil
}

func (b *bench) linkOptions(ctx context.Context, c *language.Command, l *link) (*linkOptions, error) {
	o := &linkOptions{insecure: c.Open}
	for i := range c.Fields {
		f := &c.Fields[i]
		text, err := f.Text.Expand(b.lookup(ctx, l))
		if err != nil {
			return nil, err
		}
		switch f.Name {
		case "ca":
			o.ca = text
		case "pin":
			o.pin = text
		case "from":
			ip, err := netip.ParseAddr(text)
			if err != nil {
				return nil, failHard(c, f.Span, "from=127.0.0.2 connects from that address of this machine", "%q is no IP address", text)
			}
			o.from = net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, 0))
		}
	}
	if o.insecure && (o.ca != "" || o.pin != "") {
		return nil, failHard(c, c.Where, "leave out insecure, or the others", "insecure trusts every server, ca= and pin= do not: they cannot go together")
	}
	return o, nil
}

// shownFile is a file's name as a message shows it.
func shownFile(name string) string { return modes.Show(name) }

func plainFileError(err error) string {
	return strings.TrimPrefix(modes.Plain(err), "open: ")
}
