package serve

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestSentAwayCounted: connections that are sent away by --crowded have a reason of their own
// in /metrics, whatever they were at.
func TestSentAwayCounted(t *testing.T) {
	flags := []string{"--max-startups", "2:0:20", "--max-per-address", "0"}
	for name, connect := range map[string]func(r *rig){
		"handshake":    func(r *rig) { r.connect(peerOne) },
		"HELLO":        func(r *rig) { r.dial(peerOne) },
		"PROXY header": func(r *rig) { r.connect(proxyPeer) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, options{flags: flags, change: trusting10}, func(t *testing.T, r *rig) {
				for range 3 {
					connect(r)
				}
				time.Sleep(2 * time.Second)
				r.login(address(1))
				synctest.Wait()
				for reason, want := range map[string]string{sentAway: "2", handshakeFailed: "0", noHello: "0", proxyHeader: "0"} {
					if got := r.figure(`proto_refused_total{reason="` + reason + `"}`); got != want {
						t.Errorf("%s: %s, want %s", reason, got, want)
					}
				}
			})
		})
	}
}
