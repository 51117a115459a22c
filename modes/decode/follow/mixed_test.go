package follow

import (
	"fmt"
	"strings"
	"testing"
)

// alternate mixes lists frame by frame.
func alternate(lists ...[]told) (all []told) {
	for i := 0; ; i++ {
		n := len(all)
		for _, l := range lists {
			if i < len(l) {
				all = append(all, l[i])
			}
		}
		if len(all) == n {
			return all
		}
	}
}

// wantAll wants every answer read, and as what it is.
func wantAll(t *testing.T, list []told, results []*Result) {
	t.Helper()
	for i, r := range results {
		if a := &list[i]; !a.isAck() && (r.Status != OK || string(r.Text) != a.text) {
			t.Errorf("find %d, stream %q, session %d, sequence %d: %v %q (%s), want %q", i, a.stream, a.session, a.sequence, r.Status, r.Text, r.Note, a.text)
			return
		}
	}
}

// TestUntold: servers that all use session 1 and have IVs of their own, and nothing
// tells which of them a frame is of: the states used last are tried.
func TestUntold(t *testing.T) {
	for _, servers := range []int{2, 5, 60} {
		t.Run(fmt.Sprint(servers), func(t *testing.T) {
			var lists [][]told
			for i := range servers {
				lists = append(lists, newScript(uint64(i)).session("", 1, 22))
			}
			all := alternate(lists...)
			wantAll(t, all, followAll(t, &Follower{Hold: true}, all))
		})
	}
}

// TestLeadingZero: bytes that a number has lost are put back.
func TestLeadingZero(t *testing.T) {
	zeros := 0
	for seed := range uint64(80) {
		list := newScript(seed).session("", 1, 20)
		results := followAll(t, &Follower{}, list)
		wantAll(t, list, results)
		for i, r := range results {
			if a := &list[i]; !a.isAck() && len(a.text) < 16 {
				short := bytesOf(a.data, 16)[0] == 0
				if said := strings.Contains(r.Note, "leading zero put back"); said != short {
					t.Errorf("%s: %q", a.data, r.Note)
				}
				if short {
					zeros++
				}
			}
		}
	}
	if zeros == 0 {
		t.Error("no number had lost a byte")
	}
}

// TestNothingPendingIsLost: what waits for its dialect or its IV is completed, even if
// its session is replaced, or there are more sessions than are remembered.
func TestNothingPendingIsLost(t *testing.T) {
	short := func(stream string, id int) []told {
		s := newScript(uint64(id))
		key := s.bytes(32)
		return []told{
			{stream: stream, session: id, sequence: 1, key1: numberOf(key, 1269), key2: numberOf(s.iv, 1269)},
			{stream: stream, session: id, sequence: 2, data: numberOf(cfb(key, s.iv, []byte("qzzqbinx"), false), 1269)},
		}
	}
	t.Run("replaced", func(t *testing.T) {
		followAll(t, &Follower{Hold: true}, append(short("", 1), short("", 1)...))
	})
	t.Run("many sessions", func(t *testing.T) {
		var all []told
		for i := range 2 * maxSessions {
			all = append(all, short("", i)...)
		}
		followAll(t, &Follower{Hold: true}, all)
	})
	t.Run("many servers without IV", func(t *testing.T) {
		var all []told
		for i := range maxSessions + 2 {
			list := newScript(uint64(i)).session(fmt.Sprint("s", i), 1, 10)
			all = append(all, list[10]) // it brings a key
		}
		followAll(t, &Follower{Hold: true}, all)
	})
}
