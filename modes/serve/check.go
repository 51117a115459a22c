package serve

import (
	"context"
	"fmt"
	"net"

	"proto/modes"
)

// resolve looks for --check whether the addresses to listen on are known. They are
// not opened: the server that is to be started anew may have them.
func (s *settings) resolve(ctx context.Context) error {
	addresses := s.listen
	if s.admin != "" {
		addresses = append(addresses[:len(addresses):len(addresses)], s.admin)
	}
	for _, address := range addresses {
		host, _, err := net.SplitHostPort(address)
		if err == nil {
			_, err = net.DefaultResolver.LookupHost(ctx, host)
		}
		if err != nil {
			return modes.Usage("", "cannot listen on %s: %s", address, modes.NetworkReason(err))
		}
	}
	return nil
}

// checked tells what --check has found to be good.
func (s *settings) checked(p *modes.Process, r *prepared) error {
	if r.note != "" {
		fmt.Fprintf(p.Err, "note: %s\n", r.note)
	}
	leaf := r.identity.Certificate.Leaf
	_, err := fmt.Fprintf(p.Out, "good: the certificate is valid until %s, its pin is %s\n", leaf.NotAfter.UTC().Format("2006-01-02"), r.identity.Pin())
	return err
}
