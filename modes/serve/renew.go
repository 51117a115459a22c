package serve

import (
	"context"
	"time"
)

// renewEvery is how often our own certificate is looked at: it is renewed days
// before its end.
const renewEvery = time.Hour

// renew keeps the certificate shown from running out.
func (s *server) renew(ctx context.Context) {
	if s.reload == nil {
		return
	}
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			id, err := s.reload()
			if err != nil {
				s.log.Error("certificate not renewed", "err", err)
			} else if old := s.identity.Swap(id); !old.Certificate.Leaf.Equal(id.Certificate.Leaf) {
				s.log.Info("certificate renewed", "until", id.Certificate.Leaf.NotAfter)
			}
		case <-ctx.Done():
			return
		}
	}
}
